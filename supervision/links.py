"""Addresses of the lists behind figures: every figure opens exactly what it counted."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from dabao import clock
from dabao.models import Flag, FlagKind
from screening.queries.progress import MONITORING, REVIEWING
from supervision.navigation import url_of


def as_at(day: date) -> dict[str, str]:
    """What an address says besides when its list is to be read as on a past day."""
    return {"as_at": day.isoformat()} if day < clock.today() else {}


def cases_url(**filters: Any) -> str:
    """The worklist with its filters set (a list repeats one); without any, all of it."""
    filters.setdefault("state", "all")  # else the page opens at what is still to be verified
    return _with(url_of("screening:cases"), filters)


def case_url(case_id: UUID) -> str:
    """The page of a household; empty while there is no such page."""
    try:
        return reverse("screening:case", args=[case_id])
    except NoReverseMatch:
        return ""


def phase_url(region: str, phase: int, work: str, **more: str) -> str:
    """What stands behind one figure of a phase: in phase 3 warnings too, in phase 4 its reviews."""
    if phase == MONITORING:
        return _with(url_of("screening:monitoring-work"), {"work": work, "region": region} | more)
    if phase == REVIEWING and work != "total" and not more:
        return _with(url_of("screening:reviews"), {"tab": work, "region": region})
    return cases_url(region=region, phase=phase, work=work, **more)


def stage_url(kind: str) -> str:
    """The households that wait for a step towards enrolment."""
    return _with(url_of("screening:steps"), {"stage": kind})


def flags_url(region: str | Sequence[str], **more: str) -> str:
    """The red flags of a place, or of several; of all that one sees without one."""
    return _with(url_of("supervision:flags"), {"region": region} | more)


def same_flags_url(flags: Sequence[Flag], day: date) -> str:
    """Flags that say the same: where a single one is cleared; of several the list of exactly these."""
    first, regions = flags[0], sorted({flag.region_id for flag in flags})
    if len(flags) == 1:
        return flag_url(first)
    return flags_url(regions, kind=first.kind, due=first.due_on.isoformat(), **as_at(day))


def requests_url(region: str, **more: str) -> str:
    """The requests of a place that the county has not answered by its day."""
    return _with(url_of("reports:requests"), {"region": region, "owed": "1"} | more)


def flag_url(flag: Flag) -> str:
    """Where the work is done that clears a flag."""
    about = flag.subject.rpartition(":")[2]
    month = flag.due_on.replace(day=1)
    match FlagKind(flag.kind):
        case FlagKind.PHASE_OVERDUE:
            return phase_url(flag.region_id, int(about), "left")
        case FlagKind.REPORT_MISSING:
            return report_url(month, flag.region_id)
        case FlagKind.MEETING_MISSING:
            return reverse("reports:meeting", args=[month, flag.region_id])
        case FlagKind.FEEDBACK_MISSING:
            return reverse("reports:feedback", args=[month, flag.region_id])
        case FlagKind.ANSWER_OWED:
            return reverse("reports:request", args=[about])
        case FlagKind.WARNING_OVERDUE:
            return reverse("screening:warning", args=[about])
        case FlagKind.TAPER_ENDING:
            return _with(url_of("screening:reviews"), {"tab": "undecided", "region": flag.region_id})
        case FlagKind.RECTIFICATION_OVERDUE:
            return reverse("supervision:finding", args=[about])
        case FlagKind.DISPATCH_OVERDUE:
            return reverse("supervision:dispatch", args=[about])


def report_url(month: date, region: str) -> str:
    """A township's report of a month; empty while there is no such page."""
    try:
        return reverse("reports:report", args=[f"{month:%Y-%m}", region])
    except NoReverseMatch:
        return ""


def dispatch_url(dispatch_id: UUID) -> str:
    """The page of an order."""
    return reverse("supervision:dispatch", args=[dispatch_id])


def _with(url: str, filters: dict[str, Any]) -> str:
    chosen = {name: value for name, value in filters.items() if value not in (None, "", [])}
    return f"{url}?{urlencode(chosen, doseq=True)}" if url and chosen else url
