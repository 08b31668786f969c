"""Warnings from an edition's news and from people, their visit and decision; following households (C13)."""

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope, whole
from screening.choices import (
    REPORTED_KINDS,
    CaseOrigin,
    CaseState,
    FollowUpResult,
    ListState,
    WarningDecision,
    WarningState,
)
from screening.models import Case, CaseEvent, FollowUp, Household, RiskWarning, SourceList, WatchRecord
from screening.queries import news
from screening.rules import warnings as rules
from screening.services import cases, flags, warning_flags

_LOCK = 0x0DAB_A013
# (state, what is done) → the state it brings about. All else is refused, in words.
VISIT, DECIDE = "visit", "decide"
TRANSITIONS: dict[tuple[str, str], WarningState] = {
    (WarningState.OPEN, VISIT): WarningState.VISITED,
    (WarningState.VISITED, VISIT): WarningState.VISITED,
    (WarningState.VISITED, DECIDE): WarningState.DECIDED,
}
_REFUSED = {
    (WarningState.OPEN, DECIDE): "还没有人入户。先记入户情况，再研判。",
    (WarningState.DECIDED, VISIT): "这条预警已有结论，不能再记入户。平时走访请记在“跟踪”里。",
    (WarningState.DECIDED, DECIDE): "这条预警已有结论，不能再定。情况又变了的，请另报一条预警。",
}
_TO_CASE = {WarningDecision.DIBAO, WarningDecision.TEKUN}


def next_state(state: str, doing: str) -> WarningState:
    """The state that doing it brings about. Raises ValidationError with what to do instead."""
    after = TRANSITIONS.get((WarningState(state), doing))
    if after is None:
        raise ValidationError(_REFUSED[WarningState(state), doing])
    return after


@transaction.atomic
def raise_from_facts(*, source: SourceList, plan: WorkPlan, day: date) -> int:
    """Raise what a confirmed edition brings to light; returns how many are new. Safe to run again."""
    if source.state != ListState.CONFIRMED:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    scope = whole(plan.region_id)
    thresholds = news.thresholds(scope, plan, day)
    found = [
        RiskWarning(
            plan=plan,
            household_id=household,
            kind=one.kind,
            key=one.key,
            evidence=one.evidence,
            happened_on=source.as_of,
            raised_on=day,
            due_on=rules.due_day(day, plan.warning_days),
            source_list=source,
        )
        for household, change in news.changes(scope, source)
        for one in rules.raised(change, thresholds)
    ]
    new = _not_yet_raised(plan, found)
    RiskWarning.objects.bulk_create(new, batch_size=1000)
    _tell_cases(plan, new, day)
    if new:
        audit.record(
            "warning.raise",
            actor=None,
            obj=source,
            region_code=source.region_id,
            warnings=[str(warning.pk) for warning in new],
        )
    return len(new)


def _not_yet_raised(plan: WorkPlan, found: list[RiskWarning]) -> list[RiskWarning]:
    households = {warning.household_id for warning in found}
    standing = set(
        RiskWarning.objects.filter(plan=plan, household__in=households).values_list(
            "household", "kind", "key"
        )
    )
    return [one for one in found if (one.household_id, one.kind, one.key) not in standing]


def _tell_cases(plan: WorkPlan, warnings: Iterable[RiskWarning], day: date) -> None:
    """A line in the timeline of the households that have a case."""
    by_household: dict[UUID, list[RiskWarning]] = {}
    for warning in warnings:
        by_household.setdefault(warning.household_id, []).append(warning)
    events = [
        _event(case, day, f"预警：{_told(warning)}", None, warning)
        for case in Case.objects.filter(plan=plan, household__in=by_household)
        for warning in by_household[case.household_id]
    ]
    CaseEvent.objects.bulk_create(events, batch_size=1000)


def _told(warning: RiskWarning) -> str:
    said = rules.words(warning.kind, warning.evidence).sentence
    return f"{warning.get_kind_display()}。{said}" if said else warning.get_kind_display()


def _event(case: Case, day: date, text: str, actor: User | None, warning: RiskWarning) -> CaseEvent:
    """A line of the timeline; the case itself, and the form somebody may have open, stay as they are."""
    return CaseEvent(
        case=case,
        day=day,
        kind=cases.Kind.NOTE,
        from_state=case.state,
        to_state=case.state,
        outcome=case.outcome,
        actor=actor,
        actor_label=actor.name if actor else audit.SYSTEM,
        text=text[:500],
        data={"warning": str(warning.pk)},
    )


@transaction.atomic
def report_by_person(
    *,
    scope: Scope,
    plan: WorkPlan,
    household_id: UUID,
    kind: str,
    happened_on: date,
    text: str,
    actor: User,
    day: date,
) -> RiskWarning:
    """A warning that somebody reports (主动发现). A household outside the scope is missing."""
    household = Household.objects.within(scope).select_for_update(of=("self",)).get(pk=household_id)
    scope.require(Right.ADD_HOUSEHOLD, household.region_id)
    if kind not in REPORTED_KINDS:
        raise ValidationError({"kind": "请选一种情况。收入、残疾证、医疗费的变化由名单自动比对。"})
    if happened_on > day:
        raise ValidationError({"happened_on": "发生日在今天以后，请核对。"})
    if len(text.strip()) < 4:
        raise ValidationError({"text": "请写明发生了什么，例如：5月5日山洪冲毁水田 1.2 亩，房屋进水。"})
    warning = RiskWarning(
        plan=plan,
        household=household,
        kind=kind,
        key=happened_on.isoformat(),
        evidence={"text": text.strip()},
        happened_on=happened_on,
        raised_on=day,
        due_on=rules.due_day(day, plan.warning_days),
        reported_by=actor,
    )
    warning.full_clean()
    warning.save()
    _tell_cases(plan, [warning], day)
    _record(warning, household, "warning.report", actor, kind=kind)
    return warning


@transaction.atomic
def visit(
    *, scope: Scope, warning_id: UUID, went_on: date, result: str, found: str, actor: User, day: date
) -> FollowUp:
    """Somebody went there because of the warning. What he found is told, for the decision rests on it."""
    warning = _locked(scope, warning_id, Right.VERIFY)
    warning.state = next_state(warning.state, VISIT)
    if len(found.strip()) < 4:
        raise ValidationError({"found": "请写明入户看到什么：人、房、收入、支出，现在还缺什么。"})
    if went_on < warning.happened_on:
        raise ValidationError({"went_on": "入户日早于事情发生的日子，请核对。"})
    gone = _follow(warning.plan, warning.household, went_on, result, found, actor, day, warning)
    warning.version += 1
    warning.save(update_fields=["state", "version"])
    _tell_case(warning, day, f"预警入户：{found.strip()}", actor)
    _record(warning, warning.household, "warning.visit", actor, follow_up=str(gone.pk))
    flags.clear_finished_phases(plan=warning.plan, day=day, region_code=warning.household.region_id)
    return gone


@transaction.atomic
def decide(
    *,
    scope: Scope,
    warning_id: UUID,
    decision: str,
    reason: str,
    fell: bool,
    actor: User,
    day: date,
    version: int | None = None,
) -> RiskWarning:
    """What the warning comes to. 低保 and 特困 have the household verified again; the flag goes at once.

    `version` is the one that the page showed: somebody may have gone there again since.
    `fell`: the household is found to have fallen back into poverty (monitored), or into it (marginal).
    """
    warning = _locked(scope, warning_id, Right.APPLY)
    warning.state = next_state(warning.state, DECIDE)
    if version is not None and warning.version != version:
        raise ValidationError("你打开以后，这条预警又有人记过。请看过新的入户情况再定。")
    if decision not in WarningDecision.values:
        raise ValidationError({"decision": "请选一个结论。"})
    if decision == WarningDecision.NONE and len(reason.strip()) < 4:
        raise ValidationError({"reason": "定为“不需要”的，要写明理由，例如：收入已恢复，每月 2,800 元。"})
    if fell and not _watched(warning.household, day):
        raise ValidationError({"fell": "只有监测户、边缘户才认定返贫、致贫。这一户两份名单上都没有。"})
    warning.decision, warning.decision_reason, warning.fell = decision, reason.strip(), fell
    warning.decided_on, warning.decided_by = day, actor
    warning.version += 1
    warning.full_clean(validate_unique=False)
    warning.save()
    told = f"预警研判：{warning.get_decision_display()}" + (f"。{reason.strip()}" if reason.strip() else "")
    _tell_case(warning, day, told, actor)
    if decision in _TO_CASE:
        _look_again(scope, warning, actor, day)
    _record(warning, warning.household, "warning.decide", actor, decision=decision, fell=fell)
    warning_flags.clear(warning=warning)
    flags.clear_finished_phases(plan=warning.plan, day=day, region_code=warning.household.region_id)
    return warning


@transaction.atomic
def follow(
    *,
    scope: Scope,
    plan: WorkPlan,
    household_id: UUID,
    went_on: date,
    result: str,
    found: str,
    actor: User,
    day: date,
) -> FollowUp:
    """A household looked after in its turn. New trouble needs words; it is then reported as a warning."""
    household = Household.objects.within(scope).get(pk=household_id)
    scope.require(Right.VERIFY, household.region_id)
    if result == FollowUpResult.TROUBLE and len(found.strip()) < 4:
        raise ValidationError({"found": "有新困难的，请写明是什么。"})
    gone = _follow(plan, household, went_on, result, found, actor, day, None)
    _record(gone, household, "warning.follow", actor, result=result)
    flags.clear_finished_phases(plan=plan, day=day, region_code=household.region_id)
    return gone


def _follow(
    plan: WorkPlan,
    household: Household,
    went_on: date,
    result: str,
    found: str,
    actor: User,
    day: date,
    warning: RiskWarning | None,
) -> FollowUp:
    if not plan.first_day <= went_on <= day:
        raise ValidationError({"went_on": "日期要在方案起始日和今天之间，请核对。"})
    if result not in FollowUpResult.values:
        raise ValidationError({"result": "请选现在的情况。"})
    gone = FollowUp(
        plan=plan,
        household=household,
        warning=warning,
        day=went_on,
        recorded_on=day,
        by=actor,
        result=result,
        found=found.strip(),
    )
    gone.full_clean()
    gone.save()
    return gone


def _locked(scope: Scope, warning_id: UUID, right: Right) -> RiskWarning:
    """The warning, locked. Raises ObjectDoesNotExist out of scope, PermissionDenied without the right."""
    warning = (
        RiskWarning.objects.within(scope)
        .select_related("household", "plan")
        .select_for_update(of=("self",))
        .get(pk=warning_id)
    )
    scope.require(right, warning.household.region_id)
    return warning


def _watched(household: Household, day: date) -> bool:
    return WatchRecord.objects.filter(household=household, first_day__lte=day).exists()


def _tell_case(warning: RiskWarning, day: date, text: str, actor: User) -> None:
    case = Case.objects.filter(plan=warning.plan, household=warning.household).first()
    if case is not None:
        _event(case, day, text, actor, warning).save()


def _look_again(scope: Scope, warning: RiskWarning, actor: User, day: date) -> None:
    """Have the household verified: open or reopen its case; one that is open already goes its way."""
    reason = f"预警（{warning.get_kind_display()}）研判为{warning.get_decision_display()}"
    case = Case.objects.filter(plan=warning.plan, household=warning.household).first()
    if case is None:
        cases.open_case(
            plan=warning.plan,
            household=warning.household,
            origin=CaseOrigin.BY_HAND,
            day=day,
            actor=actor,
            why=reason,
        )
    elif case.state == CaseState.CLOSED:
        cases.reopen(scope=scope, case_id=case.pk, actor=actor, day=day, reason=reason)


def _record(obj: Any, household: Household, action: str, actor: User, **data: Any) -> None:
    audit.record(action, actor=actor, obj=obj, region_code=household.region_id, **data)


def run_raising(*, list_id: str, plan: WorkPlan, day: date) -> int:
    """The part of the job after an import; safe to repeat. A list taken back meanwhile says nothing."""
    source = SourceList.objects.get(pk=list_id)
    return 0 if source.state == ListState.UNDONE else raise_from_facts(source=source, plan=plan, day=day)
