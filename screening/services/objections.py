"""Objections to a publicity (公示异议): written down and settled; approval waits until then (C10)."""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import CaseState, StepKind, VerificationState
from screening.models import Case, Objection
from screening.services import grants
from screening.services.cases import Kind, lock, note
from screening.services.enrolment import send_back


@transaction.atomic
def record(
    *, scope: Scope, case_id: UUID, raised_on: date, said_by: str, text: str, actor: User, today: date
) -> Objection:
    """Write down what somebody said while the list hung. Raises ValidationError in words.

    It may be written down later than it was said, but not once the household is approved.
    """
    case = _locked(scope, case_id)
    if len(text.strip()) < 4:
        raise ValidationError({"text": "请写明说了什么，例如：反映他家在县城有商品房。"})
    if raised_on > today:
        raise ValidationError({"raised_on": "提出日不能晚于今天。"})
    if not _hung_on(case, raised_on):
        raise ValidationError({"raised_on": "这一天不在公示期里，或者已经审批。请核对公示首日和末日。"})
    objection = Objection(
        case=case,
        raised_on=raised_on,
        recorded_on=today,
        said_by=said_by.strip(),
        text=text.strip(),
        by=actor,
    )
    objection.full_clean()
    objection.save()
    told = f"公示异议：{objection.who}反映，{objection.text}"
    note(case=case, kind=Kind.NOTE, actor=actor, day=today, text=told, objection=str(objection.pk))
    return objection


@transaction.atomic
def settle(
    *,
    scope: Scope,
    objection_id: UUID,
    upheld: bool,
    finding: str,
    version: int,
    actor: User,
    today: date,
) -> Objection:
    """What was found: not upheld, the household goes on; upheld, it is to be verified again.

    Whoever applied for the household, or verified it, does not settle it. Upheld, the other open ones go with
    it: all of them are looked into at the door. Raises ValidationError in words.
    """
    found = Objection.objects.within(scope).get(pk=objection_id)
    case = _locked(scope, found.case_id)
    objection = case.objections.select_for_update().get(pk=objection_id)
    if objection.version != version or objection.settled_on is not None:
        raise ValidationError("这条异议别人刚处理过。请刷新页面，看过再说。")
    if len(finding.strip()) < 4:
        raise ValidationError({"finding": "请写明查到什么，例如：房产局查询，名下没有商品房。"})
    if _applied_by(case, actor):
        raise ValidationError("这一户的申请是你办的，异议要由别人查。请交给同事或县局。")
    if _verified_by(case, actor):
        raise ValidationError("这一户是你核查的，异议要由别人查。请交给同事或县局。")
    _settled(objection, upheld, finding.strip(), actor, today)
    told = f"公示异议{'成立' if upheld else '不成立'}：{objection.finding}"
    if upheld:
        for other in case.objections.select_for_update().filter(settled_on=None):
            _settled(other, True, "另一条异议成立，这一户重新核查，这一条一并查", actor, today)
        send_back(case=case, actor=actor, today=today, reason=objection.finding, text=told)
    else:
        note(case=case, kind=Kind.NOTE, actor=actor, day=today, text=told, objection=str(objection.pk))
    return objection


def _settled(objection: Objection, upheld: bool, finding: str, actor: User, today: date) -> None:
    objection.upheld, objection.finding = upheld, finding
    objection.settled_on, objection.settled_by = today, actor
    objection.version += 1
    objection.full_clean()
    objection.save()


def _locked(scope: Scope, case_id: UUID) -> Case:
    case = lock(scope, case_id, Right.READ)
    region = case.household.region_id
    if not (scope.may(Right.APPLY, region) or scope.may(Right.APPROVE, region)):
        raise PermissionDenied("公示异议由乡镇和县局记、查，你的岗位没有这项权限。")
    if case.state != CaseState.TO_ENROL:
        raise ValidationError(f"这一户现在是「{case.get_state_display()}」，不在公示、审批里。请看它的经过。")
    return case


def _hung_on(case: Case, day: date) -> bool:
    """Whether a list with the household hung that day and it is not approved yet."""
    waiting = grants.under_way(case).filter(next_step=StepKind.APPROVED)
    return waiting.filter(
        steps__kind=StepKind.PUBLICISED, steps__first_day__lte=day, steps__last_day__gte=day
    ).exists()


def _applied_by(case: Case, actor: User) -> bool:
    return grants.under_way(case).filter(steps__kind=StepKind.APPLIED, steps__by=actor).exists()


def _verified_by(case: Case, actor: User) -> bool:
    """Whether the visit that the objection says is wrong was his, the first or the second."""
    return case.verifications.filter(state=VerificationState.SUBMITTED, by=actor).exists()
