"""The life of a case: one table of transitions, and every change of a case with its event and its audit line.

Whoever changes a case locks its row first (`lock`), so that two people take turns; whoever saw an older
version than the one stored gets a `ConflictError` with both (F06).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import transaction

from dabao import plans
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import CaseOrigin, CaseOutcome, CaseState, Coverage
from screening.models import Case, CaseEvent, Household
from screening.rules import phases
from screening.services import flags, grants
from screening.services.case_events import Kind, note, saved

__all__ = [
    "TRANSITIONS",
    "ConflictError",
    "Kind",
    "assign",
    "lock",
    "may_move",
    "move",
    "note",
    "open_case",
    "refuse_if_changed",
    "reopen",
]

_RECHECK_ENDS = frozenset(
    {CaseOutcome.NOT_ELIGIBLE, CaseOutcome.MOVED_OUT, CaseOutcome.DECEASED, CaseOutcome.DECLINED}
)
# (from, to) → kinds of event that may do it, and the outcomes a closing may have (domain, Case states).
TRANSITIONS: dict[tuple[CaseState, CaseState], dict[str, frozenset[CaseOutcome]]] = {
    (CaseState.TO_VERIFY, CaseState.TO_RECHECK): {Kind.VERIFIED: frozenset()},
    (CaseState.TO_VERIFY, CaseState.TO_ENROL): {Kind.VERIFIED: frozenset()},
    # Enrolled: reopened, and the aid of this plan goes on for somebody (also when others are not eligible).
    (CaseState.TO_VERIFY, CaseState.CLOSED): {
        Kind.VERIFIED: frozenset({CaseOutcome.COVERED_CONFIRMED, CaseOutcome.ENROLLED})
    },
    (CaseState.TO_RECHECK, CaseState.TO_ENROL): {Kind.RECHECKED: frozenset()},
    (CaseState.TO_RECHECK, CaseState.CLOSED): {Kind.RECHECKED: _RECHECK_ENDS | {CaseOutcome.ENROLLED}},
    (CaseState.TO_RECHECK, CaseState.TO_VERIFY): {
        Kind.RETURNED: frozenset(),
        Kind.WITHDRAWN: frozenset(),
        Kind.CORRECTED: frozenset(),
    },
    (CaseState.TO_ENROL, CaseState.CLOSED): {Kind.CLOSED: frozenset({CaseOutcome.ENROLLED})},
    (CaseState.TO_ENROL, CaseState.TO_VERIFY): {
        Kind.RETURNED: frozenset(),
        Kind.WITHDRAWN: frozenset(),
        Kind.CORRECTED: frozenset(),
    },
    # Moved out, died or declined after the verdict: staff says so here, the recheck closes it.
    (CaseState.TO_ENROL, CaseState.TO_RECHECK): {Kind.VERIFIED: frozenset()},
    (CaseState.CLOSED, CaseState.TO_VERIFY): {
        Kind.REOPENED: frozenset(),
        Kind.WITHDRAWN: frozenset(),
        Kind.CORRECTED: frozenset(),
    },
}


@dataclass
class ConflictError(Exception):
    """Somebody else concluded this case since the page was opened. Nothing was written.

    `mine` and `theirs` are the answers of the two forms by field name; `by` and `at` say who and when.
    """

    mine: dict[str, Any]
    theirs: dict[str, Any]
    by: str
    at: Any
    version: int

    def __str__(self) -> str:
        return f"{self.by}也改了这一户。你的没有覆盖他的，请逐项选。"


def lock(scope: Scope, case_id: UUID, right: Right) -> Case:
    """The case, locked until the transaction ends.

    Raises ObjectDoesNotExist when it is outside the scope, PermissionDenied inside it without the right.
    """
    case = (
        Case.objects.within(scope)
        .select_related("household__region", "household__head", "plan")
        .select_for_update(of=("self",))
        .get(pk=case_id)
    )
    scope.require(right, case.household.region_id)
    return case


def refuse_if_changed(case: Case, version: int | None) -> None:
    """What a page offers is for the version that it showed; None = there was no page."""
    if version is not None and case.version != version:
        raise ValidationError("你打开以后，这一户有人改过。请刷新页面，看过新的再办。")


def may_move(from_state: str, to_state: str, kind: str, outcome: str = "") -> bool:
    """Whether the table lists the transition, with that event and that outcome."""
    outcomes = TRANSITIONS.get((CaseState(from_state), CaseState(to_state)), {}).get(kind)
    if outcomes is None:
        return False
    return outcome in outcomes if to_state == CaseState.CLOSED else not outcome


def move(
    *, case: Case, to_state: str, kind: str, actor: User, day: date, text: str, outcome: str = "", **data: Any
) -> CaseEvent:
    """Bring a locked case to another state, with its event and audit line. Raises ValidationError."""
    if not may_move(case.state, to_state, kind, outcome):
        now, then = CaseState(case.state).label, CaseState(to_state).label
        result = f"（{CaseOutcome(outcome).label}）" if outcome else ""
        raise ValidationError(
            f"这一户现在是「{now}」，不能直接变为「{then}{result}」。请刷新页面，看看它到了哪一步。"
        )
    before, case.state, case.outcome = case.state, to_state, outcome
    case.closed_on = day if to_state == CaseState.CLOSED else None
    grants.follow(case=case, kind=kind, actor=actor, day=day, reason=text)
    if case.outcome == CaseOutcome.ENROLLED:
        case.closed_on = grants.recorded_on(case) or day  # looked at again: enrolled since it was recorded
    event = saved(case, kind, actor, day, text, from_state=before, **data)
    flags.clear_finished_phases(plan=case.plan, day=day, region_code=case.household.region_id)
    return event


@transaction.atomic
def open_case(
    *,
    plan: WorkPlan,
    household: Household,
    origin: str = CaseOrigin.BY_HAND,
    day: date,
    actor: User | None,
    actor_label: str = "",
    categories: Sequence[int] = (),
    unknown: Sequence[int] = (),
    coverage: str = Coverage.NONE,
    why: str = "",
) -> Case:
    """A case for a household that has none in this plan. Raises ValidationError when it has one."""
    if Case.objects.filter(plan=plan, household=household).exists():
        raise ValidationError("这一户已经在排查名单里，不用再加。请在排查名单里找到它。")
    first_phase = plans.phases(plan)[0]
    case = Case(
        plan=plan,
        household=household,
        origin=origin,
        categories=list(categories),
        unknown=list(unknown),
        coverage=coverage,
        why=why[:200],
        opened_on=day,
        due_on=phases.case_due_day(day, first_phase.last_day, plan.late_case_days),
        version=0,
    )
    told = f"{CaseOrigin(origin).label}：列入名单" + (f"。{why}" if why else "")
    saved(case, Kind.OPENED, actor, day, told, from_state="", label=actor_label)
    return case


@transaction.atomic
def assign(
    *, scope: Scope, case_ids: Collection[UUID], assignee_id: UUID | None, actor: User, day: date
) -> int:
    """Give open cases to a person who may verify there (None takes them back); returns how many changed."""
    cases = list(
        Case.objects.within(scope)
        .select_related("household__region", "household__head", "plan", "assigned_to")
        .select_for_update(of=("self",))
        .filter(pk__in=case_ids)
        .order_by("pk")
    )
    if not cases or len(cases) != len(set(case_ids)):
        raise ObjectDoesNotExist("not all cases are in scope")
    for case in cases:
        scope.require(Right.ASSIGN, case.household.region_id)
    assignee = User.objects.get(pk=assignee_id, is_active=True) if assignee_id else None
    theirs = assignee.scope(day) if assignee else None
    changed = 0
    for case in cases:
        if case.assigned_to_id == assignee_id:
            continue
        if assignee and theirs is not None and not theirs.may(Right.VERIFY, case.household.region_id):
            raise ValidationError(
                f"{assignee.name}不管{case.household.region.name}，不能分给他。请另选一人，或去掉这个村的户。"
            )
        if case.state == CaseState.CLOSED:
            raise ValidationError("选中的户里有已销号的，不用再分。请去掉它再分。")
        old, case.assigned_to = case.assigned_to, assignee
        told = f"分给 {assignee.name}" if assignee else f"从 {old.name if old else '无人'} 处收回"
        note(
            case=case,
            kind=Kind.ASSIGNED,
            actor=actor,
            day=day,
            text=told,
            assigned={"old": str(old.pk) if old else None, "new": str(assignee_id) if assignee_id else None},
        )
        changed += 1
    return changed


@transaction.atomic
def reopen(
    *, scope: Scope, case_id: UUID, actor: User, day: date, reason: str, version: int | None = None
) -> Case:
    """Look again at a closed household (重新核查), never by an import; the history stays."""
    case = lock(scope, case_id, Right.VERIFY)
    refuse_if_changed(case, version)
    if not reason.strip():
        raise ValidationError("请写明为什么重新核查，例如：群众反映、督战发现、收入有变化。")
    case.due_on = day + timedelta(days=case.plan.late_case_days)
    move(
        case=case,
        to_state=CaseState.TO_VERIFY,
        kind=Kind.REOPENED,
        actor=actor,
        day=day,
        text=f"重新核查：{reason.strip()}",
    )
    return case
