"""Write and verify the audit log (D01–D04): the event stands in the transaction of the change it tells of."""

import json
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse

from dabao import clock, crypto
from dabao.models import AuditEvent, AuditSeal, User

COMMAND_LINE, SYSTEM = "命令行", "系统"
_SEAL_LOCK = 0x0DAB_A001


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str | None = None
    request_id: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("audit_origin", default=_NOWHERE)


class AuditMiddleware:
    """Keeps the address and a number of the request for the events written while it lasts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = uuid.uuid4().hex[:12]
        token = _origin.set(Origin(request.META.get("REMOTE_ADDR"), request.request_id))
        try:
            return self.get_response(request)
        finally:
            _origin.reset(token)


@contextmanager
def origin(label: str) -> Iterator[None]:
    """Name the origin of what a command or job does (kept as the request id)."""
    token = _origin.set(Origin(None, label[:32]))
    try:
        yield
    finally:
        _origin.reset(token)


def record(
    action: str,
    *,
    actor: User | None,
    obj: models.Model | None = None,
    region_code: str = "",
    result: str = "ok",
    label: str = "",
    **data: Any,
) -> AuditEvent:
    """Append one event. `actor=None` is the system or the command line (say which by `label`).

    `action` is a short verb phrase in the log's language ("case.verify"); `data` is JSON: ids, states,
    counts, old and new values of fields that identify nobody. Must run inside the transaction of the change.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("an audit event must stand in the transaction of its change")
    where = _origin.get()
    return AuditEvent.objects.create(
        business_day=clock.today(),
        actor=actor,
        actor_label=actor.name if actor else label or SYSTEM,
        action=action,
        object_kind=obj._meta.label_lower if obj else "",
        object_id=str(obj.pk) if obj else "",
        region_code=region_code,
        data=data,
        result=result,
        address=where.address,
        request_id=where.request_id,
    )


def _message(event: AuditEvent) -> bytes:
    """The bytes of an event that its seal covers."""
    fields = [
        event.pk,
        event.at.isoformat(),
        event.business_day.isoformat(),
        str(event.actor_id),
        event.actor_label,
        event.action,
        event.object_kind,
        event.object_id,
        event.region_code,
        event.data,
        event.result,
        event.address,
        event.request_id,
    ]
    return json.dumps(fields, ensure_ascii=False, sort_keys=True).encode()


@transaction.atomic
def seal_events(limit: int = 20_000) -> int:
    """Link committed events that have no seal to the chain; returns how many. Two at once take turns."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SEAL_LOCK])
    last = AuditSeal.objects.order_by("number").last()
    number, mac = (last.number, bytes(last.mac)) if last else (0, b"")
    seals = []
    for event in AuditEvent.objects.filter(seal=None).order_by("pk")[:limit]:
        number, mac = number + 1, crypto.chain(mac, _message(event))
        seals.append(AuditSeal(number=number, event=event, mac=mac))
    AuditSeal.objects.bulk_create(seals, batch_size=1000)
    return len(seals)


def verify_chain() -> list[str]:
    """Sentences about every broken link; empty when the chain verifies."""
    faults, mac = [], b""
    for place, seal in enumerate(AuditSeal.objects.select_related("event").order_by("number").iterator(), 1):
        mac = crypto.chain(mac, _message(seal.event))
        if seal.number != place or mac != bytes(seal.mac):
            faults.append(f"操作日志第 {seal.event_id} 条与校验链不符：内容被改动，或有日志被删除。")
            break
    return faults
