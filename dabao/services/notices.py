"""Reminders: told once, read by opening their page, cleared by the work (C23)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from dabao import audit
from dabao.models import Notice, NoticeKind, Posting
from dabao.queries import notices as queries
from dabao.scope import Role, Scope


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is to be told about a region; `day` = the day it belongs to, `url_args` are texts."""

    kind: NoticeKind
    region_code: str
    subject: str
    text: str
    url_name: str
    url_args: tuple[str, ...]
    day: date


@transaction.atomic
def tell(*, reminder: Reminder, user_ids: Iterable[UUID], again: bool = False) -> list[Notice]:
    """Remind each person who was not told of it on that day; the new notices. Safe beside another run.

    `again`: what was done that day and has to be done once more is told once more.
    """
    told = []
    for user_id in user_ids:
        notice, new = Notice.objects.get_or_create(
            user_id=user_id,
            region_id=reminder.region_code,
            kind=reminder.kind,
            subject=reminder.subject,
            day=reminder.day,
            defaults={
                "text": reminder.text,
                "url_name": reminder.url_name,
                "url_args": list(reminder.url_args),
            },
        )
        if not new and again and notice.cleared_on:
            notice.text, notice.read_at, notice.cleared_on, new = reminder.text, None, None, True
            notice.save(update_fields=["text", "read_at", "cleared_on"])
        told += [notice] if new else []
    return told


@transaction.atomic
def read(*, scope: Scope, ids: Sequence[UUID]) -> int:
    """Keep when the viewer opened reminders of his own; how many were new to him."""
    return queries.unread(scope).filter(pk__in=ids).update(read_at=timezone.now())


def seen(*, scope: Scope, subject: str) -> int:
    """The viewer opened the page that his reminders of a subject lead to; how many were new to him."""
    return queries.unread(scope).filter(subject=subject).update(read_at=timezone.now())


def over(*, scope: Scope, kind: NoticeKind, subject: str, day: date) -> int:
    """The viewer read what there was only to read: it is over for him. How many notices he had of it."""
    own = queries.own(scope).filter(kind=kind, subject=subject)
    return own.update(read_at=timezone.now(), cleared_on=day)


def township_people(day: date) -> dict[str, list[UUID]]:
    """Staff and heads by township code, each once: who is told what a township has to do."""
    postings = Posting.objects.on(day).filter(
        role__in=(Role.TOWNSHIP_STAFF, Role.TOWNSHIP_HEAD), user__is_active=True
    )
    people: defaultdict[str, list[UUID]] = defaultdict(list)
    for region, user in postings.values_list("region_id", "user_id").distinct().order_by("region_id"):
        people[region].append(user)
    return people


def clear(*, kind: NoticeKind, region_code: str, subject: str, day: date) -> int:
    """End the reminders of something done; called in the transaction of that work. How many people had it."""
    standing = Notice.objects.filter(kind=kind, region_id=region_code, subject=subject, cleared_on=None)
    cleared = standing.update(cleared_on=day)
    if cleared:
        audit.record(
            "notice.clear",
            actor=None,
            region_code=region_code,
            subject=subject,
            kind=kind.value,
            rows=cleared,
        )
    return cleared
