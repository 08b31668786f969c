"""Red flags of the phases: raised for what is unfinished after a last day, cleared by the work (C27).

Each app raises and clears its own. A flag stands once per phase and township, whatever is opened again later.
"""

from datetime import date

from django.db import transaction
from django.db.models import Max, QuerySet

from dabao import plans
from dabao.models import Flag, FlagKind, Phase, WorkPlan
from dabao.scope import Scope, whole
from dabao.services import flags
from screening.phase_work import phase_words
from screening.queries.progress import MONITORING, REVIEWING, done_by_day, phase_cases, progress
from screening.rules.phases import overdue_since


@transaction.atomic
def raise_overdue_phases(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Raise a flag for each township whose phase ended with work left; returns the new ones.

    On the day after a last day it goes by the state at the end of that last day, so that a late run raises
    what a timely one would have. On the day of the run itself (`noticed_on`) work that was taken back after
    the end of a phase, and is past its own limit, is seen as well. Safe to run twice and beside another run.
    """
    raised = []
    for place, phase in enumerate(plans.phases(plan)):
        late: set[str] = set()
        if day == overdue_since(phase.last_day):
            rows = progress(whole(plan.region_id), plan, phase.last_day)
            late = {row.code for row in rows if row.works[place].left}
        elif day == noticed_on and day > phase.last_day:
            late = _overdue_townships(whole(plan.region_id), plan, phase, day)
        for code in sorted(late):
            flag, new = Flag.objects.get_or_create(
                kind=FlagKind.PHASE_OVERDUE,
                region_id=code,
                subject=f"phase:{phase.number}",
                due_on=phase.last_day,
                defaults={"label": f"{phase_words(phase)}逾期", "raised_on": day, "noticed_on": noticed_on},
            )
            raised += [flag] if new else []
    return raised


@transaction.atomic
def clear_finished_phases(*, plan: WorkPlan, day: date, region_code: str = "") -> int:
    """Clear the flags of phases in which nothing is left; returns how many.

    Called in the transaction of the work that ends it, with the village or township of the case, and by the
    daily run for all. The open flags are locked before counting, so that of two people finishing the last
    two households at once the second sees the first's.
    """
    there = {"region": region_code[:9]} if region_code else {}
    standing = list(flags.standing(kind=FlagKind.PHASE_OVERDUE, **there))
    left = _left(plan, region_code[:9] or plan.region_id, day) if standing else {}
    cleared = 0
    for flag in standing:
        number = int(flag.subject.rpartition(":")[2])
        if left.get((flag.region_id, number)):
            continue
        finished_on = _finished_on(whole(flag.region_id), plan, number, day)
        cleared += flags.clear(found=[flag], day=finished_on)
    return cleared


def _left(plan: WorkPlan, region: str, day: date) -> dict[tuple[str, int], int]:
    """What is left by township code and phase number."""
    numbers = [phase.number for phase in plans.phases(plan)]
    rows = progress(whole(region), plan, day)
    return {(row.code, number): row.works[place].left for row in rows for place, number in enumerate(numbers)}


def _overdue_townships(scope: Scope, plan: WorkPlan, phase: Phase, day: date) -> set[str]:
    """Townships with work of the phase left that is past its own limit too (returned cases have longer)."""
    left: QuerySet = phase_cases(scope, plan, phase.number, "left", day).filter(due_on__lt=day)
    return {code[:9] for code in left.values_list("region_then", flat=True).distinct()}


def _finished_on(scope: Scope, plan: WorkPlan, phase: int, day: date) -> date:
    """The day the last work of the phase was done; `day` when there is none to tell by."""
    if phase in (MONITORING, REVIEWING):
        per_day = done_by_day(scope, plan, plan.phases.get(number=phase), day)
        return max((one for days in per_day.values() for one in days), default=day)
    done = phase_cases(scope, plan, phase, "done", day)
    last = done.aggregate(verified=Max("verified_on"), closed=Max("closed_on"))
    found = last["verified"] if phase == 1 else last["closed"]
    return min(found or day, day)
