"""Red flags of findings past their limit: once per limit, from the day after, cleared by the answer (C21).

A limit is the township's: an answer, a contest, an extension or 销号 ends it; a new one falls due again.
"""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from dabao.models import Flag, FlagKind, WorkPlan
from dabao.services import flags
from screening.rules.phases import overdue_since
from supervision.models import Finding
from supervision.queries.findings import Standing
from supervision.rules.rectification import Lapse, lapses


def subject(finding: Finding) -> str:
    return f"finding:{finding.pk}"


@transaction.atomic
def raise_overdue(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Flags of the limits whose last day was the day before `day`; returns the new ones.

    A late run raises what a timely one would have: one answered late meanwhile is cleared by that day. On
    the day of the run itself (`noticed_on`) a limit that earlier runs did not see is seen as well. Safe to
    run twice and beside another run.
    """
    eve = day - timedelta(days=1)
    chosen = Q(turns__due_on=eve)
    if day == noticed_on:
        chosen |= Standing.late(eve)
    findings = (
        Finding.objects.filter(chosen, plan=plan)
        .select_related("region")
        .prefetch_related("turns")
        .order_by("pk")
        .distinct()
    )
    found = [
        _flag(finding, lapse, noticed_on)
        for finding in findings
        for lapse in lapses([turn.as_rule for turn in finding.turns.all()])
        if _lapsed(lapse, eve, still=day == noticed_on)
    ]
    return [flag for flag, new in found if new]


def _lapsed(lapse: Lapse, eve: date, *, still: bool) -> bool:
    """Whether the limit passed unanswered on that eve; `still` = also one that passed earlier and runs on."""
    if lapse.due_on == eve:
        return lapse.ended_on is None or lapse.ended_on > eve
    return still and lapse.due_on < eve and lapse.ended_on is None


def _flag(finding: Finding, lapse: Lapse, noticed_on: date) -> tuple[Flag, bool]:
    """The flag of a limit, and whether it is new. Its label names no person."""
    return Flag.objects.get_or_create(
        kind=FlagKind.RECTIFICATION_OVERDUE,
        region_id=finding.township_code,
        subject=subject(finding),
        due_on=lapse.due_on,
        defaults={
            "label": f"{finding.number}（{finding.get_kind_display()}）没有整改",
            "raised_on": overdue_since(lapse.due_on),
            "noticed_on": noticed_on,
            "cleared_on": lapse.ended_on,
        },
    )


def clear(*, finding: Finding, day: date) -> int:
    """Clear the flags of limits that no longer run, in the transaction of the turn; returns how many."""
    told = lapses([turn.as_rule for turn in finding.turns.all()])
    running = {lapse.due_on for lapse in told if lapse.ended_on is None}
    standing = flags.standing(kind=FlagKind.RECTIFICATION_OVERDUE, subject=subject(finding))
    return flags.clear(found=(flag for flag in standing if flag.due_on not in running), day=day)


@transaction.atomic
def clear_done(*, plan: WorkPlan, day: date) -> int:
    """Clear flags whose limit was answered: what a turn beside the day's jobs may have missed."""
    standing = Flag.objects.filter(
        kind=FlagKind.RECTIFICATION_OVERDUE, cleared_on=None, region__code__startswith=plan.region_id
    )
    ids = [flag.subject.rpartition(":")[2] for flag in standing]
    findings = Finding.objects.filter(plan=plan, pk__in=ids).prefetch_related("turns")
    return sum(clear(finding=finding, day=day) for finding in findings)
