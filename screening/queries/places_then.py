"""Where a household belonged on a day: a move counts from the day it was accepted, never before (C17)."""

from datetime import date
from typing import TypeVar

from django.db.models import CharField, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Substr

from dabao import clock
from dabao.scope import Scope
from screening.choices import MoveState
from screening.models import HouseholdMove

TOWNSHIP_DIGITS = 9
TOWNSHIP = Substr("region_then", 1, TOWNSHIP_DIGITS)
Rows = TypeVar("Rows", bound=QuerySet)


def placed(scope: Scope, rows: Rows, day: date) -> Rows:
    """Rows of households, each with `region_then`: the code of its village at the end of the day.

    What lay outside the scope on a past day is left out: the new township does not count it there, and the
    old one, which sees no more of it than the row of the move, does not get it back.
    """
    now = ExpressionWrapper(F("household__region_id"), CharField())
    if day >= clock.today():
        return rows.annotate(region_then=now)
    later = HouseholdMove.objects.filter(
        household=OuterRef("household"), person=None, state=MoveState.ACCEPTED, decided_on__gt=day
    )
    left = Subquery(later.order_by("decided_on", "pk").values("from_region_id")[:1], CharField())
    return rows.annotate(region_then=Coalesce(left, now)).filter(scope.q("region_then"))
