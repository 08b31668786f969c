"""What the worklist shows: tabs that add up, facets with live counts, rows; a fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.utils import timezone

from dabao import crypto
from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import (
    CaseState,
    Category,
    Coverage,
    VerificationState,
)
from screening.models import BenefitRecord, Case, Verification
from screening.queries import facts
from screening.queries.cases import (
    ALL,
    CLOSED_TABS,
    ME,
    NOBODY,
    TAB_LABELS,
    CaseFilters,
    Urgent,
    filtered,
    without_state,
)
from screening.rules.wording import case_status, coverage_word

TAKEN_FOR = timedelta(hours=2)
CATEGORY_MARKS = "①②③④⑤⑥"


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: str
    count: int
    current: bool
    filters: CaseFilters

    @property
    def url(self) -> str:
        return f"?{self.filters.query_string()}"


@dataclass(frozen=True, slots=True)
class Option:
    """One box of a facet, with how many households of the open list it has."""

    name: str
    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    title: str
    options: list[Option]


@dataclass(frozen=True, slots=True)
class Row:
    """One household of the list, ready to be shown; numbers masked."""

    id: UUID
    head: str
    masked: str
    township: str
    village: str
    group: str
    size: int
    categories: list[int]
    why: str
    coverage: str
    covered: bool
    days: int
    opened_on: date
    status: str
    status_text: str
    incomplete: bool
    assigned_to: str
    taken_by: str


def tabs(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> list[Tab]:
    """The states with their counts; those before 全部 add up to it. Closed in whatever way is three tabs."""
    closed = filters.state == (CaseState.CLOSED,)
    counted = {name: Count("pk", filter=filters.conditions[name]) for name in TAB_LABELS if name != ALL}
    found = without_state(scope, plan, filters, day).aggregate(all=Count("pk"), **counted)
    return [
        Tab(
            name,
            label,
            found[name],
            filters.tab == name or (closed and name in CLOSED_TABS),
            filters.with_(state=() if name == ALL else (name,)),
        )
        for name, label in TAB_LABELS.items()
    ]


def totals(scope: Scope, cases: QuerySet[Case]) -> tuple[int, int]:  # noqa: ARG001 - cut to it before
    """Households and persons of a list as they are now (`on_day.totals` for one of the past)."""
    found = cases.aggregate(households=Count("pk"), persons=Sum("household__size"))
    return found["households"], found["persons"] or 0


def facets(
    scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date, villages: dict[str, str]
) -> list[Facet]:
    """Boxes with live counts: each group counts what the choices of the other groups leave."""

    def left(**dropped: object) -> QuerySet:
        return filtered(scope, plan, filters.with_(**dropped), day)

    category = left(category=()).aggregate(
        **{f"c{value}": Count("pk", filter=filters.hit(value)) for value in Category.values}
    )
    by_village = {
        row["region_then"]: row["number"]
        for row in left(village=()).values("region_then").annotate(number=Count("pk")).order_by()
    }
    categories = Facet(
        "类别（一户可多类）",
        [
            _option(
                filters,
                "category",
                str(value),
                f"{CATEGORY_MARKS[value - 1]} {Category(value).label}",
                category[f"c{value}"],
            )
            for value in plan.categories
        ],
    )
    places = Facet(
        "村",
        [
            _option(filters, "village", code, name.removesuffix("村"), by_village.get(code, 0))
            for code, name in villages.items()
            if code in by_village or code in filters.village
        ],
    )
    groups = [categories, places]
    if not filters.past:
        pressing, coverage, given = _of_today(scope, filters, left, day)
        groups = [pressing, coverage, categories, given, places]
    return [Facet(group.title, shown) for group in groups if (shown := _worth_showing(group.options))]


def _of_today(
    scope: Scope, filters: CaseFilters, left: Callable[..., QuerySet[Case]], day: date
) -> tuple[Facet, Facet, Facet]:
    """The choices that a list of a past day does not have: 紧要, 低保/特困, 分给."""
    urgent = left(returned="", overdue="", unknown="").aggregate(
        returned=Count("pk", filter=Urgent.RETURNED),
        overdue=Count("pk", filter=Urgent.overdue(day)),
        unknown=Count("pk", filter=Urgent.INCOMPLETE),
    )
    covered = left(covered=()).aggregate(
        **{value: Count("pk", filter=Q(coverage=value)) for value in Coverage.values}
    )
    given = left(assigned="").aggregate(
        me=Count("pk", filter=Q(assigned_to=scope.user_id)), none=Count("pk", filter=Q(assigned_to=None))
    )
    words = {"returned": "退回", "overdue": "逾期", "unknown": "资料不全"}
    return (
        Facet("紧要", [_option(filters, name, "1", word, urgent[name]) for name, word in words.items()]),
        Facet(
            "低保/特困",
            [
                _option(filters, "covered", value, Coverage(value).label, covered[value])
                for value in Coverage.values
            ],
        ),
        Facet(
            "分给",
            [
                _option(filters, "assigned", ME, "我", given["me"]),
                _option(filters, "assigned", NOBODY, "没派人", given["none"]),
            ],
        ),
    )


def _option(filters: CaseFilters, name: str, value: str, label: str, count: int) -> Option:
    now = getattr(filters, name)
    return Option(name, value, label, count, value in now if isinstance(now, tuple) else value == now)


def _worth_showing(options: list[Option]) -> list[Option]:
    return [option for option in options if option.count or option.chosen]


def rows(scope: Scope, cases: Iterable[Case], day: date) -> list[Row]:  # noqa: ARG001 - for_rows cut to it
    """Rows of cases that came from `for_rows`."""
    return [_row(case, day) for case in cases]


def for_rows(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with everything a row shows, in one query: place, head, roll, who is at it just now."""
    schemes = (
        BenefitRecord.objects.filter(
            person__memberships__household=OuterRef("household"),
            person__memberships__last_day=None,
            last_day=None,
            scheme__in=facts.COVERING,
        )
        .order_by("scheme")
        .values("scheme")
        .distinct()
    )
    drafts = Verification.objects.filter(
        case=OuterRef("pk"), state=VerificationState.DRAFT, saved_at__gte=timezone.now() - TAKEN_FOR
    ).exclude(by=scope.user_id)
    return cases.select_related("household__region__parent", "household__head", "assigned_to").annotate(
        schemes=ArraySubquery(schemes), taken_by=Subquery(drafts.order_by("-saved_at").values("by__name")[:1])
    )


def _row(case: Any, day: date) -> Row:
    """`case` comes with what `for_rows` adds."""
    household, head = case.household, case.household.head
    status, words = case_status(case.state, case.outcome, case.due_on, day, returned=bool(case.returned_on))
    return Row(
        id=case.pk,
        head=head.name if head else "户主不明",
        masked=crypto.mask_id(head.id_number) if head and head.id_sealed else "",
        township=household.region.parent.name if household.region.parent else "",
        village=household.region.name.removesuffix("村"),
        group=household.group,
        size=household.size,
        categories=case.categories,
        why=case.why,
        coverage=coverage_word(case.coverage, case.schemes),
        covered=case.coverage not in (Coverage.NONE, Coverage.UNKNOWN),
        days=(day - case.opened_on).days,
        opened_on=case.opened_on,
        status=status,
        status_text=words,
        incomplete=bool(case.unknown),
        assigned_to=case.assigned_to.name if case.assigned_to else "",
        taken_by=case.taken_by or "" if case.state == CaseState.TO_VERIFY else "",
    )
