"""A new plan is loaded: what is open goes on under it, and nothing lapses in silence (C15, C17, C28)."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from dabao import plans
from dabao.models import Flag, FlagKind, Notice, NoticeKind, WorkPlan
from dabao.scope import whole
from dabao.tests.cast import COUNTY, DAMAIDI, LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.models import Case, Person, ShareProposal
from screening.queries import changes, moves, offers
from screening.queries import reviews as queries
from screening.queries.aid_work import counts
from screening.queries.reviews import Chosen
from screening.services import share_proposals, taper_flags
from screening.tests.reviews_cast import DAY, found, record, tapered
from screening.tests.test_benefit_changes import on_roll, people_of
from screening.tests.test_offers import act, give, propose, refuse_three_times
from screening.tests.test_split_and_move import ask, split

ALL = whole(COUNTY)
END = date(2021, 2, 28)


@pytest.fixture
def next_plan(county):
    """Loads the plan of 2021 when called; it is the current one at once."""

    def load():
        values = {
            field.attname: getattr(county.plan, field.attname)
            for field in WorkPlan._meta.concrete_fields
            if not field.primary_key
        }
        days = {
            "first_day": date(2021, 1, 1),
            "last_day": date(2021, 12, 30),
            "target_day": date(2021, 6, 30),
        }
        months = {"first_report_month": date(2021, 1, 1), "last_report_month": date(2021, 12, 1)}
        plan = WorkPlan.objects.create(**(values | days | months | {"code": "2021-1", "year": 2021}))
        assert plans.current() == plan
        return plan

    return load


@pytest.fixture
def family(make_case, make_household):
    people = (("李发祥", Labour.WEAK), ("李建华", Labour.ORDINARY), ("李小妹", Labour.NONE))
    case = make_case(make_household(LIUSHUTANG, *people))
    for person in people_of(case.household):
        on_roll(person)
    return case


def test_a_taper_of_the_old_plan_stays_in_the_lists_and_is_decided(cast, on_dibao, next_plan):
    case = on_dibao()
    taper = tapered(cast, case).taper
    plan = next_plan()
    days = {"running": END - timedelta(60), "soon": END - timedelta(10), "undecided": END + timedelta(1)}
    for tab, day in days.items():
        listed = queries.ordered(ALL, queries.cases_in(ALL, plan, Chosen(tab), day), tab, day)
        (row,) = queries.rows(ALL, plan, listed, day)
        assert (row.id, row.taper) == (case.pk, taper)
    newer = Case.objects.create(
        plan=plan, household=case.household, origin="screening", opened_on=END, due_on=END
    )
    assert queries.open_taper(ALL, newer) == taper


def test_a_taper_of_the_old_plan_is_reminded_of_and_flagged(cast, on_dibao, next_plan):
    taper = tapered(cast, on_dibao()).taper
    plan = next_plan()
    assert taper_flags.remind(plan=plan, day=END - timedelta(10))
    assert Notice.objects.filter(kind=NoticeKind.TAPER_DUE).exists()
    after = END + timedelta(1)
    assert taper_flags.raise_overdue(plan=plan, day=after, noticed_on=after)
    flag = Flag.objects.get(kind=FlagKind.TAPER_ENDING)
    assert flag.subject == taper_flags.subject(taper)
    taper.ended_on, taper.end = after, "resumed"
    taper.save()
    assert taper_flags.clear_done(plan=plan, day=after) == 1


def test_a_review_of_the_old_plan_waits_for_approval(cast, on_dibao, next_plan):
    case = on_dibao()
    record(cast, case, found(9000, "taper", months=6, reason="长子务工"))
    plan = next_plan()
    assert list(queries.cases_in(ALL, plan, Chosen("waiting"), DAY)) == [case]
    assert queries.mine(cast.county.scope(), plan, DAY) == 1


def test_an_open_move_of_the_old_plan_is_listed_and_opens(cast, family, next_plan, client_of):
    move = ask(family, cast.officer, to=DAMAIDI)
    plan = next_plan()
    scope = cast.county.scope()
    assert [one.pk for one in moves.listed(scope, plan, "open")] == [move.pk]
    assert moves.counts(scope, plan) == {"open": 1, "done": 0}
    assert client_of(cast.county).get(reverse("screening:move", args=[move.pk])).status_code == 200


def test_a_change_that_waits_is_not_lost_with_the_old_plan(cast, family, next_plan):
    new = split(family, cast.officer, "李建华")
    plan = next_plan()
    scope = cast.county.scope()
    assert [one.household for one in changes.filtered(scope, plan, "open")] == [new.household]
    assert len(changes.of_household(scope, new.household_id, TODAY).waiting) == 1
    assert counts(scope, plan)["changes"] == 1


def test_refusals_go_on_and_a_signed_cut_is_seen_and_given_back(county, cast, family, next_plan):
    son = Person.objects.get(name="李建华")
    refuse_three_times(county, cast, son)
    act(share_proposals.sign, propose(county, cast.head, son), cast.county)
    plan = next_plan()
    page = offers.person(cast.head.scope(), plan, son.pk, TODAY)
    assert (page.run, page.live.state) == (3, "approved")
    assert {"cut", "three"} <= offers.rows(cast.head.scope())[0].tabs
    county.plan = plan
    give(county, cast.officer, son, TODAY, "accepted")
    act(share_proposals.resume, page.live, cast.county)
    assert ShareProposal.objects.get().resumed is not None
