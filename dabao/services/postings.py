"""Postings: granted, confirmed by a second person, ended, handed over with the open work (B03, B09, A07)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit, clock
from dabao.models import Posting, Region, RegionLevel, User
from dabao.scope import ALONE, Right, Role
from dabao.services.accounts import keep_an_administrator, may_administer

# Roles over a whole county, and those that rule accounts or read the log: a second person confirms them.
TWO_PERSONS = frozenset({Role.COUNTY_OFFICE, Role.BUREAU_LEADER}) | ALONE
LEVELS = {
    Role.VILLAGE_ASSISTANT: RegionLevel.VILLAGE,
    Role.TOWNSHIP_STAFF: RegionLevel.TOWNSHIP,
    Role.TOWNSHIP_HEAD: RegionLevel.TOWNSHIP,
    Role.SUPERVISION_UNIT: RegionLevel.TOWNSHIP,
    Role.COUNTY_OFFICE: RegionLevel.COUNTY,
    Role.BUREAU_LEADER: RegionLevel.COUNTY,
}
_DAY = timedelta(days=1)


class Mover(Protocol):
    """Moves what `giver` has open in the region to `taker`; returns how many. Counts only when `dry_run`."""

    def __call__(
        self, *, giver: User, taker: User | None, region_code: str, actor: User, dry_run: bool
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class OpenWork:
    """A kind of work that stays open when somebody leaves; `unit` is 户, 份 or 条."""

    label: str
    unit: str
    move: Mover


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of one kind of work there is to move, or was moved. Never whose."""

    label: str
    unit: str
    number: int


_open_work: list[OpenWork] = []


def open_work(label: str, unit: str) -> Callable[[Mover], Mover]:
    """Register a `Mover`; the apps above do it when they load."""

    def register(move: Mover) -> Mover:
        _open_work.append(OpenWork(label, unit, move))
        return move

    return register


def check(*, role: str, region: Region | None) -> None:
    """Raise ValidationError when the region does not fit the role."""
    level = LEVELS.get(Role(role))
    if level is None and region is not None:
        raise ValidationError({"region": f"{Role(role).label}没有行政范围，这一格请留空。"})
    if level is not None and (region is None or region.level != level):
        raise ValidationError({"region": f"{Role(role).label}的范围要选到{level.label}一级。"})


@transaction.atomic
def grant(
    *,
    actor: User | None,
    user: User,
    role: str,
    region: Region | None,
    first_day: date,
    last_day: date | None = None,
) -> Posting:
    """A posting. Nobody grants himself anything; county roles wait for a second person (B09)."""
    may_administer(actor)
    if actor == user:
        raise ValidationError("不能给自己加任职。请另一位系统管理员来办。")
    check(role=role, region=region)
    _not_twice(user=user, role=role, region=region, first_day=first_day, last_day=last_day)
    waits = actor is not None and role in TWO_PERSONS
    posting = Posting(user=user, role=role, region=region, first_day=first_day, last_day=last_day)
    posting.granted_by, posting.confirmed = actor, not waits
    before = user.scope()
    posting.full_clean()
    posting.save()
    _end_sessions_if_changed(user, before)
    _record("posting.grant", actor, posting, **({"waits_for_second_person": True} if waits else {}))
    return posting


@transaction.atomic
def confirm(*, actor: User, posting: Posting) -> None:
    """The second person's yes: another administrator or the county's leader; not who asked, not who gains."""
    posting = _waiting(posting)
    may_confirm(actor, posting)
    before = posting.user.scope()
    posting.confirmed, posting.confirmed_by = True, actor
    posting.full_clean()
    posting.save(update_fields=["confirmed", "confirmed_by"])
    _end_sessions_if_changed(posting.user, before)
    _record("posting.confirm", actor, posting)


@transaction.atomic
def decline(*, actor: User, posting: Posting) -> None:
    """The second person's no, or the first one's withdrawal: the posting never was in force and goes."""
    posting = _waiting(posting)
    if actor != posting.granted_by:
        may_confirm(actor, posting)
    _record("posting.decline", actor, posting)
    posting.delete()


def may_confirm(actor: User, posting: Posting) -> None:
    """Raise unless the actor may be the second person for this posting."""
    scope = actor.scope()
    if not (scope.may(Right.ACCOUNTS) or scope.may(Right.ORDER, posting.region_id)):
        raise PermissionDenied("第二人须是另一位系统管理员或局领导。")
    if actor in (posting.granted_by, posting.user):
        raise ValidationError(
            "县级岗位要两人同意：提出的人和本人都不算第二人。请另一位系统管理员或局领导确认。"
        )


@transaction.atomic
def end(*, actor: User, posting: Posting, last_day: date) -> None:
    """Set the last day (inclusive). The right is gone on the day after; gone today, it ends the sessions."""
    may_administer(actor)
    posting = Posting.objects.select_for_update().select_related("user").get(pk=posting.pk)
    if posting.assignment:
        raise ValidationError("这条任职来自挂包安排。请在“挂包安排”里改，任职会跟着变。")
    if last_day < posting.first_day:
        raise ValidationError({"last_day": f"末日不能早于首日 {posting.first_day:%Y-%m-%d}。"})
    if posting.role == Role.SYSTEM_ADMIN:
        keep_an_administrator(without=posting.user)
    before = posting.user.scope()
    posting.last_day = last_day
    posting.full_clean()
    posting.save(update_fields=["last_day"])
    _end_sessions_if_changed(posting.user, before)
    _record("posting.end", actor, posting)


def work_to_move(*, actor: User, posting: Posting) -> list[Moved]:
    """What a hand-over would move, by kind: numbers only."""
    may_administer(actor)
    return _move(actor=actor, posting=posting, taker=None, dry_run=True)


@transaction.atomic
def hand_over(*, actor: User, posting: Posting, taker: User) -> list[Moved]:
    """From today `taker` holds the posting and the open work; the giver's last day was yesterday.

    A posting that began today, or had ended already, keeps its days. What the giver has signed stays his.
    """
    may_administer(actor)
    if taker == posting.user or not taker.is_active:
        raise ValidationError({"taker": "请选另一位在用的人接手。"})
    today = clock.today()
    held = taker.postings.on(today).filter(role=posting.role, region=posting.region)
    if not held.exists():
        grant(actor=actor, user=taker, role=posting.role, region=posting.region, first_day=today)
        if not held.exists():
            raise ValidationError({"taker": "县级岗位要两人同意：请先给接手人加任职并由第二人确认，再移交。"})
    if posting.last_day is None or posting.last_day >= today:
        end(actor=actor, posting=posting, last_day=max(posting.first_day, today - _DAY))
    moved = _move(actor=actor, posting=posting, taker=taker, dry_run=False)
    _record(
        "posting.hand_over", actor, posting, taker=str(taker.pk), moved={m.label: m.number for m in moved}
    )
    return moved


def _move(*, actor: User, posting: Posting, taker: User | None, dry_run: bool) -> list[Moved]:
    region_code = posting.region_id or ""
    return [
        Moved(
            work.label,
            work.unit,
            work.move(giver=posting.user, taker=taker, region_code=region_code, actor=actor, dry_run=dry_run),
        )
        for work in _open_work
    ]


def _waiting(posting: Posting) -> Posting:
    """The posting as it is now, locked. Raises ValidationError when somebody has decided already."""
    found = (
        Posting.objects.select_for_update(of=("self",))
        .select_related("user")
        .filter(pk=posting.pk, confirmed=False)
        .first()
    )
    if found is None:
        raise ValidationError("这条任职已经有人确认或退回了，不用再办。")
    return found


def _not_twice(
    *, user: User, role: str, region: Region | None, first_day: date, last_day: date | None
) -> None:
    same = user.postings.filter(role=role, region=region).exclude(last_day__lt=first_day)
    if last_day:
        same = same.filter(first_day__lte=last_day)
    if same.exists():
        raise ValidationError("他在这段时间已有同一岗位、同一范围的任职，不用再加。要改日期请先截止原来的。")


def _end_sessions_if_changed(user: User, before: object) -> None:
    """A right gained or lost today signs the person out everywhere (A07)."""
    if user.scope() != before:
        user.end_sessions()
        user.save(update_fields=["session_stamp"])


def _record(action: str, actor: User | None, posting: Posting, **data: Any) -> None:
    audit.record(
        action,
        actor=actor,
        obj=posting,
        region_code=posting.region_id or "",
        label=audit.COMMAND_LINE,
        user=str(posting.user_id),
        role=posting.role,
        first_day=str(posting.first_day),
        last_day=str(posting.last_day or ""),
        **data,
    )
