"""The electronic ledger (C12): every household of the plan with the state of its record, in official columns.

应有记录 = 有记录 + 没有记录. A household to be verified (again) has none; every other one has.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet, Sum
from django.http import QueryDict

from dabao import crypto
from dabao.models import WorkPlan
from dabao.scope import Scope
from screening import verdict_words
from screening.choices import (
    CaseOutcome,
    CaseState,
    DisabilityKind,
    Labour,
    Relation,
    StepKind,
    VerificationState,
    VisitResult,
)
from screening.models import (
    Case,
    Decision,
    DisabilityCertificate,
    Enrolment,
    IllnessRecord,
    Membership,
    SavedFilter,
    Verification,
)
from screening.queries import lacking, on_day, worklist
from screening.queries.cases import TAB_LABELS, CaseFilters, filtered, without_state
from screening.queries.places_then import TOWNSHIP
from screening.queries.steps import townships
from screening.rules import steps as rules
from screening.rules.wording import coverage_word

TABS = {"all": "全部", CaseState.TO_VERIFY.value: "没有记录"} | {
    name: label for name, label in TAB_LABELS.items() if name not in ("all", CaseState.TO_VERIFY.value)
}
ABLE = {Labour.SKILLED, Labour.ORDINARY}
COLUMNS = (
    ("序号", 6),
    ("乡镇", 10),
    ("村", 12),
    ("组", 8),
    ("户编号", 20),
    ("户主姓名", 10),
    ("身份证号", 22),
    ("家庭人口", 8),
    ("对象类别", 12),
    ("成员姓名", 16),
    ("与户主关系", 12),
    ("残疾证号", 24),
    ("残疾类别", 10),
    ("残疾等级", 8),
    ("病种", 12),
    ("劳动力人数", 8),
    ("年人均收入", 12),
    ("脱贫属性/年度", 14),
    ("是否已享受低保/特困", 14),
    ("排查时间", 12),
    ("排查人", 10),
    ("研判意见", 10),
    ("拟纳入类型", 16),
    ("未纳入原因", 24),
    ("审批时间", 12),
    ("保障起始月", 12),
    ("保障人数", 8),
    ("月补差金额", 12),
    ("录入系统时间", 12),
    ("是否销号", 10),
    ("备注", 24),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One household of the ledger, ready to be shown; numbers masked."""

    id: UUID
    township: str
    village: str
    group: str
    head: str
    masked: str
    size: int
    categories: list[int]
    labour: str
    income: Decimal | None
    lifted: str
    coverage: str
    covered: bool
    verified_on: date | None
    verifier: str
    opinion: str
    proposed: str
    refused: str
    status: str
    status_text: str
    days: int
    lacking: str
    assigned_to: str


@dataclass(frozen=True, slots=True)
class Counts:
    """应有 = 有 + 没有, in households, and the persons of all."""

    all: int
    has: int
    persons: int

    @property
    def none(self) -> int:
        return self.all - self.has


@dataclass(frozen=True, slots=True)
class Place:
    """One township of the side table."""

    code: str
    name: str
    counts: Counts
    unassigned: int


def counts(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> Counts:
    """Of the households the filters leave, whatever tab is open."""
    base = without_state(scope, plan, filters.with_(lacking=""), day)
    found = base.aggregate(
        all=Count("pk"), has=Count("pk", filter=_has_record(filters)), persons=Sum("household__size")
    )
    people = on_day.persons(scope, base, filters.past) if filters.past else found["persons"]
    return Counts(found["all"], found["has"], people or 0)


def _has_record(filters: CaseFilters) -> Q:
    return ~filters.conditions[CaseState.TO_VERIFY]


def tabs(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> list[worklist.Tab]:
    """States with their counts; those after 全部 add up to it."""
    base = filters.with_(lacking="")
    counted = {name: Count("pk", filter=filters.conditions[name]) for name in TABS if name != "all"}
    found = without_state(scope, plan, base, day).aggregate(all=Count("pk"), **counted)
    return [
        worklist.Tab(
            name,
            label,
            found[name],
            filters.tab == name,
            base.with_(state=() if name == "all" else (name,)),
        )
        for name, label in TABS.items()
    ]


def by_township(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> list[Place]:
    """Every township of the scope with its counts; they add up to `counts`."""
    base = without_state(scope, plan, filters.with_(lacking="", region="", village=()), day)
    has = _has_record(filters)
    aggregated = {
        row["township"]: row
        for row in base.values(township=TOWNSHIP).annotate(
            all=Count("pk"),
            has=Count("pk", filter=has),
            unassigned=Count("pk", filter=~has & Q(assigned_to=None)),
        )
    }
    return [
        Place(one.code, one.name, Counts(row["all"], row["has"], 0), row["unassigned"])
        for one in townships(scope, plan)
        if (row := aggregated.get(one.code))
    ]


def why_none(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> list[tuple[str, str, int]]:
    """Reasons for having no record as (name, words, households); they add up."""
    base = without_state(scope, plan, filters.with_(lacking=""), day)
    found = base.aggregate(
        **{f"why_{name}": Count("pk", filter=condition) for name, condition in lacking.CONDITIONS.items()}
    )
    return [(name, words, found[f"why_{name}"]) for name, words in lacking.WORDS.items()]


def saved(scope: Scope, plan: WorkPlan, day: date) -> list[tuple[SavedFilter, int]]:
    """One's own kept filters, each with how many households it leaves now."""
    kept = SavedFilter.objects.filter(user=scope.user_id)
    return [
        (one, filtered(scope, plan, CaseFilters.from_query(QueryDict(one.query)), day).count())
        for one in kept
    ]


def listed(scope: Scope, plan: WorkPlan, filters: CaseFilters, day: date) -> QuerySet[Case]:
    """The households of the open tab."""
    return filtered(scope, plan, filters, day)


def for_rows(scope: Scope, cases: QuerySet[Case]) -> QuerySet[Case]:
    """The cases with all that a row or an official line shows, in a fixed number of queries."""
    standing = (
        Verification.objects.within(scope)
        .filter(round=1, state=VerificationState.SUBMITTED)
        .select_related("by")
        .prefetch_related(Prefetch("decisions", Decision.objects.select_related("person")))
        .order_by("-submitted_at")
    )
    members = (
        Membership.objects.within(scope)
        .filter(last_day=None, person__died_on=None)
        .select_related("person")
        .order_by("relation", "pk")
    )
    grants = Enrolment.objects.within(scope).filter(ended_on=None).prefetch_related("steps")
    return worklist.for_rows(scope, cases).prefetch_related(
        Prefetch("verifications", standing, to_attr="rounds"),
        Prefetch("household__memberships", members, to_attr="living"),
        Prefetch("enrolments", grants, to_attr="grants"),
    )


def rows(scope: Scope, cases: Iterable[Any], day: date) -> list[Row]:  # noqa: ARG001 - for_rows cut to it
    """Rows of cases that came from `for_rows`."""
    return [_row(case, day) for case in cases]


def _row(case: Any, day: date) -> Row:
    household, head = case.household, case.household.head
    standing = _standing(case)
    status, words = _status(case, day)
    return Row(
        id=case.pk,
        township=household.region.parent.name if household.region.parent else "",
        village=household.region.name.removesuffix("村"),
        group=household.group,
        head=head.name if head else "户主不明",
        masked=crypto.mask_id(head.id_number) if head and head.id_sealed else "",
        size=household.size,
        categories=case.categories,
        labour=_labour(case),
        income=household.income_per_capita,
        lifted=_lifted(household),
        coverage=coverage_word(case.coverage, case.schemes),
        covered=case.coverage in ("all", "part"),
        verified_on=standing.visited_on if standing else None,
        verifier=standing.by.name if standing else "",
        opinion=verdict_words.opinion(standing),
        proposed=verdict_words.proposed(standing),
        refused=verdict_words.refused(standing),
        status=status,
        status_text=words,
        days=(day - case.opened_on).days,
        lacking=_lacking(case),
        assigned_to=case.assigned_to.name if case.assigned_to else "",
    )


def _standing(case: Any) -> Verification | None:
    """The conclusion that stands; a household to be verified has none."""
    if case.state == CaseState.TO_VERIFY:
        return None
    return next((record for record in case.rounds if record.concluded), None)


def _labour(case: Any) -> str:
    able = sum(m.person.labour in ABLE for m in case.household.living)
    weak = sum(m.person.labour == Labour.WEAK for m in case.household.living)
    if any(not m.person.labour for m in case.household.living) and not able:
        return "待查"
    return f"{able}＋半 {weak}" if weak else str(able)


def _lifted(household: Any) -> str:
    if not household.poverty_status:
        return ""
    return f"{household.get_poverty_status_display()} {household.lifted_year or ''}".strip()


def _status(case: Any, day: date) -> tuple[str, str]:
    if case.state == CaseState.TO_VERIFY:
        return "todo", "没有记录"
    if case.state == CaseState.CLOSED:
        return "done", CaseOutcome(case.outcome).label
    if case.state == CaseState.TO_RECHECK:
        since = case.verified_on or case.opened_on
        return "prog", f"待复核 {(day - since).days} 天"
    waiting = [grant for grant in case.grants if grant.next_step]
    stage = rules.furthest_behind(
        rules.waits_at(grant.next_step, grant.publicity_last_day, day) for grant in waiting
    )
    if stage is None:
        return "prog", case.get_state_display()
    since = min(rules.since(grant.waiting_since, grant.publicity_last_day, stage) for grant in waiting)
    return "prog", f"{stage.label} {(day - since).days} 天"


def _lacking(case: Any) -> str:
    """Why this household has no record, in words with days."""
    if case.state != CaseState.TO_VERIFY:
        return ""
    if case.returned_on:
        return f"退回：{case.return_note}"
    if case.verified_on:
        return "重新核查"
    visits = [record for record in case.rounds if record.result != VisitResult.VISITED]
    if visits:
        days = "、".join(
            f"{v.visited_on.month}月{v.visited_on.day}日" for v in reversed(visits) if v.visited_on
        )
        return f"去过 {len(visits)} 次，没见到人（{days}）"
    return lacking.WORDS[lacking.UNKNOWN] if case.unknown else lacking.WORDS[lacking.NEVER]


# --- Official columns ---


def official(scope: Scope, cases: list[Any], day: date, *, whole: bool) -> list[list[Any]]:
    """Lines in the official columns (`COLUMNS`), one a household, for a slice of cases from `for_rows`.

    Numbers are masked and illnesses only said to exist, unless `whole` (needs the right and a logged reason).
    """
    people = [m.person_id for case in cases for m in case.household.living]
    certificates: dict[UUID, DisabilityCertificate] = {
        one.person_id: one
        for one in DisabilityCertificate.objects.within(scope).filter(person__in=people, last_day=None)
    }
    illnesses: dict[UUID, list[IllnessRecord]] = {}
    for record in IllnessRecord.objects.within(scope).filter(person__in=people, last_day=None).distinct():
        illnesses.setdefault(record.person_id, []).append(record)
    shown = rows(scope, cases, day)
    return [
        _official(case, row, certificates, illnesses, whole=whole)
        for case, row in zip(cases, shown, strict=True)
    ]


def _official(
    case: Any,
    row: Row,
    certificates: dict[UUID, DisabilityCertificate],
    illnesses: dict[UUID, list[IllnessRecord]],
    *,
    whole: bool,
) -> list[Any]:
    head, home = case.household.head, case.household
    told = [m for m in case.household.living if m.person_id in certificates or m.person_id in illnesses]
    papers = [certificates.get(m.person_id) for m in told]
    number = head.id_number if head and head.id_sealed else ""
    steps = {step.kind: step.day for grant in case.grants for step in grant.steps.all()}
    first = min((g.from_month for g in case.grants if g.from_month), default=None)
    monthly = [
        g.monthly_amount for g in case.grants if g.monthly_amount is not None and g.scheme != "temporary"
    ]
    ills = [illnesses.get(m.person_id, []) for m in told]
    return [
        None,
        row.township,
        home.region.name,
        row.group,
        home.number,
        row.head,
        number if whole else row.masked,
        row.size,
        "".join(worklist.CATEGORY_MARKS[n - 1] for n in sorted(row.categories)),
        _lines(m.person.name for m in told),
        _lines(Relation(m.relation).label if m.relation else "" for m in told),
        _lines(_certificate_number(paper, whole=whole) for paper in papers),
        _lines(DisabilityKind(paper.kind).label if paper else "" for paper in papers),
        _lines(f"{paper.grade} 级" if paper else "" for paper in papers),
        _lines(("、".join(i.diagnosis for i in found) if whole else "有") if found else "" for found in ills),
        row.labour,
        row.income,
        row.lifted,
        row.coverage,
        row.verified_on,
        row.verifier,
        row.opinion,
        row.proposed,
        row.refused,
        steps.get(StepKind.APPROVED),
        f"{first:%Y-%m}" if first else None,
        len({person for grant in case.grants for person in grant.persons}) or None,
        sum(monthly, Decimal(0)) if monthly else None,
        steps.get(StepKind.RECORDED),
        "是" if case.state == CaseState.CLOSED else "否",
        row.lacking or row.status_text,
    ]


def _lines(parts: Iterable[str]) -> str:
    return "；".join(part for part in parts if part)


def _certificate_number(paper: DisabilityCertificate | None, *, whole: bool) -> str:
    if paper is None or not paper.number_sealed:
        return ""
    number = crypto.unseal(paper.number_sealed)
    return number if whole else crypto.mask_id(number)
