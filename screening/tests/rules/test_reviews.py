"""What a review may come to, at the lines and one yuan off; tapers at month ends, leap years (C14, C15)."""

from datetime import date
from decimal import Decimal

import pytest

from screening.rules import reviews
from screening.rules.reviews import Months, Standards

LINES = Standards(Decimal(4500), Decimal(4000))
SIX_TO_TWELVE = Months(6, 12)


def open_ways(income, standards=LINES, months=SIX_TO_TWELVE):
    answers = reviews.ways(Decimal(income), standards, months, lifted=True)
    return {str(answer.way) for answer in answers if answer.applies}


@pytest.mark.parametrize(
    ("income", "ways"),
    [
        ("0", {"keep", "stop"}),
        ("4000", {"keep", "stop"}),
        ("4000.01", {"keep", "stop"}),
        ("4499.99", {"keep", "stop"}),
        ("4500", {"keep", "stop"}),
        ("4500.01", {"taper", "stop"}),
        ("9000", {"taper", "stop"}),
    ],
)
def test_which_ways_apply(income, ways):
    assert open_ways(income) == ways


@pytest.mark.parametrize(
    ("income", "lifted", "outcome"),
    [
        ("3999.99", True, "keep"),
        ("4000", True, "keep"),
        ("4000.01", True, "keep_lifted"),
        ("4499.99", True, "keep_lifted"),
        ("4500", True, "keep"),
        ("4200", False, "keep"),
    ],
)
def test_a_lifted_household_strictly_between_the_lines_keeps_as_lifted(income, lifted, outcome):
    assert reviews.kept_as(Decimal(income), LINES, lifted=lifted) == outcome


def test_without_a_poverty_line_nobody_keeps_as_lifted():
    assert reviews.kept_as(Decimal(4200), Standards(Decimal(4500), None), lifted=True) == "keep"


def test_without_a_dibao_standard_no_way_applies_and_it_says_who_fills_it_in():
    unknown = Standards(None, Decimal(4000))
    assert open_ways("4200", unknown) == set()
    said = reviews.fault("keep", Decimal(4200), unknown, SIX_TO_TWELVE, chosen_months=None, stop_reason="")
    assert said is not None
    assert "请县局在“设置·标准”里填" in said[1]


@pytest.mark.parametrize(
    ("way", "income", "words"),
    [
        ("keep", "4825", "收入要在 4,000 和 4,500 之间；本户高出 325.00，不适用"),
        ("keep", "4500.01", "收入要在 4,000 和 4,500 之间；本户高出 0.01，不适用"),
        ("taper", "4499", "收入要高于 4,500；本户低 1.00，不适用"),
        ("taper", "4500", "收入要高于 4,500；本户正好等于，不适用"),
        ("keep", "4500", "正好等于 4,500：由你定，写明为什么"),
    ],
)
def test_a_way_says_its_condition_and_by_how_much_it_is_off(way, income, words):
    answers = reviews.ways(Decimal(income), LINES, SIX_TO_TWELVE, lifted=True)
    assert {str(answer.way): answer.words for answer in answers}[way] == words


def test_a_way_that_does_not_apply_is_refused_with_the_words_of_its_card():
    said = reviews.fault("keep", Decimal(4825), LINES, SIX_TO_TWELVE, chosen_months=None, stop_reason="")
    assert said is not None
    assert said[0] == "way"
    assert "本户高出 325.00" in said[1]


@pytest.mark.parametrize("income", ["4000", "4500", "4825"])
def test_what_is_no_way_at_all_is_refused(income):
    said = reviews.fault("", Decimal(income), LINES, SIX_TO_TWELVE, chosen_months=6, stop_reason="other")
    assert said is not None
    assert said[0] == "way"


@pytest.mark.parametrize(("months", "fine"), [(5, False), (6, True), (12, True), (13, False), (None, False)])
def test_a_taper_has_six_to_twelve_months(months, fine):
    said = reviews.fault("taper", Decimal(4825), LINES, SIX_TO_TWELVE, chosen_months=months, stop_reason="")
    assert (said is None) is fine


@pytest.mark.parametrize(("months", "fine"), [(6, False), (7, True), (12, True), (13, False)])
def test_a_taper_that_runs_is_lengthened_within_twelve_months_in_sum(months, fine):
    running = Months(6, 12, already=6)
    said = reviews.fault("taper", Decimal(4825), LINES, running, chosen_months=months, stop_reason="")
    assert (said is None) is fine


def test_a_taper_of_twelve_months_is_not_lengthened():
    assert open_ways("4825", months=Months(6, 12, already=12)) == {"stop"}


@pytest.mark.parametrize(
    ("income", "reason", "fine"),
    [
        ("4500.01", "income_over", True),
        ("4500", "income_over", True),
        ("4499.99", "income_over", False),
        ("4499.99", "vehicle", True),
        ("4825", "", False),
        ("4825", "whatever", False),
    ],
)
def test_a_stop_has_a_reason_that_is_true(income, reason, fine):
    said = reviews.fault(
        "stop", Decimal(income), LINES, SIX_TO_TWELVE, chosen_months=None, stop_reason=reason
    )
    assert (said is None) is fine


@pytest.mark.parametrize(
    ("from_month", "months", "first_day", "last_day", "to_month"),
    [
        (date(2020, 9, 1), 6, date(2020, 8, 31), date(2021, 2, 28), date(2021, 2, 1)),
        (date(2019, 9, 1), 6, date(2019, 8, 31), date(2020, 2, 29), date(2020, 2, 1)),
        (date(2020, 3, 1), 12, date(2020, 2, 29), date(2021, 2, 28), date(2021, 2, 1)),
        (date(2021, 3, 1), 6, date(2021, 2, 28), date(2021, 8, 28), date(2021, 8, 1)),
        (date(2020, 11, 1), 6, date(2020, 10, 31), date(2021, 4, 30), date(2021, 4, 1)),
        (date(2020, 12, 1), 7, date(2020, 11, 30), date(2021, 6, 30), date(2021, 6, 1)),
    ],
)
def test_a_taper_ends_by_calendar_months(from_month, months, first_day, last_day, to_month):
    span = reviews.span(from_month, months, SIX_TO_TWELVE, 30)
    assert (span.first_day, span.last_day, span.to_month) == (first_day, last_day, to_month)


def test_as_many_months_are_paid_as_the_taper_has():
    for month in range(1, 13):
        for months in SIX_TO_TWELVE.choices:
            span = reviews.span(date(2020, month, 1), months, SIX_TO_TWELVE, 30)
            paid = (span.to_month.year - span.from_month.year) * 12 + span.to_month.month - month + 1
            assert paid == months


def test_the_reminder_comes_thirty_days_before_the_end():
    assert reviews.span(date(2020, 9, 1), 6, SIX_TO_TWELVE, 30).remind_on == date(2021, 1, 29)


def test_a_taper_outside_the_plan_is_refused():
    with pytest.raises(ValueError, match="6 至 12 个月"):
        reviews.span(date(2020, 9, 1), 5, SIX_TO_TWELVE, 30)


@pytest.mark.parametrize(
    ("approved_on", "month"),
    [
        (date(2020, 8, 12), date(2020, 9, 1)),
        (date(2020, 8, 31), date(2020, 9, 1)),
        (date(2020, 9, 1), date(2020, 10, 1)),
        (date(2020, 12, 30), date(2021, 1, 1)),
    ],
)
def test_a_stop_takes_no_month_that_has_begun(approved_on, month):
    assert reviews.stop_month(date(2020, 9, 1), approved_on) == month
