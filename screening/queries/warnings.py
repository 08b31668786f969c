"""Warnings as pages and figures need them: one definition of every filter, counts that add up, rows (C13)."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Substr
from django.http import QueryDict

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import WarningDecision, WarningKind, WarningState
from screening.models import FollowUp, RiskWarning
from screening.rules.warnings import Words, words
from screening.rules.wording import source_line

SOON = 3  # days before the limit from which a warning is marked
RUNNING, OVERDUE, OPEN, DECIDED = "running", "overdue", "open", "decided"
WHERE_WORDS = {OPEN: "没有结论", RUNNING: "期限内", OVERDUE: "逾期", DECIDED: "已定"}
_DECIDED = Q(state=WarningState.DECIDED)


def _where(where: str, day: date) -> Q:
    """The condition of a place on the way; running and overdue divide the open ones."""
    return {
        "": Q(),
        DECIDED: _DECIDED,
        OPEN: ~_DECIDED,
        RUNNING: ~_DECIDED & Q(due_on__gte=day),
        OVERDUE: ~_DECIDED & Q(due_on__lt=day),
    }[where]


@dataclass(frozen=True, slots=True)
class WarningFilters:
    """What is chosen in the address. Empty means no limit; unknown values are dropped."""

    region: str = ""
    kind: str = ""
    where: str = ""
    decision: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        allowed = {
            "kind": set(WarningKind.values),
            "where": set(WHERE_WORDS),
            "decision": set(WarningDecision.values),
        }
        found: dict[str, str] = {}
        for one in fields(cls):
            value = query.get(one.name, "")
            fits = value.isdigit() if one.name == "region" else value in allowed[one.name]
            if fits:
                found[one.name] = value
        return cls(**found)

    def with_(self, **changes: str) -> "WarningFilters":
        return replace(self, **changes)

    def pairs(self) -> list[tuple[str, str]]:
        """Names and values of what is chosen."""
        return [(one.name, value) for one in fields(self) if (value := getattr(self, one.name))]

    def query_string(self) -> str:
        return urlencode(self.pairs())

    def words(self) -> list[tuple[str, str]]:
        """Every choice but the region as (name, words)."""
        named = {
            "kind": dict(WarningKind.choices).get(self.kind, ""),
            "where": WHERE_WORDS.get(self.where, ""),
            "decision": dict(WarningDecision.choices).get(self.decision, ""),
        }
        return [(name, said) for name, said in named.items() if said]


def filtered(scope: Scope, plan: WorkPlan, filters: WarningFilters, day: date) -> QuerySet[RiskWarning]:
    """The warnings in scope that the filters leave: those that press first, decided ones last."""
    condition = _where(filters.where, day)
    if filters.kind:
        condition &= Q(kind=filters.kind)
    if filters.decision:
        condition &= Q(decision=filters.decision)
    if filters.region:
        condition &= Q(household__region__code__startswith=filters.region)
    found = RiskWarning.objects.within(scope).filter(condition, plan=plan)
    return found.order_by(F("decided_on").desc(nulls_first=True), "due_on", "pk")


@dataclass(frozen=True, slots=True)
class KindCount:
    """Warnings of a kind, or of all: total = decided + running + overdue."""

    kind: str
    label: str
    total: int
    decided: int
    running: int
    overdue: int


def by_kind(scope: Scope, plan: WorkPlan, day: date) -> tuple[list[KindCount], KindCount]:
    """Every kind with its counts, and the sum of all."""
    counted: dict[str, Any] = {
        row["kind"]: row
        for row in RiskWarning.objects.within(scope)
        .filter(plan=plan)
        .values("kind")
        .annotate(
            total=Count("pk"),
            **{where: Count("pk", filter=_where(where, day)) for where in (DECIDED, RUNNING, OVERDUE)},
        )
        .order_by()
    }
    names = ("total", DECIDED, RUNNING, OVERDUE)
    lines = [
        KindCount(kind, str(label), *(counted.get(kind, {}).get(name, 0) for name in names))
        for kind, label in WarningKind.choices
    ]
    return lines, KindCount("", "合计", *(sum(getattr(line, name) for line in lines) for name in names))


def by_decision(scope: Scope, plan: WorkPlan) -> list[tuple[str, str, int]]:
    """(value, words, number) of every decision; they add up to the decided warnings."""
    rows = RiskWarning.objects.within(scope).filter(_DECIDED, plan=plan).values_list("decision")
    counted = dict(rows.annotate(number=Count("pk")).order_by())
    return [(value, str(label), counted.get(value, 0)) for value, label in WarningDecision.choices]


def by_township(scope: Scope, plan: WorkPlan) -> dict[str, tuple[int, int]]:
    """(decided, all) by township code."""
    rows = (
        RiskWarning.objects.within(scope)
        .filter(plan=plan)
        .values_list(Substr("household__region_id", 1, 9))
        .annotate(decided=Count("pk", filter=_DECIDED), total=Count("pk"))
        .order_by()
    )
    return {code: (decided, total) for code, decided, total in rows}


def by_origin(scope: Scope, plan: WorkPlan) -> tuple[int, int]:
    """(raised by data, reported by people)."""
    found = (
        RiskWarning.objects.within(scope)
        .filter(plan=plan)
        .aggregate(
            data=Count("pk", filter=Q(source_list__isnull=False)),
            people=Count("pk", filter=Q(reported_by__isnull=False)),
        )
    )
    return found["data"], found["people"]


@dataclass(frozen=True, slots=True)
class Row:
    """A warning ready to be shown; `status` and `status_text` for the mark of its limit."""

    id: UUID
    kind: str
    head: str
    place: str
    size: int
    words: Words
    origin: str
    source_row: str
    due_on: date
    status: str
    status_text: str
    stands: str
    overdue: bool


def for_rows(scope: Scope, warnings: QuerySet[RiskWarning]) -> QuerySet[RiskWarning]:  # noqa: ARG001 - cut before
    return warnings.select_related("household__region__parent", "household__head", "reported_by")


def rows(scope: Scope, warnings: Any, day: date) -> list[Row]:
    """The warnings of one page as rows."""
    return [row(scope, warning, day) for warning in warnings]


def row(scope: Scope, warning: RiskWarning, day: date) -> Row:  # noqa: ARG001 - cut to the scope before
    household, source = warning.household, warning.evidence.get("source") or {}
    village = household.region
    status, text = _status(warning, day)
    return Row(
        id=warning.pk,
        kind=warning.get_kind_display(),
        head=household.head.name if household.head else "户主不明",
        place=f"{village.parent.name if village.parent else ''}·{village.name.removesuffix('村')}",
        size=household.size,
        words=words(warning.kind, warning.evidence),
        origin=_origin(warning),
        source_row=source.get("row", ""),
        due_on=warning.due_on,
        status=status,
        status_text=text,
        stands=warning.get_decision_display() or warning.get_state_display(),
        overdue=status == "over",
    )


def _origin(warning: RiskWarning) -> str:
    """扶贫系统…第 655 行·截至 4月30日 / 自兴华 5月6日报."""
    if warning.reported_by:
        return f"{warning.reported_by.name} {warning.raised_on.month}月{warning.raised_on.day}日报"
    return source_line(warning.evidence.get("source"))


def _status(warning: RiskWarning, day: date) -> tuple[str, str]:
    """Shape and words of the limit; the last day is on time."""
    if warning.state == WarningState.DECIDED:
        return "done", "已定"
    left = (warning.due_on - day).days
    if left < 0:
        return "over", f"逾期 {-left} 天"
    if left == 0:
        return "lag", "今天到期"
    return ("lag" if left <= SOON else "prog"), f"还 {left} 天"


def warning(scope: Scope, warning_id: UUID) -> RiskWarning:
    """One warning of the scope, with all its page needs. Raises ObjectDoesNotExist."""
    found = for_rows(scope, RiskWarning.objects.within(scope))
    return found.select_related("plan", "decided_by", "source_list").get(pk=warning_id)


def visits(scope: Scope, warning: RiskWarning) -> list[FollowUp]:
    """Who went there for a warning, first to last."""
    return list(
        FollowUp.objects.within(scope)
        .filter(warning=warning)
        .select_related("by")
        .order_by("day", "recorded_on")
    )


def others_of(scope: Scope, household_id: UUID, but: UUID | None = None) -> QuerySet[RiskWarning]:
    """Warnings of a household, the newest first."""
    found = RiskWarning.objects.within(scope).filter(household=household_id).order_by("-raised_on")
    return found.exclude(pk=but) if but else found
