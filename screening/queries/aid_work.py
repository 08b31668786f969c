"""What waits for this scope where aid changes: amounts, shares to sign, moves to take over (C17)."""

from datetime import date

from django.db.models import Min, Q

from dabao import plans
from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.choices import MoveState, ProposalState
from screening.models import HouseholdMove, PendingChange, ShareProposal


def counts(scope: Scope, plan: WorkPlan) -> dict[str, int]:
    """By the page it waits on: `changes`, `offers`, `moves`. What one asked for oneself waits for another."""
    approves = _approves(scope, plan)
    taken_over = scope.q("to_region__code", Right.APPLY)
    mine = Q(asked_by=scope.user_id)
    changes = PendingChange.objects.filter(approves, settled_on=None)
    signatures = ShareProposal.objects.filter(approves, state=ProposalState.PROPOSED)
    moves = HouseholdMove.objects.filter(taken_over, ~mine, state=MoveState.OPEN)
    return {
        "changes": changes.count(),
        "offers": signatures.exclude(proposed_by=scope.user_id).count(),
        "moves": moves.count(),
    }


def oldest_change(scope: Scope, plan: WorkPlan) -> date | None:
    """Since when the oldest household waits for its amounts; None when none does."""
    waiting = PendingChange.objects.filter(_approves(scope, plan), settled_on=None)
    return waiting.aggregate(since=Min("raised_on"))["since"]


def _approves(scope: Scope, plan: WorkPlan) -> Q:
    """Of something about a household: that this scope decides on its aid."""
    approves = scope.q("household__region__code", Right.APPROVE)
    if plan.township_approves:
        approves |= scope.q("household__region__code", Right.APPROVE_DELEGATED)
    return approves


def mine(scope: Scope, plan: WorkPlan, _day: date) -> int:
    """All of it, for the word of the bar."""
    return sum(counts(scope, plan).values())


def for_tabs(scope: Scope) -> dict[str, int]:
    """The counts beside the tabs; none before there is a plan."""
    try:
        return counts(scope, plans.current())
    except plans.NoPlanError:
        return {}
