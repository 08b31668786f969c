"""The log as the auditor reads it: who, what, which object by opaque id, when, from where, the result."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import QuerySet
from django.utils import timezone

from dabao.log_words import GROUPS, OTHER, action_words, data_words, is_uuid, value_words
from dabao.models import AuditEvent, AuditSeal, Job, JobState, User
from dabao.scope import Right, Scope

VERIFY_JOB = "audit.verify"


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the log is cut to; from the query string, unknown values ignored. `day` is a real day."""

    day: date | None = None
    actor: str = ""
    group: str = ""
    result: str = ""
    object_id: str = ""

    @classmethod
    def from_query(cls, query: Any) -> "AuditFilters":
        group, actor = query.get("group", ""), query.get("actor", "")
        return cls(
            _day(query.get("day", "")),
            actor if actor == "system" or is_uuid(actor) else "",
            group if group in {*GROUPS.values(), OTHER} else "",
            "refused" if query.get("result") == "refused" else "",
            query.get("object", "").strip()[:40],
        )


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One event in words."""

    at: datetime
    business_day: date
    who: str
    office: str
    what: str
    object_words: str
    detail: str
    address: str
    refused: bool


@dataclass(frozen=True, slots=True)
class ChainState:
    """How the chain stands: events, sealed so far, and the last check (None = never)."""

    events: int
    sealed: int
    checked_at: datetime | None
    checked_up_to: int
    faults: list[str]
    running: bool


def events(scope: Scope, filters: AuditFilters) -> QuerySet[AuditEvent]:
    """The events that the filters keep, newest first."""
    scope.require(Right.AUDIT)
    found = AuditEvent.objects.select_related("actor").order_by("-pk")
    if filters.day:
        begin = timezone.make_aware(datetime.combine(filters.day, time.min))
        found = found.filter(at__gte=begin, at__lt=begin + timedelta(days=1))
    if filters.actor == "system":
        found = found.filter(actor=None)
    elif filters.actor:
        found = found.filter(actor=UUID(filters.actor))
    if filters.result:
        found = found.filter(result=filters.result)
    if filters.object_id:
        found = found.filter(object_id__startswith=filters.object_id)
    if filters.group == OTHER:
        for prefix in GROUPS:
            found = found.exclude(action__startswith=f"{prefix}.")
    elif filters.group:
        prefixes = "|".join(prefix for prefix, group in GROUPS.items() if group == filters.group)
        found = found.filter(action__regex=rf"^({prefixes})\.")
    return found


def lines(scope: Scope, found: list[AuditEvent]) -> list[AuditLine]:
    """Events in words."""
    scope.require(Right.AUDIT)
    return [_line(event) for event in found]


def by_group(scope: Scope, filters: AuditFilters) -> list[tuple[str, int]]:
    """How many of the filtered events there are in each group; the sum is all of them."""
    counted: Counter[str] = Counter()
    for action in events(scope, filters).order_by().values_list("action", flat=True):
        counted[GROUPS.get(action.split(".")[0], OTHER)] += 1
    return counted.most_common()


def actors(scope: Scope) -> QuerySet[User]:
    """Everybody in the log, to filter by."""
    scope.require(Right.AUDIT)
    return User.objects.filter(pk__in=AuditEvent.objects.order_by().values("actor").distinct()).order_by(
        "name"
    )


def chain_state(scope: Scope) -> ChainState:
    """How the chain stands, from the last finished check; nothing is verified here."""
    scope.require(Right.AUDIT)
    checks = Job.objects.filter(kind=VERIFY_JOB).order_by("-created_at")
    last = checks.filter(state=JobState.DONE).first()
    return ChainState(
        AuditEvent.objects.count(),
        AuditSeal.objects.count(),
        last.finished_at if last else None,
        last.result.get("sealed", 0) if last else 0,
        last.result.get("faults", []) if last else [],
        checks.filter(state__in=(JobState.QUEUED, JobState.RUNNING)).exists(),
    )


def _line(event: AuditEvent) -> AuditLine:
    data = dict(event.data)
    reason = data.pop("reason", "") or ""
    return AuditLine(
        event.at,
        event.business_day,
        event.actor_label,
        event.actor.office if event.actor else "",
        action_words(event.action),
        _object_words(event),
        "；".join(part for part in (reason and value_words(reason), data_words(data)) if part)[:200],
        event.address or "",
        event.result != "ok",
    )


def _object_words(event: AuditEvent) -> str:
    if not event.object_kind:
        return ""
    try:
        name = str(apps.get_model(event.object_kind)._meta.verbose_name)
    except (LookupError, ValueError):
        name = event.object_kind
    return f"{name} {event.object_id[:8]}…" if len(event.object_id) > 8 else f"{name} {event.object_id}"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
