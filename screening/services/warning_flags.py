"""Red flags of warnings past their limit: raised for the day after, once, cleared by the decision (C13)."""

from datetime import date, timedelta

from django.db import transaction

from dabao import audit
from dabao.models import Flag, FlagKind, WorkPlan
from screening.models import RiskWarning
from screening.rules.phases import overdue_since


def subject(warning: RiskWarning) -> str:
    return f"warning:{warning.pk}"


@transaction.atomic
def raise_overdue(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Flags of the warnings whose last day was the day before `day`; returns the new ones.

    A late run raises what a timely one would have: one decided late meanwhile is cleared by that day. Safe to
    run twice and beside another run.
    """
    due_on = day - timedelta(days=1)
    late = RiskWarning.objects.filter(plan=plan, due_on=due_on).exclude(decided_on__lte=due_on)
    raised = []
    for warning in late.select_related("household__region").order_by("pk"):
        region = warning.household.region
        flag, new = Flag.objects.get_or_create(
            kind=FlagKind.WARNING_OVERDUE,
            region_id=region.code[:9],
            subject=subject(warning),
            due_on=due_on,
            defaults={
                "label": f"{region.name}一条“{warning.get_kind_display()}”预警没有结论",
                "raised_on": overdue_since(due_on),
                "noticed_on": noticed_on,
                "cleared_on": warning.decided_on,
            },
        )
        raised += [flag] if new else []
    return raised


def clear(*, warning: RiskWarning) -> int:
    """Clear the flag of a warning that is decided, in the transaction of the decision; returns how many."""
    cleared = 0
    standing = Flag.objects.filter(
        kind=FlagKind.WARNING_OVERDUE, subject=subject(warning), cleared_on=None
    ).select_for_update()
    for flag in standing:
        flag.cleared_on = max(flag.raised_on, warning.decided_on or flag.raised_on)
        flag.save(update_fields=["cleared_on"])
        audit.record("flag.clear", actor=None, obj=flag, region_code=flag.region_id, subject=flag.subject)
        cleared += 1
    return cleared


@transaction.atomic
def clear_decided(*, plan: WorkPlan) -> int:
    """Clear flags whose warning is decided: what a decision beside the day's jobs may have missed."""
    standing = Flag.objects.filter(
        kind=FlagKind.WARNING_OVERDUE, cleared_on=None, region__code__startswith=plan.region_id
    )
    ids = [flag.subject.rpartition(":")[2] for flag in standing]
    decided = RiskWarning.objects.filter(plan=plan, pk__in=ids, decided_on__isnull=False)
    return sum(clear(warning=warning) for warning in decided)
