"""What townships ask of the county, and what it still owes them (C20)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from dabao.models import Unit, WorkPlan
from dabao.scope import Right, Scope
from reports.models import EarlierAnswer, HelpRequest, MonthlyReport


@dataclass(frozen=True, slots=True)
class Owed:
    """Answers that the county owes: how many requests are past their day, and the oldest of these in days."""

    number: int
    oldest: int


def owed(scope: Scope, plan: WorkPlan, day: date) -> Owed:
    """What `/requests/` marks 县局欠答复 on that day, in one query."""
    late = _late(scope, plan, day).aggregate(number=Count("pk"), since=Min("owed_since"))
    return Owed(late["number"], (day - late["since"]).days if late["since"] else 0)


def owed_to(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Owed]:
    """The same by township code; who has nothing to wait for is left out."""
    rows = (
        _late(scope, plan, day)
        .values_list("report__region")
        .annotate(number=Count("pk"), since=Min("owed_since"))
        .order_by()
    )
    return {code: Owed(number, (day - since).days) for code, number, since in rows}


def _late(scope: Scope, plan: WorkPlan, day: date) -> QuerySet[HelpRequest]:
    """Not answered by its day then; `owed_since` = that day, of an earlier answer where that one was late."""
    earlier = EarlierAnswer.objects.filter(request=OuterRef("pk"), due_on__lt=day, answered_on__gt=day)
    now = Q(answered_on=None) | Q(answered_on__gt=day)
    return (
        HelpRequest.objects.within(scope, Right.READ_REPORT)
        .annotate(earlier_due=Subquery(earlier.values("due_on")[:1]))
        .annotate(owed_since=Coalesce(F("earlier_due"), F("due_on")))
        .filter(
            now & Q(due_on__lt=day) | Q(earlier_due__isnull=False),
            report__plan=plan,
            report__submitted_on__lte=day,
        )
    )


def units(scope: Scope, plan: WorkPlan) -> list[Unit]:
    """The units of the plan's county that a request can go to."""
    return list(Unit.objects.filter(region=plan.region_id)) if scope.may(Right.READ_REPORT) else []


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


def sent(scope: Scope, plan: WorkPlan, code: str = "", owed_on: date | None = None) -> list[HelpRequest]:
    """Every request of reports that are in, or those of a region, or those that the county owed on a day:
    unanswered ones first by due day, then the newest.
    """
    found = _sent(scope).filter(report__plan=plan, report__submitted_on__isnull=False)
    found = found.filter(report__region__code__startswith=code)
    rows = list(found.filter(pk__in=_late(scope, plan, owed_on).values("pk")) if owed_on else found)
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


def earlier_answers(scope: Scope, row: HelpRequest) -> list[EarlierAnswer]:
    """The answers that did not solve it, the oldest first."""
    rows = EarlierAnswer.objects.within(scope, Right.READ_REPORT).filter(request=row)
    return list(rows.select_related("answered_by", "said_by").order_by("said_on", "due_on"))


def _sent(scope: Scope) -> QuerySet[HelpRequest]:
    return (
        HelpRequest.objects.within(scope, Right.READ_REPORT)
        .select_related("report__region", "report__plan", "unit", "answered_by", "solved_by")
        .defer("report__lines", "report__figures")
    )
