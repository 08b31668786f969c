"""Recheck by another person (C11): agree, or return with a note. Never by who did round 1."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone

from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import CaseOutcome, CaseState, VerificationState, VisitResult
from screening.models import Case, Verification
from screening.rules.verdicts import Step, after_recheck
from screening.services import answers, grants
from screening.services.cases import Kind, lock, move
from screening.services.verification import role_of

ROUND = 2


class Means(models.TextChoices):
    """How the second person checked; agreeing needs at least one."""

    PAPERS = "papers", "看了票据、证明"
    PHONE = "phone", "打电话问了本户"
    ON_SITE = "on_site", "去了现场"


@transaction.atomic
def agree(
    *, scope: Scope, case_id: UUID, actor: User, version: int, means: Sequence[str], note: str = "", day: date
) -> Case:
    """The second person agrees: the ineligible stay annotated, the eligible go on to enrolment."""
    case, first = _open(scope, case_id, actor, version)
    if not means or set(means) - set(Means.values):
        raise ValidationError({"means": "同意前至少选一项：你是怎么核的。"})
    step = after_recheck(answers.verdicts_of(first))
    if step.state == CaseState.CLOSED and grants.go_on(case):
        step = Step(CaseState.CLOSED, CaseOutcome.ENROLLED)
    record = _record(case, actor, scope, day, agreed=True, means=means, note=note)
    how = "、".join(Means(mean).label for mean in means)
    told = f"复核同意（{how}）" + (f"：{note.strip()}" if note.strip() else "")
    move(
        case=case,
        to_state=step.state,
        outcome=step.outcome,
        kind=Kind.RECHECKED,
        actor=actor,
        day=day,
        text=told,
        verification=str(record.pk),
    )
    return case


@transaction.atomic
def send_back(
    *, scope: Scope, case_id: UUID, actor: User, version: int, note: str, means: Sequence[str] = (), day: date
) -> Case:
    """Return to who verified, with what is missing and a new last day."""
    case, _ = _open(scope, case_id, actor, version)
    if not note.strip():
        raise ValidationError({"note": "退回要写明缺什么，初核人照着补。"})
    record = _record(case, actor, scope, day, agreed=False, means=means, note=note)
    case.returned_on, case.return_note = day, note.strip()[:500]
    case.due_on = day + timedelta(days=case.plan.returned_case_days)
    case.verified_on = None
    move(
        case=case,
        to_state=CaseState.TO_VERIFY,
        kind=Kind.RETURNED,
        actor=actor,
        day=day,
        text=f"复核退回：{note.strip()}",
        verification=str(record.pk),
    )
    return case


def _open(scope: Scope, case_id: UUID, actor: User, version: int) -> tuple[Case, Verification]:
    """The locked case and the verification to look at again. Raises ValidationError in words."""
    case = lock(scope, case_id, Right.RECHECK)
    first = case.verifications.standing()
    if case.state != CaseState.TO_RECHECK or first is None:
        raise ValidationError(f"这一户现在是「{case.get_state_display()}」，不在待复核里。可能别人刚办过。")
    if case.version != version:
        raise ValidationError("你打开以后这一户又有改动。请刷新页面，看过新的再定。")
    if first.by_id == actor.pk:
        raise ValidationError("这是你做的初核，要由别人复核。")
    return case, first


def _record(
    case: Case, actor: User, scope: Scope, day: date, *, agreed: bool, means: Sequence[str], note: str
) -> Verification:
    record = Verification(
        case=case,
        round=ROUND,
        by=actor,
        state=VerificationState.SUBMITTED,
        role=role_of(scope) if scope.may(Right.VERIFY) else "",
        on_site=Means.ON_SITE in means,
        result=VisitResult.VISITED,
        recorded_on=day,
        visited_on=day,
        submitted_at=timezone.now(),
        case_version=case.version,
        agreed=agreed,
        checked_by_means=list(means),
        note=note.strip()[:500],
    )
    record.clean_fields(exclude=["case", "by", "corrects"])
    record.save()
    return record
