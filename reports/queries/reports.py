"""Reports of townships by month: who is in, late, missing; and one report with its figures (C23)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from dabao.models import Posting, Region, User, WorkPlan
from dabao.scope import Right, Role, Scope
from reports.models import Feedback, HelpRequest, Meeting, MonthlyReport
from reports.queries import figures
from reports.rules import CaseLine, Standing, count, standing
from screening.models import Case
from screening.rules.phases import months_between, report_period

TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class TownshipMonth:
    """What a township did in a month, and what the county owes it for that month's requests.

    `held_on`, `met_on`: the meeting's day and the day it was recorded. `asked`, `answered`, `owed`: numbers
    of requests, `owed` = unanswered past their day.
    """

    report: Standing
    held_on: date | None = None
    met_on: date | None = None
    told_on: date | None = None
    asked: int = 0
    answered: int = 0
    owed: int = 0

    @property
    def month(self) -> date:
        return self.report.month


@dataclass(frozen=True, slots=True)
class TownshipMonths:
    """A township in each month of the plan begun so far, oldest first."""

    code: str
    name: str
    months: tuple[TownshipMonth, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The figures of a report and the cases behind them; `frozen_at` None = as the ledger has them now."""

    figures: dict[str, Any]
    lines: list[CaseLine]
    frozen_at: datetime | None


def townships(scope: Scope, plan: WorkPlan) -> list[Region]:
    """The townships whose reports the scope may read, in the county's order."""
    return list(
        Region.objects.within(scope, Right.READ_REPORT)
        .filter(parent=plan.region_id)
        .order_by("order", "code")
    )


def township(scope: Scope, plan: WorkPlan, code: str) -> Region:
    """Raises Region.DoesNotExist for a township that is not of the plan or not in the scope."""
    return Region.objects.within(scope, Right.READ_REPORT).get(parent=plan.region_id, code=code)


def months_begun(scope: Scope, plan: WorkPlan, day: date) -> list[date]:  # noqa: ARG001 - the plan is public
    """Months of the plan that have a report, up to the one of `day`."""
    return months_between(plan.first_report_month, min(plan.last_report_month, day))


def standings(scope: Scope, plan: WorkPlan, day: date) -> list[TownshipMonths]:
    """Every township in scope with what it did each month; five queries."""
    rows = (
        MonthlyReport.objects.within(scope, Right.READ_REPORT)
        .filter(plan=plan)
        .values_list("region_id", "month", "state", "submitted_on")
    )
    found = {(region, month): (state, sent) for region, month, state, sent in rows}
    meetings = {
        (row.region_id, row.month): {"held_on": row.held_on, "met_on": row.recorded_on}
        for row in Meeting.objects.within(scope, Right.READ_REPORT).filter(plan=plan)
    }
    told = {
        (row.region_id, row.month): {"told_on": row.recorded_on}
        for row in Feedback.objects.within(scope, Right.READ_REPORT).filter(plan=plan)
    }
    asked = _requests_by_month(scope, plan, day)
    done: dict[tuple[str, date], dict[str, Any]] = {
        key: {**meetings.get(key, {}), **told.get(key, {}), **asked.get(key, {})}
        for key in {*meetings, *told, *asked}
    }

    def month_of(code: str, month: date) -> TownshipMonth:
        key = (code, month)
        report = standing(month, plan.report_due_day, *found.get(key, ("", None)), day)
        return TownshipMonth(report, **done.get(key, {}))

    months = months_begun(scope, plan, day)
    return [
        TownshipMonths(region.code, region.name, tuple(month_of(region.code, month) for month in months))
        for region in townships(scope, plan)
    ]


def _requests_by_month(scope: Scope, plan: WorkPlan, day: date) -> dict[tuple[str, date], dict[str, int]]:
    counts = ("asked", "answered", "owed")
    rows = (
        HelpRequest.objects.within(scope, Right.READ_REPORT)
        .filter(report__plan=plan, report__submitted_on__isnull=False)
        .values("report__region_id", "report__month")
        .annotate(
            asked=Count("pk"),
            answered=Count("pk", filter=Q(answered_on__isnull=False)),
            owed=Count("pk", filter=Q(answered_on=None, due_on__lt=day)),
        )
        .order_by()
        .values_list("report__region_id", "report__month", *counts)
    )
    return {(code, month): dict(zip(counts, numbers, strict=True)) for code, month, *numbers in rows}


def find(scope: Scope, plan: WorkPlan, code: str, month: date) -> MonthlyReport | None:
    """The report of a township and month, None when nobody has begun it."""
    return (
        MonthlyReport.objects.within(scope, Right.READ_REPORT)
        .filter(plan=plan, region_id=code, month=month)
        .select_related("written_by", "submitted_by", "region")
        .first()
    )


def table(
    scope: Scope, plan: WorkPlan, code: str, month: date, day: date, report: MonthlyReport | None
) -> Table:
    """The frozen figures of a report that is in, else those of the ledger on `day`."""
    if report is not None and report.submitted_on is not None:
        return Table(report.figures, [CaseLine.from_json(row) for row in report.lines], report.frozen_at)
    lines = figures.lines(scope, plan, code, day)
    since, _ = report_period(month, plan.first_day, _previous_cut(scope, plan, code, month), day)
    return Table(count(lines, plan.categories, day=day, since=min(since, day)), lines, None)


def _previous_cut(scope: Scope, plan: WorkPlan, code: str, month: date) -> date | None:
    """The day on which the last report before this month froze its figures."""
    return (
        MonthlyReport.objects.within(scope, Right.READ_REPORT)
        .filter(plan=plan, region_id=code, month__lt=month, submitted_on__isnull=False)
        .order_by("-month")
        .values_list("submitted_on", flat=True)
        .first()
    )


def meeting(scope: Scope, plan: WorkPlan, code: str, month: date) -> Meeting | None:
    """The analysis meeting of a township and month."""
    rows = Meeting.objects.within(scope, Right.READ_REPORT)
    return rows.filter(plan=plan, region_id=code, month=month).select_related("recorded_by").first()


def feedback(scope: Scope, plan: WorkPlan, code: str, month: date) -> Feedback | None:
    """What a township told in that month of what became of last month's problems."""
    rows = Feedback.objects.within(scope, Right.READ_REPORT)
    return rows.filter(plan=plan, region_id=code, month=month).select_related("recorded_by").first()


def head_of(scope: Scope, code: str, day: date) -> User | None:
    """Who signs for a township on that day."""
    if not scope.may(Right.READ_REPORT, code):
        return None
    posting = (
        Posting.objects.on(day)
        .filter(role=Role.TOWNSHIP_HEAD, region_id=code, user__is_active=True)
        .select_related("user")
        .order_by("first_day")
        .last()
    )
    return posting.user if posting else None


def households(scope: Scope, ids: list[str]) -> dict[str, Case]:
    """Cases by id with household, head and village; those outside the scope by now are left out."""
    cases = (
        Case.objects.within(scope)
        .filter(pk__in=[UUID(value) for value in ids])
        .select_related("household__head", "household__region")
    )
    return {str(case.pk): case for case in cases}
