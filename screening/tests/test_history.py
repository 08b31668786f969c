"""A household as it stood on a day: what was recorded by then, and nothing that came later."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dabao import clock
from dabao.tests.cast import FIRST_DAY, LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.models import CategoryMatch
from screening.queries.history import household_on
from screening.rules.verdicts import MemberFound, Verdict
from screening.services import cases, recheck, verification
from screening.tests.enrolment_cast import (
    NOT_ELIGIBLE,
    POST,
    RECORD,
    VISIT,
    bring_to,
    verify,
    write_number,
)
from screening.tests.test_verification import entry_of, people_of, put_on_roll


def then(case, user, day):
    return household_on(user.scope(), case.pk, day)


def day(number, month=3):
    return date(2020, month, number)


@pytest.fixture
def closed(judged, cast):
    """Verified on 18 March, all six steps until 3 April."""
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)
    case.refresh_from_db()
    return case


@pytest.mark.parametrize(
    ("when", "state", "outcome"),
    [
        (day(10), "to_verify", ""),
        (day(17), "to_verify", ""),
        (VISIT, "to_enrol", ""),
        (day(2, 4), "to_enrol", ""),
        (RECORD, "closed", "enrolled"),
        (TODAY, "closed", "enrolled"),
    ],
)
def test_the_state_is_that_of_the_last_event_by_the_day(closed, cast, when, state, outcome):
    page = then(closed, cast.officer, when).page
    assert (page.case.state, page.case.outcome) == (state, outcome)


def test_reading_the_past_changes_nothing(closed, cast):
    then(closed, cast.officer, day(17))
    closed.refresh_from_db()
    assert (closed.state, closed.outcome) == ("closed", "enrolled")


def test_steps_are_those_recorded_by_the_day(closed, cast):
    ((lane, steps),) = then(closed, cast.officer, POST).lanes
    assert [step.kind for step in steps] == ["applied", "reviewed", "publicised"]
    assert (lane.stage, lane.grant.provincial_number) == ("公示", "")
    ((lane, steps),) = then(closed, cast.officer, RECORD).lanes
    assert (len(steps), lane.stage) == (6, "已录入")
    assert then(closed, cast.officer, day(17)).lanes == []


def test_a_conclusion_stands_from_its_day_on(closed, cast):
    assert not then(closed, cast.officer, day(17)).concluded
    found = then(closed, cast.officer, VISIT)
    assert found.concluded
    assert found.page.current.by == cast.officer


def test_a_corrected_conclusion_shows_its_first_version_before_the_correction(judged, cast):
    case = judged(Verdict("dibao"))
    entry = entry_of(case, NOT_ELIGIBLE, visited_on=VISIT)
    verification.correct(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        submission_key=case.pk, entry=entry, reason="在编教师", day=day(25),
    )  # fmt: skip
    before, after = then(case, cast.officer, day(24)), then(case, cast.officer, day(25))
    assert [one.scheme for one in before.page.current.decisions.all()] == ["dibao"]
    assert [one.scheme for one in after.page.current.decisions.all()] == ["none"]
    assert (before.page.case.state, after.page.case.state) == ("to_enrol", "to_recheck")


def test_a_withdrawn_conclusion_stood_until_it_was_withdrawn(judged, cast):
    case = judged(Verdict("dibao"))
    verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=day(20))
    assert then(case, cast.officer, day(19)).concluded
    assert not then(case, cast.officer, day(20)).concluded


def test_a_returned_household_says_so_on_that_day_only(judged, cast):
    case = judged(NOT_ELIGIBLE)
    recheck.send_back(
        scope=cast.colleague.scope(), case_id=case.pk, actor=cast.colleague, version=case.version,
        note="收入没有依据", day=day(20),
    )  # fmt: skip
    verify(case, cast.officer, Verdict("dibao"))
    assert "收入没有依据" in then(case, cast.officer, day(20)).page.case.return_note
    assert then(case, cast.officer, day(17)).page.case.return_note == ""


def test_who_died_or_left_later_is_there(judged, cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))
    head, wife = people_of(case)
    entry = entry_of(
        case,
        Verdict("dibao"),
        visited_on=day(28),
        income={"wages": (Decimal("3000"), "县内务工")},
        members=[
            MemberFound(head.name, head.pk, living_together=True),
            MemberFound(wife.name, wife.pk, living_together=False, died_on=day(20)),
        ],
    )
    verification.submit(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, version=case.version,
        submission_key=case.pk, entry=entry, payload={}, day=day(28),
    )  # fmt: skip
    recorded_before = {one.name: one.gone for one in then(case, cast.officer, day(27)).page.members}
    recorded_after = {one.name: one.gone for one in then(case, cast.officer, day(28)).page.members}
    assert recorded_before == {"普有福": False, "罗翠英": False}
    assert recorded_after == {"普有福": False, "罗翠英": True}


def test_a_membership_that_ended_is_shown_in_its_days(make_case, cast):
    case = make_case()
    case.household.memberships.update(last_day=day(15))
    assert len(then(case, cast.officer, day(15)).page.members) == 1
    assert then(case, cast.officer, day(16)).page.members == []


def test_the_roll_and_the_categories_are_those_of_the_day(make_case, cast, county):
    case = make_case()
    put_on_roll(people_of(case)[0])
    people_of(case)[0].benefits.update(first_day=day(20))
    for category, first, last in ((2, day(10), day(19)), (4, day(20), None)):
        CategoryMatch.objects.create(
            plan=county.plan, household=case.household, category=category, answer="yes",
            grounds=[], rule_version="1", first_day=first, last_day=last,
        )  # fmt: skip
    before, after = (then(case, cast.officer, one).page for one in (day(19), day(20)))
    assert (before.coverage, before.case.categories) == ("未保", [2])
    assert (after.coverage, after.case.categories) == ("低保", [4])


def test_before_it_came_in_there_is_no_record_of_it(make_case, cast):
    assert then(make_case(), cast.officer, date(2020, 3, 2)).page is None


def test_between_coming_in_and_being_listed_it_is_not_on_the_list(make_case, cast):
    page = then(make_case(), cast.officer, FIRST_DAY).page
    assert (page.status_text, [event.text for event in page.events]) == ("还没列入排查名单", ["入库"])


def test_what_happened_later_is_not_told(closed, cast):
    told = [event.text for event in then(closed, cast.officer, VISIT).page.events]
    assert any("入户核查" in text for text in told)
    assert not any("申请" in text for text in told)


def test_the_number_of_queries_does_not_grow_with_members_and_events(cast, make_case, make_household):
    def counted(names, notes):
        case = make_case(make_household(LIUSHUTANG, *((name, Labour.WEAK) for name in names)))
        for number in range(notes):
            cases.note(case=case, kind="note", actor=cast.officer, day=TODAY, text=f"来访 {number}")
        scope = cast.officer.scope()
        with CaptureQueriesContext(connection) as captured:
            household_on(scope, case.pk, TODAY)
        return len(captured)

    assert counted("甲", 1) == counted("乙丙丁戊己", 20)


# --- The page ---


def address(case, when):
    return reverse("screening:case-on", args=[case.pk, when])


def test_the_page_says_the_day_and_offers_the_days_on_which_something_happened(closed, cast, client_of):
    answer = client_of(cast.officer).get(address(closed, "2020-03-24"))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "这是 <b>2020年3月24日</b> 当天的样子" in text
    assert address(closed, "2020-03-23") in text
    assert "撤回这次核查" not in text
    assert "更正</a>" not in text


def test_a_day_is_asked_for_by_the_form(closed, cast, client_of):
    answer = client_of(cast.officer).get(address(closed, "2020-03-24"), {"day": "2020-03-30"})
    assert answer["Location"] == address(closed, "2020-03-30")


def test_a_day_to_come_leads_to_today(closed, cast, client_of):
    answer = client_of(cast.officer).get(address(closed, "2020-04-11"))
    assert answer["Location"] == address(closed, clock.today().isoformat())


@pytest.mark.parametrize("day", ["2020-02-30", "20200401", "gestern"])
def test_what_is_no_day_is_said_and_leads_to_today(closed, cast, client_of, day):
    answer = client_of(cast.officer).get(address(closed, day), follow=True)
    assert answer.redirect_chain == [(address(closed, clock.today().isoformat()), 302)]
    assert f"“{day}”不是一个日期" in answer.content.decode()
    assert client_of(cast.stranger).get(address(closed, day)).status_code == 404


def test_a_stranger_finds_nothing(closed, cast, client_of):
    assert client_of(cast.stranger).get(address(closed, "2020-03-24")).status_code == 404


def test_on_a_day_before_it_came_in_the_page_says_since_when(closed, cast, client_of):
    text = client_of(cast.officer).get(address(closed, "2020-03-01")).content.decode()
    assert "那一天这一户还没入库" in text
    assert address(closed, "2020-03-03") in text
