"""Changes of aid as a chain: what is recorded, what is refused, who receives what around the month (C17)."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from dabao.models import AuditEvent
from dabao.scope import whole
from dabao.tests.cast import COUNTY, LIUSHUTANG, SHIYANG, TODAY
from screening.choices import Labour
from screening.models import (
    BenefitChange,
    BenefitRecord,
    Decision,
    Enrolment,
    ListRow,
    SourceList,
    Verification,
)
from screening.queries import entitlements
from screening.services import benefit_changes, invariants
from screening.services.benefit_changes import Line, stop_all, to_amount

MAY, JUNE, JULY = date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)
ROLL_DAY = date(2020, 3, 5)


def people_of(household):
    return [one.person for one in household.memberships.select_related("person").order_by("relation")]


def on_roll(person, amount=210, scheme="rural_dibao", first_day=ROLL_DAY, last_day=None):
    return BenefitRecord.objects.create(
        person=person, scheme=scheme, monthly_amount=amount, first_day=first_day, last_day=last_day
    )


def roll(as_of, *schemes, region=COUNTY):
    """A confirmed edition of the roll that names these schemes."""
    source = SourceList.objects.create(
        kind="benefits", as_of=as_of, region_id=region, file_name="花名册.xlsx", sha256="0" * 64
    )
    source.state = "confirmed"
    source.save()
    for line, scheme in enumerate(schemes, 2):
        ListRow.objects.create(source_list=source, sheet="花名册", line=line, parsed={"scheme": scheme})
    return source


def grant_to(case, *people, amount="630.00", scheme="dibao", from_month=MAY, actor=None):
    """A finished grant of the case."""
    visit = Verification.objects.create(
        case=case, by=actor, state="submitted", result="visited", recorded_on=TODAY, visited_on=TODAY
    )
    return Enrolment.objects.create(
        case=case,
        decision=Decision.objects.create(verification=visit, scheme=scheme),
        scheme=scheme,
        persons=[one.pk for one in people],
        monthly_amount=Decimal(amount),
        from_month=from_month,
        next_step="",
        waiting_since=TODAY,
        opened_on=TODAY,
        provincial_number=f"53232604202{Enrolment.objects.count():05d}",
    )


def change(household, actor, lines, from_month=MAY, kind="adjusted", **more):
    with transaction.atomic():
        return benefit_changes.record(
            household=household,
            kind=kind,
            lines=lines,
            from_month=from_month,
            reason="核定后调整",
            actor=actor,
            day=TODAY,
            **more,
        )


def receive(household, day):
    """Name → yuan of the people of the household."""
    found = entitlements.on(whole(household.region_id), [household.pk], day).get(household.pk, [])
    names = {one.pk: one.name for one in people_of(household)}
    return {names.get(one.person_id, "外人"): one.monthly_amount for one in found}


@pytest.fixture
def three(make_household):
    return make_household(
        LIUSHUTANG, ("李发祥", Labour.WEAK), ("李建华", Labour.ORDINARY), ("李小妹", Labour.NONE)
    )


def test_the_roll_says_what_each_receives(cast, three):
    head, son, _ = people_of(three)
    on_roll(head), on_roll(son, 180)
    assert receive(three, TODAY) == {"李发祥": Decimal(210), "李建华": Decimal(180)}
    assert receive(three, date(2020, 3, 4)) == {}


def test_a_share_of_a_grant_begins_with_its_month(cast, three, make_case):
    grant_to(make_case(three), *people_of(three), actor=cast.officer)
    assert receive(three, date(2020, 4, 30)) == {}
    assert receive(three, MAY) == dict.fromkeys(("李发祥", "李建华", "李小妹"), Decimal("210.00"))


def test_stopping_one_share_of_a_grant_leaves_the_others_and_the_months_before(cast, three, make_case):
    case = make_case(three)
    grant = grant_to(case, *people_of(three), actor=cast.officer)
    son = people_of(three)[1]
    change(three, cast.county, [Line(son.pk, "rural_dibao", "stop")], JULY, "share_stop")
    assert receive(three, date(2020, 6, 30))["李建华"] == Decimal("210.00")
    assert receive(three, JULY) == {"李发祥": Decimal("210.00"), "李小妹": Decimal("210.00")}
    grant.refresh_from_db()
    assert (grant.monthly_amount, son.pk in grant.persons, grant.ended_on) == (Decimal("420.00"), False, None)
    assert case.events.last().text == (
        "救助变更（停发本人份额）：从 2020年7月起，李建华 210 元 → 停。核定后调整"
    )


def test_a_reduced_share_keeps_its_grant_and_cents_stay_exact(cast, three, make_case):
    grant = grant_to(make_case(three), *people_of(three), amount="100.00", actor=cast.officer)
    son = people_of(three)[1]
    before = entitlements.of_person(whole(COUNTY), three.pk, son.pk, MAY)[0]
    change(three, cast.county, to_amount(before, Decimal("12.50")), JUNE, "share_cut")
    grant.refresh_from_db()
    assert sum(receive(three, JUNE).values()) == grant.monthly_amount == Decimal("79.17")
    assert receive(three, JUNE)["李建华"] == Decimal("12.50")
    assert receive(three, MAY)["李发祥"] == receive(three, JUNE)["李发祥"] == Decimal("33.34")


def test_a_grant_whose_last_person_stops_ends_and_its_past_stays(cast, three, make_case):
    head = people_of(three)[0]
    grant = grant_to(make_case(three), head, amount="600", scheme="tekun", actor=cast.officer)
    change(three, cast.county, [Line(head.pk, "tekun", "stop")], JULY, "death")
    grant.refresh_from_db()
    assert (grant.persons, grant.ended_on, grant.monthly_amount) == ([], TODAY, Decimal(0))
    assert receive(three, JUNE) == {"李发祥": Decimal("600.00")}
    assert receive(three, JULY) == {}


def test_what_was_stopped_is_resumed_in_its_grant(cast, three, make_case):
    grant = grant_to(make_case(three), *people_of(three), actor=cast.officer)
    son = people_of(three)[1]
    stopped = change(three, cast.county, [Line(son.pk, "rural_dibao", "stop")], JUNE, "share_stop")
    again = change(
        three,
        cast.county,
        [Line(son.pk, "rural_dibao", "start", Decimal(210))],
        JULY,
        "resumed",
        follows=stopped,
    )
    grant.refresh_from_db()
    assert (again.follows, again.lines.get().enrolment) == (stopped, grant)
    assert (grant.monthly_amount, son.pk in grant.persons) == (Decimal(630), True)
    assert "李建华" not in receive(three, JUNE)
    assert receive(three, JULY)["李建华"] == Decimal(210)


def test_a_change_of_the_roll_holds_until_a_newer_roll_says_more(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    change(three, cast.county, [Line(head.pk, "rural_dibao", "stop")], MAY)
    assert receive(three, date(2020, 5, 20)) == {}
    roll(date(2020, 5, 10), "tekun")
    assert receive(three, date(2020, 5, 20)) == {}
    roll(date(2020, 5, 12), "rural_dibao", region=SHIYANG)
    assert receive(three, date(2020, 5, 11)) == {}
    assert receive(three, date(2020, 5, 20)) == {"李发祥": Decimal(210)}


def test_the_roll_of_another_township_says_nothing(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    change(three, cast.county, [Line(head.pk, "rural_dibao", "stop")], MAY)
    roll(date(2020, 5, 12), "rural_dibao", region="532326106")
    assert receive(three, date(2020, 5, 20)) == {}


def test_a_month_that_the_roll_has_paid_is_not_changed(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    roll(date(2020, 5, 5), "rural_dibao")
    with pytest.raises(ValidationError, match="花名册截至 5月5日"):
        change(three, cast.county, [Line(head.pk, "rural_dibao", "stop")], MAY)
    assert benefit_changes.earliest_month(three, [head.pk], TODAY) == JUNE


def test_nobody_is_stopped_who_receives_nothing(cast, three):
    head, son, _ = people_of(three)
    on_roll(head)
    with pytest.raises(ValidationError, match="李建华没有在领农村低保"):
        change(three, cast.county, [Line(son.pk, "rural_dibao", "stop")])
    with pytest.raises(ValidationError, match="没有在领特困供养"):
        change(three, cast.county, [Line(head.pk, "tekun", "stop")])


def test_an_amount_that_changed_since_the_page_was_opened_is_refused(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    with pytest.raises(ValidationError, match=r"每月是 210\.00 元，和你看到的不同"):
        change(three, cast.county, [Line(head.pk, "rural_dibao", "stop", Decimal(200))])


def test_no_change_slips_in_before_one_that_stands(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    change(three, cast.county, [Line(head.pk, "rural_dibao", "stop")], JUNE)
    with pytest.raises(ValidationError, match="已有从 2020年6月起的变更"):
        change(three, cast.county, [Line(head.pk, "rural_dibao", "start", Decimal(100))], MAY)


@pytest.mark.parametrize(
    ("values", "words"),
    [({"from_month": date(2020, 5, 2)}, "要选月份"), ({"lines": "negative"}, "不能小于 0")],
)
def test_what_a_change_must_be(cast, three, values, words):
    head = people_of(three)[0]
    if values.pop("lines", ""):
        values["lines"] = [Line(head.pk, "rural_dibao", "start", Decimal(-1))]
    with pytest.raises(ValidationError, match=words):
        change(three, cast.county, **{"lines": [], **values})
    assert BenefitChange.objects.count() == 0


def test_a_change_needs_a_reason(cast, three):
    with pytest.raises(ValidationError, match="请写明为什么变"), transaction.atomic():
        benefit_changes.record(
            household=three, kind="new_head", lines=[], from_month=MAY, reason=" ", actor=None, day=TODAY
        )


def test_each_change_follows_the_last_one_and_is_in_the_log(cast, three):
    head = people_of(three)[0]
    on_roll(head)
    first = change(three, cast.county, stop_all(entitlements.on(whole(COUNTY), [three.pk], MAY)[three.pk]))
    second = change(three, cast.county, [Line(head.pk, "rural_dibao", "start", Decimal(150))], JUNE)
    assert (first.follows, second.follows) == (None, first)
    told = AuditEvent.objects.filter(action="benefit.change", region_code=LIUSHUTANG)
    assert {event.object_id for event in told} == {str(first.pk), str(second.pk)}


def test_two_sides_know_each_other(cast, three, make_household):
    other = make_household(LIUSHUTANG, ("普有福", Labour.NONE))
    out = change(three, cast.county, [], kind="moved_out")
    into = change(other, cast.county, [], kind="moved_in", counterpart=out)
    out.refresh_from_db()
    assert (out.counterpart, into.counterpart) == (into, out)


def test_a_stranger_learns_nothing(cast, three):
    on_roll(people_of(three)[0])
    assert entitlements.on(cast.stranger.scope(), [three.pk], TODAY) == {}
    assert entitlements.on(cast.officer.scope(), [three.pk], TODAY) != {}


def test_the_county_in_one_go_takes_as_many_queries_as_one_household(
    cast, make_household, django_assert_max_num_queries
):
    homes = [make_household(LIUSHUTANG, ("甲", Labour.NONE), ("乙", Labour.NONE)) for _ in range(6)]
    for home in homes:
        on_roll(people_of(home)[0])
        change(home, cast.county, [Line(people_of(home)[0].pk, "rural_dibao", "stop")])
    with django_assert_max_num_queries(11):
        assert entitlements.on(whole(COUNTY), [home.pk for home in homes], MAY) == {}
    with django_assert_max_num_queries(11):
        entitlements.on(whole(COUNTY), [homes[0].pk], MAY)


def test_the_check_sees_a_grant_that_its_changes_do_not_explain(cast, three, make_case):
    grant = grant_to(make_case(three), *people_of(three), actor=cast.officer)
    son = people_of(three)[1]
    change(three, cast.county, [Line(son.pk, "rural_dibao", "stop")], JULY, "share_stop")
    assert invariants.grants_and_changes() == []
    Enrolment.objects.filter(pk=grant.pk).update(persons=[one.pk for one in people_of(three)])
    assert [str(grant.pk) in fault for fault in invariants.grants_and_changes()] == [True]


AUGUST = date(2020, 8, 1)


@pytest.mark.parametrize("paid", [210, 220])
def test_a_stop_of_what_the_roll_pays_of_a_grant_ends_the_grant_too(cast, three, make_case, paid):
    head, son, girl = people_of(three)
    case = make_case(three)
    grant = grant_to(case, head, son, girl, actor=cast.officer)
    record = on_roll(son, paid, first_day=date(2020, 6, 30))
    roll(date(2020, 6, 30), "rural_dibao")
    done = change(
        three, cast.county, stop_all(entitlements.of_person(whole(COUNTY), three.pk, son.pk, JULY)), AUGUST
    )
    assert receive(three, JULY)["李建华"] == paid
    assert "李建华" not in receive(three, AUGUST)
    BenefitRecord.objects.filter(pk=record.pk).update(last_day=date(2020, 8, 30))
    roll(date(2020, 8, 31), "rural_dibao")
    assert "李建华" not in receive(three, date(2020, 9, 5))
    grant.refresh_from_db()
    assert (grant.monthly_amount, grant.persons) == (Decimal(420), [head.pk, girl.pk])
    assert ("花名册现发 220.00 元" in done.reason) == (paid == 220)
    assert invariants.grants_and_changes() == []


def test_a_cut_of_what_the_roll_pays_of_a_grant_stays_in_the_grant(cast, three, make_case):
    head = people_of(three)[0]
    grant = grant_to(make_case(three), head, amount="210", actor=cast.officer)
    on_roll(head, first_day=date(2020, 6, 30))
    roll(date(2020, 6, 30), "rural_dibao")
    now = entitlements.of_person(whole(COUNTY), three.pk, head.pk, JULY)[0]
    change(three, cast.county, to_amount(now, Decimal(105)), AUGUST)
    grant.refresh_from_db()
    assert (grant.monthly_amount, grant.persons, grant.ended_on) == (Decimal(105), [head.pk], None)
    assert receive(three, AUGUST) == {"李发祥": Decimal(105)}


def test_other_aid_by_the_roll_than_granted_ends_with_the_grant(cast, three, make_case):
    head = people_of(three)[0]
    grant = grant_to(make_case(three), head, amount="210", actor=cast.officer)
    record = on_roll(head, 600, "tekun", first_day=date(2020, 6, 30))
    change(three, cast.county, [Line(head.pk, "tekun", "stop")], AUGUST, "death")
    BenefitRecord.objects.filter(pk=record.pk).update(last_day=date(2020, 8, 30))
    roll(date(2020, 8, 31), "tekun", "rural_dibao")
    grant.refresh_from_db()
    assert (grant.persons, receive(three, date(2020, 9, 5))) == ([], {})


def test_nothing_starts_in_a_month_of_which_a_roll_has_spoken(cast, three, make_case):
    head = people_of(three)[0]
    roll(date(2020, 5, 31), "rural_dibao")
    begins = Line(head.pk, "rural_dibao", "start", Decimal(150))
    with pytest.raises(ValidationError, match=r"花名册截至 5月31日.*请从 2020年6月起"):
        change(three, cast.county, [begins], MAY)
    change(three, cast.county, [begins], JUNE)
    assert receive(three, JUNE) == {"李发祥": Decimal(150)}


def test_what_joins_a_grant_starts_whatever_a_roll_says(cast, three, make_case):
    head, son, _ = people_of(three)
    grant = grant_to(make_case(three), head, amount="210", actor=cast.officer)
    roll(date(2020, 5, 31), "rural_dibao")
    change(three, cast.county, [Line(son.pk, "rural_dibao", "start", Decimal(150), grant.pk)], MAY)
    assert receive(three, JUNE)["李建华"] == Decimal(150)


def test_what_the_other_side_stopped_begins_after_the_roll_of_the_place(cast, three, make_household):
    head = people_of(three)[0]
    on_roll(head)
    stopped = change(three, cast.county, [Line(head.pk, "rural_dibao", "stop")], MAY, "split")
    new = make_household(LIUSHUTANG, ("李建军", Labour.NONE))
    assert benefit_changes.first_month_beside(stopped, new) == MAY
    roll(date(2020, 5, 31), "rural_dibao")
    assert benefit_changes.first_month_beside(stopped, new) == JUNE


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_the_second_sees_the_first(cast, three):
    """The second has read 210 yuan, too; it waits, and finds that nothing is left to cut."""
    head = people_of(three)[0]
    on_roll(head)
    now = entitlements.of_person(whole(COUNTY), three.pk, head.pk, MAY)[0]
    refused = []

    def cut():
        try:
            change(three, cast.county, to_amount(now, Decimal(105)))
        except ValidationError as refusal:
            refused.extend(refusal.messages)
        finally:
            connection.close()

    second = threading.Thread(target=cut)
    with transaction.atomic():
        change(three, cast.county, stop_all([now]))
        second.start()
        second.join(1)
        assert second.is_alive()
    second.join(20)
    assert ["没有在领" in sentence for sentence in refused] == [True]
    assert receive(three, MAY) == {}
