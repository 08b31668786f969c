"""Small spreadsheets of the administration: read within limits, written without formulas (W04, W05, W07)."""

import io
import zipfile
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from tablib import Dataset

LARGEST = 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
MOST_PARTS = 200
MOST_ROWS = 2_000
MOST_COLUMNS = 30
HEADER_WITHIN = 10


class Formula(str):
    """The text of a cell that holds a formula; nothing here ever evaluates one."""

    __slots__ = ()


def read(content: bytes, needed: set[str]) -> Dataset:
    """The first sheet below its header as text, blank rows left out; `行号` is the line Excel shows.

    Raises ValidationError for what is no xlsx, too large, or lacks one of the needed headings.
    """
    _refuse_unfit(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, zipfile.BadZipFile, OSError) as error:
        raise ValidationError("这个文件打不开。请另存为 xlsx 再上传。") from error
    sheet = book.worksheets[0]
    sheet.reset_dimensions()
    dataset, headers = None, []
    for line, cells in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS), 1):
        row = [_text(cell) for cell in cells]
        if not any(row):
            continue
        if dataset is None:
            if needed <= set(row):
                headers = row
                dataset = Dataset(headers=["行号", *[name for name in headers if name]])
            elif line >= HEADER_WITHIN:
                break
            continue
        if len(dataset) >= MOST_ROWS:
            raise ValidationError(f"超过 {MOST_ROWS:,} 行。请分成几个文件。")
        row += [""] * (len(headers) - len(row))
        dataset.append([str(line), *[cell for name, cell in zip(headers, row, strict=False) if name]])
    if dataset is None:
        raise ValidationError(
            f"前 {HEADER_WITHIN} 行里找不到表头（{'、'.join(sorted(needed))}）。请用模板填写。"
        )
    return dataset


def write(dataset: Dataset, notes: list[str] | None = None, title: str = "账号任职") -> bytes:
    """An xlsx of text cells only, whatever they begin with; `notes` go on a second sheet."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for values in (dataset.headers, *dataset):
        sheet.append([str(value or "") for value in values])
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s"
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = 18
    sheet.freeze_panes = "A2"
    if notes:
        second = book.create_sheet("填写说明")
        second.column_dimensions["A"].width = 90
        for note in notes:
            second.append([note])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _refuse_unfit(content: bytes) -> None:
    if len(content) > LARGEST:
        raise ValidationError("文件超过 1 MB。账号表用不了这么大，请删掉图片和空白行列再上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            infos = parts.infolist()
    except zipfile.BadZipFile:
        raise ValidationError("这不是 xlsx 文件。请用 Excel 或 WPS 另存为 xlsx 再上传。") from None
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > LARGEST_UNPACKED:
        raise ValidationError("这个文件展开后太大，不能读。请把内容复制到模板里再上传。")


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return Formula(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
