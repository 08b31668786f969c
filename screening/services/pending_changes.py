"""Changes that wait for a decision (待变更): what happened in a household with aid, what came of it (C17).

Money never changes because of what was found at a door: it waits here, and whoever approves aid decides.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit, plans
from dabao.models import User
from dabao.scope import Right, Scope, whole
from screening.choices import ChangeKind, LineSide
from screening.models import BenefitChange, BenefitRecord, Household, Membership, PendingChange, Verification
from screening.queries import entitlements
from screening.queries.entitlements import Entitlement
from screening.rules.verdicts import Entry
from screening.services import benefit_changes
from screening.services.benefit_changes import Line

RETRACTED = "发现这件事的核查已撤回或更正"
# What is told first when a visit finds several things.
_GRAVEST = (ChangeKind.DEATH, ChangeKind.MEMBER_OUT, ChangeKind.MEMBER_IN, ChangeKind.NEW_HEAD)


def put(
    *,
    household: Household,
    kind: str,
    persons: Collection[UUID],
    text: str,
    happened_on: date,
    day: date,
    actor: User | None,
    verification: Verification | None = None,
    counterpart: BenefitChange | None = None,
    by_list: bool = False,
) -> PendingChange | None:
    """Put a household to whoever decides its amounts; None when nobody there receives anything.

    Whoever puts it does not decide it, unless it is a list that says so (`by_list`).

    With a `counterpart` it waits in any case: what stopped on the other side is to begin here. The same thing
    twice is one.
    """
    if counterpart is None and not entitlements.on(whole(household.region_id), [household.pk], day):
        return None
    same = PendingChange.objects.filter(household=household, kind=kind, settled_on=None)
    for waiting in same:
        if set(waiting.persons) == set(persons):
            return waiting
    pending = PendingChange(
        plan=plans.current(),
        household=household,
        kind=kind,
        persons=list(persons),
        text=text[:200],
        happened_on=min(happened_on, day),
        raised_on=day,
        raised_by=None if by_list else actor,
        verification=verification,
        counterpart=counterpart,
    )
    pending.full_clean(
        exclude=["plan", "household", "raised_by", "verification", "counterpart", "settled_by", "by"]
    )
    pending.save()
    _log("benefit.wait", pending, actor, kind=kind, persons=[str(person) for person in persons])
    return pending


def put_found(
    *, household: Household, verification: Verification, entry: Entry, names: Mapping[UUID, str], actor: User,
    day: date,
) -> None:  # fmt: skip
    """What a visit found of the members of a household with aid: one thing to decide, however much it is."""
    decided = _decided(household)
    told: dict[ChangeKind, list[str]] = {}
    days: list[date] = []
    persons: list[UUID] = []
    for found in entry.members:
        if found.person is None or found.person not in names:
            continue
        kind, words, when = _found(names[found.person], found.died_on, found.left_on, head=found.named_head)
        if kind is not None and (kind, found.person) not in decided:
            told.setdefault(kind, []).append(words)
            days.append(when or day)
            persons.append(found.person)
    if told:
        put(
            household=household,
            kind=next(kind for kind in _GRAVEST if kind in told),
            persons=persons,
            text="；".join(words for kind in _GRAVEST for words in told.get(kind, [])),
            happened_on=min(days),
            day=day,
            actor=actor,
            verification=verification,
        )


def _decided(household: Household) -> set[tuple[str, UUID]]:
    """Whom what was already decided for: found again by another visit, it waits for nobody."""
    settled = PendingChange.objects.filter(
        household=household, settled_on__isnull=False, kind__in=(ChangeKind.DEATH, ChangeKind.MEMBER_OUT)
    ).exclude(no_change=RETRACTED)
    return {(kind, person) for kind, persons in settled.values_list("kind", "persons") for person in persons}


def _found(
    name: str, died_on: date | None, left_on: date | None, *, head: bool
) -> tuple[ChangeKind | None, str, date | None]:
    if died_on is not None:
        return ChangeKind.DEATH, f"{name} {died_on} 去世", died_on
    if left_on is not None:
        return ChangeKind.MEMBER_OUT, f"{name} {left_on} 迁出", left_on
    if head:
        return ChangeKind.NEW_HEAD, f"户主改为{name}", None
    return None, "", None


def put_moves(
    *,
    moves: Sequence[tuple[UUID, UUID, UUID]],
    region_code: str,
    about: str,
    day: date,
    actor: User | None,
) -> int:
    """Persons whom a list put into another household, as (person, old, new): both sides with aid wait.

    Returns how many wait.
    """
    ids = {home for _, old, new in moves for home in (old, new)}
    receiving = entitlements.on(whole(region_code), ids, day) if ids else {}
    homes = {home.pk: home for home in Household.objects.filter(pk__in=receiving).select_related("region")}
    waiting = 0
    for kind, side in ((ChangeKind.MEMBER_OUT, 1), (ChangeKind.MEMBER_IN, 2)):
        people: dict[UUID, list[UUID]] = {}
        for move in moves:
            people.setdefault(move[side], []).append(move[0])
        for home, persons in people.items():
            if home not in homes:
                continue
            words = "到了别的户" if kind == ChangeKind.MEMBER_OUT else "从别的户来"
            text = f"{about}：{len(persons)} 人{words}"
            found = put(
                household=homes[home],
                kind=kind,
                persons=persons,
                text=text,
                happened_on=day,
                day=day,
                actor=actor,
                by_list=True,
            )
            waiting += found is not None
    return waiting


def put_ineligible(
    *, household: Household, persons: Collection[UUID], verification: Verification, actor: User, day: date
) -> PendingChange | None:
    """People found not eligible whom the roll still pays: somebody decides from when no more (错保)."""
    if not BenefitRecord.objects.filter(person__in=persons, last_day=None).exists():
        return None
    month = benefit_changes.earliest_month(household, persons, day)
    held = entitlements.on(whole(household.region_id), [household.pk], month).get(household.pk, [])
    paid = {one.person_id for one in held if one.enrolment_id is None} & set(persons)
    if not paid:
        return None
    return put(
        household=household,
        kind=ChangeKind.REVIEW_STOP,
        persons=[person for person in persons if person in paid],
        text=f"核定不符合，{len(paid)} 人还在花名册上领",
        happened_on=day,
        day=day,
        actor=actor,
        verification=verification,
    )


def take_back(*, verification: Verification, actor: User, day: date, retracted: bool) -> None:
    """A visit no longer stands: what waits for it goes, for another visit says it again if it is so.

    `retracted`, withdrawn or corrected, what was decided because of it is looked at again.
    """
    found = PendingChange.objects.select_for_update(of=("self",)).filter(verification=verification)
    for pending in found.select_related("household"):
        if pending.settled_on is None:
            _settled(pending, actor, day, no_change=RETRACTED)
        elif pending.settled_by_id is not None and retracted:
            put(
                household=pending.household,
                kind=ChangeKind.ADJUSTED,
                persons=pending.persons,
                text=f"据以变更的核查已撤回或更正，要再看：{pending.text}",
                happened_on=day,
                day=day,
                actor=actor,
            )


@transaction.atomic
def decide(
    *,
    scope: Scope,
    pending_id: UUID,
    actor: User,
    version: int,
    amounts: Sequence[tuple[UUID, str, Decimal | None]],
    from_month: date,
    reason: str,
    day: date,
) -> BenefitChange:
    """The new amounts of people of the household as (person, scheme, yuan a month); 0 = stops or has none,
    None = stays as it is.

    Raises ValidationError in words, PermissionDenied without the right to approve aid there.
    """
    pending = _open(scope, pending_id, version)
    home = pending.household
    now = entitlements.on(whole(home.region_id), [home.pk], from_month).get(home.pk, [])
    lines = _lines(now, amounts)
    _refuse_others_stopped(pending, lines, now)
    if not lines and pending.kind != ChangeKind.NEW_HEAD:
        raise ValidationError("金额都没有变。确实不用变的，请点“不用变”并写明为什么。")
    change = benefit_changes.record(
        household=home,
        kind=pending.kind,
        lines=lines,
        from_month=from_month,
        reason=reason,
        actor=actor,
        day=day,
        counterpart=pending.counterpart,
    )
    _settled(pending, actor, day, settled_by=change)
    return change


@transaction.atomic
def keep(
    *, scope: Scope, pending_id: UUID, actor: User, version: int, reason: str, day: date
) -> PendingChange:
    """Nothing changes, and why."""
    pending = _open(scope, pending_id, version)
    if not reason.strip():
        raise ValidationError({"reason": "请写明为什么不用变。"})
    _settled(pending, actor, day, no_change=reason.strip()[:200])
    return pending


def may_decide(scope: Scope, region_code: str) -> bool:
    """Whoever approves aid there decides its changes."""
    if scope.may(Right.APPROVE, region_code):
        return True
    return plans.current().township_approves and scope.may(Right.APPROVE_DELEGATED, region_code)


def may_decide_it(scope: Scope, pending: PendingChange) -> bool:
    """Whoever approves aid there, and neither raised this nor made the visit that found it."""
    return may_decide(scope, pending.household.region_id) and scope.user_id not in _raisers(pending)


def _raisers(pending: PendingChange) -> set[UUID]:
    found = {pending.raised_by_id, pending.verification.by_id if pending.verification else None}
    return {one for one in found if one is not None}


def _open(scope: Scope, pending_id: UUID, version: int) -> PendingChange:
    """The locked row, after its household. Raises ObjectDoesNotExist outside the scope."""
    seen = PendingChange.objects.within(scope)
    benefit_changes.lock(seen.select_related("household").get(pk=pending_id).household)
    pending = (
        seen.select_for_update(of=("self",))
        .select_related("household", "counterpart", "verification")
        .get(pk=pending_id)
    )
    if not may_decide(scope, pending.household.region_id):
        raise PermissionDenied("救助变更由有审批权的人定，你的岗位没有这项权限。")
    if scope.user_id in _raisers(pending):
        raise ValidationError("这件事是你提的，金额要另一位有审批权的人定。")
    if pending.settled_on is not None or pending.version != version:
        raise ValidationError("这一项别人刚办过。请刷新页面，看它现在怎样。")
    return pending


def _refuse_others_stopped(pending: PendingChange, lines: Sequence[Line], now: Sequence[Entitlement]) -> None:
    """Nobody else who lives there loses all he has while others keep theirs: a share is stopped with both
    signatures (C17). The household may be stopped whole, and a share worked out anew may be lower.
    """
    keeps = {line.person_id for line in lines if line.side == LineSide.START}
    stopped = {line.person_id for line in lines} - keeps
    if not keeps | {one.person_id for one in now} - stopped:
        return
    stopped -= set(pending.persons)
    living = Membership.objects.filter(
        household=pending.household, person__in=stopped, person__died_on=None, last_day=None
    )
    if names := list(living.order_by("relation", "pk").values_list("person__name", flat=True)):
        raise ValidationError(
            f"这件事不涉及{'、'.join(names)}，不能在这里单停他的。停本人份额由乡镇提议、县局签；整户都不符合的，整户停发。"
        )


def _lines(now: Sequence[Entitlement], amounts: Sequence[tuple[UUID, str, Decimal | None]]) -> list[Line]:
    """Stops and starts that bring these people from what they receive to what they are to receive.

    Who joins a scheme that others of the household have by a grant joins their grant.
    """
    wanted: dict[UUID, dict[str, Decimal | None]] = {}
    for person, scheme, amount in amounts:
        wanted.setdefault(person, {})
        if amount != 0:
            wanted[person][scheme] = amount
    lines: list[Line] = []
    for person, schemes in wanted.items():
        held = {one.scheme: one for one in now if one.person_id == person}
        same = [
            name
            for name, one in held.items()
            if name in schemes and schemes[name] in (None, one.monthly_amount)
        ]
        lines += benefit_changes.stop_all(one for name, one in held.items() if name not in same)
        for scheme in {name for name, amount in schemes.items() if amount is not None} - set(same):
            grants = [one.enrolment_id for one in now if one.scheme == scheme and one.enrolment_id]
            grant = held[scheme].enrolment_id if scheme in held else next(iter(grants), None)
            lines.append(Line(person, scheme, LineSide.START, schemes[scheme], grant))
    return lines


def _settled(
    pending: PendingChange,
    actor: User,
    day: date,
    *,
    settled_by: BenefitChange | None = None,
    no_change: str = "",
) -> None:
    pending.settled_by, pending.no_change = settled_by, no_change
    pending.settled_on, pending.by = day, actor
    pending.version += 1
    pending.save()
    _log("benefit.settle", pending, actor, kind=pending.kind, note=no_change)


def _log(action: str, pending: PendingChange, actor: User | None, **data: Any) -> None:
    audit.record(action, actor=actor, obj=pending, region_code=pending.household.region_id, **data)
