"""Units and who works in them. The postings that follow from it are registered by the apps above."""

from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.db import models, transaction

from dabao import audit
from dabao.models import Unit, UnitMember, User
from dabao.scope import Right


class Follower(Protocol):
    """Brings what depends on the members of a unit in line with them."""

    def __call__(self, *, unit: Unit, actor: User) -> None: ...


_followers: list[Follower] = []


def follows(follower: Follower) -> Follower:
    """Register a `Follower`; the apps above do it when they load."""
    _followers.append(follower)
    return follower


@transaction.atomic
def join_unit(*, actor: User, unit: Unit, **values: Any) -> UnitMember:
    """Somebody works in a unit from a day on; assignments of the unit then give him his postings."""
    actor.scope().require(Right.ACCOUNTS)
    last = unit.members.aggregate(last=models.Max("order"))["last"] or 0
    member = UnitMember(unit=unit, order=last + 1, **values)
    same = unit.members.filter(name=member.name).exclude(last_day__lt=member.first_day)
    if same.exists():
        raise ValidationError({"name": f"{unit.name}已有“{member.name}”。同名的人请在姓名后加区分。"})
    member.full_clean()
    member.save()
    audit.record("unit.join", actor=actor, obj=member, unit=str(unit.pk))
    _tell(unit, actor)
    return member


@transaction.atomic
def leave_unit(*, actor: User, member: UnitMember, last_day: date) -> None:
    """The last day of somebody in a unit; the postings that the unit's assignments gave him end with it."""
    actor.scope().require(Right.ACCOUNTS)
    if last_day < member.first_day:
        raise ValidationError(f"末日不能早于首日 {member.first_day:%Y-%m-%d}。")
    member.last_day = last_day
    member.save(update_fields=["last_day"])
    audit.record("unit.leave", actor=actor, obj=member, last_day=str(last_day))
    _tell(member.unit, actor)


def _tell(unit: Unit, actor: User) -> None:
    for follower in _followers:
        follower(unit=unit, actor=actor)
