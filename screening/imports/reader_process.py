"""The reading process: one file in, its raw cells out, under limits of memory and time (W06).

Started by `read.read_file` as `python -m screening.imports.reader_process FILE EXTENSION OUT LIMITS`.
It knows no Django, no keys and no database. A cell becomes text, a number or a truth value; dates become
ISO text. The answer is written with marshal, in blocks, so that both sides stay small.
"""

import codecs
import csv
import io
import marshal
import os
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine as calamine

from screening.imports.container import CSV, XLSX, RefusedError, XlsxScan, recognise
from screening.imports.limits import Limits

BLOCK = 2_000
MERGED_ROWS_MAX = 200


def main(arguments: list[str]) -> int:
    path, extension, out, limits_json = arguments
    limits = Limits.from_json(limits_json)
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with Path(out).open("wb") as stream:
        try:
            with Path(path).open("rb") as source:
                data = source.read(limits.packed + 1)
            kind = recognise(data, extension, limits)
            (_write_csv if kind == CSV else _write_workbook)(data, kind, stream, limits)
            marshal.dump({"end": True}, stream)
        except RefusedError as refused:
            marshal.dump({"refused": refused.message}, stream)
    return 0


def _write_workbook(data: bytes, kind: str, stream: BinaryIO, limits: Limits) -> None:
    scan = XlsxScan(data, limits) if kind == XLSX else None
    try:
        book = calamine.load_workbook(io.BytesIO(data))
        for meta in book.sheets_metadata:
            if meta.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            marks = scan.scan(meta.name) if scan else {}
            hidden = meta.visible != calamine.SheetVisibleEnum.Visible
            _write_sheet(book.get_sheet_by_name(meta.name), meta.name, hidden, marks, stream, limits)
    except calamine.PasswordError as error:
        raise RefusedError("工作簿设了打开密码。请在 Excel 里去掉密码，另存后再上传。") from error
    except (calamine.CalamineError, calamine.XmlError, calamine.ZipError, OSError, ValueError) as error:
        raise RefusedError("文件已损坏，打不开。请用 Excel 打开并修复后另存，再上传。") from error


def _write_sheet(sheet: Any, name: str, hidden: bool, marks: dict, stream: BinaryIO, limits: Limits) -> None:
    """Rows from the first row of the sheet, columns from A; a cell merged downwards is repeated (trap 8)."""
    if sheet.start is None:
        return
    left = sheet.start[1]
    if sheet.end[0] + 1 > limits.rows:
        raise RefusedError(f"工作表“{name}”超过 {limits.rows} 行。请按乡镇拆成几个文件。")
    if sheet.end[1] + 1 > limits.columns:
        raise RefusedError(f"工作表“{name}”超过 {limits.columns} 列。请删去多余的列后再上传。")
    fill = _merged_fill(sheet)
    marshal.dump({"sheet": name, "hidden": hidden, "marks": marks}, stream)
    block: list[list[Any]] = []
    margin = [""] * left
    kept: dict[int, Any] = {}
    for number, cells in enumerate(sheet.iter_rows()):
        row = margin + [cell if cell.__class__ is str else _plain(cell) for cell in cells]
        for column, bottom in fill.get(number, ()):
            if column < len(row):
                kept[column] = (bottom, row[column])
        if kept:
            for column, (bottom, value) in list(kept.items()):
                if number > bottom:
                    del kept[column]
                elif row[column] == "":
                    row[column] = value
        block.append(row)
        if len(block) == BLOCK:
            marshal.dump(block, stream)
            block = []
    marshal.dump(block, stream)


def _merged_fill(sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """First row → [(column, last row)] of the cells merged over several rows."""
    fill: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        if top < bottom < top + MERGED_ROWS_MAX:
            fill.setdefault(top, []).append((left, bottom))
    return fill


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return ("TRUE" if cell else "FALSE") if isinstance(cell, bool) else cell


def _write_csv(data: bytes, _kind: str, stream: BinaryIO, limits: Limits) -> None:
    text = _decode(data)
    csv.field_size_limit(1 << 20)
    first_line = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first_line.count)
    if delimiter not in first_line:
        delimiter = max(",\t;", key=text[:8192].count)
    marshal.dump({"sheet": "", "hidden": False, "marks": {}}, stream)
    block: list[list[str]] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)):
            if number >= limits.rows and any(row):
                raise RefusedError(f"文件超过 {limits.rows} 行。请按乡镇拆成几个文件。")
            while row and not row[-1].strip():
                row.pop()
            if len(row) > limits.columns:
                raise RefusedError(f"第 {number + 1} 行超过 {limits.columns} 列。请删去多余的列后再上传。")
            block.append([cell[2:-1] if cell[:2] == '="' and cell[-1:] == '"' else cell for cell in row])
            if len(block) == BLOCK:
                marshal.dump(block, stream)
                block = []
    except csv.Error as error:
        raise RefusedError(
            "CSV 文件的引号不成对，读不下去。请用 Excel 打开，另存为 .xlsx 再上传。"
        ) from error
    marshal.dump(block, stream)


def _decode(data: bytes) -> str:
    """UTF-8, UTF-16 (with mark) or GB18030; a file that is none of them is refused."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            encodings = [encoding]
            break
    else:
        encodings = ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RefusedError("文字编码认不出来。请用 Excel 打开，另存为 .xlsx（或“CSV UTF-8”）再上传。")


if __name__ == "__main__":
    try:
        code = main(sys.argv[1:])
    except MemoryError:
        code = 9
    os._exit(code)
