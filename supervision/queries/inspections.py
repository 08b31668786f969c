"""Inspections: the list with its filters, and one of them with the townships it goes to (C18, C19, C21)."""

from dataclasses import dataclass, fields, replace
from functools import reduce
from operator import or_
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import QueryDict

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from screening.models import Household, Membership
from screening.queries import monitoring
from supervision.choices import InspectionLevel, Manner, Met, Occasion
from supervision.models import Inspection, Stop, Visit

OPEN, CLOSED = "open", "closed"
FOUND_AT_MOST = 20
STATE_WORDS = {OPEN: "没办结", CLOSED: "已办结"}


@dataclass(frozen=True, slots=True)
class InspectionFilters:
    """What is chosen in the address; unknown values are dropped."""

    level: str = ""
    manner: str = ""
    occasion: str = ""
    township: str = ""
    state: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        allowed: dict[str, Any] = {
            "level": InspectionLevel.values,
            "manner": Manner.values,
            "occasion": Occasion.values,
            "state": STATE_WORDS,
        }
        chosen = {
            one.name: query.get(one.name, "")
            for one in fields(cls)
            if one.name != "township" and query.get(one.name) in allowed[one.name]
        }
        township = query.get("township", "")
        return cls(**chosen, township=township if township.isdigit() and len(township) == 9 else "")

    def pairs(self) -> list[tuple[str, str]]:
        return [(one.name, getattr(self, one.name)) for one in fields(self) if getattr(self, one.name)]

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def with_(self, **changes: str) -> "InspectionFilters":
        return replace(self, **changes)

    def words(self, places: dict[str, str]) -> list[tuple[str, str]]:
        """(name, words) of every choice."""
        labels: dict[str, Any] = {
            "level": dict(InspectionLevel.choices),
            "manner": dict(Manner.choices),
            "occasion": dict(Occasion.choices),
            "township": places,
            "state": STATE_WORDS,
        }
        return [(name, str(labels[name].get(value, value))) for name, value in self.pairs()]


@dataclass(frozen=True, slots=True)
class Line:
    """An inspection in the list: where it went (as far as the viewer may see), households, findings.

    `gone_to` counts every door, `met` those where somebody was at home and let the visitors in.
    """

    inspection: Inspection
    places: str
    villages: str
    on_the_way: int
    gone_to: int
    met: int
    findings: int
    feedback: str
    sample_id: UUID | None


def listed(scope: Scope, plan: WorkPlan, filters: InspectionFilters) -> QuerySet[Inspection]:
    """The inspections of the filters, the newest first."""
    found = Inspection.objects.within(scope).filter(plan=plan)
    for name in ("level", "manner", "occasion"):
        if value := getattr(filters, name):
            found = found.filter(**{name: value})
    if filters.township:
        stops = Stop.objects.within(scope).filter(township=filters.township)
        found = found.filter(pk__in=stops.values("inspection"))
    if filters.state:
        found = found.filter(closed_on__isnull=filters.state == OPEN)
    return found


def lines(scope: Scope, found: QuerySet[Inspection]) -> list[Line]:
    """Inspections of `listed` as lines; a fixed number of queries."""
    stops = Stop.objects.within(scope).select_related("township", "sample")
    inspections = list(found.prefetch_related(Prefetch("stops", stops.order_by("township__order"))))
    counted = _counts(scope, [one.pk for one in inspections])
    names = _village_names(
        [code for one in inspections for stop in one.stops.all() for code in stop.villages]
    )
    return [_line(one, counted.get(one.pk, (0, 0, 0, 0)), names) for one in inspections]


def _counts(scope: Scope, ids: list[UUID]) -> dict[UUID, tuple[int, int, int, int]]:
    """Households on the way, gone to, met and with a finding, by inspection."""
    live = Visit.objects.within(scope).filter(Q(item=None) | Q(item__dropped_on=None))
    counted = (
        live.filter(stop__inspection__in=ids)
        .order_by()
        .values("stop__inspection")
        .annotate(
            total=Count("pk"),
            gone_to=Count("pk", ~Q(met="")),
            seen=Count("pk", Q(met=Met.MET)),
            findings=Count("finding"),
        )
    )
    return {
        one["stop__inspection"]: (one["total"], one["gone_to"], one["seen"], one["findings"])
        for one in counted
    }


def _village_names(codes: list[str]) -> dict[str, str]:
    found = Region.objects.filter(code__in=codes).values_list("code", "name")
    return {code: name.removesuffix("村") for code, name in found}


def _line(inspection: Inspection, counted: tuple[int, int, int, int], names: dict[str, str]) -> Line:
    stops = list(inspection.stops.all())
    total, gone_to, met, findings = counted
    samples = [stop.sample.pk for stop in stops if hasattr(stop, "sample")]
    return Line(
        inspection=inspection,
        places="、".join(stop.township.name for stop in stops),
        villages="、".join(names.get(code, code) for stop in stops for code in stop.villages),
        on_the_way=total,
        gone_to=gone_to,
        met=met,
        findings=findings,
        feedback="；".join(stop.feedback.rstrip("。") for stop in stops if stop.feedback),
        sample_id=samples[0] if samples else None,
    )


def inspection(scope: Scope, inspection_id: UUID) -> Inspection:
    """One inspection with the stops that the viewer may see. Raises ObjectDoesNotExist."""
    stops = Stop.objects.within(scope).select_related("township", "sample").order_by("township__order")
    found = Inspection.objects.within(scope).select_related("plan", "recorded_by", "closed_by")
    return found.prefetch_related(Prefetch("stops", stops)).get(pk=inspection_id)


def supervised(scope: Scope, plan: WorkPlan) -> list[Region]:
    """The townships that the viewer supervises, in the county's order."""
    found = Region.objects.within(scope, Right.SUPERVISE).filter(level="township", parent=plan.region_id)
    return list(found.order_by("order", "code"))


def places(scope: Scope, plan: WorkPlan) -> dict[str, str]:
    """Names of the townships whose inspections the viewer may read."""
    near = scope.q("code", Right.SUPERVISE) | scope.q("code", Right.RECTIFY)
    found = Region.objects.filter(near, level="township", parent=plan.region_id).order_by("order", "code")
    return dict(found.values_list("code", "name"))


def villages(scope: Scope, township: str) -> list[tuple[str, str]]:
    """Code and name of the villages of a township in scope."""
    found = Region.objects.within(scope).filter(parent=township).order_by("order", "code")
    return list(found.values_list("code", "name"))


def households_known_as(scope: Scope, inspection: Inspection, text: str) -> list[monitoring.Row]:
    """Households in the townships of an inspection by what is known of a member; the first few."""
    townships = [Q(region__code__startswith=stop.township_id) for stop in inspection.stops.all()]
    if not text or not townships:
        return []
    members = Membership.objects.known_as(text).filter(household=OuterRef("pk"))
    found = Household.objects.within(scope, Right.SUPERVISE).filter(reduce(or_, townships), Exists(members))
    return monitoring.rows(scope, monitoring.for_rows(scope, found)[:FOUND_AT_MOST])


def stop(scope: Scope, inspection_id: UUID, stop_id: UUID) -> Stop:
    """One township of an inspection. Raises ObjectDoesNotExist."""
    found = Stop.objects.within(scope).select_related("township", "inspection")
    return found.get(pk=stop_id, inspection=inspection_id)
