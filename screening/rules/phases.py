"""Calendar and work of the phases, and of reports, meetings and feedback (C20-C24, C27).

A last day and a due day are on time; a flag comes with the next day. No shift for weekends.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

ONE_DAY = timedelta(days=1)


class Stage(StrEnum):
    """Where a day stands against a phase."""

    BEFORE = "before"
    DURING = "during"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A phase from its first to its last day, both included."""

    first_day: date
    last_day: date

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("阶段的最后一天早于第一天。请改正日期。")

    @property
    def days(self) -> int:
        return (self.last_day - self.first_day).days + 1

    def stage(self, today: date) -> Stage:
        if today < self.first_day:
            return Stage.BEFORE
        return Stage.DURING if today <= self.last_day else Stage.PAST


@dataclass(frozen=True, slots=True)
class Work:
    """Work of a phase on a day, in households (or cases): `line` is the straight line of what should be done.

    `pace` is what a day must bring from today to the last day, None when that has passed.
    """

    total: int
    done: int
    line: int
    lag: int
    left: int
    days_left: int
    pace: int | None
    overdue: bool


def straight_line(total: int, first_day: date, last_day: date, today: date) -> int:
    """total x whole days before today / days of the phase, half up; on 10 April 2020 these are 38 of 44."""
    days = (last_day - first_day).days + 1
    passed = min(max((today - first_day).days, 0), days)
    return (2 * total * passed + days) // (2 * days)


def lag(line: int, done: int) -> int:
    """Households behind the line; negative when ahead."""
    return line - done


def days_left(last_day: date, today: date) -> int:
    """Days up to the last day including today; 0 when it has passed."""
    return max((last_day - today).days + 1, 0)


def pace(left: int, last_day: date, today: date) -> int | None:
    """Households a day from today to the last day, rounded up; None when that day has passed."""
    days = days_left(last_day, today)
    return -(-max(left, 0) // days) if days else None


def is_overdue(due_day: date, today: date) -> bool:
    """Whether the day has passed: the due day itself is on time."""
    return today > due_day


def overdue_since(due_day: date) -> date:
    """The day from which the flag stands."""
    return due_day + ONE_DAY


def work_of_phase(total: int, done: int, span: PhaseSpan, today: date) -> Work:
    """Work of one township (or village) in a phase."""
    return _work(total, done, straight_line(total, span.first_day, span.last_day, today), span, today)


def work_of_county(townships: Iterable[Work], span: PhaseSpan, today: date) -> Work:
    """Work of the county: totals and line are sums of the townships', the pace is of its own remainder."""
    works = list(townships)
    return _work(
        sum(work.total for work in works),
        sum(work.done for work in works),
        sum(work.line for work in works),
        span,
        today,
    )


def _work(total: int, done: int, line: int, span: PhaseSpan, today: date) -> Work:
    left = max(total - done, 0)
    start = max(today, span.first_day)  # before a phase its work is spread over the phase, not the wait
    return Work(
        total=total,
        done=done,
        line=line,
        lag=lag(line, done),
        left=left,
        days_left=days_left(span.last_day, start),
        pace=pace(left, span.last_day, start),
        overdue=left > 0 and is_overdue(span.last_day, today),
    )


def case_due_day(opened_on: date, last_day: date, days_for_late: int) -> date:
    """Due day of a case in a phase: its last day, or `days_for_late` days after opening when opened later."""
    return last_day if opened_on <= last_day else opened_on + timedelta(days=days_for_late)


def reddens_phase(opened_on: date, last_day: date) -> bool:
    """Whether a case counts in a phase at all: one opened after its last day never reddens it."""
    return opened_on <= last_day


# Months: each is named by its first day.


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    """First day of the month after."""
    return (first_of_month(month) + timedelta(days=31)).replace(day=1)


def previous_month(month: date) -> date:
    """First day of the month before."""
    return first_of_month(first_of_month(month) - ONE_DAY)


def last_of_month(month: date) -> date:
    """The last day of a month."""
    return next_month(month) - ONE_DAY


def months_between(first: date, last: date) -> list[date]:
    """Months from that of `first` to that of `last`, both included; none when wrong way round."""
    months = []
    month = first_of_month(first)
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months


def due_on(month: date, day_of_month: int) -> date:
    """The due day of a month (the 15th for reports, the 25th for feedback); its last day if shorter."""
    return month.replace(day=min(day_of_month, monthrange(month.year, month.month)[1]))


def missing_from(month: date, day_of_month: int) -> date:
    """The day from which what was due in the month is missing: the day after."""
    return overdue_since(due_on(month, day_of_month))


def meeting_missing_from(month: date) -> date:
    """A month's meeting is missing from the first of the next month."""
    return next_month(month)


def is_late(submitted_on: date, month: date, day_of_month: int) -> bool:
    """Whether what was recorded on a day came after its due day."""
    return submitted_on > due_on(month, day_of_month)


def months_due(first: date, last: date, day_of_month: int, today: date) -> list[date]:
    """Months of the plan whose report or feedback should be there: their due day has passed."""
    return [month for month in months_between(first, last) if missing_from(month, day_of_month) <= today]


def months_met(first: date, last: date, today: date) -> list[date]:
    """Months of the plan whose meeting should have been held: the month is over."""
    return [month for month in months_between(first, last) if meeting_missing_from(month) <= today]


def report_period(month: date, first_day: date, previous_cut: date | None, cut: date) -> tuple[date, date]:
    """Days a report covers: from after the last cut-off, or the plan's first day, to its freezing.

    `month` must not be before the plan's first month.
    """
    if month < first_of_month(first_day):
        raise ValueError("这个月在方案开始之前，没有月报。请选择方案期内的月份。")
    return (previous_cut + ONE_DAY if previous_cut else first_day), cut
