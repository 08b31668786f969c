"""The meeting and the feedback of a month (C20): recorded once, mended later, the flag cleared by it."""

from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from dabao import audit
from dabao.models import FlagKind, NoticeKind, User, WorkPlan
from dabao.scope import Right, Scope
from dabao.services import notices
from reports.models import Feedback, Meeting, MonthlyRecord
from reports.queries import reports as queries
from reports.rules import feedback_months
from reports.services import attachments, flags
from screening.rules.phases import first_of_month, months_between

Record = TypeVar("Record", bound=MonthlyRecord)
NOTICES = {
    FlagKind.MEETING_MISSING: NoticeKind.MEETING_DUE,
    FlagKind.FEEDBACK_MISSING: NoticeKind.FEEDBACK_DUE,
}


@transaction.atomic
def record_meeting(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    held_on: date,
    people: str,
    minutes: str,
    decisions: str,
    day: date,
    file: UploadedFile | None = None,
    remove_file: bool = False,
) -> Meeting:
    """The analysis meeting of a month: held in that month, recorded by `day`, with a file if there is one.

    A new `file` takes the place of the old one.
    """
    _require(scope, plan, region_code, month, day, months_between(plan.first_report_month, day))
    if first_of_month(held_on) != month:
        raise ValidationError({"held_on": f"开会日期不在{month.month}月。哪个月开的会，登记到哪个月。"})
    if held_on > day:
        raise ValidationError({"held_on": "会还没开。请开完会再登记。"})
    if file is not None:
        attachments.check(file)
    values = {"held_on": held_on, "people": people, "minutes": minutes, "decisions": decisions}
    meeting = _record(Meeting, plan, region_code, month, actor, version, values, day)
    had = bool(meeting.stored_as)
    if file is not None:
        attachments.attach(meeting, file)
    elif remove_file:
        attachments.remove(meeting)
    meeting.full_clean()
    meeting.save()
    kept = "new" if file is not None else "removed" if had and remove_file else ""
    _told(meeting, actor, "meeting", FlagKind.MEETING_MISSING, day, file=kept)
    if file is not None:
        attachments.write(meeting, file)
    return meeting


@transaction.atomic
def record_feedback(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    text: str,
    day: date,
) -> Feedback:
    """What became of last month's problems and of the county's answers."""
    months = [month for _, month in feedback_months(plan.first_report_month, plan.last_report_month)]
    _require(scope, plan, region_code, month, day, months)
    feedback = _record(Feedback, plan, region_code, month, actor, version, {"text": text}, day)
    _told(feedback, actor, "feedback", FlagKind.FEEDBACK_MISSING, day)
    return feedback


def _require(
    scope: Scope, plan: WorkPlan, region_code: str, month: date, day: date, months: list[date]
) -> None:
    queries.township(scope, plan, region_code)
    scope.require(Right.WRITE_REPORT, region_code)
    if month not in months or month > first_of_month(day) or month > plan.last_report_month:
        raise ValidationError("这个月不用填，或还没到。请回月报日历选别的月份。")


def _record(
    model: type[Record],
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    values: dict[str, Any],
    day: date,
) -> Record:
    """The row, made or mended; `version` 0 = there was none when the page was opened."""
    rows: Any = model._default_manager
    row = rows.select_for_update().filter(plan=plan, region_id=region_code, month=month).first()
    if (row.version if row else 0) != version:
        who = row.recorded_by.name if row and row.recorded_by != actor else "另一个页面"
        raise ValidationError(f"{who}刚登记了，你的没有保存。请打开最新内容，看过再改。")
    if row is None:
        row = model(plan=plan, region_id=region_code, month=month, recorded_on=day, version=0)
    for name, value in values.items():
        setattr(row, name, value)
    row.recorded_by, row.version = actor, version + 1
    row.full_clean()
    row.save()
    return row


def _told(row: MonthlyRecord, actor: User, name: str, kind: FlagKind, day: date, **data: Any) -> None:
    subject = f"{name}:{row.month:%Y-%m}"
    audit.record(
        f"{name}.record",
        actor=actor,
        obj=row,
        region_code=row.region_id,
        month=f"{row.month:%Y-%m}",
        version=row.version,
        **data,
    )
    flags.clear(kind=kind, region_code=row.region_id, subject=subject, day=day)
    notices.clear(kind=NOTICES[kind], region_code=row.region_id, subject=subject, day=day)
