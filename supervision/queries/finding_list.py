"""The register of findings: its tabs and filters, one definition for page, figures and spreadsheet (C21)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.http import urlencode

from dabao.models import Region, RegionLevel, Unit, WorkPlan
from dabao.scope import Scope
from supervision.choices import FindingKind, FindingSource, FindingState
from supervision.models import Finding
from supervision.queries import findings
from supervision.rules import rectification as rules

OPEN, ALL = "open", "all"
_S = FindingState
# The tabs in their order: label, the states they hold.
TABS: dict[str, tuple[str, tuple[str, ...]]] = {
    OPEN: ("全部未销", rules.OPEN),
    "to_fix": ("待乡镇回复", (_S.TO_FIX,)),
    "fixing": ("整改中", (_S.FIXING,)),
    "contested": ("有异议", (_S.CONTESTED, _S.WEIGHED)),
    "replied": ("待复查", (_S.REPLIED,)),
    "accepted": ("待销号", (_S.ACCEPTED,)),
    "closed": ("已销号", (_S.CLOSED,)),
    "withdrawn": ("已撤销", (_S.WITHDRAWN,)),
    ALL: ("全部", tuple(_S.values)),
}
DUE = {"late": "逾期", "in": "按期"}
ORDERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "due": ("逾期在前", ("rank", "due_on", "year", "serial")),
    "new": ("新记的在前", ("-opened_on", "-year", "-serial")),
    "region": ("按乡镇", ("region__parent__order", "region__order", "region", "due_on")),
}


@dataclass(frozen=True, slots=True)
class FindingFilters:
    """What is chosen in the address; unknown values are dropped. `unit` is an id, `region` a code prefix."""

    tab: str = OPEN
    region: str = ""
    kind: str = ""
    source: str = ""
    unit: str = ""
    due: str = ""
    reopened: str = ""
    mine: str = ""
    order: str = "due"

    @classmethod
    def from_query(cls, query: QueryDict | Mapping[str, str]) -> Self:
        def one_of(name: str, allowed: object, default: str = "") -> str:
            value = str(query.get(name) or "")
            return value if value in allowed else default  # type: ignore[operator]

        region, unit = str(query.get("region") or ""), str(query.get("unit") or "")
        return cls(
            tab=one_of("tab", TABS, OPEN),
            region=region if region.isdigit() else "",
            kind=one_of("kind", FindingKind.values),
            source=one_of("source", FindingSource.values),
            unit=unit if _is_uuid(unit) else "",
            due=one_of("due", DUE),
            reopened=one_of("reopened", ("1",)),
            mine=one_of("mine", ("1",)),
            order=one_of("order", ORDERS, "due"),
        )

    def pairs(self) -> list[tuple[str, str]]:
        """Name and value of everything that differs from the page as it opens."""
        plain = type(self)()
        named = [(name, getattr(self, name)) for name in self.__slots__]
        return [(name, value) for name, value in named if value != getattr(plain, name)]

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def but(self, **changes: str) -> Self:
        return replace(self, **changes)

    def describe(self) -> dict[str, str]:
        """Words of the chosen filters by name; the tab and the order are shown by themselves."""
        said = {
            "region": _place(self.region),
            "kind": FindingKind(self.kind).label if self.kind else "",
            "source": FindingSource(self.source).label if self.source else "",
            "unit": _unit(self.unit),
            "due": DUE.get(self.due, ""),
            "reopened": "销号后重新打开" if self.reopened else "",
            "mine": "轮到我的" if self.mine else "",
        }
        return {name: str(words) for name, words in said.items() if words}


def _is_uuid(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def _place(code: str) -> str:
    region = Region.objects.filter(code=code).first() if code else None
    return region.name if region else ""


def _unit(pk: str) -> str:
    unit = Unit.objects.filter(pk=pk).first() if pk else None
    return unit.name if unit else ""


def filtered(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> QuerySet[Finding]:
    """The findings of the filters; what the heading, the tabs and the spreadsheet count."""
    found = findings.of_scope(scope, plan).filter(state__in=TABS[filters.tab][1])
    for name in ("kind", "source", "unit"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.region:
        found = found.filter(region__code__startswith=filters.region)
    if filters.due:
        late = findings.Standing.late(day)
        found = found.filter(late if filters.due == "late" else ~late)
    if filters.reopened:
        found = found.filter(reopened__gt=0)
    return found.filter(findings.mine(scope, day)) if filters.mine else found


def ordered(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> QuerySet[Finding]:
    """The findings of the filters in their order, with what a row shows."""
    return _for_rows(filtered(scope, plan, filters, day), filters.order, day)


def searched(
    scope: Scope, plan: WorkPlan, filters: FindingFilters, said: str, day: date
) -> QuerySet[Finding]:
    """Those that name what was said, whatever their state: in their words, as head, as who is responsible."""
    words = " ".join(said.split())
    named = (
        Q(text__contains=words)
        | Q(measure__contains=words)
        | Q(household__head__name__contains=words)
        | Q(responsible__contains=words)
    )
    found = filtered(scope, plan, filters.but(tab=ALL), day).filter(named)
    return _for_rows(found if words else found.none(), filters.order, day)


def _for_rows(found: QuerySet[Finding], order: str, day: date) -> QuerySet[Finding]:
    """Late ones rank first, ended ones last."""
    late, ended = (
        When(findings.Standing.late(day), then=Value(0)),
        When(findings.Standing.ENDED, then=Value(2)),
    )
    ranked = found.annotate(rank=Case(late, ended, default=Value(1)))
    return ranked.select_related("region__parent", "unit", "accepted_by", "household__head").order_by(
        *ORDERS[order][1]
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """What the heading adds up: not ended = in time + late; ended by 销号; of the former, reopened ones."""

    open: int
    late: int
    closed: int
    reopened: int
    mine: int

    @property
    def in_time(self) -> int:
        return self.open - self.late


def counts(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> Counts:
    """Counts under the filters of place, kind, source and unit, whatever tab is open."""
    base = filters.but(tab=ALL, due="", reopened="", mine="")
    is_open = Q(state__in=rules.OPEN)
    found = filtered(scope, plan, base, day).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=findings.Standing.late(day)),
        closed=Count("pk", filter=Q(state=_S.CLOSED)),
        reopened=Count("pk", filter=is_open & Q(reopened__gt=0)),
        mine=Count("pk", filter=findings.mine(scope, day)),
    )
    return Counts(**found)


def by_tab(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> dict[str, int]:
    """Findings of each tab under the other filters."""
    found = filtered(scope, plan, filters.but(tab=ALL), day)
    states: dict[str, int] = dict(found.values_list("state").annotate(counted=Count("pk")).order_by())
    return {tab: sum(states.get(state, 0) for state in held) for tab, (_, held) in TABS.items()}


def by_kind(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> list[tuple[str, int]]:
    """(kind, findings) under the other filters, the most frequent first."""
    found = filtered(scope, plan, filters.but(kind=""), day)
    return list(found.values_list("kind").annotate(counted=Count("pk")).order_by("-counted", "kind"))


def places(scope: Scope) -> list[tuple[str, str]]:
    """Townships in the scope, in the county's order."""
    regions = Region.objects.within(scope).filter(level=RegionLevel.TOWNSHIP)
    return list(regions.order_by("order", "code").values_list("code", "name"))


def units(scope: Scope, plan: WorkPlan) -> list[tuple[str, str]]:
    """Units that have findings of the scope to accept."""
    ids = findings.of_scope(scope, plan).values("unit")
    return [(str(unit.pk), unit.name) for unit in Unit.objects.filter(pk__in=ids)]
