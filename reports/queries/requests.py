"""What townships ask of the county, and what it still owes them (C20)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from dabao.models import Unit, WorkPlan
from dabao.scope import Right, Scope
from reports.models import HelpRequest, MonthlyReport


@dataclass(frozen=True, slots=True)
class Owed:
    """Answers that the county owes: how many requests are past their day, and the oldest of these in days."""

    number: int
    oldest: int


def owed(scope: Scope, plan: WorkPlan, day: date) -> Owed:
    """What `/requests/` marks 县局欠答复 on that day, in one query."""
    late = _late(scope, plan, day).aggregate(number=Count("pk"), since=Min("due_on"))
    return Owed(late["number"], (day - late["since"]).days if late["since"] else 0)


def _late(scope: Scope, plan: WorkPlan, day: date) -> QuerySet[HelpRequest]:
    return HelpRequest.objects.within(scope, Right.READ_REPORT).filter(
        report__plan=plan,
        report__submitted_on__isnull=False,
        answered_on=None,
        solved=None,
        due_on__lt=day,
    )


def units(scope: Scope) -> list[Unit]:
    """The county's units that a request can go to."""
    return list(Unit.objects.all()) if scope.may(Right.READ_REPORT) else []


def of_report(scope: Scope, report: MonthlyReport | None) -> list[HelpRequest]:
    """The rows of one report."""
    if report is None:
        return []
    return list(_sent(scope).filter(report=report).order_by("order"))


def older_open(scope: Scope, plan: WorkPlan, code: str, month: date) -> list[HelpRequest]:
    """Requests of the township's earlier reports that the county has not answered, oldest first."""
    return list(
        _sent(scope)
        .filter(
            report__plan=plan,
            report__region_id=code,
            report__month__lt=month,
            report__submitted_on__isnull=False,
            answered_on=None,
        )
        .order_by("due_on", "report__month", "order")
    )


def of_month(scope: Scope, plan: WorkPlan, code: str, month: date) -> list[HelpRequest]:
    """What a township asked in the report of a month that is in."""
    return list(
        _sent(scope)
        .filter(
            report__plan=plan,
            report__region_id=code,
            report__month=month,
            report__submitted_on__isnull=False,
        )
        .order_by("order")
    )


def sent(scope: Scope, plan: WorkPlan) -> list[HelpRequest]:
    """Every request of reports that are in: unanswered ones first by due day, then the newest."""
    rows = list(_sent(scope).filter(report__plan=plan, report__submitted_on__isnull=False))
    return sorted(
        rows,
        key=lambda row: (
            row.answered_on is not None,
            row.due_on or row.wanted_by if row.answered_on is None else date.max,
            -(row.answered_on or date.min).toordinal(),
            row.report.region_id,
            row.order,
        ),
    )


def one(scope: Scope, request_id: UUID) -> HelpRequest:
    """A request of a report that is in. Raises HelpRequest.DoesNotExist outside the scope."""
    return _sent(scope).get(pk=request_id, report__submitted_on__isnull=False)


def _sent(scope: Scope) -> QuerySet[HelpRequest]:
    return (
        HelpRequest.objects.within(scope, Right.READ_REPORT)
        .select_related("report__region", "report__plan", "unit", "answered_by", "solved_by")
        .defer("report__lines", "report__figures")
    )
