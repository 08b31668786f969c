"""The day's flags and notices, catching up on every day missed (C23, C27; F11, F12).

A day that was run is remembered as a finished job with the key `daily:DATE`: its row is written in the same
transaction as the day's flags, so of two beats at once one does the work and the other finds it done.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from dabao import audit, plans
from dabao.models import Flag, FlagKind, Job, JobState, WorkPlan
from reports.services import flags as report_flags
from reports.services import reminders
from screening.services import flags as phase_flags
from screening.services import taper_flags, warning_flags
from supervision.services import digests, dispatch_flags, rectification_flags

KIND = "supervision.daily"
KINDS = (
    FlagKind.PHASE_OVERDUE.value,
    FlagKind.REPORT_MISSING.value,
    FlagKind.WARNING_OVERDUE.value,
    FlagKind.TAPER_ENDING.value,
    FlagKind.RECTIFICATION_OVERDUE.value,
    FlagKind.MEETING_MISSING.value,
    FlagKind.FEEDBACK_MISSING.value,
    FlagKind.ANSWER_OWED.value,
    FlagKind.DISPATCH_OVERDUE.value,
)


@dataclass(frozen=True, slots=True)
class DailyResult:
    """What a run did. `notices` = reminders that this run told people, of what is nearly due."""

    day: date
    caught_up: list[date] = field(default_factory=list)
    flags_raised: dict[str, int] = field(default_factory=dict)
    flags_cleared: dict[str, int] = field(default_factory=dict)
    notices: int = 0

    def as_json(self) -> dict:
        return {
            "date": self.day.isoformat(),
            "caught_up": [day.isoformat() for day in self.caught_up],
            "flags_raised": self.flags_raised,
            "flags_cleared": self.flags_cleared,
            "notices": self.notices,
        }


def run_daily(*, day: date, label: str = audit.SYSTEM) -> DailyResult:
    """Run the jobs of `day` and of each day missed since the plan began; safe twice, late and beside another.

    Each day is a transaction of its own: an interrupted run goes on where it stopped. Flags are dated for the
    day they fell due, however late the run. Raises NoPlanError when there is no plan.
    """
    plan = plans.current()
    missed = missed_days(plan, day)
    raised = [flag for one in [*missed, day] for flag in _run_one(plan, one, noticed_on=day)]
    with transaction.atomic():
        cleared = {
            FlagKind.PHASE_OVERDUE.value: phase_flags.clear_finished_phases(plan=plan, day=day),
            FlagKind.WARNING_OVERDUE.value: warning_flags.clear_decided(plan=plan),
            FlagKind.DISPATCH_OVERDUE.value: dispatch_flags.clear_done(plan=plan),
            FlagKind.TAPER_ENDING.value: taper_flags.clear_done(plan=plan, day=day),
            FlagKind.RECTIFICATION_OVERDUE.value: rectification_flags.clear_done(plan=plan, day=day),
            **report_flags.clear_done(plan=plan, day=day),
        }
        told = [*reminders.remind(plan=plan, day=day), *taper_flags.remind(plan=plan, day=day)]
        by_kind = Counter(flag.kind for flag in raised)
        at_once = Counter(flag.kind for flag in raised if flag.cleared_on)
        result = DailyResult(
            day=day,
            caught_up=missed,
            flags_raised={kind: by_kind[kind] for kind in KINDS},
            flags_cleared={kind: at_once[kind] + cleared.get(kind, 0) for kind in KINDS},
            notices=len(told),
        )
        digests.ask_for_mail(day=day)
        audit.record("daily.run", actor=None, label=label, **result.as_json())
    return result


def missed_days(plan: WorkPlan, day: date) -> list[date]:
    """Days from the plan's first up to the day before `day` on which nothing ran, oldest first."""
    run = set(Job.objects.filter(kind=KIND).values_list("key", flat=True))
    days = (plan.first_day + timedelta(days=n) for n in range((day - plan.first_day).days))
    return [one for one in days if _key(one) not in run]


@transaction.atomic
def _run_one(plan: WorkPlan, day: date, *, noticed_on: date) -> list[Flag]:
    """Flags newly raised on a day. Two runs of one day take turns at its row, the second finds none."""
    now = timezone.now()
    done = {"kind": KIND, "state": JobState.DONE, "started_at": now, "finished_at": now}
    job, _ = Job.objects.get_or_create(key=_key(day), defaults=done)
    Job.objects.select_for_update().get(pk=job.pk)
    return [
        *phase_flags.raise_overdue_phases(plan=plan, day=day, noticed_on=noticed_on),
        *report_flags.raise_missing(plan=plan, day=day, noticed_on=noticed_on),
        *report_flags.raise_others(plan=plan, day=day, noticed_on=noticed_on),
        *warning_flags.raise_overdue(plan=plan, day=day, noticed_on=noticed_on),
        *dispatch_flags.raise_overdue(plan=plan, day=day, noticed_on=noticed_on),
        *taper_flags.raise_overdue(plan=plan, day=day, noticed_on=noticed_on),
        *rectification_flags.raise_overdue(plan=plan, day=day, noticed_on=noticed_on),
    ]


def _key(day: date) -> str:
    return f"daily:{day.isoformat()}"
