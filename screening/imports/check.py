"""Checks of a list's rows that need no database: types, code lists, identity, places, households (codes
table).

Works a column at a time: each different cell is parsed once (`parse.Parsed`), so 40,000 people take a few
seconds. The result keeps every row below the header, data or not: no line is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from screening.choices import SkipReason
from screening.imports.columns import Column, Kind
from screening.imports.container import RefusedError
from screening.imports.header import Header, NoHeader, RowSorter, alias_table, find_header
from screening.imports.parse import BLANKS, Parsed
from screening.imports.places import PlaceIndex
from screening.imports.problems import ERROR, WARNING, Problem, display, mask
from screening.imports.read import RawSheet
from screening.imports.row_checks import check_rows
from screening.rules import identity
from screening.rules.identity import IdReading


class RowProblem(NamedTuple):
    """One entry of `errors` or `warnings`; `value` is already masked."""

    column: str
    code: str
    level: str
    message: str
    value: str


@dataclass
class Line:
    """One row below a header. `data` is its index in the columns of values, None when skipped."""

    sheet: int
    number: int
    cells: list[Any]
    skip: SkipReason | None
    data: int | None = None


@dataclass
class Segment:
    """The part of a list that stands on one sheet under one header."""

    sheet: RawSheet
    header: Header
    lines: list[Line] = field(default_factory=list)


@dataclass
class Checked:
    """A list read and checked: `values[key][i]` is what row `data == i` says in that column."""

    kind: Kind
    segments: list[Segment]
    lines: list[Line]
    size: int
    values: dict[str, list[Any]]
    identities: list[IdReading | None]
    problems: dict[int, list[RowProblem]]
    unread_sheets: list[str]
    held_by_rule: set[int] = field(default_factory=set)

    def column(self, key: str) -> list[Any]:
        """Values of a column, Nones when the file has no such column."""
        return self.values.get(key) or [None] * self.size

    def title(self, i: int, key: str) -> str:
        """Heading in the uploader's own words above a value, or the column's label."""
        segment = self.segments[self.line_of[i].sheet]
        position = segment.header.columns.get(key)
        return segment.header.titles[position] if position is not None else self.kind.column(key).label

    def raw(self, i: int, key: str) -> Any:
        line = self.line_of[i]
        position = self.segments[line.sheet].header.columns.get(key)
        return line.cells[position] if position is not None and position < len(line.cells) else ""

    def __post_init__(self) -> None:
        self.line_of = [line for line in self.lines if line.data is not None]

    def add(self, i: int, key: str, code: str, message: str, level: str = ERROR) -> None:
        entry = RowProblem(self.title(i, key), code, level, message, mask(self.raw(i, key), key))
        self.problems.setdefault(i, []).append(entry)

    def has_error(self, i: int) -> bool:
        return any(problem.level == ERROR for problem in self.problems.get(i, ()))


def check(
    kind: Kind,
    sheets: list[RawSheet],
    aliases: Mapping[str, str],
    places: PlaceIndex,
    region: str,
    as_of: date,
) -> Checked:
    """Read the rows of a list and say what is wrong with each. RefusedError when no sheet has the needed
    headings.
    """
    segments, unread = _segments(kind, sheets, aliases)
    lines = _lines(segments)
    size = sum(1 for line in lines if line.data is not None)
    checked = Checked(kind, segments, lines, size, {}, [None] * size, {}, unread)
    for column in kind.columns:
        if column.key != "id":
            _read_column(checked, column, as_of)
    _read_identities(checked, as_of)
    _resolve_places(checked, places, region)
    check_rows(checked, as_of)
    return checked


def _segments(
    kind: Kind, sheets: list[RawSheet], aliases: Mapping[str, str]
) -> tuple[list[Segment], list[str]]:
    """Sheets with a header. A visible sheet of numbers without header is refused, a hidden one is only
    named.
    """
    table = alias_table(kind, aliases)
    segments, unread, tries = [], [], []
    for sheet in sheets:
        if not sheet.has_values():
            continue
        found = find_header(sheet, kind, table)
        if sheet.hidden:
            unread.append(sheet.name)
        elif isinstance(found, Header):
            segments.append(Segment(sheet, found))
        else:
            tries.append((sheet, found))
    if not segments:
        raise RefusedError(_no_header_message(kind, tries, unread))
    for sheet, found in tries:
        if _looks_like_people(sheet):
            raise RefusedError(_no_header_message(kind, [(sheet, found)], unread))
        unread.append(sheet.name)
    return segments, unread


def _looks_like_people(sheet: RawSheet) -> bool:
    return any(
        cell.__class__ is str and len(cell) >= 15 and cell[:15].isdigit()
        for row in sheet.rows
        for cell in row
    )


def _no_header_message(kind: Kind, tries: list[tuple[RawSheet, NoHeader]], unread: list[str]) -> str:
    best = next(((sheet, found) for sheet, found in tries if found.row is not None), None)
    if best is not None:
        sheet, found = best
        where = f"工作表“{sheet.name}”" if sheet.name else "文件"
        return (
            f"{where}第 {found.row + 1} 行像是表头，但缺少：{'、'.join(found.missing)}。"
            "请补上这些列名，或在“列名对照”里登记本单位的叫法后再上传。"
        )
    needed = "、".join(column.label for column in kind.columns if column.needed)
    hidden = "有名单的工作表是隐藏的，请先取消隐藏。" if unread and not tries else ""
    return f"前 20 行里找不到表头。{hidden}表头要有：{needed}。请核对名单种类选对没有。"


def _lines(segments: list[Segment]) -> list[Line]:
    """Every row below each header down to the last one with a value; data rows get their index."""
    lines, seen, data = [], set(), 0
    for index, segment in enumerate(segments):
        sorter = RowSorter(segment.header)
        sequence = segment.header.columns.get("sequence")
        rows = segment.sheet.rows
        last = len(rows)
        while last > segment.header.last + 1 and not any(cell != "" for cell in rows[last - 1]):
            last -= 1
        for number in range(segment.header.last + 1, last):
            cells = rows[number]
            line = Line(index, number + 1, cells, sorter.skip(cells))
            if line.skip is None:
                key = tuple(cells) if sequence is None else (*cells[:sequence], *cells[sequence + 1 :])
                if key in seen:
                    line.skip = SkipReason.REPEAT
                else:
                    seen.add(key)
                    line.data = data
                    data += 1
            segment.lines.append(line)
            lines.append(line)
    return lines


def _read_column(checked: Checked, column: Column, as_of: date) -> None:
    """Parse one column of all sheets; blank needed cells and the reader's lost cells become problems."""
    if not any(column.key in segment.header.columns for segment in checked.segments):
        return
    parsed = Parsed(column.parser(as_of))
    values: list[Any] = []
    for segment in checked.segments:
        position = segment.header.columns.get(column.key)
        rows = [line.cells for line in segment.lines if line.data is not None]
        if position is None:
            raws: list[Any] = [""] * len(rows)
        else:
            raws = [row[position] if position < len(row) else "" for row in rows]
        first = len(values)
        values.extend(map(parsed.__getitem__, raws))
        lost = _lost_cells(checked, segment, position, column)
        if parsed.flawed:
            for offset, raw in enumerate(raws):
                if raw in parsed.flawed and first + offset not in lost:
                    problem = parsed.flawed[raw]
                    checked.add(first + offset, column.key, problem.code, problem.message, problem.level)
        if column.filled:
            for offset, raw in enumerate(raws):
                if values[first + offset] is None and first + offset not in lost and raw not in parsed.flawed:
                    message = f"{column.label}没有填。请补上再导入。"
                    checked.add(first + offset, column.key, "FIELD_MISSING", message)
    checked.values[column.key] = values


_LOST = {
    "CELL_ERROR": "格里是公式错误（如 #REF!）。请在原表改正公式，或直接填写结果。",
    "FORMULA_NO_VALUE": "格里是没有算出结果的公式。请用 Excel 打开、保存一次，或把公式粘贴成值，再上传。",
}


def _lost_cells(checked: Checked, segment: Segment, position: int | None, column: Column) -> set[int]:
    """Data rows whose cell in a used column is an error or a formula without value."""
    lost: set[int] = set()
    if not segment.sheet.marks or position is None or column.key in ("sequence", "remark"):
        return lost
    for line in segment.lines:
        code = segment.sheet.marks.get((line.number - 1, position))
        if code and line.data is not None:
            lost.add(line.data)
            checked.add(line.data, column.key, code, _LOST[code])
    return lost


def _read_identities(checked: Checked, as_of: date) -> None:
    """The ID number of each row, from the ID column or else from the certificate number."""
    lost: set[int] = set()
    for segment in checked.segments:
        lost |= _lost_cells(checked, segment, segment.header.columns.get("id"), checked.kind.column("id"))
    optional = checked.kind.code in ("findings",)
    for i, line in enumerate(checked.line_of):
        columns = checked.segments[line.sheet].header.columns
        raw, key = _cell(line, columns.get("id")), "id"
        certificate = _cell(line, columns.get("certificate"))
        if _blank_identity(raw) and not _blank_identity(certificate):
            raw, key = certificate, "certificate"
        if i in lost or (optional and _blank_identity(raw)):
            continue
        reading = read_identity(raw, as_of)
        if reading.code == "ID_FORMAT" and key == "certificate" and len(reading.cleaned) == OLD_CERTIFICATE:
            reading = read_identity(reading.cleaned[:15], as_of)
        checked.identities[i] = reading
        if not reading.ok:
            checked.add(i, key, reading.code, _identity_message(reading))
        elif key == "id" and not _blank_identity(certificate):
            _join_certificate(checked, i, reading, certificate, as_of)
        if reading.ok and reading.number[:2] not in PROVINCES:
            message = "号码前两位不是任何省份的代码。先照收，请核对身份证。"
            checked.add(i, key, "ID_AREA", message, WARNING)


OLD_CERTIFICATE = 17  # a 15-digit number with type and grade
# First two digits of every number ever given out. Counties and towns below them were renamed, merged and
# renumbered for forty years, and a number keeps the code of its birthplace: a county's table of today would
# warn of good numbers, so ID_AREA knows provinces only.
PROVINCES = frozenset(
    f"{number}"
    for first, last in (
        (11, 15),
        (21, 23),
        (31, 37),
        (41, 46),
        (50, 54),
        (61, 65),
        (71, 71),
        (81, 83),
        (91, 91),
    )
    for number in range(first, last + 1)
)


def read_identity(raw: Any, as_of: date) -> IdReading:
    """A number cell is refused whatever it holds: its end may be lost (trap 6). A blank is ID_MISSING."""
    if raw.__class__ is str:
        return identity.read_id(raw, as_of)
    reading = identity.read_id(display(raw) if abs(raw) < 1e4 else "5.32E+17", as_of)
    reading.cleaned = ""
    if reading.code != "ID_MISSING":
        reading.code = "ID_NUMBER"
        reading.message = "身份证号是数字格式，后几位可能已丢失。请把该列设为“文本”，照证件重录；系统不猜。"
    return reading


def _identity_message(reading: IdReading) -> str:
    if reading.code == "ID_15" and reading.proposed:
        shown = mask(reading.proposed, "id")
        return f"15 位旧号码，已停用。建议 18 位：{shown}，与本人身份证核对后改成 18 位。"
    return reading.message


def _join_certificate(checked: Checked, i: int, reading: IdReading, certificate: Any, as_of: date) -> None:
    """The suffix of the certificate belongs to the ID number beside it, or the two are of different
    people.
    """
    other = read_identity(certificate, as_of)
    if not other.ok:
        return
    if other.number != reading.number:
        message = "身份证号与残疾证号的前 18 位不同。请核对两个号码是不是同一个人的。"
        checked.add(i, "certificate", "ID_FORMAT", message)
    else:
        reading.kind, reading.grade, reading.reissue = other.kind, other.grade, other.reissue


def _cell(line: Line, position: int | None) -> Any:
    return line.cells[position] if position is not None and position < len(line.cells) else ""


def _blank_identity(raw: Any) -> bool:
    return raw == "" or (raw.__class__ is str and raw.strip() in BLANKS)


def _resolve_places(checked: Checked, places: PlaceIndex, region: str) -> None:
    """`values["place"]`: code of the village, else of the township, else None; wrong places become
    problems.
    """
    counties, townships = checked.column("county"), checked.column("township")
    villages, cache = checked.column("village"), {}
    result: list[str | None] = []
    for i, key in enumerate(zip(counties, townships, villages, strict=True)):
        if key not in cache:
            cache[key] = _resolve(key, places, region)
        code, key_of_problem, problem = cache[key]
        if problem:
            checked.add(i, key_of_problem, problem.code, problem.message)
        result.append(code)
    checked.values["place"] = result


def _resolve(
    key: tuple[str | None, str | None, str | None], places: PlaceIndex, region: str
) -> tuple[str | None, str, Problem | None]:
    county, township, village = key
    own = places.county.name
    if county and not places.is_this_county(county):
        return (
            None,
            "county",
            Problem("PLACE_OUTSIDE", f"写的是{county}，不属{own}。请删去外县的行，或改正县名。"),
        )
    code = places.township(township) if township else ""
    if township and not code:
        return None, "township", Problem("PLACE_UNKNOWN", f"没有“{township}”这个乡镇。请照行政区划改正名称。")
    if village:
        codes = places.villages_named(village)
        if not codes:
            return (
                None,
                "village",
                Problem("PLACE_UNKNOWN", f"没有“{village}”这个村。请照行政区划改正，或登记别名。"),
            )
        inside = [one for one in codes if one.startswith(code)]
        if not inside:
            real = places.names.get(codes[0][:9], "")
            wrong = f"{places.names[codes[0]]}属{real}，不属{places.names[code]}。请改乡镇，或改行政村。"
            return code or None, "village", Problem("PLACE_MISMATCH", wrong)
        if len(inside) > 1:
            return code or None, "village", Problem("PLACE_UNKNOWN", f"叫“{village}”的村不止一个。请写全称。")
        code = inside[0]
    if code and not code.startswith(region):
        name, declared = places.names[code], places.names.get(region, region)
        column = "township" if township else "village"
        return (
            None,
            column,
            Problem("PLACE_OUTSIDE", f"{name}不在本次申报的{declared}。请删去这一行，或改正地名。"),
        )
    return code or None, "village", None
