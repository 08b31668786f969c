"""The county's desk in the simulated year: changes of aid, moves and proposals are settled (C17)."""

from datetime import date

from dabao.models import User, WorkPlan
from dabao.scope import Scope
from screening.models import HouseholdMove, PendingChange, ShareProposal
from screening.services import pending_changes, relocating, share_proposals


def settle(*, plan: WorkPlan, county: tuple[User, Scope], day: date) -> None:
    """What came before today: changes are settled, moves taken over, proposals signed a second time."""
    actor, scope = county
    for pending in PendingChange.objects.within(scope).filter(plan=plan, settled_on=None, raised_on__lt=day):
        pending_changes.keep(
            scope=scope,
            pending_id=pending.pk,
            actor=actor,
            version=pending.version,
            reason="人口核对后，金额不变",
            day=day,
        )
    for move in HouseholdMove.objects.filter(plan=plan, decided_on=None, asked_on__lt=day):
        relocating.accept(scope=scope, move_id=move.pk, actor=actor, version=move.version, day=day)
    for proposal in ShareProposal.objects.within(scope).filter(
        plan=plan, state="proposed", proposed_on__lt=day
    ):
        share_proposals.sign(
            scope=scope,
            proposal_id=proposal.pk,
            actor=actor,
            version=proposal.version,
            note="三次拒绝均有送达记录",
            day=day,
        )
