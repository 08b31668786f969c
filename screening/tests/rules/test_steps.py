"""The steps from application to the provincial system, at every line (C10)."""

import uuid
from datetime import date, timedelta
from itertools import pairwise

import pytest

from screening.choices import StepKind
from screening.rules.steps import (
    ORDER,
    Office,
    Taken,
    earliest_last_day,
    fault,
    furthest_behind,
    next_step,
    number_fault,
    offices,
    spans,
    waits_at,
)

APPLICANT, REVIEWER, COUNTY = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
APPLIED = Taken("applied", date(2020, 3, 24), APPLICANT)
REVIEWED = Taken("reviewed", date(2020, 3, 27), REVIEWER)
PUBLICISED = Taken("publicised", date(2020, 3, 30), APPLICANT, date(2020, 3, 30), date(2020, 4, 5))
APPROVED = Taken("approved", date(2020, 4, 6), COUNTY)
ENROLLED = Taken("enrolled", date(2020, 4, 8), COUNTY)
RECORDED = Taken("recorded", date(2020, 4, 9), COUNTY)
ALL = [APPLIED, REVIEWED, PUBLICISED, APPROVED, ENROLLED, RECORDED]
TODAY = date(2020, 4, 10)


def told(step, taken, today=TODAY, days=7):
    return fault(step, taken, today=today, publicity_days=days)


def test_the_order_is_the_plans():
    assert [kind.label for kind in ORDER] == ["申请", "审核", "公示", "审批", "纳入", "录入省系统"]


@pytest.mark.parametrize("place", range(6))
def test_in_order_every_step_may_be_taken(place):
    assert told(ALL[place], ALL[:place]) == ""


@pytest.mark.parametrize(("place", "kind"), [(p, k) for p in range(6) for k in range(6) if p != k])
def test_out_of_order_every_step_is_refused_with_what_it_waits_for(place, kind):
    sentence = told(ALL[kind], ALL[:place])
    assert f"“{ORDER[place].label}”" in sentence
    assert ("已经办过" in sentence) == (kind < place)


def test_when_all_are_taken_nothing_is_left():
    assert next_step(ALL) is None
    assert told(APPLIED, ALL) == "六步都办完了，不用再办。"


def test_no_step_lies_in_the_future_and_today_is_on_time():
    assert told(Taken("applied", TODAY, APPLICANT), []) == ""
    assert told(Taken("applied", TODAY + timedelta(1), APPLICANT), []) == "“申请”的日期不能晚于今天。"


def test_no_step_lies_before_the_one_before_and_the_same_day_is_on_time():
    assert told(Taken("reviewed", date(2020, 3, 24), REVIEWER), [APPLIED]) == ""
    early = told(Taken("reviewed", date(2020, 3, 23), REVIEWER), [APPLIED])
    assert early == "“审核”不能早于“申请”（3月24日）。"


@pytest.mark.parametrize(
    ("last_day", "days", "allowed"),
    [
        (date(2020, 4, 5), 7, True),
        (date(2020, 4, 4), 7, False),
        (date(2020, 4, 6), 7, True),
        (date(2020, 3, 30), 1, True),
        (date(2020, 3, 29), 1, False),
    ],
)
def test_publicity_takes_the_days_of_the_plan_the_first_one_counted(last_day, days, allowed):
    step = Taken("publicised", date(2020, 3, 30), APPLICANT, date(2020, 3, 30), last_day)
    assert (told(step, [APPLIED, REVIEWED], days=days) == "") is allowed


@pytest.mark.parametrize(
    ("first_day", "last_day"),
    [(date(2020, 2, 25), date(2020, 3, 2)), (date(2019, 2, 25), date(2019, 3, 3))],
)
def test_publicity_over_the_end_of_february(first_day, last_day):
    assert earliest_last_day(first_day, 7) == last_day


def test_publicity_needs_both_days():
    assert told(Taken("publicised", date(2020, 3, 30)), [APPLIED, REVIEWED]) == "请写公示的首日和末日。"


@pytest.mark.parametrize(("day", "allowed"), [(4, False), (5, False), (6, True)])
def test_approval_begins_the_day_after_the_last_day_of_publicity(day, allowed):
    step = Taken("approved", date(2020, 4, day), COUNTY)
    sentence = told(step, ALL[:3])
    assert (sentence == "") is allowed
    assert allowed or sentence == "公示到 4月5日才满，4月6日起才能审批。"


def test_who_applied_does_not_approve():
    assert told(Taken("approved", TODAY, APPLICANT), ALL[:3]) == "申请是你办的，审批要由别人办。"
    assert told(Taken("approved", TODAY, REVIEWER), ALL[:3]) == ""


@pytest.mark.parametrize(
    ("kind", "delegated", "who"),
    [
        ("applied", False, (Office.TOWNSHIP,)),
        ("reviewed", False, (Office.TOWNSHIP,)),
        ("publicised", False, (Office.TOWNSHIP,)),
        ("approved", False, (Office.COUNTY,)),
        ("approved", True, (Office.TOWNSHIP_HEAD, Office.COUNTY)),
        ("enrolled", True, (Office.COUNTY,)),
        ("recorded", True, (Office.COUNTY,)),
    ],
)
def test_whose_work_a_step_is(kind, delegated, who):
    assert offices(kind, township_approves=delegated) == who


@pytest.mark.parametrize(
    ("following", "last_day", "day", "stage"),
    [
        ("applied", None, TODAY, "applied"),
        ("publicised", None, TODAY, "publicised"),
        ("approved", date(2020, 4, 10), TODAY, "publicised"),
        ("approved", date(2020, 4, 9), TODAY, "approved"),
        ("enrolled", date(2020, 4, 10), TODAY, "enrolled"),
        ("", date(2020, 4, 1), TODAY, None),
    ],
)
def test_it_waits_in_publicity_to_the_end_of_its_last_day(following, last_day, day, stage):
    assert waits_at(following, last_day, day) == stage


@pytest.mark.parametrize("taken", range(7))
@pytest.mark.parametrize("today", [date(2020, 4, 9), date(2020, 4, 10), date(2020, 5, 31)])
def test_the_days_add_up(taken, today):
    opened = date(2020, 3, 23)
    found = spans(opened, ALL[:taken], today)
    end = ALL[-1].day if taken == 6 else today
    assert sum(span.days for span in found) == (end - opened).days
    assert all(a.to == b.since for a, b in pairwise(found))
    assert [span.kind for span in found] == list(ORDER[: len(found)])


def test_days_of_each_step_as_the_record_shows_them():
    found = spans(date(2020, 3, 23), ALL[:3], TODAY)
    assert [(span.kind, span.days, span.to is None) for span in found] == [
        ("applied", 1, False),
        ("reviewed", 3, False),
        ("publicised", 10, False),
        ("approved", 4, True),
    ]


def test_on_the_last_day_of_publicity_it_still_waits_there():
    found = spans(date(2020, 3, 23), ALL[:3], date(2020, 4, 5))
    assert (found[-1].kind, found[-1].days, found[-1].to) == ("publicised", 9, None)


def test_a_household_stands_where_its_slowest_grant_stands():
    assert furthest_behind([StepKind.RECORDED, StepKind.APPROVED, None]) == StepKind.APPROVED
    assert furthest_behind([None, None]) is None


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("5323260420200087", ""),
        ("532326042020087", "应是 16 位，少 1 位。看省系统回执。"),
        ("53232604202000871", "应是 16 位，多 1 位。看省系统回执。"),
        ("", "请填省系统编号。"),
        ("532326042020008X", "省系统编号只有数字。照省系统回执重填，不要带空格和字母。"),
        ("５３２３２６０４２０２０００８７", "省系统编号只有数字。照省系统回执重填，不要带空格和字母。"),
    ],
)
def test_a_provincial_number_is_checked_as_typed(number, sentence):
    assert number_fault(number, 16) == sentence
