"""迁移: a household or a member moves to another village: the old township gives up, the new accepts (C17).

Until somebody there, or the county, accepts, the old township is responsible. Afterwards it sees nothing but
the row of the move. The case, its grants and its history go with the household.
"""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import Region, RegionLevel, User
from dabao.scope import Right, Scope, whole
from screening.choices import CaseState, ChangeKind, LineSide, MoveState
from screening.models import Case, Household, HouseholdMove, Membership, Question
from screening.queries import entitlements
from screening.queries import moves as queries
from screening.services import benefit_changes, flags, moved_flags, pending_changes, share_proposals
from screening.services.benefit_changes import Line
from screening.services.case_events import Kind, note
from screening.services.cases import lock, refuse_if_changed
from screening.services.family import count_living
from screening.services.pending_changes import may_decide
from screening.services.screening import rescreen
from screening.services.splitting import AT_REST, living_members, move_in, refuse_while_moving, stop_aid


@transaction.atomic
def ask(
    *,
    scope: Scope,
    case_id: UUID,
    actor: User,
    version: int,
    person_id: UUID | None,
    to_village: str,
    reason: str,
    day: date,
) -> HouseholdMove:
    """Give a household up to another village, or one member (`person_id`) to a household there."""
    case = lock(scope, case_id, Right.APPLY)
    refuse_if_changed(case, version)
    home = case.household
    refuse_while_moving(home)
    villages = Region.objects.filter(level=RegionLevel.VILLAGE, code__startswith=case.plan.region_id)
    if (village := villages.filter(pk=to_village).first()) is None:
        raise ValidationError({"to_village": "请选迁到哪个村。迁出本县的，在这一户报“迁出”。"})
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么迁、有什么凭据，对方照着核。"})
    living = {one.person_id for one in living_members(home)}
    if person_id is None and village.pk == home.region_id:
        raise ValidationError({"to_village": "这一户就在这个村，不用迁。"})
    if person_id is not None:
        _refuse_person(case, person_id, living)
    move = HouseholdMove(
        plan=case.plan,
        household=home,
        person_id=person_id,
        from_region=home.region,
        to_region=village,
        persons=1 if person_id else len(living),
        reason=reason.strip()[:200],
        asked_on=day,
        asked_by=actor,
    )
    move.clean_fields(exclude=[field.name for field in HouseholdMove._meta.fields if field.is_relation])
    move.validate_constraints()
    move.save()
    _log("move.ask", move, actor)
    who = move.person.name if move.person else "全户"
    told = f"提出迁移：{who}到{village.parent or ''}{village.name}，等对方接收。{move.reason}"
    note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, move=str(move.pk))
    return move


@transaction.atomic
def accept(
    *, scope: Scope, move_id: UUID, actor: User, version: int, known: str = "", relation: str = "", day: date
) -> HouseholdMove:
    """The new township takes over, or the county decides it. `known`: for a person, by whose name or number
    his new household there is found, and `relation` his to its head.
    """
    move = _open(scope, move_id, version)
    if not may_accept(scope, move):
        raise PermissionDenied("迁移由迁入的乡镇接收，或由县局定。")
    if move.asked_by_id == actor.pk:
        raise ValidationError("迁移是你提的，要由对方或县局另一人接收。")
    if move.person_id is None:
        _accept_household(move, actor, day)
    else:
        _accept_person(move, known, relation, actor, day)
    _decided(move, MoveState.ACCEPTED, "", actor, day)
    return move


@transaction.atomic
def decline(
    *, scope: Scope, move_id: UUID, actor: User, version: int, reason: str, day: date
) -> HouseholdMove:
    """Not taken over, and why: the old township stays responsible."""
    move = _open(scope, move_id, version)
    if not may_accept(scope, move):
        raise PermissionDenied("迁移由迁入的乡镇或县局答复。")
    if not reason.strip():
        raise ValidationError({"reason": "不接收要写明为什么。"})
    return _ended(move, MoveState.DECLINED, reason, actor, day, "对方没有接收迁移")


@transaction.atomic
def withdraw(
    *, scope: Scope, move_id: UUID, actor: User, version: int, reason: str, day: date
) -> HouseholdMove:
    """The old township keeps the household after all."""
    move = _open(scope, move_id, version)
    scope.require(Right.APPLY, move.from_region_id)
    return _ended(move, MoveState.WITHDRAWN, reason, actor, day, "撤回迁移")


def may_accept(scope: Scope, move: HouseholdMove) -> bool:
    """Staff of the new township, or whoever approves aid on both sides."""
    return scope.may(Right.APPLY, move.to_region_id) or (
        may_decide(scope, move.to_region_id) and may_decide(scope, move.from_region_id)
    )


def _refuse_person(case: Case, person_id: UUID, living: set[UUID]) -> None:
    if person_id not in living:
        raise ValidationError({"person": "只能选现在住在本户的人。"})
    if person_id == case.household.head_id:
        raise ValidationError({"person": "户主迁走要迁全户，或先在入户核查里换户主。"})
    _refuse_with_verdict(case)


def _refuse_with_verdict(case: Case | None) -> None:
    if case is not None and case.state not in AT_REST:
        state = CaseState(case.state).label
        raise ValidationError(f"{_head(case)}户现在是「{state}」，结论是给全家下的。办完或退回以后再迁。")


def _accept_household(move: HouseholdMove, actor: User, day: date) -> None:
    """The household with its case goes; what it receives stops here and starts there, the same."""
    home = move.household
    month = benefit_changes.earliest_month_of_all(home, day)
    held = entitlements.on(whole(home.region_id), [home.pk], month).get(home.pk, [])
    out = None
    if held:
        out = benefit_changes.record(
            household=home,
            kind=ChangeKind.MOVED_OUT,
            lines=benefit_changes.stop_all(held),
            from_month=month,
            reason=move.reason,
            actor=actor,
            day=day,
        )
    old_township = home.region_id[:9]
    home.region, home.group, home.living_region = move.to_region, "", None
    home.version += 1
    home.save(update_fields=["region", "group", "living_region", "version"])
    waiting = Question.objects.filter(household=home, answered_on=None, region__code__startswith=old_township)
    waiting.update(region=move.to_region)
    if out is not None:
        benefit_changes.record(
            household=home,
            kind=ChangeKind.MOVED_IN,
            lines=[
                Line(one.person_id, one.scheme, LineSide.START, one.monthly_amount, one.enrolment_id)
                for one in held
            ],
            from_month=month,
            reason=move.reason,
            actor=actor,
            day=day,
            follows=out,
            counterpart=out,
        )
    case = _case(move, home)
    if case is not None:
        case.assigned_to = None
        told = f"迁移：由{move.from_region.name}迁到{move.to_region.name}，{actor.name}接收"
        note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, move=str(move.pk))
    flags.clear_finished_phases(plan=move.plan, region_code=old_township, day=day)
    moved_flags.follow(plan=move.plan, household=home, from_township=old_township, day=day)


def _accept_person(move: HouseholdMove, known: str, relation: str, actor: User, day: date) -> None:
    """One member goes to a household of the new village; what he received waits there."""
    old, new = move.household, _household_of(move, known)
    member = Membership.objects.select_related("person").filter(
        household=old, person=move.person_id, last_day=None
    )
    leaving = member.first()
    if leaving is None:
        raise ValidationError("他已经不在原来的户里了。请让原乡镇撤回这条迁移。")
    _refuse_with_verdict(_case(move, old))
    _refuse_with_verdict(_case(move, new))
    name = leaving.person.name
    share_proposals.withdraw_of_leavers(leavers=[leaving], why="迁出", actor=actor, day=day)
    stopped = stop_aid(
        old, [leaving.person_id], ChangeKind.MOVED_OUT, f"{name}迁出：{move.reason}", actor, day
    )
    move_in(leaving, new, relation, day)
    move.to_household, move.relation = new, relation
    for home, told in (
        (old, f"{name}迁到{move.to_region.name}"),
        (new, f"{name}由{move.from_region.name}迁来"),
    ):
        count_living(home)
        case = _case(move, home)
        if case is not None:
            note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, move=str(move.pk))
        rescreen(plan=move.plan, household=home, day=day)
    if stopped is not None:
        pending_changes.put(
            household=new,
            kind=ChangeKind.MOVED_IN,
            persons=[leaving.person_id],
            text=f"{name}迁来，原户从 {stopped.from_month.month}月起停，等定这一户金额",
            happened_on=day,
            day=day,
            actor=actor,
            counterpart=stopped,
        )


def _household_of(move: HouseholdMove, known: str) -> Household:
    """The one household of the new village in which somebody is known by that name or number."""
    members = Membership.objects.known_as(known).filter(
        household__region=move.to_region, person__died_on=None
    )
    ids = set(members.exclude(household=move.household_id).values_list("household", flat=True))
    if not known.strip() or not ids:
        raise ValidationError({"known": "请写他住进哪一户：那一户里一个人的姓名或身份证号，要在迁入的村。"})
    if len(ids) > 1:
        raise ValidationError({"known": f"有 {len(ids)} 户里有这个姓名。请用身份证号找。"})
    return Household.objects.select_related("region", "head").get(pk=ids.pop())


def _case(move: HouseholdMove, home: Household) -> Case | None:
    return (
        Case.objects.select_for_update(of=("self",))
        .select_related("household__region", "household__head", "plan")
        .filter(plan=move.plan, household=home)
        .first()
    )


def _head(case: Case) -> str:
    return case.household.head.name if case.household.head else "户主不明"


def _open(scope: Scope, move_id: UUID, version: int) -> HouseholdMove:
    """The locked move, of either side. Raises ObjectDoesNotExist outside both."""
    move = (
        queries.visible(scope)
        .select_for_update(of=("self",))
        .select_related("household__region", "household__head", "person", "from_region", "to_region", "plan")
        .get(pk=move_id)
    )
    if move.state != MoveState.OPEN or move.version != version:
        raise ValidationError("这条迁移别人刚办过。请刷新页面，看它现在怎样。")
    return move


def _ended(move: HouseholdMove, state: str, reason: str, actor: User, day: date, words: str) -> HouseholdMove:
    _decided(move, state, reason, actor, day)
    case = _case(move, move.household)
    if case is not None:
        told = f"{words}。{reason.strip()}"
        note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, move=str(move.pk))
    return move


def _decided(move: HouseholdMove, state: str, reason: str, actor: User, day: date) -> None:
    move.state, move.note = state, reason.strip()[:200]
    move.decided_on, move.decided_by = day, actor
    move.version += 1
    move.save()
    _log(f"move.{state}", move, actor)


def _log(action: str, move: HouseholdMove, actor: User) -> None:
    """In the log of the township that gives up; where it went stands beside."""
    audit.record(
        action,
        actor=actor,
        obj=move,
        region_code=move.from_region_id,
        to=move.to_region_id,
        persons=move.persons,
    )
