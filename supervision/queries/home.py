"""What a township's home shows: who is next, who came back, the six categories, what is to be asked."""

from datetime import date

from django.db.models import Case as Choice
from django.db.models import Count, Q, QuerySet, When

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import CaseState
from screening.models import Case, Question
from screening.queries.cases import ROUTE, Urgent
from screening.queries.progress import phase_cases
from screening.queries.worklist import Row, for_rows, rows

NEXT = 7


def own_regions(scope: Scope) -> list[Region]:
    """The townships or villages in which one verifies, in the county's order."""
    return list(Region.objects.filter(code__in=scope.prefixes(Right.VERIFY)).order_by("order", "code"))


def upcoming(scope: Scope, plan: WorkPlan, day: date) -> list[Row]:
    """The next households to verify along the villages; returned ones stand in their own list."""
    waiting = _to_verify(scope, plan).filter(returned_on=None).order_by("due_on", *ROUTE)
    return rows(scope, for_rows(scope, waiting)[:NEXT], day)


def returned(scope: Scope, plan: WorkPlan) -> list[Case]:
    """Households that a recheck returned, the ones to be done first on top."""
    cases = _to_verify(scope, plan).filter(Urgent.RETURNED).order_by("due_on", *ROUTE)
    return list(cases.select_related("household__region", "household__head"))


def categories(scope: Scope, plan: WorkPlan, phase: int, day: date) -> dict[str, int]:
    """Households of a phase per category N: `total_N`, `done_N`; 0 = in no category, `all` = once each.

    A household counts in each of its categories, so these add up to more than the phase has.
    """
    done = phase_cases(scope, plan, phase, "done", day).values("pk")
    figures = {"total_all": Count("pk"), "done_all": Count("pk", filter=Q(is_done=True))}
    for number in (0, *plan.categories):
        has = Q(categories__contains=[number]) if number else ~Q(categories__overlap=plan.categories)
        figures[f"total_{number}"] = Count("pk", filter=has)
        figures[f"done_{number}"] = Count("pk", filter=has & Q(is_done=True))
    total = phase_cases(scope, plan, phase, "total", day)
    marked = total.annotate(is_done=Choice(When(pk__in=done, then=True), default=False))
    return marked.aggregate(**figures)


def questions(scope: Scope) -> list[tuple[str, int]]:
    """Open questions of imports by kind: (kind, number)."""
    asked = Question.objects.within(scope, Right.VERIFY).filter(answered_on=None)
    return list(asked.values_list("kind").annotate(number=Count("pk")).order_by("kind"))


def _to_verify(scope: Scope, plan: WorkPlan) -> QuerySet[Case]:
    return Case.objects.within(scope, Right.VERIFY).filter(plan=plan, state=CaseState.TO_VERIFY)
