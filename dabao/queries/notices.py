"""Reminders of the viewer himself: what still stands, and how much of it he has not read."""

from django.db.models import Q

from dabao.models import Notice
from dabao.scope import Scope, ScopedQuerySet


def standing(scope: Scope) -> list[Notice]:
    """His reminders of what is not done yet, newest first."""
    return list(own(scope).select_related("region"))


def unread(scope: Scope) -> ScopedQuerySet:
    """Those of them that he has not opened."""
    return own(scope).filter(read_at=None)


def own(scope: Scope) -> ScopedQuerySet:
    """His reminders that stand, read or not; none of a township that he was posted to before."""
    return Notice.objects.within(scope).filter(Q(user_id=scope.user_id), cleared_on=None)
