"""Missing reports: the clock around the 15th, month ends and standstills (C23)."""

from datetime import date

import pytest

from dabao.models import Flag, Unit
from dabao.tests.cast import GUIHUA, SHIYANG, ZHAOJIADIAN
from reports.models import Feedback, HelpRequest, Meeting
from reports.services.flags import clear_done, raise_missing, raise_others
from reports.tests.conftest import MARCH

SUNDAY_15, MONDAY_16 = date(2020, 3, 15), date(2020, 3, 16)


def flags(region=SHIYANG):
    return list(Flag.objects.filter(kind="report_missing", region=region).order_by("due_on"))


def test_on_the_fifteenth_nothing_is_missing_though_it_is_a_sunday(county):
    assert len(raise_missing(plan=county.plan, day=SUNDAY_15)) == 0
    assert flags() == []


def test_on_the_sixteenth_every_township_without_report_is_flagged(county):
    assert len(raise_missing(plan=county.plan, day=MONDAY_16)) == 3
    flag = flags()[0]
    assert (flag.subject, flag.due_on, flag.raised_on, flag.noticed_on) == (
        "report:2020-03",
        SUNDAY_15,
        MONDAY_16,
        MONDAY_16,
    )
    assert flag.label == "3月月报缺报"


def test_a_report_sent_on_the_fifteenth_is_on_time(county, send):
    report = send(SUNDAY_15, MARCH)
    raise_missing(plan=county.plan, day=MONDAY_16)
    assert not report.late
    assert flags() == []


def test_running_twice_raises_nothing_new(county):
    raise_missing(plan=county.plan, day=MONDAY_16)
    assert len(raise_missing(plan=county.plan, day=MONDAY_16)) == 0
    assert len(raise_missing(plan=county.plan, day=date(2020, 3, 31))) == 0
    assert Flag.objects.count() == 3


def test_a_late_report_clears_the_flag_and_stays_late(county, send):
    raise_missing(plan=county.plan, day=MONDAY_16)
    report = send(date(2020, 3, 18), MARCH)
    assert report.late
    assert flags()[0].cleared_on == date(2020, 3, 18)
    assert [flag.cleared_on for flag in flags(GUIHUA)] == [None]
    raise_missing(plan=county.plan, day=date(2020, 3, 19))
    assert len(flags()) == 1


def test_three_months_of_standstill_leave_one_flag_for_each_month(county):
    day = date(2020, 6, 20)
    assert len(raise_missing(plan=county.plan, day=day)) == 12
    assert [flag.due_on.month for flag in flags(ZHAOJIADIAN)] == [3, 4, 5, 6]
    assert {flag.noticed_on for flag in flags()} == {day}
    assert [flag.raised_on.day for flag in flags()] == [16, 16, 16, 16]


def test_a_run_after_a_standstill_finds_the_late_one_that_came_meanwhile(county, send):
    send(date(2020, 3, 18), MARCH)
    raise_missing(plan=county.plan, day=date(2020, 4, 1), noticed_on=date(2020, 4, 1))
    flag = flags()[0]
    assert (flag.raised_on, flag.cleared_on) == (MONDAY_16, date(2020, 3, 18))


def test_catching_up_says_when_it_was_noticed(county):
    raise_missing(plan=county.plan, day=MONDAY_16, noticed_on=date(2020, 4, 10))
    assert (flags()[0].raised_on, flags()[0].noticed_on) == (MONDAY_16, date(2020, 4, 10))


@pytest.mark.parametrize("day", [date(2020, 12, 16), date(2021, 3, 1)])
def test_nothing_is_due_after_december(county, day):
    assert len(raise_missing(plan=county.plan, day=day)) == 30
    assert flags()[-1].due_on == date(2020, 12, 15)


def test_the_due_day_is_data_of_the_plan(county):
    county.plan.report_due_day = 31
    county.plan.save()
    raise_missing(plan=county.plan, day=date(2020, 5, 1))
    assert [flag.due_on for flag in flags()] == [date(2020, 3, 31), date(2020, 4, 30)]


def test_a_flag_raised_beside_the_submission_is_cleared_by_the_next_run(county, send):
    raise_missing(plan=county.plan, day=MONDAY_16)
    send(date(2020, 3, 17), MARCH)
    Flag.objects.filter(region=SHIYANG).update(cleared_on=None)
    assert clear_done(plan=county.plan, day=date(2020, 3, 18)) == {"report_missing": 1}
    assert flags()[0].cleared_on == date(2020, 3, 17)
    assert clear_done(plan=county.plan, day=date(2020, 3, 18)) == {}


def test_meetings_feedback_and_answers_too_are_cleared_by_the_next_run(county, cast, send):
    report = send(date(2020, 3, 13), MARCH)
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    HelpRequest.objects.create(
        report=report,
        order=1,
        text="缺一名协理员",
        unit=unit,
        wanted_by=date(2020, 3, 20),
        due_on=date(2020, 3, 25),
        answer="下月到岗",
        answered_by=cast.county,
        answered_on=date(2020, 4, 27),
    )
    held = {"plan": county.plan, "region_id": SHIYANG, "recorded_by": cast.head}
    Meeting.objects.create(**held, month=MARCH, recorded_on=date(2020, 4, 2), held_on=date(2020, 3, 30))
    Feedback.objects.create(**held, month=date(2020, 4, 1), recorded_on=date(2020, 4, 28))
    raise_others(plan=county.plan, day=date(2020, 4, 29))
    mine = Flag.objects.filter(region__in=(SHIYANG, county.code))
    mine.update(cleared_on=None)
    assert clear_done(plan=county.plan, day=date(2020, 4, 29)) == {
        "meeting_missing": 1,
        "feedback_missing": 1,
        "answer_owed": 1,
    }
    assert {flag.kind: flag.cleared_on for flag in mine} == {
        "meeting_missing": date(2020, 4, 2),
        "feedback_missing": date(2020, 4, 28),
        "answer_owed": date(2020, 4, 27),
    }
    assert Flag.objects.filter(kind="meeting_missing", region=GUIHUA, cleared_on=None).exists()
