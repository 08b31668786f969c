"""A list as a spreadsheet: no cell can hide a formula, numbers are masked, its foot says whose (W04)."""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

RISKY = tuple("=+-@\t\r＝＋－＠")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def neutral(text: str) -> str:
    """The text with a quote before it when a spreadsheet could take it for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def workbook(title: str, heads: list[str], rows: Iterable[list[Any]], foot: str, widths: list[int]) -> bytes:
    """One sheet: heads, rows (numbers stay numbers), and a last line that says what, who and when."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    sheet.append([])
    sheet.append([_cell(sheet, foot)])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> WriteOnlyCell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, neutral(value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell
