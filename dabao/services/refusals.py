"""Refused requests as events of the log (D01)."""

import uuid

from django.db import transaction
from django.http import HttpRequest

from dabao import audit


@transaction.atomic
def record(request: HttpRequest, action: str, *, only_records: bool = False) -> None:
    """One event "refused" with the page's name and the opaque ids of its address.

    `only_records` leaves out addresses without an id (a mistyped address tells nothing) and people not
    signed in.
    """
    user = getattr(request, "user", None)
    actor = user if user is not None and user.is_authenticated else None
    match = request.resolver_match
    ids = [str(value) for value in match.kwargs.values() if isinstance(value, uuid.UUID)] if match else []
    if only_records and not (actor and ids):
        return
    page = match.view_name if match else ""
    audit.record(
        action, actor=actor, label="未登录", result="refused", page=page, ids=ids, method=request.method
    )
