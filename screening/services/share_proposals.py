"""To reduce or stop one person's own share after three refusals: two signatures, two people (C17).

The township proposes and signs, the county signs; the rest of the family is left alone. Once signed nothing
changes by itself: refusals told anew only ask for another look.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import ChangeKind, LineSide, OfferReply, ProposalState
from screening.models import JobOffer, Membership, ShareProposal
from screening.queries import offers as queries
from screening.queries.entitlements import of_person
from screening.rules.income import REFUSALS_IN_A_ROW, Offer, able_to_work, may_propose_cut
from screening.services import benefit_changes
from screening.services.benefit_changes import Line, to_amount
from screening.services.offers import locked_home, tell_case
from screening.services.pending_changes import may_decide


@transaction.atomic
def propose(
    *,
    scope: Scope,
    plan: WorkPlan,
    person_id: UUID,
    actor: User,
    new_amount: Decimal,
    from_month: date,
    employed: bool,
    not_employed: str,
    reason: str,
    day: date,
) -> ShareProposal:
    """Propose and sign in the township. `not_employed`: how it was found that he has no work.

    Raises ValidationError in words when the rule does not allow it.
    """
    home = locked_home(scope, person_id, Right.APPLY)
    _refuse_unless_allowed(home, employed=employed)
    if not not_employed.strip():
        raise ValidationError({"not_employed": "请写明怎么核实他没有就业。"})
    held = queries.family_of(scope, home.household_id, person_id, day).held
    if held is None or held.monthly_amount is None:
        raise ValidationError("他没有在领低保，或花名册没有写他的金额，不能提议减停。请先核对花名册。")
    proposal = ShareProposal(
        plan=plan,
        household=home.household,
        person=home.person,
        scheme=held.scheme,
        old_amount=held.monthly_amount,
        new_amount=new_amount,
        from_month=from_month,
        run=queries.run_of(scope, person_id),
        not_employed=not_employed.strip(),
        reason=reason.strip(),
        proposed_on=day,
        proposed_by=actor,
    )
    _save(proposal)
    _log("proposal.propose", proposal, actor)
    told = f"{home.person.name}连续 {proposal.run} 次拒绝，提议{_what(proposal)}；等县局签"
    tell_case(home, plan, actor, day, told, proposal=str(proposal.pk))
    return proposal


@transaction.atomic
def sign(
    *, scope: Scope, proposal_id: UUID, actor: User, version: int, note: str, day: date
) -> ShareProposal:
    """The second signature, by another person who approves aid: the change takes effect, for him alone."""
    proposal, home = _open(scope, proposal_id, version)
    _require_approver(scope, home)
    if proposal.proposed_by_id == actor.pk:
        raise ValidationError("两个签字要两个人：提议是你签的，请另一位有审批权的人签。")
    if (run := queries.run_of(scope, proposal.person_id)) < REFUSALS_IN_A_ROW:
        raise ValidationError(f"连续拒绝已重算为 {run} 次，不够 3 次，不能签。请退回乡镇。")
    _refuse_unless_allowed(home, employed=False)
    month = max(
        proposal.from_month, benefit_changes.earliest_month(home.household, [proposal.person_id], day)
    )
    holdings = of_person(scope, home.household_id, proposal.person_id, month)
    holding = next((one for one in holdings if one.scheme == proposal.scheme), None)
    if holding is None or holding.monthly_amount != proposal.old_amount:
        raise ValidationError("他现在领的和提议时不同了，不能照这份签。请退回乡镇，按现在的金额重新提。")
    stops = proposal.new_amount == 0
    proposal.change = benefit_changes.record(
        household=home.household,
        kind=ChangeKind.SHARE_STOP if stops else ChangeKind.SHARE_CUT,
        lines=to_amount(holding, proposal.new_amount),
        from_month=month,
        reason=proposal.reason,
        actor=actor,
        day=day,
    )
    return _decided(proposal, ProposalState.APPROVED, "proposal.sign", actor, note, day)


@transaction.atomic
def decline(
    *, scope: Scope, proposal_id: UUID, actor: User, version: int, note: str, day: date
) -> ShareProposal:
    """The county does not sign, and says why."""
    proposal, home = _open(scope, proposal_id, version)
    _require_approver(scope, home)
    if not note.strip():
        raise ValidationError({"note": "不签要写明为什么，乡镇照着补。"})
    _decided(proposal, ProposalState.DECLINED, "proposal.decline", actor, note, day)
    told = f"减停{home.person.name}份额的提议，县局没有签：{note.strip()}"
    tell_case(home, proposal.plan, actor, day, told, proposal=str(proposal.pk))
    return proposal


@transaction.atomic
def withdraw(
    *, scope: Scope, proposal_id: UUID, actor: User, version: int, note: str, day: date
) -> ShareProposal:
    """The township takes it back before the second signature."""
    proposal, home = _open(scope, proposal_id, version)
    scope.require(Right.APPLY, home.household.region_id)
    _decided(proposal, ProposalState.WITHDRAWN, "proposal.withdraw", actor, note, day)
    told = f"减停{home.person.name}份额的提议，乡镇撤回。{note.strip()}"
    tell_case(home, proposal.plan, actor, day, told, proposal=str(proposal.pk))
    return proposal


@transaction.atomic
def withdraw_of_leavers(*, leavers: Iterable[Membership], why: str, actor: User, day: date) -> None:
    """Who leaves his household takes no open proposal along: his share there stops, another is decided."""
    for home in leavers:
        waiting = ShareProposal.objects.select_for_update().filter(
            person=home.person_id, state=ProposalState.PROPOSED
        )
        for proposal in waiting:
            _decided(proposal, ProposalState.WITHDRAWN, "proposal.withdraw", actor, why, day)
            told = f"减停{home.person.name}份额的提议，随{why}撤回"
            tell_case(home, proposal.plan, actor, day, told, proposal=str(proposal.pk))


@transaction.atomic
def resume(
    *, scope: Scope, proposal_id: UUID, actor: User, version: int, note: str, day: date
) -> ShareProposal:
    """He has accepted a project since: his share is given back where he lives now, from the next month on.

    Raises ValidationError while the refusals in a row are as many as it took.
    """
    proposal, home = _found(scope, proposal_id, version)
    _require_approver(scope, home)
    if proposal.state != ProposalState.APPROVED or proposal.change is None or proposal.resumed_id is not None:
        raise ValidationError("这份提议没有在减停，不用恢复。请刷新页面。")
    if not _accepted_since(proposal) and queries.run_of(scope, proposal.person_id) > 0:
        raise ValidationError("他还没有接受过项目，也没有改判，不能恢复。请先记下他接受的项目。")
    month = benefit_changes.earliest_month(home.household, [proposal.person_id], day)
    holdings = of_person(scope, home.household_id, proposal.person_id, month)
    current = next((one for one in holdings if one.scheme == proposal.scheme), None)
    back = Line(proposal.person_id, proposal.scheme, LineSide.START, proposal.old_amount)
    proposal.resumed = benefit_changes.record(
        household=home.household,
        kind=ChangeKind.RESUMED,
        lines=to_amount(current, proposal.old_amount) if current else [back],
        from_month=month,
        reason=note.strip() or "接受了项目，恢复本人份额",
        actor=actor,
        day=day,
        follows=proposal.change if home.household_id == proposal.household_id else None,
    )
    proposal.version += 1
    proposal.save()
    _log("proposal.resume", proposal, actor)
    return proposal


def _refuse_unless_allowed(home: Membership, *, employed: bool) -> None:
    """Registered, able to work, without work, three refusals in a row: what is missing, in words."""
    registered, able = home.household.registered, able_to_work(home.person.labour)
    given = JobOffer.objects.filter(person=home.person_id)
    offers = [Offer(one.day, one.reply, place) for place, one in enumerate(given)]
    if may_propose_cut(offers, REFUSALS_IN_A_ROW, registered=registered, able=able, employed=employed):
        return
    if not registered:
        raise ValidationError("不是建档立卡户，不能因为拒绝项目减停。请按收入核算。")
    if able is None:
        raise ValidationError("他的劳动技能空白或是弱劳动力，先在入户核查里核实有没有劳动能力，再提议。")
    if not able:
        raise ValidationError("他没有劳动能力，不能因为没有就业减停。")
    if employed:
        raise ValidationError({"employed": "他已就业，不能减停。请按收入核算。"})
    raise ValidationError(f"没有正当理由的拒绝还没有连续 {REFUSALS_IN_A_ROW} 次，不能提议。")


def _accepted_since(proposal: ShareProposal) -> bool:
    offers = JobOffer.objects.filter(person=proposal.person_id)
    return offers.filter(reply=OfferReply.ACCEPTED, day__gte=proposal.proposed_on).exists()


def _found(scope: Scope, proposal_id: UUID, version: int) -> tuple[ShareProposal, Membership]:
    """The proposal, locked, as the page showed it. Raises ObjectDoesNotExist outside the scope."""
    person = queries.one_proposal(scope, proposal_id).person_id
    home = locked_home(scope, person, Right.READ)
    proposal = (
        ShareProposal.objects.select_for_update(of=("self",))
        .select_related("household", "plan", "change")
        .get(pk=proposal_id)
    )
    if proposal.version != version:
        raise ValidationError("你打开以后这份提议有改动。请刷新页面，看过新的再办。")
    return proposal, home


def _open(scope: Scope, proposal_id: UUID, version: int) -> tuple[ShareProposal, Membership]:
    proposal, home = _found(scope, proposal_id, version)
    if proposal.state != ProposalState.PROPOSED:
        raise ValidationError(f"这份提议现在是“{proposal.get_state_display()}”，不能再改。")
    return proposal, home


def _require_approver(scope: Scope, home: Membership) -> None:
    if not may_decide(scope, home.household.region_id):
        raise PermissionDenied("第二个签字由有审批权的人签，你的岗位没有这项权限。")


def _decided(
    proposal: ShareProposal, state: str, action: str, actor: User, note: str, day: date
) -> ShareProposal:
    proposal.state, proposal.note = state, note.strip()[:300]
    proposal.decided_on, proposal.decided_by = day, actor
    proposal.version += 1
    proposal.full_clean(
        exclude=["plan", "household", "person", "proposed_by", "decided_by", "change", "resumed"]
    )
    proposal.save()
    _log(action, proposal, actor)
    return proposal


def _save(proposal: ShareProposal) -> None:
    proposal.clean_fields(exclude=[field.name for field in ShareProposal._meta.fields if field.is_relation])
    proposal.validate_constraints()
    proposal.save()


def _log(action: str, proposal: ShareProposal, actor: User) -> None:
    audit.record(
        action,
        actor=actor,
        obj=proposal,
        region_code=proposal.household.region_id,
        person=str(proposal.person_id),
        state=proposal.state,
    )


def _what(proposal: ShareProposal) -> str:
    if proposal.new_amount == 0:
        return f"停发他本人份额（每月 {proposal.old_amount:,.2f} 元）"
    return f"把他本人份额由每月 {proposal.old_amount:,.2f} 元减为 {proposal.new_amount:,.2f} 元"
