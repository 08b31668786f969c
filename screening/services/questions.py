"""Answers to the questions that imports left: recorded with day and person, nothing is deleted by them."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Scope
from screening.choices import MOVED_AWAY
from screening.models import Question
from screening.models.source import QuestionKind
from screening.queries import questions as queries

ANSWERS: dict[str, tuple[str, ...]] = {
    QuestionKind.DISAPPEARED: ("还在，是名单漏了", MOVED_AWAY, "已去世", "名单有误（重名或重复）"),
    QuestionKind.MOVED: ("住在原来的户", MOVED_AWAY, "名单有误（重名或重复）"),
    QuestionKind.SEVERAL: ("已核对，是其中一人", "名单有误（重名或重复）"),
    QuestionKind.CONFLICT: ("以新名单为准", "以库里的为准"),
    QuestionKind.NEAR: ("是同一个人", "不是同一个人", "说不准，请县局看证件"),
}


@transaction.atomic
def answer(*, scope: Scope, question_id: UUID, choice: str, note: str, actor: User, day: date) -> Question:
    """Answer an open question with one of its answers and a sentence.

    Who has moved away by the answer may be listed in another household by the next list. Raises
    ObjectDoesNotExist outside the scope or when somebody was first, PermissionDenied, ValidationError.
    """
    mine = queries.open_questions(scope).values("pk")
    question = Question.objects.select_for_update().get(pk=question_id, pk__in=mine)
    if not queries.may_answer(scope, question):
        raise PermissionDenied("这一条由县局答复。")
    if choice not in ANSWERS[question.kind]:
        raise ValidationError("请选一个答复。")
    question.answer = f"{choice}。{note.strip()}"[:200]
    question.answered_on, question.answered_by = day, actor
    question.version += 1
    question.full_clean(exclude=["region", "source_list", "household", "person"])
    question.save(update_fields=["answer", "answered_on", "answered_by", "version"])
    audit.record(
        "question.answer",
        actor=actor,
        obj=question,
        region_code=question.region_id,
        kind=question.kind,
        answer=choice,
    )
    return question
