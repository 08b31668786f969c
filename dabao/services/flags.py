"""Red flags go with the work that ends them: the one way in which a flag is cleared (C23, C27)."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dabao import audit
from dabao.models import Flag


def standing(**which: Any) -> QuerySet[Flag]:
    """Flags not cleared yet, by their columns, locked until the transaction ends, always in one order."""
    return Flag.objects.filter(cleared_on=None, **which).select_for_update(of=("self",)).order_by("pk")


def clear(*, found: Iterable[Flag], day: date) -> int:
    """Clear flags of what was done on `day`, never before the day they were raised; returns how many."""
    cleared = 0
    for flag in found:
        flag.cleared_on = max(flag.raised_on, day)
        flag.save(update_fields=["cleared_on"])
        audit.record("flag.clear", actor=None, obj=flag, region_code=flag.region_id, subject=flag.subject)
        cleared += 1
    return cleared
