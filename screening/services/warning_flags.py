"""Red flags of warnings past their limit: raised for the day after, once, cleared by the decision (C13)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from dabao.models import Flag, FlagKind, Region, WorkPlan
from dabao.services import flags
from screening.models import RiskWarning
from screening.rules.phases import overdue_since


def subject(warning: RiskWarning) -> str:
    return f"warning:{warning.pk}"


def label(warning: RiskWarning, village: Region) -> str:
    """What the flag says; it names no person."""
    return f"{village.name}一条“{warning.get_kind_display()}”预警没有结论"


@transaction.atomic
def raise_overdue(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Flags of the warnings whose last day was the day before `day`; returns the new ones.

    A late run raises what a timely one would have: one decided late meanwhile is cleared by that day. On the
    day of the run itself (`noticed_on`) a warning raised so late that its limit had passed is seen as well.
    Safe to run twice and beside another run.
    """
    eve = day - timedelta(days=1)
    late = Q(due_on=eve) & (Q(decided_on=None) | Q(decided_on__gt=eve))
    if day == noticed_on:
        late |= Q(due_on__lt=eve, decided_on=None)
    warnings = RiskWarning.objects.filter(late, plan=plan).select_related("household__region")
    found = [_flag(warning, noticed_on) for warning in warnings.order_by("pk")]
    return [flag for flag, new in found if new]


def _flag(warning: RiskWarning, noticed_on: date) -> tuple[Flag, bool]:
    """The flag of a late warning, and whether it is new."""
    region = warning.household.region
    return Flag.objects.get_or_create(
        kind=FlagKind.WARNING_OVERDUE,
        region_id=region.code[:9],
        subject=subject(warning),
        due_on=warning.due_on,
        defaults={
            "label": label(warning, region),
            "raised_on": overdue_since(warning.due_on),
            "noticed_on": noticed_on,
            "cleared_on": warning.decided_on,
        },
    )


def clear(*, warning: RiskWarning) -> int:
    """Clear the flag of a warning that is decided, in the transaction of the decision; returns how many."""
    standing = flags.standing(kind=FlagKind.WARNING_OVERDUE, subject=subject(warning))
    return flags.clear(found=standing, day=warning.decided_on or date.min)


@transaction.atomic
def clear_decided(*, plan: WorkPlan) -> int:
    """Clear flags whose warning is decided: what a decision beside the day's jobs may have missed."""
    standing = Flag.objects.filter(
        kind=FlagKind.WARNING_OVERDUE, cleared_on=None, region__code__startswith=plan.region_id
    )
    ids = [flag.subject.rpartition(":")[2] for flag in standing]
    decided = RiskWarning.objects.filter(plan=plan, pk__in=ids, decided_on__isnull=False)
    return sum(clear(warning=warning) for warning in decided)
