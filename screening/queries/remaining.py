"""还剩 37 户·4月15日截止·每日需 7 户: the pace of verification where somebody works (C27)."""

from dataclasses import dataclass
from datetime import date

from dabao import plans
from dabao.models import Region, WorkPlan
from dabao.scope import Scope
from screening.phase_work import together
from screening.queries.progress import progress


@dataclass(frozen=True, slots=True)
class Remaining:
    """Households left to verify, by when, how many a day (None when the day has passed), how far behind."""

    left: int
    deadline: date
    pace: int | None
    behind: int


def remaining(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> Remaining:
    """Of the first phase, in the townships of the scope that a region names or lies in."""
    phases = plans.phases(plan)
    rows = [
        row
        for row in progress(scope, plan, day)
        if row.code.startswith(region[:9]) or region.startswith(row.code)
    ]
    work = together(rows, phases, day)[0]
    return Remaining(work.left, phases[0].last_day, work.pace, max(work.lag, 0))


def place_name(scope: Scope, region: str = "") -> str:
    """What a list is of: the region chosen; of one around the viewer's own, and without one, only these."""
    own = [code for code in scope.prefixes() if code.startswith(region)]
    codes = own or [region]
    names = dict(Region.objects.within(scope).filter(code__in=codes).values_list("code", "name"))
    return "、".join(names[code] for code in codes if code in names) or "全县"
