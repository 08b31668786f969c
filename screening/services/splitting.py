"""分户: some members of a household become one of their own, in one transaction, and nobody is lost (C17)."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Right, Scope, whole
from screening.choices import CaseOrigin, CaseState, ChangeKind, MoveState, Relation
from screening.models import BenefitChange, Case, Household, HouseholdMove, Membership
from screening.queries import entitlements
from screening.services import benefit_changes, pending_changes, share_proposals
from screening.services.case_events import Kind, note
from screening.services.cases import lock, open_case, refuse_if_changed
from screening.services.family import count_living
from screening.services.screening import rescreen

# With a verdict on its way nobody leaves: it was given for all of them.
AT_REST = frozenset({CaseState.TO_VERIFY, CaseState.CLOSED})


@transaction.atomic
def split(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    version: int,
    persons: Collection[UUID],
    head: UUID,
    relations: Mapping[UUID, str],
    group: str,
    reason: str,
    day: date,
) -> Case:
    """The case of the new household, to be verified. `relations`: to the new head, for who is not he.

    What the leavers receive stops in the old household with the next month and waits in the new one for
    whoever approves aid. Raises ValidationError in words.
    """
    case = lock(scope, case_id, Right.APPLY)
    refuse_if_changed(case, version)
    old = case.household
    living = {one.person_id: one for one in living_members(old)}
    _refuse(case, living, set(persons), head, reason)
    share_proposals.withdraw_of_leavers(
        leavers=[living[person] for person in persons], why="分户", actor=actor, day=day
    )
    stopped = stop_aid(old, persons, ChangeKind.SPLIT, f"分户：{reason.strip()}", actor, day)
    new = _household(old, group, head, day)
    for person in persons:
        move_in(living[person], new, Relation.HEAD if person == head else relations.get(person, ""), day)
    for home in (old, new):
        count_living(home)
    audit.record(
        "household.split",
        actor=actor,
        obj=old,
        region_code=old.region_id,
        persons=[str(person) for person in persons],
        new={"household": str(new.pk)},
    )
    why = f"分户：从{old.head.name if old.head else '户主不明'}户分出，{reason.strip()}"
    opened = open_case(plan=case.plan, household=new, origin=CaseOrigin.SPLIT, day=day, actor=actor, why=why)
    told = f"分户：{len(persons)} 人另立一户，{reason.strip()}"
    case.refresh_from_db()
    note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, new_case=str(opened.pk))
    if stopped is not None:
        pending_changes.put(
            household=new,
            kind=ChangeKind.SPLIT,
            persons=persons,
            text=f"分户带来 {len(persons)} 人，原户从 {stopped.from_month.month}月起停，等定新户金额",
            happened_on=day,
            day=day,
            actor=actor,
            counterpart=stopped,
        )
    for home in (old, new):
        rescreen(plan=case.plan, household=home, day=day)
    opened.refresh_from_db()
    return opened


def living_members(household: Household) -> list[Membership]:
    """Who lives there now, the head first."""
    found = Membership.objects.filter(household=household, last_day=None, person__died_on=None)
    return list(found.select_related("person").order_by("relation", "pk"))


def stop_aid(
    household: Household, persons: Collection[UUID], kind: str, reason: str, actor: User, day: date
) -> BenefitChange | None:
    """Stop what these people receive here from the first month that may change; None when it is nothing."""
    month = benefit_changes.earliest_month(household, persons, day)
    held = entitlements.on(whole(household.region_id), [household.pk], month).get(household.pk, [])
    theirs = [one for one in held if one.person_id in set(persons)]
    if not theirs:
        return None
    return benefit_changes.record(
        household=household,
        kind=kind,
        lines=benefit_changes.stop_all(theirs),
        from_month=month,
        reason=reason,
        actor=actor,
        day=day,
    )


def move_in(member: Membership, home: Household, relation: str, day: date) -> Membership:
    """End a membership and begin the next one, without a day between or a day twice.

    Raises ValidationError for who came into his household today: he would belong to two of them, or to none.
    """
    if member.first_day >= day:
        raise ValidationError(f"{member.person.name}今天才住进这一户，明天起才能分户、迁移。")
    member.last_day = day - timedelta(days=1)
    member.save(update_fields=["last_day"])
    following = Membership(
        household=home,
        person_id=member.person_id,
        relation=relation or Relation.OTHER,
        first_day=member.last_day + timedelta(days=1),
    )
    following.full_clean(exclude=["row", "household", "person"])
    following.save()
    return following


def refuse_while_moving(household: Household) -> None:
    """An open move is decided first, for it says who goes."""
    if HouseholdMove.objects.filter(household=household, state=MoveState.OPEN).exists():
        raise ValidationError("这一户有迁移在等接收。请先等对方接收，或撤回迁移。")


def _refuse(
    case: Case, living: Mapping[UUID, Membership], persons: set[UUID], head: UUID, reason: str
) -> None:
    if case.state not in AT_REST:
        raise ValidationError(
            f"这一户现在是「{case.get_state_display()}」，结论是给全家下的。办完或退回以后再分户。"
        )
    refuse_while_moving(case.household)
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么分户，有什么凭据。"})
    if not persons or not persons <= living.keys():
        raise ValidationError({"persons": "请选分出去的人，只能选现在住在本户的。"})
    if head not in persons:
        raise ValidationError({"head": "新户的户主要是分出去的人。"})
    if case.household.head_id in persons:
        raise ValidationError({"persons": "户主留在原户。要换户主的，先在入户核查里改。"})
    if not living.keys() - persons:
        raise ValidationError({"persons": "原户至少要留一个人。"})


def _household(old: Household, group: str, head: UUID, day: date) -> Household:
    """A household beside the old one: registered as it was; its income and house are not known yet."""
    new = Household(
        region=old.region,
        group=group.strip() or old.group,
        registered=old.registered,
        head_id=head,
        poverty_status=old.poverty_status,
        lifted_year=old.lifted_year,
        poverty_kind=old.poverty_kind,
        cause=old.cause,
        came_from=old,
        added_on=day,
    )
    new.full_clean(exclude=["row", "head", "region", "came_from"])
    new.save()
    return new
