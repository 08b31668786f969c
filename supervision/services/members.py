"""Postings out of assignments: a member of the unit, for the days that his time in it and the assignment
share (C19, C26, B03). Whoever changes one or the other has them brought in line here.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction

from dabao import audit, clock
from dabao.models import Posting, Unit, UnitMember, User
from dabao.scope import Role
from dabao.services import units
from supervision.models import Assignment


@units.follows
def follow_members(*, unit: Unit, actor: User) -> None:
    """Members came or went: post who joined, end the postings of who left."""
    post_members(unit=unit, actor=actor)


@transaction.atomic
def post_members(*, unit: Unit, actor: User | None = None, label: str = "") -> int:
    """Bring the postings of the unit's assignments in line with its members; how many are new.

    Days that are over are what was: nobody is posted for them afterwards.
    """
    today, made = clock.today(), 0
    # Open ones last: of two times of one person that begin a posting on the same day, the longer counts.
    members = list(UnitMember.objects.filter(unit=unit, user__isnull=False).order_by("last_day"))
    for assignment in Assignment.objects.filter(unit=unit):
        wanted = _wanted(assignment, members)
        for posting in Posting.objects.filter(assignment=assignment.pk).select_related("user"):
            key = (posting.user_id, posting.first_day)
            if key in wanted:
                _set_end(posting, wanted.pop(key), today, actor, label)
            else:
                _take_back(posting, today, actor, label)
        for (user_id, first_day), last_day in wanted.items():
            if last_day is None or last_day >= today:
                _post(assignment, user_id, first_day, last_day, actor, label)
                made += 1
    return made


def _wanted(assignment: Assignment, members: list[UnitMember]) -> dict[tuple[UUID, date], date | None]:
    """(account, first day) to last day of each posting that the assignment gives."""
    found = {}
    for member in members:
        first = max(assignment.first_day, member.first_day)
        last = min((day for day in (assignment.last_day, member.last_day) if day), default=None)
        if member.user_id and (last is None or first <= last):
            found[member.user_id, first] = last
    return found


def _post(
    assignment: Assignment,
    user_id: UUID,
    first_day: date,
    last_day: date | None,
    actor: User | None,
    label: str,
) -> None:
    posting = Posting(
        user_id=user_id,
        role=Role.SUPERVISION_UNIT,
        region_id=assignment.township_id,
        first_day=first_day,
        last_day=last_day,
        assignment=assignment.pk,
        granted_by=actor,
    )
    posting.full_clean()
    posting.save()
    audit.record(
        "posting.from_assignment",
        actor=actor,
        obj=posting,
        label=label,
        region_code=assignment.township_id,
        user=str(user_id),
        assignment=str(assignment.pk),
    )


def _set_end(posting: Posting, last_day: date | None, today: date, actor: User | None, label: str) -> None:
    if posting.last_day == last_day:
        return
    posting.last_day = last_day
    posting.full_clean()
    posting.save()
    _record("posting.end", posting, actor, label)
    if last_day is not None and last_day < today:
        _sign_out(posting.user)


def _take_back(posting: Posting, today: date, actor: User | None, label: str) -> None:
    """No day is left to it: gone when it begins today or later, else ended with yesterday."""
    if posting.last_day is not None and posting.last_day < today:
        return
    if posting.first_day < today:
        _set_end(posting, today - timedelta(days=1), today, actor, label)
        return
    _record("posting.withdraw", posting, actor, label)
    if posting.first_day == today:
        _sign_out(posting.user)
    posting.delete()


def _record(action: str, posting: Posting, actor: User | None, label: str) -> None:
    audit.record(
        action,
        actor=actor,
        obj=posting,
        label=label,
        region_code=posting.region_id or "",
        user=str(posting.user_id),
        last_day=posting.last_day.isoformat() if posting.last_day else None,
    )


def _sign_out(user: User) -> None:
    user.end_sessions()
    user.save(update_fields=["session_stamp"])
