"""The calendar of reports as a spreadsheet: what the page shows, township × month (C20, C23)."""

from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from reports.calendar import BAD, WARN

PARTS = ("分析", "报告", "反馈")
HEAD_ROWS = 3
RED, AMBER = PatternFill("solid", fgColor="FBECEA"), PatternFill("solid", fgColor="FBF1DF")
FILLS = {BAD: RED, WARN: AMBER}


def calendar_sheet(context: dict[str, Any]) -> bytes:
    """`context` = `reports.calendar.calendar_context`. Three columns a month; lit cells as on the page."""
    book = Workbook()
    sheet = book.active
    sheet.title = "月报日历"
    plan, months = context["plan"], context["months"]
    sheet.append([f"{plan.region.name}{plan.year}年一月一分析一报告一反馈"])
    sheet.append(["乡镇", *(label for month in months for label in (month["label"], "", ""))])
    sheet.append(["", *PARTS * len(months)])
    for row in context["rows"]:
        sheet.append([row["name"], *(cell.text if cell else "—" for cell in row["cells"])])
        for place, cell in enumerate(row["cells"], 2):
            if cell and cell.css in FILLS:
                sheet.cell(sheet.max_row, place).fill = FILLS[cell.css]
    if len(context["rows"]) > 1:
        sheet.append([f"{len(context['rows'])} 个乡镇", *context["sums"]])
    _look(sheet, len(months))
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _look(sheet: Any, months: int) -> None:
    for row in sheet.iter_rows(min_row=1, max_row=HEAD_ROWS):
        for cell in row:
            cell.font, cell.alignment = Font(bold=True), Alignment(horizontal="center")
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=1 + 3 * months)
    sheet.merge_cells(start_row=2, start_column=1, end_row=HEAD_ROWS, end_column=1)
    for month in range(months):
        first = 2 + 3 * month
        sheet.merge_cells(start_row=2, start_column=first, end_row=2, end_column=first + 2)
    for column in range(1, 2 + 3 * months):
        sheet.column_dimensions[get_column_letter(column)].width = 14
    sheet.freeze_panes = sheet.cell(HEAD_ROWS + 1, 2)
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
