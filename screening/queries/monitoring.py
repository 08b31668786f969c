"""Households under watch in phase 3: who is followed, the three groups, the two zero targets (C02, C13).

Every set has one definition, `households`, which its count, its ruler and its list are taken from.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr

from dabao import plans
from dabao.models import Phase, StandardKind, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import ListKind, ListState, PovertyStatus, WatchKind
from screening.models import (
    Case,
    FollowUp,
    Household,
    ListRow,
    Membership,
    RiskWarning,
    SourceList,
    WatchRecord,
)
from screening.queries.progress import MONITORING
from screening.rules.categories import NOT_LIFTED_STATUSES
from screening.rules.income import low_income_limit
from screening.rules.phases import straight_line
from screening.rules.wording import yuan

LEDGER, UNSTEADY, NOT_LIFTED, NEAR = "ledger", "unsteady", "not_lifted", "near"
MARGINAL, FELL_BACK, FELL_INTO = "marginal", "fell_back", "fell_into"
SET_WORDS = {
    LEDGER: "台账户",
    UNSTEADY: "脱贫不稳定（监测户）",
    NOT_LIFTED: "未脱贫",
    NEAR: "低保边缘",
    MARGINAL: "边缘户",
    FELL_BACK: "方案起返贫的监测户",
    FELL_INTO: "方案起致贫的边缘户",
}
FALL_WORDS = {WatchKind.MONITORED: "返贫", WatchKind.MARGINAL: "致贫"}
YES, NO = "yes", "no"
FOUND_AT_MOST = 30
ROUTE = ("region__parent__order", "region__order", "region_id", "group", "head__name_key", "pk")


@dataclass(frozen=True, slots=True)
class Band:
    """Incomes of 低保边缘: from the rural standard up to below a multiple of it."""

    low: Decimal
    high: Decimal
    factor: Decimal

    @property
    def words(self) -> str:
        return f"人均 {yuan(self.low)} 元起、不到 {yuan(self.high)} 元（{self.factor.normalize():f} 倍）"


def phase_of_monitoring(scope: Scope, plan: WorkPlan) -> Phase | None:  # noqa: ARG001 - the plan is public
    return plan.phases.filter(number=MONITORING).first()


def band(scope: Scope, plan: WorkPlan, day: date) -> Band | None:  # noqa: ARG001 - standards are public
    """None while the plan has no standard or no factor in force."""
    standard = plans.standard(StandardKind.RURAL_DIBAO, plan.region_id, day)
    factor = plans.standard(StandardKind.MARGINAL_FACTOR, plan.region_id, day)
    if standard is None or factor is None:
        return None
    return Band(standard.amount, low_income_limit(standard.amount, factor.amount), factor.amount)


def households(
    scope: Scope, plan: WorkPlan, of: str, day: date, region: str = "", followed: str = ""
) -> QuerySet[Household]:
    """The households of a set, in no order; `followed` yes or no: looked after since phase 3 began."""
    found = Household.objects.within(scope).filter(_members_of(scope, plan, of, day))
    if region:
        found = found.filter(region__code__startswith=region)
    if followed:
        gone = Exists(_follow_ups(plan, day))
        found = found.filter(gone if followed == YES else ~gone)
    return found


def _members_of(scope: Scope, plan: WorkPlan, of: str, day: date) -> Q:
    match of:
        case "unsteady":
            return Q(_watched(WatchKind.MONITORED, day))
        case "marginal":
            return Q(_watched(WatchKind.MARGINAL, day))
        case "not_lifted":
            return Q(registered=True, size__gt=0, poverty_status__in=NOT_LIFTED_STATUSES)
        case "near":
            incomes = band(scope, plan, day)
            if incomes is None:
                return Q(pk__in=[])
            return Q(size__gt=0, income_per_capita__gte=incomes.low, income_per_capita__lt=incomes.high)
        case "fell_back":
            return _fell_back(plan, day)
        case "fell_into":
            return _fell_into(plan, day)
        case _:
            return Q(Exists(Case.objects.filter(plan=plan, household=OuterRef("pk"), opened_on__lte=day)))


def _watched(kind: WatchKind, day: date) -> Exists:
    """On a watch list on the day."""
    return Exists(
        WatchRecord.objects.filter(
            Q(last_day=None) | Q(last_day__gte=day), household=OuterRef("pk"), kind=kind, first_day__lte=day
        )
    )


def _was_watched(kind: WatchKind, plan: WorkPlan, day: date) -> Exists:
    """On a watch list at any time since the plan began: whoever fell leaves the list, not the figure."""
    return Exists(
        WatchRecord.objects.filter(
            Q(last_day=None) | Q(last_day__gte=plan.first_day),
            household=OuterRef("pk"),
            kind=kind,
            first_day__lte=day,
        )
    )


def _registry_rows(**more: object) -> QuerySet[ListRow]:
    return ListRow.objects.filter(
        household=OuterRef("pk"),
        source_list__kind=ListKind.REGISTRY,
        source_list__state=ListState.CONFIRMED,
        **more,
    )


def _found_to_fall(plan: WorkPlan, day: date) -> Exists:
    """A dated decision of a warning says so."""
    return Exists(
        RiskWarning.objects.filter(plan=plan, household=OuterRef("pk"), fell=True, decided_on__lte=day)
    )


def _fell_back(plan: WorkPlan, day: date) -> Q:
    """Monitored, and 返贫 in the registry since the plan began and not before; or a decision says so."""
    back = {"parsed__h__poverty_status": PovertyStatus.FALLEN_BACK}
    said = Q(poverty_status=PovertyStatus.FALLEN_BACK) | Q(
        Exists(_registry_rows(**back, source_list__as_of__range=(plan.first_day, day)))
    )
    said_before = Exists(_registry_rows(**back, source_list__as_of__lt=plan.first_day))
    return Q(_was_watched(WatchKind.MONITORED, plan, day)) & (
        (said & ~Q(said_before)) | Q(_found_to_fall(plan, day))
    )


def _fell_into(plan: WorkPlan, day: date) -> Q:
    """Marginal, and newly registered as poor since the plan began; or a decision says so.

    New is who stood on the marginal list before the registry had him; on both at once is a doubt, no fall.
    """
    first_watched = (
        WatchRecord.objects.filter(household=OuterRef(OuterRef("pk")), kind=WatchKind.MARGINAL)
        .order_by("first_day")
        .values("first_day")[:1]
    )
    known = Q(source_list__as_of__lt=plan.first_day) | Q(source_list__as_of__lte=Subquery(first_watched))
    registered_before = Exists(_registry_rows().filter(known))
    newly = Q(registered=True) & ~Q(registered_before)
    return Q(_was_watched(WatchKind.MARGINAL, plan, day)) & (newly | Q(_found_to_fall(plan, day)))


def _follow_ups(plan: WorkPlan, day: date) -> QuerySet[FollowUp]:
    """Of the outer household, recorded since the phase of monitoring began."""
    return FollowUp.objects.filter(
        household=OuterRef("pk"),
        plan=plan,
        plan__phases__number=MONITORING,
        recorded_on__gte=F("plan__phases__first_day"),
        recorded_on__lte=day,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A watched group: how many households, how many of them followed, what the line asks for today."""

    of: str
    label: str
    definition: str
    total: int
    followed: int
    line: int | None


def groups(scope: Scope, plan: WorkPlan, day: date) -> list[Group]:
    """脱贫不稳定, 未脱贫, 低保边缘 with what makes a household one of them."""
    incomes, edition = band(scope, plan, day), newest(scope, ListKind.REGISTRY)
    definitions = {
        UNSTEADY: "监测户名单⑤",
        NOT_LIFTED: f"扶贫系统{_day_words(edition)}，脱贫属性未脱贫、返贫、预脱贫",
        NEAR: incomes.words if incomes else "还没有低保标准或倍数，请县局在设置里填",
    }
    phase = phase_of_monitoring(scope, plan)
    found = []
    for of, definition in definitions.items():
        followed = Count("pk", filter=Q(Exists(_follow_ups(plan, day))))
        counted = households(scope, plan, of, day).aggregate(total=Count("pk"), followed=followed)
        line = None
        if phase is not None and day >= phase.first_day:
            line = straight_line(counted["total"], phase.first_day, phase.last_day, day)
        label = SET_WORDS[of].partition("（")[0]
        found.append(Group(of, label, definition, counted["total"], counted["followed"], line))
    return found


@dataclass(frozen=True, slots=True)
class ZeroTarget:
    """One of the two zero targets: households that fell, of how many watched, told by which days."""

    fell_set: str
    watched_set: str
    title: str
    word: str
    fell: int
    watched: int
    registry_day: date | None
    decided_day: date | None


def zero_targets(scope: Scope, plan: WorkPlan, day: date) -> list[ZeroTarget]:
    """监测户零返贫, 边缘户零致贫, since the plan began (C02)."""
    registry_day = newest(scope, ListKind.REGISTRY)
    decided = RiskWarning.objects.within(scope).filter(plan=plan, decided_on__lte=day)
    decided_day = decided.aggregate(last=Max("decided_on"))["last"]
    return [
        ZeroTarget(
            fell_set,
            watched_set,
            title,
            word,
            households(scope, plan, fell_set, day).count(),
            households(scope, plan, watched_set, day).count(),
            registry_day,
            decided_day,
        )
        for fell_set, watched_set, title, word in (
            (FELL_BACK, UNSTEADY, "监测户零返贫", "户返贫"),
            (FELL_INTO, MARGINAL, "边缘户零致贫", "户新致贫"),
        )
    ]


def of_cases(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Household]:
    """The households of cases."""
    return Household.objects.within(scope).filter(pk__in=cases.values("household"))


def by_township(scope: Scope, plan: WorkPlan, of: str, day: date, followed: str = "") -> dict[str, int]:
    """Households of a set by township code."""
    rows = households(scope, plan, of, day, followed=followed).values_list(Substr("region_id", 1, 9))
    return dict(rows.annotate(number=Count("pk")).order_by())


def newest(scope: Scope, kind: str) -> date | None:  # noqa: ARG001 - the day of a list is nobody's
    """The day of the newest confirmed edition of a kind."""
    found = SourceList.objects.filter(kind=kind, state=ListState.CONFIRMED)
    return found.aggregate(last=Max("as_of"))["last"]


def _day_words(day: date | None) -> str:
    return f" {day.month}月{day.day}日" if day else ""


@dataclass(frozen=True, slots=True)
class Row:
    """A household of a list, ready to be shown; `fall_word` is empty for who is not watched."""

    id: UUID
    case_id: UUID | None
    head: str
    place: str
    group: str
    size: int
    income: Decimal | None
    about: str
    followed_on: date | None
    fall_word: str


def for_rows(scope: Scope, found: QuerySet[Household]) -> QuerySet[Household]:
    """With everything a row shows, along the villages."""
    plan = plans.current()
    last = FollowUp.objects.within(scope).filter(household=OuterRef("pk")).order_by("-recorded_on", "-day")
    return (
        found.select_related("region__parent", "head")
        .annotate(
            case_id=Subquery(Case.objects.filter(plan=plan, household=OuterRef("pk")).values("pk")[:1]),
            followed_on=Subquery(last.values("day")[:1]),
            watched_as=Subquery(
                WatchRecord.objects.filter(household=OuterRef("pk"), last_day=None).values("kind")[:1]
            ),
        )
        .order_by(*ROUTE)
    )


def rows(scope: Scope, found: QuerySet[Household] | list[Household]) -> list[Row]:  # noqa: ARG001 - cut before
    """The households of one page, taken from `for_rows`, as rows."""
    return [_row(household) for household in found]


def _row(household: Any) -> Row:  # a household with what `for_rows` adds
    village = household.region
    kind = WatchKind(household.watched_as).label.removeprefix("脱贫") if household.watched_as else ""
    status = household.get_poverty_status_display() if household.registered else "未建档立卡"
    return Row(
        id=household.pk,
        case_id=household.case_id,
        head=household.head.name if household.head else "户主不明",
        place=f"{village.parent.name if village.parent else ''}·{village.name.removesuffix('村')}",
        group=household.group,
        size=household.size,
        income=household.income_per_capita,
        about="，".join(filter(None, (kind, status))),
        followed_on=household.followed_on,
        fall_word=FALL_WORDS.get(household.watched_as, ""),
    )


def nearest(scope: Scope, plan: WorkPlan, day: date, limit: int) -> list[tuple[Row, str]]:
    """The watched households nearest above the poverty line, each with how far it is from it."""
    line = plans.standard(StandardKind.POVERTY_LINE, plan.region_id, day)
    if line is None:
        return []
    watched = Q(_watched(WatchKind.MONITORED, day)) | Q(_watched(WatchKind.MARGINAL, day))
    found = Household.objects.within(scope).filter(watched, income_per_capita__gte=line.amount)
    listed = for_rows(scope, found).order_by("income_per_capita", "pk")[:limit]
    return [
        (row, f"{row.about}；人均 {yuan(row.income)}，{_above(row.income - line.amount)}")
        for row in rows(scope, listed)
        if row.income is not None
    ]


def _above(difference: Decimal) -> str:
    return f"高出扶贫标准 {yuan(difference)} 元" if difference else "正好等于扶贫标准"


def household(scope: Scope, household_id: UUID) -> Row:
    """One household of the scope. Raises ObjectDoesNotExist."""
    return _row(for_rows(scope, Household.objects.within(scope)).get(pk=household_id))


def region_of(scope: Scope, household_id: UUID) -> str:
    """The code of its village. Raises ObjectDoesNotExist."""
    return Household.objects.within(scope).values_list("region_id", flat=True).get(pk=household_id)


def history(scope: Scope, household_id: UUID) -> list[FollowUp]:
    """Who looked after a household, the last first."""
    return list(FollowUp.objects.within(scope).filter(household=household_id).select_related("by", "warning"))


def next_to_follow(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> tuple[UUID | None, int]:
    """The next ledger household to be followed along the villages, and how many are left."""
    left = households(scope, plan, LEDGER, day, region=region, followed=NO).filter(
        scope.q(Household.region_path, Right.VERIFY)
    )
    return left.order_by(*ROUTE).values_list("pk", flat=True).first(), left.count()


def found_by(scope: Scope, text: str) -> list[Row]:
    """Households by what is known of a member."""
    members = Membership.objects.known_as(text).filter(household=OuterRef("pk"))
    found = Household.objects.within(scope, Right.ADD_HOUSEHOLD).filter(Exists(members))
    return rows(scope, for_rows(scope, found)[:FOUND_AT_MOST])
