"""The business day: the one place that says what "today" is (domain, Days).

All days are Asia/Shanghai days. In demo mode `DABAO_TODAY` sets the day, and `pretend` sets it for a block
(seeding, simulated years). Audit times never come from here: they use the real clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from django.conf import settings
from django.utils import timezone

_pretended: ContextVar[date | None] = ContextVar("pretended_day", default=None)


def today() -> date:
    """The business day, in Asia/Shanghai."""
    pretended = _pretended.get()
    if pretended is not None:
        return pretended
    if settings.DABAO_TODAY:
        return date.fromisoformat(settings.DABAO_TODAY)
    return timezone.localdate()


def as_at(text: str) -> date:
    """The day that an address asks for (`?as_at=2020-04-01`); today when it names none that has come."""
    try:
        return min(date.fromisoformat(text), today())
    except ValueError:
        return today()


def is_set() -> bool:
    """Whether the business day is not the real one; pages then say so."""
    return bool(_pretended.get() or settings.DABAO_TODAY)


def day_of(text: str) -> date | None:
    """The day that an address or a form names as 2020-04-10; None for what is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None


@contextmanager
def pretend(day: date) -> Iterator[None]:
    """Make `day` the business day inside the block; refused in production."""
    if settings.DABAO_MODE == "production":
        raise RuntimeError("the business day cannot be set in production")
    token = _pretended.set(day)
    try:
        yield
    finally:
        _pretended.reset(token)
