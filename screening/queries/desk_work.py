"""Two works beside the phases, township by township: 应保尽保 and 复核 (C04, C11).

| Work | Total | Share |
|---|---|---|
| enrol 应保尽保 | found eligible: to be enrolled, or enrolled | closed as enrolled |
| recheck 复核 | what a second person has to look at: waiting for him, or agreed by him | agreed |

An agreement counts as long as the verification it was about stands. An earlier day is read from the events,
as in `progress`.
"""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from dabao import clock
from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import CaseOutcome, CaseState, VerificationState
from screening.models import Case, CaseEvent, Verification
from screening.queries.places_then import TOWNSHIP
from screening.queries.progress import VERIFIED, Part, cases_as_at

ENROL, RECHECK = "enrol", "recheck"
DESKS = (ENROL, RECHECK)
WORDS = {
    ENROL: {"total": "符合条件的", "done": "已纳入", "left": "符合还没纳入"},
    RECHECK: {"total": "要复核的", "done": "已复核", "left": "要复核、还没复核"},
}


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many households."""

    done: int = 0
    total: int = 0

    def __add__(self, other: "Share") -> "Share":
        return Share(self.done + other.done, self.total + other.total)


def desk_cases(scope: Scope, plan: WorkPlan, desk: str, work: Part, day: date) -> QuerySet[Case]:
    """The cases behind one figure of a work."""
    total, done = _total_and_done(desk, day)
    wanted = {"total": total, "done": total & done, "left": total & ~done}[work]
    return _cases(scope, plan, day).filter(wanted)


def desk_counts(scope: Scope, plan: WorkPlan, day: date) -> dict[str, dict[str, Share]]:
    """By township code and work, in one query; townships without cases are left out."""
    figures = {}
    for desk in DESKS:
        total, done = _total_and_done(desk, day)
        figures[f"{desk}_total"] = Count("pk", filter=total)
        figures[f"{desk}_done"] = Count("pk", filter=total & done)
    rows = _cases(scope, plan, day).values(township=TOWNSHIP).annotate(**figures).order_by()
    return {
        row["township"]: {desk: Share(row[f"{desk}_done"], row[f"{desk}_total"]) for desk in DESKS}
        for row in rows
    }


def _cases(scope: Scope, plan: WorkPlan, day: date) -> QuerySet:
    """As `cases_as_at`; on an earlier day `verified_then` is the day of the last verification until then."""
    cases = cases_as_at(scope, plan, day)
    if day >= clock.today():
        return cases
    verified = CaseEvent.objects.filter(case=OuterRef("pk"), kind=VERIFIED, day__lte=day)
    return cases.annotate(verified_then=Subquery(verified.order_by("-day").values("day")[:1]))


def _total_and_done(desk: str, day: date) -> tuple[Q, Q]:
    now = day >= clock.today()
    state, outcome = ("state", "outcome") if now else ("state_then", "outcome_then")
    if desk == ENROL:
        enrolled = Q(**{outcome: CaseOutcome.ENROLLED})
        return enrolled | Q(**{state: CaseState.TO_ENROL}), enrolled
    waiting = Q(**{state: CaseState.TO_RECHECK})
    agreed = Verification.objects.filter(
        case=OuterRef("pk"),
        round=2,
        state=VerificationState.SUBMITTED,
        agreed=True,
        recorded_on__lte=day,
        recorded_on__gte=OuterRef("verified_on" if now else "verified_then"),
    )
    stands = ~Q(**{state: CaseState.TO_VERIFY}) & (Q() if now else Q(round_then=VERIFIED))
    return waiting | (stands & Q(Exists(agreed))), ~waiting
