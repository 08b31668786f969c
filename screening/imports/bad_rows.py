"""The workbook that goes back to the uploader: the rows not taken, in his own columns, plus 错误原因
(W04).
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

REASON = "错误原因"


def workbook(columns: dict[str, list[list[Any]]], rows: Iterable[tuple[str, list[Any], str]]) -> bytes:
    """An .xlsx, a sheet for each of the file's. `rows` are (sheet, cells as they came, reason) in file order.

    Text stays text: nothing that begins with = is a formula here. Numbers stay numbers, so that a lost ID
    number is still seen to be one.
    """
    book = Workbook(write_only=True)
    sheets: dict[str, Any] = {}
    for name, cells, reason in rows:
        titles = [title for title, _key in columns.get(name, [])]
        if name not in sheets:
            sheets[name] = book.create_sheet(name or "名单")
            sheets[name].append([_text(sheets[name], title, bold=True) for title in [*titles, REASON]])
        sheet = sheets[name]
        padded = [*cells, *[""] * (len(titles) - len(cells))]
        sheet.append([*(_cell(sheet, cell) for cell in padded[: len(titles)]), _text(sheet, reason)])
    if not sheets:
        book.create_sheet("名单")
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cell(sheet: Any, value: Any) -> Any:
    return None if value == "" else _text(sheet, value) if isinstance(value, str) else value


def _text(sheet: Any, value: str, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value="")
    cell.value = value
    cell.data_type = "s"
    cell.number_format = "@"
    if value[:1] in tuple("=+-@\t\r＝＋－＠"):
        cell.quotePrefix = True
    if bold:
        cell.font = Font(bold=True)
    return cell
