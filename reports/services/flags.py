"""The flag of a missing report: raised on the 16th, once, cleared by the submission (C23)."""

from datetime import date

from django.db import transaction

from dabao import audit, plans
from dabao.models import Flag, FlagKind, WorkPlan
from reports.models import MonthlyReport
from screening.rules.phases import due_on, first_of_month, missing_from, months_due


def subject(month: date) -> str:
    return f"report:{month:%Y-%m}"


@transaction.atomic
def raise_missing(*, plan: WorkPlan, day: date, noticed_on: date | None = None) -> list[Flag]:
    """Raise a flag for each township whose report was not in by a due day before `day`; returns the new ones.

    A late run raises what a timely one would have: also for a report that came in late meanwhile, whose flag
    is cleared by its day. Safe to run twice and beside another run.
    """
    raised: list[Flag] = []
    months = months_due(plan.first_report_month, plan.last_report_month, plan.report_due_day, day)
    townships = [region.code for region in plans.townships(plan)]
    came = {
        (region, month): submitted_on
        for region, month, submitted_on in MonthlyReport.objects.filter(
            plan=plan, month__in=months, submitted_on__isnull=False
        ).values_list("region_id", "month", "submitted_on")
    }
    standing = set(
        Flag.objects.filter(
            kind=FlagKind.REPORT_MISSING, subject__in=[subject(month) for month in months]
        ).values_list("region_id", "subject")
    )
    for month in months:
        due = due_on(month, plan.report_due_day)
        for code in townships:
            submitted_on = came.get((code, month))
            in_time = submitted_on is not None and submitted_on <= due
            if in_time or (code, subject(month)) in standing:
                continue
            flag, new = Flag.objects.get_or_create(
                kind=FlagKind.REPORT_MISSING,
                region_id=code,
                subject=subject(month),
                due_on=due,
                defaults={
                    "label": f"{month.month}月月报缺报",
                    "raised_on": missing_from(month, plan.report_due_day),
                    "noticed_on": noticed_on or day,
                    "cleared_on": submitted_on,
                },
            )
            raised += [flag] if new else []
    return raised


@transaction.atomic
def clear_submitted(*, plan: WorkPlan, day: date) -> int:
    """Clear flags whose report is in: what a submission beside a run of the day's jobs may have missed."""
    cleared = 0
    codes = [region.code for region in plans.townships(plan)]
    for flag in Flag.objects.filter(kind=FlagKind.REPORT_MISSING, cleared_on=None, region__in=codes):
        report = MonthlyReport.objects.filter(
            plan=plan, region_id=flag.region_id, month=first_of_month(flag.due_on), submitted_on__lte=day
        ).first()
        if report is not None:
            cleared += clear(report=report)
    return cleared


def clear(*, report: MonthlyReport) -> int:
    """Clear the flag of a report that is in; called in the transaction of its submission."""
    cleared = 0
    flags = Flag.objects.select_for_update().filter(
        kind=FlagKind.REPORT_MISSING,
        region_id=report.region_id,
        subject=subject(report.month),
        cleared_on=None,
    )
    for flag in flags:
        flag.cleared_on = max(flag.raised_on, report.submitted_on or flag.raised_on)
        flag.save(update_fields=["cleared_on"])
        audit.record("flag.clear", actor=None, obj=flag, region_code=flag.region_id, subject=flag.subject)
        cleared += 1
    return cleared
