"""Requests for help: rows of a report while it is written, owed by the county once it is in (C20)."""

from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from reports.models import HelpRequest, MonthlyReport
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


def _refuse_if_in(report: MonthlyReport) -> None:
    if report.submitted_on is not None:
        raise ValidationError("这份月报已经报送，请求事项不能再改。新的请求请写在下个月的月报里。")
