"""Jobs and projects offered to one person, his replies, and what they do to a proposal (C17)."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import OfferReply
from screening.models import Case, JobOffer, Membership, Person, ShareProposal
from screening.queries import offers as queries
from screening.rules.income import REFUSALS_IN_A_ROW
from screening.services.case_events import Kind, note


@transaction.atomic
def give(
    *,
    scope: Scope,
    plan: WorkPlan,
    person_id: UUID,
    actor: User,
    offered_on: date,
    project: str,
    offered_by: str,
    reply: str,
    reason: str,
    day: date,
) -> JobOffer:
    """Write an offer down, also days later: it falls into its place and the run is told anew.

    Raises ObjectDoesNotExist outside the scope, ValidationError for the dead and for what is not whole.
    """
    home = locked_home(scope, person_id, Right.VERIFY)
    if home.person.died_on is not None:
        raise ValidationError("这个人已去世，不用再记。")
    offer = JobOffer(
        plan=plan,
        person=home.person,
        day=offered_on,
        project=project.strip(),
        offered_by=offered_by.strip(),
        recorded_on=day,
        by=actor,
    )
    before = queries.run_of(scope, person_id)
    _reply(offer, reply, reason, day)
    _saved(offer, "offer.give", actor, home)
    _look_again(scope, plan, home, before, actor, day)
    return offer


@transaction.atomic
def answer(
    *,
    scope: Scope,
    plan: WorkPlan,
    offer_id: UUID,
    actor: User,
    version: int,
    reply: str,
    reason: str,
    day: date,
) -> JobOffer:
    """The reply to an offer that had none yet; a reply once written is not changed."""
    offer = JobOffer.objects.within(scope).get(pk=offer_id)
    home = locked_home(scope, offer.person_id, Right.VERIFY)
    offer.refresh_from_db()
    if offer.version != version or offer.reply != OfferReply.PENDING:
        raise ValidationError("这一次的答复已经记过。请刷新页面。")
    if reply == OfferReply.PENDING:
        raise ValidationError({"reply": "请选他怎么答复的。"})
    before = queries.run_of(scope, offer.person_id)
    _reply(offer, reply, reason, day)
    offer.version += 1
    _saved(offer, "offer.answer", actor, home)
    _look_again(scope, plan, home, before, actor, day)
    return offer


def locked_home(scope: Scope, person_id: UUID, right: Right) -> Membership:
    """Where a person lives now, he himself locked, so that two writers of his ledger take turns.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied inside it without the right.
    """
    home = (
        Membership.objects.within(scope)
        .select_related("household__region", "household__head")
        .get(person=person_id, last_day=None)
    )
    scope.require(right, home.household.region_id)
    home.person = Person.objects.select_for_update().get(pk=person_id)
    return home


def tell_case(home: Membership, plan: WorkPlan, actor: User, day: date, text: str, **data: str) -> None:
    """An event of the household's case, where it has one in the plan."""
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("household__region", "household__head", "plan")
        .filter(plan=plan, household=home.household)
        .first()
    )
    if case is not None:
        note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=text, **data)


def _reply(offer: JobOffer, reply: str, reason: str, day: date) -> None:
    offer.reply, offer.reason = reply, reason.strip()
    offer.replied_on = None if reply == OfferReply.PENDING else day


def _saved(offer: JobOffer, action: str, actor: User, home: Membership) -> None:
    offer.clean_fields(exclude=["plan", "person", "by"])
    offer.validate_constraints()
    offer.save()
    audit.record(
        action,
        actor=actor,
        obj=offer,
        region_code=home.household.region_id,
        day=offer.day.isoformat(),
        reply=offer.reply,
    )


def _look_again(scope: Scope, plan: WorkPlan, home: Membership, before: int, actor: User, day: date) -> None:
    """The third refusal, and fewer of them than a signed proposal takes, are told in the case."""
    run = queries.run_of(scope, home.person_id)
    if run == before:
        return
    name = home.person.name
    live = ShareProposal.objects.filter(queries.LIVE, person=home.person_id).exists()
    if live and run < REFUSALS_IN_A_ROW <= before:
        text = f"{name}连续拒绝由 {before} 次重算为 {run} 次，减停份额的提议要再看一眼"
        tell_case(home, plan, actor, day, text, person=str(home.person_id))
    elif before < REFUSALS_IN_A_ROW <= run:
        text = f"{name}连续 {run} 次没有正当理由拒绝项目，可以提议减停本人份额"
        tell_case(home, plan, actor, day, text, person=str(home.person_id))
