"""What the county itself still owes: lists, questions, standards (home of the county office, board)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from dabao import clock
from dabao.models import Standard, StandardKind, WorkPlan
from dabao.scope import Right, Scope
from reports.queries import requests
from screening.choices import Category, ListState
from screening.models import CategoryMatch, SourceList
from screening.queries.questions import open_questions


@dataclass(frozen=True, slots=True)
class Debts:
    """The county's own unfinished work."""

    lists: int
    questions: int
    oldest_question: date | None
    standards: int
    answers: requests.Owed


def debts(scope: Scope, plan: WorkPlan, day: date) -> Debts:
    """Counts over the scope: staged lists, open questions, standards in force that nobody confirmed,
    answers to townships past their day. Of a past day only the answers are told: the rest keeps no days.
    """
    answers = requests.owed(scope, plan, day)
    if day < clock.today():
        return Debts(lists=0, questions=0, oldest_question=None, standards=0, answers=answers)
    asked = open_questions(scope).order_by("asked_on").values_list("asked_on", flat=True)
    return Debts(
        lists=staged_lists(scope).count(),
        questions=len(asked),
        oldest_question=asked[0] if asked else None,
        standards=unconfirmed_standards(scope, plan, day).count(),
        answers=answers,
    )


def staged_lists(scope: Scope) -> QuerySet[SourceList]:
    """Lists read and waiting to be confirmed, oldest first."""
    return SourceList.objects.within(scope).filter(state=ListState.STAGED).order_by("uploaded_at")


def unconfirmed_standards(scope: Scope, plan: WorkPlan, day: date) -> QuerySet[Standard]:
    """Standards in force on the day, still marked 待确认; none for who does not keep the plan's data."""
    if not scope.may(Right.BOARD, plan.region_id):
        return Standard.objects.none()
    standing = Q(last_day=None) | Q(last_day__gte=day)
    return Standard.objects.filter(
        standing, confirmed=False, first_day__lte=day, region__code__startswith=plan.region_id
    ).order_by("kind")


def households_on_standard(scope: Scope, plan: WorkPlan, kind: str) -> int:
    """Households listed because of a standard: category 4 by the rural 低保 standard, none by others."""
    if kind != StandardKind.RURAL_DIBAO:
        return 0
    matches = CategoryMatch.objects.within(scope).filter(plan=plan, last_day=None)
    return matches.filter(category=Category.LIFTED_BELOW_STANDARD, answer="yes").count()
