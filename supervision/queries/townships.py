"""What the board shows of each township beside its phases: who supervises it, what waits, what is flagged."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Substr

from dabao.models import Flag, UnitMember, WorkPlan
from dabao.scope import Scope
from reports.models import MonthlyReport
from screening.choices import CaseState, Coverage
from screening.models import Case
from supervision.models import Assignment


@dataclass(frozen=True, slots=True)
class Desks:
    """Households of a township by what is the matter with them; they overlap and do not add up."""

    not_covered: int = 0
    to_recheck: int = 0
    to_enrol: int = 0
    returned: int = 0
    overdue: int = 0


def assignments(scope: Scope, plan: WorkPlan, day: date) -> list[Assignment]:
    """Who supervises whom on that day, in the order of the assignment table; `unit.working` = its members."""
    members = UnitMember.objects.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
    return list(
        Assignment.objects.within(scope)
        .filter(Q(last_day=None) | Q(last_day__gte=day), group__plan=plan, first_day__lte=day)
        .select_related("group", "unit", "township")
        .prefetch_related(Prefetch("unit__members", members, to_attr="working"))
        .order_by("group__order", "order")
    )


def desks(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Desks]:
    """By township code; townships where nothing is the matter may be absent."""
    returned = Q(state=CaseState.TO_VERIFY, returned_on__isnull=False)
    rows = (
        Case.objects.within(scope)
        .filter(plan=plan)
        .values(township=Substr("household__region_id", 1, 9))
        .annotate(
            not_covered=Count("pk", filter=Q(coverage=Coverage.NONE)),
            to_recheck=Count("pk", filter=Q(state=CaseState.TO_RECHECK)),
            to_enrol=Count("pk", filter=Q(state=CaseState.TO_ENROL)),
            returned=Count("pk", filter=returned),
            overdue=Count("pk", filter=Q(state=CaseState.TO_VERIFY, due_on__lt=day)),
        )
        .order_by()
    )
    return {
        row["township"]: Desks(
            not_covered=row["not_covered"],
            to_recheck=row["to_recheck"],
            to_enrol=row["to_enrol"],
            returned=row["returned"],
            overdue=row["overdue"],
        )
        for row in rows
    }


def open_flags(scope: Scope, day: date) -> list[Flag]:
    """Red flags standing on that day, oldest first."""
    standing = Q(cleared_on=None) | Q(cleared_on__gt=day)
    return list(Flag.objects.within(scope).filter(standing, raised_on__lte=day).select_related("region"))


def reports_of(scope: Scope, plan: WorkPlan, month: date) -> dict[str, MonthlyReport]:
    """Reports of a month (its first day) by township code, drafts too."""
    rows = MonthlyReport.objects.within(scope).filter(plan=plan, month=month).defer("lines", "figures")
    return {report.region_id: report for report in rows}
