"""The plan in force and its dated standards, for every layer above. No row here belongs to a township."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist

from dabao.models import Phase, Region, Standard, StandardKind, WorkPlan


class NoPlanError(ObjectDoesNotExist):
    """No plan was loaded: `manage.py load_plan` does it."""


def current() -> WorkPlan:
    """The latest plan of the county; of two of one year always the same. Raises NoPlanError."""
    plan = WorkPlan.objects.select_related("region").order_by("-year", "-code").first()
    if plan is None:
        raise NoPlanError("还没有方案。请先运行 manage.py load_plan。")
    return plan


def by_code(code: str | None) -> WorkPlan:
    """The plan of that code, or the current one for None. Raises NoPlanError."""
    if code is None:
        return current()
    plan = WorkPlan.objects.select_related("region").filter(code=code).first()
    if plan is None:
        raise NoPlanError(f"没有代号为「{code}」的方案。")
    return plan


def phases(plan: WorkPlan) -> list[Phase]:
    """The phases in order."""
    return list(plan.phases.order_by("number"))


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase as the sign-in page names it; `current` on the days that lie in it."""

    numeral: str
    short_name: str
    first_day: date
    last_day: date
    current: bool


def calendar(day: date) -> list[PhaseLine]:
    """The phases of the current plan with their days; none before a plan is loaded."""
    try:
        found = phases(current())
    except NoPlanError:
        return []
    return [
        PhaseLine(
            "一二三四五六七八九"[phase.number - 1],
            phase.short_name,
            phase.first_day,
            phase.last_day,
            phase.first_day <= day <= phase.last_day,
        )
        for phase in found
    ]


def standard(kind: StandardKind, region_code: str, day: date) -> Standard | None:
    """The standard in force there on that day; None when the table has none."""
    return Standard.objects.in_force(kind, region_code, day)


def townships(plan: WorkPlan) -> list[Region]:
    """The townships of the plan's region, in the county's order."""
    return list(Region.objects.filter(parent=plan.region).order_by("order", "code"))


def demo_mode() -> bool:
    return settings.DABAO_MODE == "demo"
