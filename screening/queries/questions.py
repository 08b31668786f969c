"""Questions that imports left to people: who is missing, who is on two townships' lists (interfaces, Rules of
the desk).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.models import Case, ListRow, NearMatch, Question
from screening.models.source import QuestionKind

ELSEWHERE = "另一乡镇"


@dataclass(frozen=True, slots=True)
class Asked:
    """One open question as the page shows it. `case` is None when the household has none in the plan."""

    question: Question
    name: str
    place: str
    size: int
    text: str
    case: UUID | None
    may_answer: bool


def open_questions(scope: Scope) -> QuerySet[Question]:
    """Questions that nobody answered: those of the scope, and who moved from a household of the scope."""
    own = scope.q("region__code")
    moved = Q(kind=QuestionKind.MOVED) & scope.q("household__region__code")
    return Question.objects.filter(own | moved, answered_on=None)


def may_answer(scope: Scope, question: Question) -> bool:
    """Who verifies or imports where the question is asked; one between townships is asked of the county."""
    return scope.may(Right.VERIFY, question.region_id) or scope.may(Right.IMPORT, question.region_id)


def by_kind(scope: Scope) -> list[tuple[str, QuerySet[Question]]]:
    """Open questions kind by kind, the oldest first; kinds without any are left out."""
    found = open_questions(scope).select_related("household__head", "person", "source_list")
    found = found.select_related("household__region__parent").order_by(
        "asked_on", "household__region_id", "pk"
    )
    kinds = [(str(label), found.filter(kind=kind)) for kind, label in QuestionKind.choices]
    return [(label, questions) for label, questions in kinds if questions.exists()]


def lines(scope: Scope, plan: WorkPlan, questions: Iterable[Question]) -> list[Asked]:
    """What the page says of each question, with the case that leads to the household (5 queries at most)."""
    questions = list(questions)
    households = [question.household_id for question in questions]
    cases = dict(
        Case.objects.within(scope)
        .filter(plan=plan, household__in=households)
        .values_list("household_id", "pk")
    )
    rows = ListRow.objects.within(scope).filter(pk__in=[row for asked in questions for row in asked.rows])
    named = {row.pk: row.region.name for row in rows.select_related("region") if row.region}
    near = NearMatch.objects.within(scope).filter(question__in=questions).select_related("row", "person")
    pairs = {pair.question_id: pair for pair in near}
    return [_line(scope, question, cases, named, pairs.get(question.pk)) for question in questions]


def _line(
    scope: Scope,
    question: Question,
    cases: dict[UUID, UUID],
    named: dict[UUID, str],
    pair: NearMatch | None,
) -> Asked:
    household, person = question.household, question.person
    head = household.head.name if household and household.head else "（没有户主）"
    source = f"{question.source_list.get_kind_display()}（截至 {question.source_list.as_of}）"
    if question.kind == QuestionKind.MOVED:
        new = next((named[row] for row in question.rows if row in named), ELSEWHERE)
        who = person.name if person else "他"
        text = f"{source}把{who}列在{new}的一户里，库里他住在{head}户。他现在住哪里？"
    elif pair is not None:
        text = (
            f"{source}第 {pair.row.line} 行写“{pair.name}”（{pair.why}），号码对不上人；"
            f"和{head}户的{pair.person.name}是不是同一个人？"
        )
    elif person is not None:
        text = f"{head}户还在，{source}里没有{person.name}了。他还住在这一户吗？"
    else:
        text = f"{source}里没有这一户了。这一户还在吗？"
    region = household.region if household else None
    place = f"{region.parent.name if region.parent else ''}{region.name}" if region else ""
    return Asked(
        question,
        person.name if person else head,
        place,
        household.size if household else 0,
        text,
        cases.get(question.household_id) if question.household_id else None,
        may_answer(scope, question),
    )
