"""The register of inspections as a spreadsheet, in the usual columns of 督战记录 (C18, C19)."""

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening import exports
from supervision.queries import inspections as queries
from supervision.queries.inspections import InspectionFilters

HEADS = "序号 日期 级别 督战组 明察暗访 结合 乡镇 村 走访户数 见到户数 发现问题 现场反馈 办结".split()
WIDTHS = [6, 18, 8, 28, 10, 12, 20, 30, 10, 10, 10, 50, 12]


def register(scope: Scope, plan: WorkPlan, filters: InspectionFilters, foot: str) -> tuple[bytes, int]:
    """The workbook and its number of rows."""
    lines = queries.lines(scope, queries.listed(scope, plan, filters))
    rows = [
        [
            number,
            "至".join(str(day) for day in sorted({line.inspection.first_day, line.inspection.last_day})),
            line.inspection.get_level_display(),
            f"{line.inspection.authority}：{line.inspection.visitors}",
            line.inspection.get_manner_display(),
            line.inspection.get_occasion_display(),
            line.places,
            line.villages,
            line.gone_to,
            line.met,
            line.findings,
            line.feedback,
            line.inspection.closed_on or "没办结",
        ]
        for number, line in enumerate(lines, 1)
    ]
    return exports.workbook("督战记录", HEADS, rows, foot, WIDTHS), len(rows)
