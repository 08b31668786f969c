"""What the county's report of a month is made of: the townships' reports as they were sent (C24)."""

from datetime import date

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from reports import county
from reports.models import CountyEdition, CountyReport, CountyState, MonthlyReport
from reports.queries.reports import townships
from reports.rules import percent
from screening.choices import CaseState
from screening.models import Case
from screening.rules.phases import due_on, previous_month


def plan_region(scope: Scope, plan: WorkPlan) -> Region:
    """The plan's county. Raises Region.DoesNotExist for who does not read reports of all of it."""
    return Region.objects.within(scope, Right.READ_REPORT).get(pk=plan.region_id)


def find(scope: Scope, plan: WorkPlan, month: date) -> CountyReport | None:
    """The county's report of a month, None when nobody has begun it."""
    rows = CountyReport.objects.within(scope, Right.READ_REPORT).filter(plan=plan, month=month)
    return (
        rows.select_related("written_by", "approved_by")
        .prefetch_related("sendings__sent_by", "editions")
        .first()
    )


def edition(scope: Scope, plan: WorkPlan, month: date, number: int) -> CountyReport:
    """The report as that edition was approved, not to be saved. Raises CountyEdition.DoesNotExist."""
    kept = (
        CountyEdition.objects.within(scope, Right.READ_REPORT)
        .select_related("report", "approved_by")
        .get(report__plan=plan, report__month=month, edition=number)
    )
    report = kept.report
    for name in ("edition", "progress", "problems", "support", "tables", "approved_by", "approved_on"):
        setattr(report, name, getattr(kept, name))
    report.state = CountyState.APPROVED
    return report


def rows(scope: Scope, plan: WorkPlan, month: date) -> list[county.Row]:
    """A row for each township, in the county's order; two queries."""
    months = [month, previous_month(month)]
    found = {
        (report.region_id, report.month): report
        for report in MonthlyReport.objects.within(scope, Right.READ_REPORT)
        .filter(plan=plan, month__in=months, submitted_on__isnull=False)
        .defer("lines")
    }
    due = due_on(month, plan.report_due_day)
    made = []
    for region in townships(scope, plan):
        report = found.get((region.code, month))
        before = found.get((region.code, months[1]))
        sent = report.submitted_on if report else None
        last = county.households(before.figures) if before else None
        made.append(
            county.Row(
                code=region.code,
                name=region.name,
                submitted_on=sent,
                days_late=max((sent - due).days, 0) if sent else 0,
                figures=county.households(report.figures if report else {}),
                problems=report.problems if report else "",
                before=percent(last["screened"], last["to_screen"]) if last else None,
                last=last,
            )
        )
    return made


def screened_now(scope: Scope, plan: WorkPlan) -> int:
    """Households screened in the ledger today."""
    cases = Case.objects.within(scope).filter(plan=plan)
    return cases.exclude(verified_on=None).union(cases.filter(state=CaseState.CLOSED)).count()
