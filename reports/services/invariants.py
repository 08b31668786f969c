"""What must hold among reports; `check_invariants` runs these. Sentences carry ids only."""

from collections.abc import Callable
from datetime import date

from dabao.models import Flag, FlagKind
from reports.models import HelpRequest, MonthlyReport
from reports.rules import CaseLine, count
from reports.services.flags import subject


def frozen_figures_are_those_of_their_cases() -> list[str]:
    """The figures of a report that is in are the count of the lines kept with it."""
    faults = []
    for report in MonthlyReport.objects.filter(submitted_on__isnull=False).select_related("plan").iterator():
        kept = report.figures
        if not kept:
            faults.append(f"月报 {report.pk} 已报，却没有定住的数字。")
            continue
        days = {"day": date.fromisoformat(kept["day"]), "since": date.fromisoformat(kept["since_day"])}
        lines = [CaseLine.from_json(row) for row in report.lines]
        if count(lines, [int(number) for number in kept["categories"]], **days) != kept:
            faults.append(f"月报 {report.pk} 定住的数字与它记下的户对不上。")
    return faults


def reports_that_are_in_have_no_open_flag() -> list[str]:
    standing = set(
        Flag.objects.filter(kind=FlagKind.REPORT_MISSING, cleared_on=None).values_list("region_id", "subject")
    )
    return [
        f"月报 {report.pk} 已报，缺报的红旗还在。"
        for report in MonthlyReport.objects.filter(submitted_on__isnull=False).defer("lines", "figures")
        if (report.region_id, subject(report.month)) in standing
    ]


def requests_of_reports_that_are_in_have_their_day() -> list[str]:
    rows = HelpRequest.objects.filter(report__submitted_on__isnull=False, due_on=None)
    return [f"请求 {pk} 已报，却没有答复期限。" for pk in rows.values_list("pk", flat=True)]


CHECKS: dict[str, Callable[[], list[str]]] = {
    "月报数字与户对得上": frozen_figures_are_those_of_their_cases,
    "已报的月报没有缺报红旗": reports_that_are_in_have_no_open_flag,
    "已报的请求有答复期限": requests_of_reports_that_are_in_have_their_day,
}
