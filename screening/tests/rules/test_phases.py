"""The calendar and the work of the phases, and the months of reports (C20-C24, C27)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.phases import (
    PhaseSpan,
    Stage,
    case_due_day,
    days_left,
    due_on,
    is_late,
    is_overdue,
    lag,
    meeting_missing_from,
    missing_from,
    months_between,
    months_due,
    months_met,
    next_month,
    overdue_since,
    pace,
    reddens_phase,
    report_period,
    straight_line,
    work_of_county,
    work_of_phase,
)

FIRST, LAST = date(2020, 3, 3), date(2020, 4, 15)
SPAN = PhaseSpan(FIRST, LAST)
TODAY = date(2020, 4, 10)


def test_the_first_phase_has_44_days():
    assert SPAN.days == 44


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        ("2020-03-02", Stage.BEFORE),
        ("2020-03-03", Stage.DURING),
        ("2020-04-15", Stage.DURING),
        ("2020-04-16", Stage.PAST),
    ],
)
def test_first_and_last_day_belong_to_the_phase(today, stage):
    assert SPAN.stage(date.fromisoformat(today)) == stage


def test_a_phase_cannot_end_before_it_begins():
    with pytest.raises(ValueError, match="早于第一天"):
        PhaseSpan(LAST, FIRST)
    assert PhaseSpan(FIRST, FIRST).days == 1


@pytest.mark.parametrize(
    ("total", "today", "line"),
    [
        (163, "2020-04-10", 141),
        (44, "2020-04-10", 38),
        (163, "2020-03-03", 0),
        (163, "2020-03-02", 0),
        (163, "2020-01-01", 0),
        (44, "2020-03-04", 1),
        (44, "2020-04-15", 43),
        (163, "2020-04-16", 163),
        (163, "2020-12-30", 163),
        (22, "2020-03-04", 1),  # a half goes up
        (21, "2020-03-04", 0),
        (0, "2020-04-10", 0),
    ],
)
def test_the_straight_line_counts_whole_days_before_today(total, today, line):
    assert straight_line(total, FIRST, LAST, date.fromisoformat(today)) == line


def test_lag_is_line_less_done_and_negative_ahead():
    assert lag(141, 126) == 15
    assert lag(141, 150) == -9


@pytest.mark.parametrize(
    ("left", "today", "rate", "days"),
    [
        (37, "2020-04-10", 7, 6),
        (36, "2020-04-10", 6, 6),
        (0, "2020-04-10", 0, 6),
        (37, "2020-04-15", 37, 1),
        (37, "2020-04-16", None, 0),
        (0, "2020-05-16", None, 0),
    ],
)
def test_pace_is_what_is_left_over_the_days_including_today(left, today, rate, days):
    assert pace(left, LAST, date.fromisoformat(today)) == rate
    assert days_left(LAST, date.fromisoformat(today)) == days


def test_the_last_day_is_on_time_and_the_flag_comes_with_the_next():
    assert not is_overdue(LAST, LAST)
    assert is_overdue(LAST, LAST + timedelta(days=1))
    assert overdue_since(LAST) == date(2020, 4, 16)


def test_work_of_a_township():
    work = work_of_phase(163, 126, SPAN, TODAY)
    assert (work.line, work.lag, work.left, work.days_left, work.pace, work.overdue) == (
        141,
        15,
        37,
        6,
        7,
        False,
    )


@pytest.mark.parametrize(
    ("done", "today", "overdue"),
    [
        (162, "2020-04-15", False),
        (162, "2020-04-16", True),
        (163, "2020-04-16", False),
    ],
)
def test_only_unfinished_work_is_overdue(done, today, overdue):
    assert work_of_phase(163, done, SPAN, date.fromisoformat(today)).overdue is overdue


def test_before_a_phase_its_work_is_spread_over_its_own_days():
    work = work_of_phase(40, 0, PhaseSpan(date(2020, 4, 16), date(2020, 5, 5)), TODAY)
    assert (work.line, work.lag, work.days_left, work.pace) == (0, 0, 20, 2)


def test_the_line_of_the_county_is_the_sum_of_the_townships_and_the_pace_its_own():
    townships = [work_of_phase(22, 20, SPAN, date(2020, 3, 4)) for _ in range(12)]
    county = work_of_county(townships, SPAN, date(2020, 3, 4))
    assert county.line == 12
    assert straight_line(22 * 12, FIRST, LAST, date(2020, 3, 4)) == 6
    assert (county.total, county.done, county.left, county.lag) == (264, 240, 24, -228)
    assert county.pace == 1
    assert sum(township.pace for township in townships) == 12


@pytest.mark.parametrize(
    ("opened", "due"),
    [("2020-03-10", "2020-04-15"), ("2020-04-15", "2020-04-15"), ("2020-04-16", "2020-05-01")],
)
def test_a_case_opened_after_the_last_day_is_due_after_so_many_days(opened, due):
    assert case_due_day(date.fromisoformat(opened), LAST, 15) == date.fromisoformat(due)
    assert reddens_phase(date.fromisoformat(opened), LAST) is (due == "2020-04-15")


# months


def test_reports_of_the_plan_run_from_march_to_december():
    months = months_between(date(2020, 3, 3), date(2020, 12, 30))
    assert months[0] == date(2020, 3, 1)
    assert months[-1] == date(2020, 12, 1)
    assert len(months) == 10
    assert months_between(date(2020, 4, 1), date(2020, 3, 31)) == []
    assert months_between(date(2020, 3, 3), date(2020, 4, 1)) == [date(2020, 3, 1), date(2020, 4, 1)]


@pytest.mark.parametrize(
    ("month", "day_of_month", "due", "missing"),
    [
        ("2020-03-01", 15, "2020-03-15", "2020-03-16"),  # a Sunday: no shift
        ("2020-04-01", 25, "2020-04-25", "2020-04-26"),
        ("2020-04-01", 31, "2020-04-30", "2020-05-01"),
        ("2020-02-01", 30, "2020-02-29", "2020-03-01"),
        ("2020-12-01", 31, "2020-12-31", "2021-01-01"),
    ],
)
def test_a_report_is_missing_from_the_day_after_it_was_due(month, day_of_month, due, missing):
    first = date.fromisoformat(month)
    assert due_on(first, day_of_month) == date.fromisoformat(due)
    assert missing_from(first, day_of_month) == date.fromisoformat(missing)


def test_the_fifteenth_is_on_time_for_the_report():
    march = date(2020, 3, 1)
    assert not is_late(date(2020, 3, 15), march, 15)
    assert is_late(date(2020, 3, 16), march, 15)


@pytest.mark.parametrize(
    ("today", "months"),
    [("2020-03-15", 0), ("2020-03-16", 1), ("2020-04-15", 1), ("2020-04-16", 2), ("2021-05-01", 10)],
)
def test_only_months_whose_day_has_passed_are_due(today, months):
    due = months_due(date(2020, 3, 3), date(2020, 12, 30), 15, date.fromisoformat(today))
    assert len(due) == months


@pytest.mark.parametrize(("today", "months"), [("2020-03-31", 0), ("2020-04-01", 1), ("2021-01-01", 10)])
def test_a_meeting_is_missing_from_the_first_of_the_next_month(today, months):
    assert len(months_met(date(2020, 3, 3), date(2020, 12, 30), date.fromisoformat(today))) == months
    assert meeting_missing_from(date(2020, 12, 1)) == date(2021, 1, 1)


def test_the_first_report_begins_with_the_plan_and_the_next_where_it_ended():
    first_day, cut = date(2020, 3, 3), date(2020, 3, 14)
    assert report_period(date(2020, 3, 1), first_day, None, cut) == (first_day, cut)
    april = report_period(date(2020, 4, 1), first_day, cut, date(2020, 4, 15))
    assert april == (date(2020, 3, 15), date(2020, 4, 15))
    with pytest.raises(ValueError, match="方案开始之前"):
        report_period(date(2020, 2, 1), first_day, None, cut)


# invariants

spans = st.tuples(st.dates(date(2019, 1, 1), date(2022, 1, 1)), st.integers(0, 400)).map(
    lambda pair: PhaseSpan(pair[0], pair[0] + timedelta(days=pair[1]))
)
days = st.dates(date(2018, 6, 1), date(2023, 1, 1))


@given(spans, st.integers(0, 5000), days)
def test_the_line_never_falls_and_ends_at_the_total(span, total, today):
    line = straight_line(total, span.first_day, span.last_day, today)
    tomorrow = straight_line(total, span.first_day, span.last_day, today + timedelta(days=1))
    assert 0 <= line <= tomorrow <= total
    assert straight_line(total, span.first_day, span.last_day, span.first_day) == 0
    assert straight_line(total, span.first_day, span.last_day, span.last_day + timedelta(days=1)) == total


@given(spans, st.integers(0, 5000), st.integers(0, 400))
def test_at_the_pace_the_work_is_done_in_time_and_no_day_early(span, left, before_end):
    today = span.last_day - timedelta(days=before_end)
    rate = pace(left, span.last_day, today)
    left_days = days_left(span.last_day, today)
    assert rate * left_days >= left
    assert (rate - 1) * left_days < left or rate == 0


@given(spans, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), max_size=12), days)
def test_the_county_is_the_sum_of_its_townships(span, pairs, today):
    townships = [work_of_phase(max(pair), min(pair), span, today) for pair in pairs]
    county = work_of_county(townships, span, today)
    for name in ("total", "done", "line", "lag", "left"):
        assert getattr(county, name) == sum(getattr(township, name) for township in townships)
    assert county.overdue == any(township.overdue for township in townships)


@given(days)
def test_the_next_month_is_the_next(day):
    following = next_month(day)
    assert following.day == 1
    assert (following.year * 12 + following.month) == (day.year * 12 + day.month) + 1
