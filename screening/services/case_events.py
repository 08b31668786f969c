"""What happened to a case, as its timeline tells it: the case saved, its event, its audit line, in one go."""

from datetime import date
from typing import Any

from dabao import audit
from dabao.models import User
from screening.models import Case, CaseEvent


class Kind:
    """What an event tells (contract of the timeline); the same words everywhere."""

    OPENED = "opened"
    VERIFIED = "verified"
    WITHDRAWN = "withdrawn"
    CORRECTED = "corrected"
    RETURNED = "returned"
    RECHECKED = "rechecked"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    REOPENED = "reopened"
    STEP = "step"
    NOTE = "note"


def note(*, case: Case, kind: str, actor: User | None, day: date, text: str, **data: Any) -> CaseEvent:
    """An event of a locked case whose state stays."""
    return saved(case, kind, actor, day, text, from_state=case.state, **data)


def saved(
    case: Case,
    kind: str,
    actor: User | None,
    day: date,
    text: str,
    *,
    from_state: str,
    label: str = "",
    **data: Any,
) -> CaseEvent:
    """Save a locked case with its next version, the event that says why, and the audit line."""
    case.version += 1
    case.clean_fields(exclude=["plan", "household", "assigned_to"])  # constraints are the database's
    case.save()
    event = CaseEvent.objects.create(
        case=case,
        day=day,
        kind=kind,
        from_state=from_state,
        to_state=case.state,
        outcome=case.outcome,
        actor=actor,
        actor_label=actor.name if actor else label or audit.SYSTEM,
        text=text[:500],
        data=data,
    )
    audit.record(
        f"case.{kind}",
        actor=actor,
        label=label,
        obj=case,
        region_code=case.household.region_id,
        old={"state": from_state},
        new={"state": case.state, "outcome": case.outcome},
        version=case.version,
        **data,
    )
    return event
