"""The plan and its standards as the settings pages show them, and the units with their members."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from dabao import clock, plans
from dabao.models import LeadingGroupMember, Phase, Standard, Unit, UnitMember, WorkPlan
from dabao.scope import Right, Scope


@dataclass(frozen=True, slots=True)
class PlanPage:
    """The plan with its phases and leading group."""

    plan: WorkPlan
    phases: list[Phase]
    leading_group: list[LeadingGroupMember]

    @property
    def people(self) -> int:
        """How many people are in the group: who heads its office too stands in it twice."""
        return len({member.name for member in self.leading_group})


@dataclass(frozen=True, slots=True)
class StandardLine:
    """A standard as a row: `mark` says whether it is in force, `factor` that it is no amount of yuan."""

    standard: Standard
    mark: tuple[str, str]
    factor: bool


def plan(scope: Scope) -> PlanPage:
    """The current plan. Raises NoPlanError."""
    _require(scope)
    found = plans.current()
    return PlanPage(found, plans.phases(found), list(found.leading_group.order_by("order")))


def standards(scope: Scope) -> list[StandardLine]:
    """All standards by kind, the newest first."""
    _require(scope)
    today = clock.today()
    rows = Standard.objects.select_related("region").order_by("kind", "region__code", "-first_day")
    return [StandardLine(row, _mark(row, today), row.kind == "marginal_factor") for row in rows]


def standard(scope: Scope, standard_id: UUID) -> Standard:
    """One standard. Raises ObjectDoesNotExist."""
    _require(scope)
    return Standard.objects.select_related("region").get(pk=standard_id)


def units(scope: Scope) -> QuerySet[Unit]:
    """The units with the members of today."""
    scope.require(Right.ACCOUNTS)
    today = clock.today()
    now = UnitMember.objects.filter(Q(last_day=None) | Q(last_day__gte=today)).select_related("user")
    return Unit.objects.prefetch_related(Prefetch("members", now.order_by("order", "first_day")))


def member(scope: Scope, member_id: UUID) -> UnitMember:
    """One member of a unit. Raises ObjectDoesNotExist."""
    scope.require(Right.ACCOUNTS)
    return UnitMember.objects.select_related("unit").get(pk=member_id)


def _require(scope: Scope) -> None:
    if not scope.may(Right.ACCOUNTS):
        scope.require(Right.PLAN)


def _mark(row: Standard, today: date) -> tuple[str, str]:
    if row.first_day > today:
        return "none", "还没到"
    if row.last_day is not None and row.last_day < today:
        return "none", "已过期"
    return "done", "现行"
