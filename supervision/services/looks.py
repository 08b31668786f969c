"""Remembers what somebody saw at home; his own bookmark, no record of anybody's work (not in the log)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from dabao.models import User
from supervision.models import LastLook

ONE_LOOK = timedelta(minutes=30)  # who reloads the page within it is still at the same look


@dataclass(frozen=True, slots=True)
class Look:
    """The business day, the real time, and the figures seen then."""

    day: date
    at: datetime
    figures: dict[str, Any]


@transaction.atomic
def remember(*, user: User, day: date, figures: dict[str, Any]) -> Look | None:
    """Keep what is seen now; the look before this one comes back, None at the first."""
    now = timezone.now()
    seen = {"day": day, "at": now, "figures": figures}
    LastLook.objects.get_or_create(user=user, defaults=seen)
    last = LastLook.objects.select_for_update().get(user=user)
    if now - last.at > ONE_LOOK or day != last.day:
        last.before_day, last.before_at, last.before = last.day, last.at, last.figures
    last.day, last.at, last.figures = day, now, figures
    last.save()
    if last.before_day is None or last.before_at is None:
        return None
    return Look(last.before_day, last.before_at, last.before)
