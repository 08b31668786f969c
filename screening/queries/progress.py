"""Work of the phases, township by township: the one definition for counts, lists, flags and reports (C27).

| Phase | Total | Done |
|---|---|---|
| 1 排查 | cases opened by its last day | verified, or closed without (moved away, died, declined) |
| 2 落实 | of those the verified ones, less those closed as rightly covered | closed |
| 3 监测 | ledger households (cases) + warnings raised by its last day | followed in it or since; decided |
| 4 巩固 | registered households on 低保 on its first day; before that, on the day | reviewed, early or late |

On the business day and later the cases themselves are counted; on an earlier day, their events say.
Follow-ups and warnings carry their days: the same question answers for every day.
"""

from datetime import date
from typing import Any, Literal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from dabao import clock, plans
from dabao.models import Phase, WorkPlan
from dabao.scope import Scope
from screening.choices import BenefitScheme, CaseOutcome, CaseState, ReviewState, Scheme, StepKind
from screening.models import BenefitRecord, BenefitReview, Case, CaseEvent, Enrolment, FollowUp, RiskWarning
from screening.phase_work import TownshipProgress, span
from screening.queries.places_then import TOWNSHIP, placed
from screening.rules.phases import work_of_phase

Part = Literal["total", "done", "left"]
NOTHING = Q(pk__in=[])
MONITORING = 3  # the phase whose work is households and warnings
REVIEWING = 4
VERIFIED = "verified"
ROUND_EVENTS = [VERIFIED, "withdrawn", "returned"]  # what sets and takes back `verified_on`


def phase_cases(scope: Scope, plan: WorkPlan, phase: int, work: Part, day: date) -> QuerySet[Case]:
    """The cases behind a figure of a phase; none when the plan has no phase of that number.

    Of phase 3 these are the households of the figure; `phase_warnings` gives its warnings.
    """
    found = plan.phases.filter(number=phase).first()
    if found is None:
        return cases_as_at(scope, plan, day).none()
    total, done = _total_and_done(found, day)
    wanted = {"total": total, "done": total & done, "left": total & ~done}[work]
    return cases_as_at(scope, plan, day).filter(wanted)


def phase_warnings(scope: Scope, plan: WorkPlan, phase: int, work: Part, day: date) -> QuerySet[RiskWarning]:
    """The warnings in a figure of a phase: those raised by its last day; none but in phase 3."""
    found = plan.phases.filter(number=phase).first()
    warnings = placed(scope, RiskWarning.objects.within(scope).filter(plan=plan), day)
    if found is None or phase != MONITORING:
        return warnings.none()
    decided = Q(decided_on__lte=day)
    wanted = {"total": Q(), "done": decided, "left": ~decided}[work]
    return warnings.filter(wanted, _raised_in(found, day))


def progress(scope: Scope, plan: WorkPlan, day: date) -> list[TownshipProgress]:
    """Every township of the plan that the scope touches, in the county's order.

    One query counts the households of all phases, one the warnings of phase 3.

    Who sees a part of a township (a village assistant) gets the work of that part.
    """
    phases = plans.phases(plan)
    counted = _counts(cases_as_at(scope, plan, day), phases, day)
    for code, row in _warning_counts(scope, plan, phases, day).items():
        mine = counted.setdefault(code, {})
        for name, number in row.items():
            mine[name] = mine.get(name, 0) + number
    prefixes = scope.prefixes()
    found = []
    for township in plans.townships(plan):
        if township.code.startswith(prefixes) or any(p.startswith(township.code) for p in prefixes):
            row = counted.get(township.code, {})
            works = tuple(
                work_of_phase(
                    row.get(f"total_{phase.number}", 0),
                    row.get(f"done_{phase.number}", 0),
                    span(phase),
                    day,
                )
                for phase in phases
            )
            found.append(TownshipProgress(township.code, township.name, works))
    return found


def done_by_day(scope: Scope, plan: WorkPlan, phase: Phase, day: date) -> dict[str, dict[date, int]]:
    """What is done today, by township code and the day it was done, up to `day`."""
    total, done = _total_and_done(phase, clock.today())
    concluded = {
        1: Coalesce("verified_on", "closed_on"),
        MONITORING: Subquery(
            _followed(phase, clock.today()).order_by("recorded_on").values("recorded_on")[:1]
        ),
        REVIEWING: Subquery(_first_reviews(phase).values("recorded_on")[:1]),
    }.get(phase.number, F("closed_on"))
    decided = (
        phase_warnings(scope, plan, phase.number, "done", day)
        .values(concluded=F("decided_on"), township=TOWNSHIP)
        .annotate(number=Count("pk"))
        .order_by()
    )
    rows = (
        cases_as_at(scope, plan, clock.today())
        .filter(total & done)
        .values(concluded=concluded, township=TOWNSHIP)
        .filter(concluded__lte=day)
        .annotate(number=Count("pk"))
        .order_by()
    )
    found: dict[str, dict[date, int]] = {}
    for row in [*rows, *decided]:
        days = found.setdefault(row["township"], {})
        days[row["concluded"]] = days.get(row["concluded"], 0) + row["number"]
    return found


def _counts(cases: QuerySet, phases: list[Phase], day: date) -> dict[str, dict[str, int]]:
    """`total_N` and `done_N` of each phase N by township code; townships without cases are left out."""
    figures: dict[str, Any] = {}
    for phase in phases:
        total, done = _total_and_done(phase, day)
        figures[f"total_{phase.number}"] = Count("pk", filter=total)
        figures[f"done_{phase.number}"] = Count("pk", filter=total & done)
    rows = cases.values(township=TOWNSHIP).annotate(**figures).order_by()
    return {row["township"]: row for row in rows}


def _warning_counts(
    scope: Scope, plan: WorkPlan, phases: list[Phase], day: date
) -> dict[str, dict[str, int]]:
    """`total_3` and `done_3` of the warnings by township code."""
    phase = next((phase for phase in phases if phase.number == MONITORING), None)
    if phase is None:
        return {}
    rows = (
        placed(scope, RiskWarning.objects.within(scope), day)
        .filter(_raised_in(phase, day), plan=plan)
        .values_list(TOWNSHIP)
        .annotate(total=Count("pk"), done=Count("pk", filter=Q(decided_on__lte=day)))
        .order_by()
    )
    return {code: {"total_3": total, "done_3": done} for code, total, done in rows}


def _raised_in(phase: Phase, day: date) -> Q:
    return Q(raised_on__lte=min(day, phase.last_day))


def _followed(phase: Phase, day: date) -> QuerySet[FollowUp]:
    """Follow-ups of a case's household since the first day of the phase; a late one is done all the same."""
    return FollowUp.objects.filter(
        household=OuterRef("household"),
        plan=phase.plan_id,
        recorded_on__gte=phase.first_day,
        recorded_on__lte=day,
    )


def _reviewed(phase: Phase, day: date) -> QuerySet[BenefitReview]:
    """Reviews of a case's household that stand on the day, approved or not; early work still counts."""
    return BenefitReview.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=day),
        household=OuterRef("household"),
        plan=phase.plan_id,
        recorded_on__lte=day,
    )


def _first_reviews(phase: Phase) -> QuerySet[BenefitReview]:
    """From the first review on; a corrected one was done on the day of its first version."""
    reviews = BenefitReview.objects.filter(household=OuterRef("household"), plan=phase.plan_id)
    return reviews.exclude(state=ReviewState.RETURNED).order_by("recorded_on")


def reviewable(scope: Scope, plan: WorkPlan, day: date) -> QuerySet[Case]:
    """Cases of registered households on 低保 on the day, or that phase 4 counts."""
    on_roll = _on_the_roll(day)
    phase = plan.phases.filter(number=REVIEWING).first()
    if phase is not None:
        on_roll |= _on_the_roll(min(day, phase.first_day))
    return Case.objects.within(scope).filter(on_roll, plan=plan)


def cases_as_at(scope: Scope, plan: WorkPlan, day: date) -> QuerySet:
    """Cases of the plan in scope; for a past day with what the last events that moved them say.

    `region_then`: the village of the day; `state_then`, `outcome_then`; `round_then`: what came last of
    verified, withdrawn and returned.
    """
    cases = placed(scope, Case.objects.within(scope).filter(plan=plan), day)
    if day >= clock.today():
        return cases
    moves = CaseEvent.objects.exclude(from_state=F("to_state")).filter(case=OuterRef("pk"), day__lte=day)
    last = moves.order_by("-day", "-at", "-pk")
    return cases.annotate(
        state_then=Coalesce(Subquery(last.values("to_state")[:1]), Value(CaseState.TO_VERIFY)),
        outcome_then=Coalesce(Subquery(last.values("outcome")[:1]), Value("")),
        round_then=Coalesce(Subquery(last.filter(kind__in=ROUND_EVENTS).values("kind")[:1]), Value("")),
    )


def _total_and_done(phase: Phase, day: date) -> tuple[Q, Q]:
    """What counts in a phase on a day, and what of it is done (domain, Work of the phases)."""
    now = day >= clock.today()
    state, outcome = ("state", "outcome") if now else ("state_then", "outcome_then")
    in_time = Q(opened_on__lte=min(day, phase.last_day))
    closed = Q(**{state: CaseState.CLOSED})
    verified = closed | (Q(verified_on__isnull=False) if now else Q(round_then=VERIFIED))
    rightly_covered = closed & Q(**{outcome: CaseOutcome.COVERED_CONFIRMED})
    match phase.number:
        case 1:
            return in_time, verified
        case 2:
            return in_time & verified & ~rightly_covered, closed
        case 3:
            return in_time, Q(Exists(_followed(phase, day)))
        case 4:
            on_roll = _on_the_roll(min(day, phase.first_day))
            return in_time & on_roll, Q(Exists(_reviewed(phase, day)))
        case _:
            return NOTHING, NOTHING


def _on_the_roll(on: date) -> Q:
    """Registered households on 低保 on a day, by the roll or by a grant with all its steps.

    特困 and temporary aid are no 低保. Who died, left or was stopped since stays in the count of that day.
    """
    roll = BenefitRecord.objects.filter(
        Q(last_day=None) | Q(last_day__gte=on),
        Q(person__memberships__last_day=None) | Q(person__memberships__last_day__gte=on),
        person__memberships__household=OuterRef("household"),
        person__memberships__first_day__lte=on,
        scheme__in=[BenefitScheme.RURAL_DIBAO, BenefitScheme.URBAN_DIBAO],
        first_day__lte=on,
    )
    granted = Enrolment.objects.filter(
        Q(ended_on=None) | Q(ended_on__gt=on),
        case=OuterRef("pk"),
        next_step="",
        scheme__in=[Scheme.DIBAO, Scheme.DIBAO_SINGLE],
        steps__kind=StepKind.RECORDED,
        steps__day__lte=on,
    )
    return Q(Exists(roll) | Exists(granted), household__registered=True)
