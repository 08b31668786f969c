"""Steps taken back on the day they were recorded, by who took them, while nothing follows (C10)."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import clock
from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import StepKind
from screening.models import Case, CaseEvent, Enrolment
from screening.services.cases import Kind, lock, note
from screening.services.enrolment import BatchResult, each


@transaction.atomic
def undo_step(*, scope: Scope, case_id: UUID, kind: str, actor: User, today: date) -> Case:
    """Take back the last step of a household as if it had not been taken. Raises ValidationError in words.

    A provincial number stays: it is the other system's, and may have closed the household.
    """
    case = lock(scope, case_id, Right.READ)
    if kind == StepKind.RECORDED:
        raise ValidationError("省系统编号不能撤回。编号有误，请县局更正。")
    last = case.events.order_by("day", "at", "pk").last()
    if last is None or not _is_own(last, kind, actor, today):
        raise ValidationError("只有本人、当天、后面还没有别的事，才能撤回。请刷新页面看它的经过。")
    for grant in case.enrolments.filter(pk__in=last.data["enrolments"]):
        _take_back(grant, kind, last.data.get("before", {}).get(str(grant.pk), {}))
    told = f"撤回“{StepKind(kind).label}”"
    note(case=case, kind=Kind.STEP, actor=actor, day=today, text=told, undone=str(kind))
    return case


def undo_steps(
    *, scope: Scope, case_ids: Collection[UUID], kind: str, actor: User, today: date
) -> BatchResult:
    """The same for many households, each by the same checks."""

    def act(case_id: UUID) -> None:
        undo_step(scope=scope, case_id=case_id, kind=kind, actor=actor, today=today)

    return each(scope, case_ids, act)


def _is_own(event: CaseEvent, kind: str, actor: User, today: date) -> bool:
    told = (event.kind, event.data.get("step"), event.actor_id, event.day)
    return told == (Kind.STEP, str(kind), actor.pk, today)


def _take_back(grant: Enrolment, kind: str, before: dict[str, str | None]) -> None:
    """Amount, first month and waiting as they were when the step was taken."""
    grant.steps.get(kind=kind).delete()
    grant.next_step = StepKind(kind)
    if kind == StepKind.PUBLICISED:
        grant.publicity_last_day = None
    grant.waiting_since = clock.day_of(before.get("waiting_since") or "") or grant.opened_on
    amount = before.get("monthly_amount")
    grant.monthly_amount = Decimal(amount) if amount is not None else None
    grant.from_month = clock.day_of(before.get("from_month") or "")
    grant.version += 1
    grant.save()
