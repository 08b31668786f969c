"""Requests for help: rows of a report while it is written, owed by the county once it is in (C20)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import FlagKind, Unit, User, WorkPlan
from dabao.scope import Right, Scope
from reports.models import EarlierAnswer, HelpRequest, MonthlyReport, ReportState
from reports.rules import answer_due
from reports.services import flags
from reports.services.writing import lock_report


@transaction.atomic
def add(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    day: date,
    text: str,
    unit: str,
    wanted_by: date,
) -> HelpRequest:
    """A row more in a report that is not in yet; `unit` is the unit's id."""
    report = lock_report(scope, plan, region_code, month, Right.WRITE_REPORT, day)
    _refuse_if_in(report)
    if not Unit.objects.filter(pk=UUID(unit), region=plan.region_id).exists():
        raise ValidationError({"unit": "没有这个股室。请从列出的股室里选。"})
    last = report.help_requests.order_by("-order").values_list("order", flat=True).first()
    row = HelpRequest(
        report=report,
        order=(last or 0) + 1,
        text=" ".join(text.split()),
        unit_id=UUID(unit),
        wanted_by=wanted_by,
    )
    row.full_clean()
    row.save()
    _changed(report)
    audit.record("request.add", actor=actor, obj=row, region_code=region_code, unit=unit)
    return row


@transaction.atomic
def drop(
    *, scope: Scope, plan: WorkPlan, region_code: str, month: date, actor: User, day: date, request_id: str
) -> None:
    """Take a row out of a report that is not in yet; one already gone is no fault."""
    report = lock_report(scope, plan, region_code, month, Right.WRITE_REPORT, day)
    _refuse_if_in(report)
    row = report.help_requests.filter(pk=request_id).first()
    if row is not None:
        audit.record("request.drop", actor=actor, obj=row, region_code=region_code)
        row.delete()
        _changed(report)


def _changed(report: MonthlyReport) -> None:
    """With another row it is another report: no older page signs it, and it is laid before the head anew."""
    if report.state == ReportState.TO_SIGN:
        report.state = ReportState.DRAFT
    report.version += 1
    report.save(update_fields=["state", "version"])


def _refuse_if_in(report: MonthlyReport) -> None:
    if report.submitted_on is not None:
        raise ValidationError("这份月报已经报送，请求事项不能再改。新的请求请写在下个月的月报里。")


@transaction.atomic
def answer(*, scope: Scope, request_id: UUID, actor: User, version: int, text: str, day: date) -> HelpRequest:
    """The county's answer; it may be put better while the township has not said its word. After "not solved"
    another one is owed, and this is it.

    Whoever saw an older version is told who answered meanwhile; nothing is overwritten.
    """
    row = _lock(scope, request_id, Right.ANSWER)
    _refuse_if_older(row, version, actor)
    if row.solved:
        raise ValidationError("乡镇已经回话说解决了，答复不能再改。")
    if not text.strip():
        raise ValidationError({"answer": "没写答复。请写明怎么解决、谁来办、什么时候。"})
    row.answer, row.answered_by = text.strip(), actor
    row.answered_on = row.answered_on or day
    row.solved, row.solved_note, row.solved_by, row.solved_on = None, "", None, None
    _saved(row, actor, "request.answer")
    flags.clear(
        kind=FlagKind.ANSWER_OWED,
        region_code=row.report.plan.region_id,
        subject=f"request:{row.pk}",
        day=row.answered_on,
    )
    return row


@transaction.atomic
def say_solved(
    *, scope: Scope, request_id: UUID, actor: User, version: int, solved: bool, note: str, day: date
) -> HelpRequest:
    """The township's word whether the answer solved it. "Not solved" says what is still missing; the answer
    is kept, and the county owes another by the next day of feedback.
    """
    row = _lock(scope, request_id, Right.WRITE_REPORT)
    _refuse_if_older(row, version, actor)
    if row.answered_on is None:
        raise ValidationError("县局还没有答复，等答复后再回话。")
    if not solved and not note.strip():
        raise ValidationError({"note": "没写还差什么。请写明哪里没解决。"})
    row.solved, row.solved_note, row.solved_by, row.solved_on = solved, note.strip(), actor, day
    if not solved:
        _owe_another(row, actor, day)
    _saved(row, actor, "request.say_solved", solved=solved)
    return row


def _owe_another(row: HelpRequest, actor: User, day: date) -> None:
    assert row.due_on is not None and row.answered_on is not None  # noqa: PT018
    earlier = EarlierAnswer(
        request=row,
        due_on=row.due_on,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_on=row.answered_on,
        note=row.solved_note,
        said_by=actor,
        said_on=day,
    )
    earlier.full_clean()
    earlier.save()
    row.answer, row.answered_by, row.answered_on = "", None, None
    row.due_on = answer_due(day, row.report.plan.feedback_day)


def _lock(scope: Scope, request_id: UUID, right: Right) -> HelpRequest:
    """The request of a report that is in, locked. Raises ObjectDoesNotExist, PermissionDenied."""
    row = (
        HelpRequest.objects.within(scope, Right.READ_REPORT)
        .filter(report__submitted_on__isnull=False)
        .select_related("report__region", "report__plan")
        .select_for_update(of=("self",))
        .get(pk=request_id)
    )
    scope.require(right, row.report.region_id)
    return row


def _refuse_if_older(row: HelpRequest, version: int, actor: User) -> None:
    if row.version == version:
        return
    other = row.solved_by or row.answered_by
    who = other.name if other and other != actor else "另一个页面"
    raise ValidationError(f"{who}刚改了这一条，你的没有保存。下面是现在的内容，看过再写。")


def _saved(row: HelpRequest, actor: User, action: str, **data: Any) -> None:
    row.version += 1
    row.full_clean()
    row.save()
    audit.record(action, actor=actor, obj=row, region_code=row.report.region_id, version=row.version, **data)
