"""The approval desk: where every household waits, since when, for whom, and what stands in the way (C10).

A household stands at one stage only, that of its slowest grant, so that the six columns add up.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import (
    Case as Choose,
)
from django.db.models import (
    Count,
    DateField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import CaseOutcome, CaseState, Scheme, StepKind
from screening.models import Case, Decision, Enrolment, EnrolmentStep, Objection
from screening.models.enrolment import UNDER_WAY
from screening.models.objection import OPEN
from screening.rules import steps as rules

RIGHTS = {
    rules.Office.TOWNSHIP: Right.APPLY,
    rules.Office.TOWNSHIP_HEAD: Right.APPROVE_DELEGATED,
    rules.Office.COUNTY: Right.APPROVE,
}
LONG_DAYS = 5
SHORT = {
    Scheme.TEKUN: "特困",
    Scheme.DIBAO: "低保",
    Scheme.DIBAO_SINGLE: "单人户",
    Scheme.TEMPORARY: "临时救助",
}
LOOKS = {Scheme.TEKUN: "tk", Scheme.DIBAO: "db", Scheme.DIBAO_SINGLE: "db", Scheme.TEMPORARY: "tp"}
MONTHLY = (Scheme.TEKUN, Scheme.DIBAO, Scheme.DIBAO_SINGLE)


@dataclass(frozen=True, slots=True)
class Stage:
    """One column: households, longest wait in days, how many wait long; of publicity also how it runs."""

    kind: StepKind
    office: str
    count: int
    longest: int
    long: int
    running: int = 0
    full_today: int = 0
    objected: int = 0

    @property
    def words(self) -> str:
        """The line under the figure: what of it presses."""
        if not self.count:
            return "没有等着的"
        if self.kind == StepKind.PUBLICISED:
            parts = [f"公示中 {self.running}"]
            if waiting := self.count - self.running:
                parts.append(f"待张贴 {waiting}")
            if self.full_today:
                parts.append(f"今天满 {self.full_today}")
        else:
            parts = [f"{self.long} 户等 {LONG_DAYS} 天以上" if self.long else f"都在 {LONG_DAYS} 天以内"]
        if self.objected:
            parts.append(f"有异议 {self.objected}")
        return "；".join(parts)


@dataclass(frozen=True, slots=True)
class Totals:
    """符合 = 已销号 + 正在办, in households."""

    closed: int
    open: int

    @property
    def eligible(self) -> int:
        return self.closed + self.open


@dataclass(frozen=True, slots=True)
class Verdicts:
    """A chip: 低保 3."""

    label: str
    look: str
    persons: int


@dataclass(frozen=True, slots=True)
class Row:
    """One household at a stage, ready to be shown."""

    id: UUID
    head: str
    township: str
    village: str
    group: str
    size: int
    verdicts: list[Verdicts]
    monthly: Decimal | None
    publicity: tuple[date, date] | None
    applicant: str
    days: int
    blocked: str
    grants: list[Enrolment] = field(default_factory=list)
    version: int = 0

    @property
    def long(self) -> bool:
        return self.days >= LONG_DAYS

    @property
    def wait_words(self) -> str:
        return f"等 {self.days} 天" if self.days else "今天到"

    @property
    def spent_words(self) -> str:
        return f"{self.days} 天"

    @property
    def publicity_days(self) -> int:
        return (self.publicity[1] - self.publicity[0]).days + 1 if self.publicity else 0

    @property
    def facts(self) -> str:
        """Scheme:persons pairs for the live sum of a selection."""
        found: Counter[str] = Counter()
        for grant in self.grants:
            found[SHORT[Scheme(grant.scheme)]] += len(grant.persons)
        return " ".join(f"{label}:{persons}" for label, persons in found.items())


def _rank(day: date) -> Choose:
    """Number of the stage that a grant stands at; in publicity until the end of its last day."""
    running = When(
        next_step=StepKind.APPROVED,
        publicity_last_day__gte=day,
        then=Value(rules.ORDER.index(StepKind.PUBLICISED)),
    )
    places = [When(next_step=kind, then=Value(place)) for place, kind in enumerate(rules.ORDER)]
    return Choose(running, *places, output_field=IntegerField())


def _since(day: date) -> Choose:
    """Since when a grant waits there: for approval from the day after the publicity."""
    over = When(
        next_step=StepKind.APPROVED,
        publicity_last_day__lt=day,
        then=Cast(F("publicity_last_day") + Value(timedelta(days=1)), DateField()),
    )
    return Choose(over, default=F("waiting_since"), output_field=DateField())


def waiting(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> QuerySet[Any]:
    """Households with steps to take, with `rank` (place of the stage) and `since`."""
    grants = (
        Enrolment.objects.filter(UNDER_WAY, case=OuterRef("pk"))
        .annotate(rank=_rank(day), since=_since(day))
        .order_by("rank", "since")
    )
    return (
        Case.objects.within(scope)
        .filter(plan=plan, state=CaseState.TO_ENROL, household__region__code__startswith=region)
        .annotate(rank=Subquery(grants.values("rank")[:1]), since=Subquery(grants.values("since")[:1]))
    )


def stages(scope: Scope, plan: WorkPlan, day: date, region: str = "") -> list[Stage]:
    """The six columns; they add up to the households waiting to be enrolled."""
    last_day = (
        Enrolment.objects.filter(UNDER_WAY, case=OuterRef("pk"), next_step=StepKind.APPROVED)
        .order_by("publicity_last_day")
        .values("publicity_last_day")[:1]
    )
    found = {
        row["rank"]: row
        for row in waiting(scope, plan, day, region)
        .annotate(last_day=Subquery(last_day))
        .values("rank")
        .annotate(
            count=Count("pk"),
            oldest=Min("since"),
            long=Count("pk", filter=Q(since__lte=day - timedelta(days=LONG_DAYS))),
            running=Count("pk", filter=Q(last_day__gte=day)),
            full_today=Count("pk", filter=Q(last_day=day)),
            objected=Count("pk", filter=Exists(Objection.objects.filter(OPEN, case=OuterRef("pk")))),
        )
        .order_by()
    }
    shown = []
    for place, kind in enumerate(rules.ORDER):
        office = rules.offices(kind, township_approves=plan.township_approves)[0]
        row = found.get(place)
        if row is None:
            shown.append(Stage(kind, rules.OFFICE_WORDS[office], 0, 0, 0))
            continue
        public = kind == StepKind.PUBLICISED
        shown.append(
            Stage(
                kind,
                rules.OFFICE_WORDS[office],
                row["count"],
                (day - row["oldest"]).days,
                row["long"],
                row["running"] if public else 0,
                row["full_today"] if public else 0,
                row["objected"],
            )
        )
    return shown


def totals(scope: Scope, plan: WorkPlan, region: str = "") -> Totals:
    """Households closed as enrolled, and those under way."""
    found = (
        Case.objects.within(scope)
        .filter(plan=plan, household__region__code__startswith=region)
        .aggregate(
            closed=Count("pk", filter=Q(outcome=CaseOutcome.ENROLLED)),
            open=Count("pk", filter=Q(state=CaseState.TO_ENROL)),
        )
    )
    return Totals(found["closed"], found["open"])


def at_stage(scope: Scope, plan: WorkPlan, kind: str, day: date, region: str = "") -> QuerySet[Any]:
    """The households of one column, the longest waiting first, with all that a row shows."""
    place = rules.ORDER.index(StepKind(kind))
    waiting_there = waiting(scope, plan, day, region).filter(rank=place)
    return _with_grants(waiting_there).order_by("since", "household__region__order", "household_id")


def one(scope: Scope, case_id: UUID) -> Case:
    """A household with its grants. Raises ObjectDoesNotExist outside the scope."""
    return _with_grants(Case.objects.within(scope)).select_related("plan").get(pk=case_id)


def _with_grants(cases: QuerySet[Any]) -> QuerySet[Any]:
    grants = (
        Enrolment.objects.filter(ended_on=None)
        .select_related("person", "decision")
        .prefetch_related(
            Prefetch("steps", EnrolmentStep.objects.select_related("by")),
            Prefetch("decision__verification__decisions", Decision.objects.select_related("person")),
        )
    )
    return cases.select_related("household__region__parent", "household__head").prefetch_related(
        Prefetch("enrolments", grants, to_attr="grants"),
        Prefetch("objections", Objection.objects.filter(OPEN), to_attr="open_objections"),
    )


def rows(scope: Scope, cases: Iterable[Any], kind: str, plan: WorkPlan, day: date) -> list[Row]:
    """Rows of cases that came from `at_stage`, with what stands in the way of this viewer."""
    return [_row(scope, case, StepKind(kind), plan, day) for case in cases]


def _row(scope: Scope, case: Any, kind: StepKind, plan: WorkPlan, day: date) -> Row:
    household = case.household
    open_ones = [grant for grant in case.grants if grant.next_step]
    public = next((s for g in open_ones for s in g.steps.all() if s.kind == StepKind.PUBLICISED), None)
    applied = next((s for g in open_ones for s in g.steps.all() if s.kind == StepKind.APPLIED), None)
    amounts = [grant.monthly_amount for grant in open_ones if grant.monthly_amount is not None]
    return Row(
        id=case.pk,
        head=household.head.name if household.head else "户主不明",
        township=household.region.parent.name if household.region.parent else "",
        village=household.region.name.removesuffix("村"),
        group=household.group,
        size=household.size,
        verdicts=_verdicts(case),
        monthly=sum(amounts, Decimal(0)) if amounts else None,
        publicity=(public.first_day, public.last_day) if public else None,
        applicant=applied.by.name if applied else "",
        days=max(0, (day - case.since).days),
        blocked=blocked(scope, open_ones, kind, plan, day, case.open_objections),
        grants=open_ones,
        version=case.version,
    )


def _verdicts(case: Any) -> list[Verdicts]:
    """Chips of a household: persons by scheme, and those not eligible."""
    found: Counter[Scheme] = Counter()
    refused: set[UUID] = set()
    for grant in case.grants:
        found[Scheme(grant.scheme)] += len(grant.persons)
        for decision in grant.decision.verification.decisions.all():
            if decision.scheme == Scheme.NONE and decision.person_id:
                refused.add(decision.person_id)
    shown = [Verdicts(SHORT[scheme], LOOKS[scheme], number) for scheme, number in found.items()]
    return [*shown, Verdicts("不符合", "no", len(refused))] if refused else shown


def blocked(
    scope: Scope,
    grants: list[Enrolment],
    kind: StepKind,
    plan: WorkPlan,
    day: date,
    objections: Sequence[Objection] = (),
) -> str:
    """What stands in the way of the next step for this viewer, in a few words; empty when nothing does.

    `objections` are those not settled.
    """
    if objections and kind in (StepKind.PUBLICISED, StepKind.APPROVED):
        said = objections[0].raised_on
        return f"有异议：{said.month}月{said.day}日提出，没查清"
    for grant in grants:
        if kind == StepKind.PUBLICISED and grant.publicity_last_day:
            over = grant.publicity_last_day + timedelta(days=1)
            return f"公示中，{over.month}月{over.day}日起可批"
        if kind == StepKind.APPROVED:
            if grant.monthly_amount is None:
                return "还没写金额，先定档"
            step = rules.Taken(kind, day, scope.user_id)
            if sentence := rules.fault(step, grant.taken, today=day, publicity_days=plan.publicity_days):
                return sentence.rstrip("。")
    return ""


def last_amounts(scope: Scope, plan: WorkPlan, region: str = "") -> dict[str, Decimal]:
    """Yuan a month for one person by scheme, as last granted there: what the next application begins with."""
    recent = (
        Enrolment.objects.within(scope)
        .filter(
            case__plan=plan, monthly_amount__isnull=False, case__household__region__code__startswith=region
        )
        .order_by("scheme", "-opened_on", "-pk")
        .distinct("scheme")
    )
    return {
        grant.scheme: grant.monthly_amount / max(1, len(grant.persons))
        for grant in recent
        if grant.monthly_amount is not None
    }


def waiting_for_me(scope: Scope, plan: WorkPlan, day: date) -> dict[StepKind, int]:
    """Households by stage that somebody of this scope can bring on today; for the count in the bar."""
    found = {}
    for stage in stages(scope, plan, day):
        offices = rules.offices(stage.kind, township_approves=plan.township_approves)
        if any(scope.may(RIGHTS[office]) for office in offices):
            found[stage.kind] = stage.count - stage.running
    return found


def townships(scope: Scope, plan: WorkPlan) -> list[Region]:
    """Townships of the plan that lie in the scope, in the county's order."""
    found = Region.objects.within(scope).filter(parent=plan.region_id, level="township")
    return list(found.order_by("order", "code"))
