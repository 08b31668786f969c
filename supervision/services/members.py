"""Members of units come and go: the postings of the unit's assignments follow (C19, B03)."""

from datetime import date
from uuid import UUID

from dabao import audit, clock
from dabao.models import Posting, Unit, User
from dabao.services import units
from supervision.models import Assignment
from supervision.services.assignments import post_members


@units.follows
def follow_members(*, unit: Unit, actor: User) -> None:
    """Post who joined to the unit's townships; end the postings of who left, with his last day there."""
    post_members(unit=unit, actor=actor)
    assignments = list(Assignment.objects.filter(unit=unit).values_list("pk", flat=True))
    for member in unit.members.filter(last_day__isnull=False, user__isnull=False).select_related("user"):
        if member.user is not None and member.last_day is not None:
            _end(member.user, assignments, member.last_day, actor)


def _end(user: User, assignments: list[UUID], last_day: date, actor: User) -> None:
    here = Posting.objects.filter(user=user, assignment__in=assignments)
    for posting in here.exclude(last_day__lte=last_day):
        posting.last_day = end = max(last_day, posting.first_day)
        posting.save(update_fields=["last_day"])
        audit.record("posting.end", actor=actor, obj=posting, region_code=posting.region_id or "")
        if end < clock.today():
            user.end_sessions()
            user.save(update_fields=["session_stamp"])
