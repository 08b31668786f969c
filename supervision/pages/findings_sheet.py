"""The register of findings as a spreadsheet in the official columns of 整改台账 (C21)."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from screening import exports
from supervision.choices import FindingState
from supervision.models import Finding
from supervision.pages.findings import Row, row_of

HEADS = (
    "序号 问题（表述） 问题类别 发现来源 乡镇 村 责任单位 责任人 整改措施 整改时限 "
    "整改进展/完成情况 完成时间 验收人 是否销号 销号时间 备注"
).split()
WIDTHS = [6, 44, 10, 14, 10, 12, 14, 10, 30, 12, 30, 12, 10, 10, 12, 30]


def workbook(found: QuerySet[Finding], day: date, foot: str) -> tuple[bytes, int]:
    """The workbook in the official columns, and its number of rows; what is not there stays empty."""
    cells = [_cells(number, row_of(finding, day)) for number, finding in enumerate(found, 1)]
    return exports.workbook("整改台账", HEADS, cells, foot, WIDTHS), len(cells)


def _cells(number: int, row: Row) -> list[Any]:
    finding = row.finding
    source = finding.get_source_display() + (f"（{finding.source_note}）" if finding.source_note else "")
    closed = finding.state == FindingState.CLOSED
    remark = [finding.number, FindingState(finding.state).label]
    if finding.reopened:
        remark.append(f"销号后重新打开 {finding.reopened} 次")
    return [
        number,
        finding.text,
        finding.get_kind_display(),
        source,
        row.township,
        "" if row.village == "—" else row.village,
        finding.responsible_unit or row.township,
        finding.responsible,
        finding.measure,
        finding.due_on,
        finding.progress,
        finding.replied_on,
        finding.accepted_by.name if finding.accepted_by else "",
        "是" if closed else "否",
        finding.closed_on if closed else None,
        "；".join(str(part) for part in remark),
    ]
