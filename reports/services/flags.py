"""Red flags of the monthly reports: missing on the day after the due day, cleared by the submission (C23)."""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from dabao import audit, plans
from dabao.models import Flag, FlagKind, WorkPlan
from reports.models import MonthlyReport, ReportState
from screening.rules import phases


@transaction.atomic
def raise_missing(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Raise a flag for each township and month due before `day` whose report was not sent in time.

    Returns the new ones. One sent late before anybody noticed is flagged and cleared with the day it came.
    Safe to run twice, late and beside another run.
    """
    raised = []
    sent = {
        (report.region_id, report.month): report.submitted_on
        for report in MonthlyReport.objects.filter(plan=plan, state=ReportState.SUBMITTED)
    }
    known = set(_flags(plan).values_list("region_id", "subject"))
    first, last = plan.first_report_month, plan.last_report_month
    for month in phases.months_due(first, last, plan.report_due_day, day):
        due = phases.due_on(month, plan.report_due_day)
        for township in plans.townships(plan):
            came = sent.get((township.code, month))
            if (came and came <= due) or (township.code, _subject(month)) in known:
                continue
            flag, new = Flag.objects.get_or_create(
                kind=FlagKind.REPORT_MISSING,
                region=township,
                subject=_subject(month),
                due_on=due,
                defaults={
                    "label": f"{month.month}月月报缺报",
                    "raised_on": phases.overdue_since(due),
                    "noticed_on": noticed_on,
                    "cleared_on": came,
                },
            )
            raised += [flag] if new else []
    return raised


@transaction.atomic
def clear_submitted(*, plan: WorkPlan, region_code: str, month: date, day: date) -> int:
    """Clear the flag of a report in the transaction that submits it; returns 1, or 0 when there was none."""
    cleared = 0
    flags = _flags(plan).filter(region=region_code, subject=_subject(month), cleared_on=None)
    for flag in flags.select_for_update(of=("self",)):
        flag.cleared_on = day
        flag.save(update_fields=["cleared_on"])
        audit.record("flag.clear", actor=None, obj=flag, region_code=region_code, subject=flag.subject)
        cleared += 1
    return cleared


def _flags(plan: WorkPlan) -> QuerySet[Flag]:
    return Flag.objects.filter(kind=FlagKind.REPORT_MISSING, region__code__startswith=plan.region_id)


def _subject(month: date) -> str:
    return f"report:{month:%Y-%m}"
