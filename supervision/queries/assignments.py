"""The assignment table with its history, and what is missing in it (C19, C26)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from dabao import plans
from dabao.models import Region, Unit, UnitMember, WorkPlan
from dabao.scope import Scope
from supervision.models import Assignment, Group
from supervision.models.assignment import in_force


@dataclass(frozen=True, slots=True)
class Gaps:
    """What the table lacks on a day: townships that no unit supervises, units that supervise none."""

    townships: list[Region]
    units: list[Unit]

    @property
    def number(self) -> int:
        return len(self.townships) + len(self.units)


def gaps(scope: Scope, plan: WorkPlan, day: date) -> Gaps:
    """Two queries. Only who sees the whole county is told: for others the table is not whole."""
    if not plan.region_id.startswith(scope.prefixes() or ("-",)):
        return Gaps([], [])
    standing = Assignment.objects.filter(in_force(day), group__plan=plan)
    townships = Region.objects.filter(parent=plan.region_id).order_by("order", "code")
    return Gaps(
        list(townships.filter(~Exists(standing.filter(township=OuterRef("pk"))))),
        list(_units(plan).filter(~Exists(standing.filter(unit=OuterRef("pk"))))),
    )


def history(scope: Scope, plan: WorkPlan, day: date) -> list[Assignment]:
    """Those not in force on the day: the coming ones first, then the ended ones, the latest on top."""
    rows = Assignment.objects.within(scope).filter(~in_force(day), group__plan=plan)
    return list(rows.select_related("group", "unit", "township").order_by("-first_day", "group__order"))


def one(scope: Scope, assignment_id: UUID) -> Assignment:
    """Raises ObjectDoesNotExist outside the scope."""
    rows = Assignment.objects.within(scope).select_related("group__plan", "unit", "township")
    return rows.get(pk=assignment_id)


def groups(scope: Scope, plan: WorkPlan) -> list[Group]:
    """The groups to choose from."""
    return list(Group.objects.filter(plan=plan).order_by("order")) if scope else []


def units(scope: Scope, plan: WorkPlan, day: date) -> list[Unit]:
    """The units to choose from; `working` = the members of that day."""
    members = UnitMember.objects.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
    found = _units(plan).prefetch_related(Prefetch("members", members, to_attr="working"))
    return list(found) if scope else []


def townships(scope: Scope, plan: WorkPlan) -> list[Region]:
    """The townships to choose from."""
    return [region for region in plans.townships(plan) if region.code.startswith(scope.prefixes() or ("-",))]


def _units(plan: WorkPlan) -> QuerySet[Unit]:
    return Unit.objects.filter(region=plan.region_id).order_by("order", "name")
