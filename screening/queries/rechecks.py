"""The recheck desk: what waits for a second person, the thinnest grounds first (C11)."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.choices import (
    CaseOutcome,
    CaseState,
    IncomeKind,
    ReasonCode,
    Scheme,
    VisitResult,
)
from screening.models import Case, Decision, Verification

THIN_PERCENT = 2
SAME_WORDS = 3
LATE_DAYS = 10
FAST_MINUTES, FAST_VERDICTS = 20, 20
SORTS = {"thin": "依据单薄的在前", "days": "等得久的在前"}


@dataclass(slots=True)
class Waiting:
    """A household that waits, with hints to look closely; `mine` = judged by the viewer himself."""

    case: Case
    record: Verification
    decisions: list[Decision]
    mine: bool
    days: int
    signals: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    @property
    def id(self) -> UUID:
        return self.case.pk

    @property
    def late(self) -> bool:
        return self.days >= LATE_DAYS

    @property
    def reasons(self) -> str:
        refused = [one for one in self.decisions if one.scheme == Scheme.NONE]
        codes = dict.fromkeys(ReasonCode(one.reason_code).label for one in refused)
        return "、".join(codes)


@dataclass(frozen=True, slots=True)
class Desk:
    """The queue and its head line: 不符合 = 已复核标注 + 待复核."""

    queue: list[Waiting]
    marked: int

    @property
    def waiting(self) -> int:
        return len(self.queue)

    @property
    def not_eligible(self) -> int:
        return self.marked + self.waiting

    @property
    def mine(self) -> int:
        return sum(one.mine for one in self.queue)

    @property
    def can(self) -> int:
        return self.waiting - self.mine

    @property
    def longest(self) -> int:
        return max((one.days for one in self.queue), default=0)

    @property
    def free(self) -> list[Waiting]:
        return [one for one in self.queue if not one.mine]


def desk(scope: Scope, plan: WorkPlan, day: date, sort: str = "thin") -> Desk:
    """What waits in the townships where the viewer may recheck; one's own last, locked."""
    cases = Case.objects.within(scope, Right.RECHECK).filter(plan=plan)
    rounds = (
        Verification.objects.within(scope, Right.RECHECK)
        .concluded()
        .prefetch_related("income", "decisions__person")
    )
    waiting = (
        cases.filter(state=CaseState.TO_RECHECK)
        .select_related("household__region", "household__head")
        .prefetch_related(Prefetch("verifications", rounds, to_attr="standing"))
    )
    queue = [_waiting(scope, case, day) for case in waiting if case.standing]
    _hint(scope, plan, queue)
    thin_first = sort != "days"
    queue.sort(key=lambda one: (one.mine, -len(one.signals) if thin_first else 0, -one.days, str(one.id)))
    marked = cases.aggregate(number=Count("pk", filter=Q(outcome=CaseOutcome.NOT_ELIGIBLE)))["number"]
    return Desk(queue, marked)


def mine_to_recheck(scope: Scope) -> Q:
    """Cases on the desk that this user may take: the conclusion that stands is another's (C11)."""
    of_another = Verification.objects.standing_of(case=OuterRef(OuterRef("pk"))).exclude(by=scope.user_id)
    return Q(Exists(of_another), scope.q(Case.region_path, Right.RECHECK), state=CaseState.TO_RECHECK)


def _waiting(scope: Scope, case: Any, day: date) -> Waiting:
    """`case` comes with `standing`, its concluded verifications, the last first."""
    record = case.standing[0]
    return Waiting(
        case=case,
        record=record,
        decisions=list(record.decisions.all()),
        mine=record.by_id == scope.user_id,
        days=(day - (record.recorded_on or day)).days,
    )


def _hint(scope: Scope, plan: WorkPlan, queue: list[Waiting]) -> None:
    """Hints, never conclusions: just above the standard, no employment cost, in a rush, words repeated."""
    said = _said(scope, plan, queue)
    fast = _pace(scope, queue)
    for one in queue:
        record = one.record
        over = _just_over(record)
        if over is not None:
            one.signals.append(f"线上 {over:,.0f} 元")
            one.sentences.append(f"只高出标准 {over:,.2f} 元。")
        amounts = {item.kind: item.amount for item in record.income.all()}
        if amounts.get(IncomeKind.WAGES) and not amounts.get(IncomeKind.EMPLOYMENT_COST):
            one.signals.append("没扣就业成本")
            one.sentences.append(f"务工工资 {amounts[IncomeKind.WAGES]:,.0f} 元，必要就业成本没有写。")
        if record.departures:
            one.signals.append("与条件不同")
            one.sentences += [f"{said_so}。" for said_so in record.departures]
            one.sentences.append(f"初核人写的原因：{record.departure_reason}")
        if (quick := fast[record.pk]) >= FAST_VERDICTS:
            one.signals.append(f"{FAST_MINUTES} 分钟 {quick} 户")
            one.sentences.append(f"{record.by.name}在 {FAST_MINUTES} 分钟里连着核了 {quick} 户。")
        times = said[record.by_id, record.grounds.strip()]
        if record.grounds.strip() and times >= SAME_WORDS:
            one.signals.append(f"同一句 {times} 次")
            one.sentences.append(f"这句理由一字不差用了 {times} 次，都是{record.by.name}写的。")
        if not record.on_site:
            one.signals.append("没有实地入户")
            one.sentences.append("初核没有实地入户。")


def _said(scope: Scope, plan: WorkPlan, queue: list[Waiting]) -> Counter[tuple[UUID, str]]:
    """(author, grounds) of those waiting: households judged with it, the ones already agreed to as well."""
    found: Counter[tuple[UUID, str]] = Counter()
    used = (
        Verification.objects.within(scope, Right.RECHECK)
        .concluded()
        .filter(case__plan=plan, by__in={one.record.by_id for one in queue})
        .filter(grounds__in={one.record.grounds for one in queue})
        .order_by()
        .values_list("by", "grounds")
        .annotate(households=Count("case", distinct=True))
    )
    for author, grounds, households in used:
        found[author, grounds.strip()] += households
    return found


def _pace(scope: Scope, queue: list[Waiting]) -> dict[UUID, int]:
    """By verification waiting: how many its author submitted within some minutes around it, that day."""
    authors = {one.record.by_id for one in queue}
    submitted: dict[tuple[UUID, date | None], list[datetime]] = defaultdict(list)
    for author, day, at in (
        Verification.objects.within(scope, Right.RECHECK)
        .filter(round=1, result=VisitResult.VISITED, by__in=authors, submitted_at__isnull=False)
        .order_by("submitted_at")
        .values_list("by", "recorded_on", "submitted_at")
    ):
        if at is not None:
            submitted[author, day].append(at)
    return {
        one.record.pk: _most_within(
            submitted[one.record.by_id, one.record.recorded_on], one.record.submitted_at
        )
        for one in queue
    }


def _most_within(moments: list[datetime], at: datetime | None) -> int:
    """The fullest window of some minutes that holds `at`; `moments` in their order."""
    if at is None:
        return 0
    window = timedelta(minutes=FAST_MINUTES)
    starts = [moment for moment in moments if at - window <= moment <= at]
    return max(
        (bisect_right(moments, start + window) - bisect_left(moments, start) for start in starts), default=0
    )


def _just_over(record: Verification) -> Decimal | None:
    """Yuan above the standard, when that is no more than a few in a hundred."""
    if record.per_capita is None or not record.standard_amount:
        return None
    over = record.per_capita - record.standard_amount
    return over if 0 < over <= record.standard_amount * THIN_PERCENT / 100 else None
