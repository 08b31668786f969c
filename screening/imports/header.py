"""Finding the header of a sheet and telling data rows from blanks, repeated headers and footers.

Title rows, merged and two-line headers are normal; the header stands within the first twenty rows.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from screening.choices import SkipReason
from screening.imports.columns import Kind
from screening.imports.problems import printable
from screening.imports.read import RawSheet

HEADER_ROWS = 20

_BRACKETS = re.compile(r"[(（\[【〔<《].*?[)）\]】〕>》]")
_NOISE = re.compile(r"[\s*＊:：、，,。．.#]+|[\u200b-\u200f\ufeff]")
_FOOTER_TOTAL = re.compile(r"(合计|总计|小计|共计)[:：]?").fullmatch
_FOOTER_START = (
    "填表",
    "制表",
    "审核人",
    "审核:",
    "审核：",
    "负责人",
    "单位负责人",
    "填报",
    "复核人",
    "经办人",
    "备注",
    "说明",
    "注:",
    "注：",
    "附注",
    "报送",
    "联系人",
    "统计人",
    "主管",
    "盖章",
    "单位(",
    "单位（",
    "日期:",
    "日期：",
)


def squeeze_heading(heading: Any) -> str:
    """The form in which headings are compared: half width, without blanks, marks and bracketed hints."""
    if heading.__class__ is not str or not heading:
        return ""
    plain = unicodedata.normalize("NFKC", heading)
    return _NOISE.sub("", _BRACKETS.sub("", plain)) or _NOISE.sub("", plain).strip("()[]")


@dataclass
class Header:
    """The header found: `last` is its lower line (row index from 0); `columns` maps key → column index."""

    first: int
    last: int
    columns: dict[str, int]
    titles: list[str]
    extra: list[int] = field(default_factory=list)
    learnt: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NoHeader:
    """No header with all needed columns; `row` (from 0) and `missing` of the best try, None if nothing
    fits.
    """

    row: int | None
    missing: tuple[str, ...]


def alias_table(kind: Kind, extra: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """Squeezed heading → (priority, key); `extra` are the county's own aliases, heading → key."""
    table: dict[str, tuple[int, str]] = {}
    for column in kind.columns:
        for priority, alias in enumerate((column.label, *column.aliases)):
            squeezed = squeeze_heading(alias)
            if squeezed not in table or table[squeezed][0] > priority:
                table[squeezed] = (priority, column.key)
    known = {column.key for column in kind.columns}
    table.update({squeeze_heading(alias): (0, key) for alias, key in extra.items() if key in known})
    return table


def find_header(sheet: RawSheet, kind: Kind, aliases: Mapping[str, tuple[int, str]]) -> Header | NoHeader:
    """The first row, or pair of rows, within the first twenty that names every needed column."""
    needed = {column.key for column in kind.columns if column.needed}
    if kind.code == "disability":
        needed = needed | {"id|certificate"}
    best = NoHeader(None, ())
    best_score = 0
    rows = sheet.rows[:HEADER_ROWS]
    for index, row in enumerate(rows):
        texts = [squeeze_heading(cell) for cell in row]
        below = [squeeze_heading(cell) for cell in rows[index + 1]] if index + 1 < len(rows) else []
        single = _match(texts, aliases)
        second = _is_second_line(rows[index + 1], texts, below, aliases) if below else False
        columns = _match_two(texts, below, aliases) if second else single
        missing = _missing(needed, columns)
        if not missing:
            last = index + 1 if second else index
            return _header(index, last, columns, rows, kind)
        if len(columns) > best_score and len(columns) >= 2:
            best_score = len(columns)
            best = NoHeader(index, tuple(_label(kind, key) for key in missing))
    return best


def _label(kind: Kind, key: str) -> str:
    return "身份证号或残疾证号" if key == "id|certificate" else kind.column(key).label


def _missing(needed: set[str], columns: Mapping[str, int]) -> list[str]:
    return sorted(key for key in needed if not any(part in columns for part in key.split("|")))


def _match(texts: list[str], aliases: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    """Key → column; of two columns for one key the better alias wins, then the left one."""
    found: dict[str, tuple[int, int]] = {}
    for column, text in enumerate(texts):
        hit = aliases.get(text)
        if hit is None:
            continue
        priority, key = hit
        if key not in found or priority < found[key][0]:
            found[key] = (priority, column)
    return {key: column for key, (_priority, column) in found.items()}


def _match_two(upper: list[str], lower: list[str], aliases: Mapping[str, tuple[int, str]]) -> dict[str, int]:
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    texts = [
        low if low and (low in aliases or up not in aliases) else up
        for up, low in zip(upper, lower, strict=True)
    ]
    return _match(texts, aliases)


def _is_second_line(
    row_below: list[Any], texts: list[str], below: list[str], aliases: Mapping[str, tuple[int, str]]
) -> bool:
    """Whether the next row is the lower line of this header.

    Under a heading of the upper line stands nothing or the same word (merged downwards); the lower line
    itself names a column that the upper one does not, or repeats at least three of its words.
    """
    single = _match(texts, aliases)
    if not single or any(cell.__class__ is not str for cell in row_below):
        return False
    under = {key: below[column] if column < len(below) else "" for key, column in single.items()}
    if any(word and word != texts[single[key]] for key, word in under.items()):
        return False
    new = {aliases[word][1] for word in below if word in aliases} - set(single)
    return bool(new) or sum(1 for word in under.values() if word) >= 3


def _header(first: int, last: int, columns: dict[str, int], rows: list[list[Any]], kind: Kind) -> Header:
    width = max(len(row) for row in rows[first : last + 1])
    titles = []
    for column in range(width):
        title = ""
        for row in rows[first : last + 1]:
            text = printable(str(row[column])).strip() if column < len(row) else ""
            if text:
                title = text
        titles.append(title)
    header = Header(first, last, columns, titles)
    taken = set(columns.values())
    header.extra = [column for column, title in enumerate(titles) if title and column not in taken]
    for key, column in columns.items():
        label = kind.column(key).label
        if squeeze_heading(titles[column]) != squeeze_heading(label):
            header.learnt[titles[column]] = label
    return header


class RowSorter:
    """Says of each row below the header whether it is data, and if not, what it is."""

    KEYS = ("name", "id", "certificate", "household_number")

    def __init__(self, header: Header):
        self.sequence = header.columns.get("sequence")
        self.key_columns = [header.columns[key] for key in self.KEYS if key in header.columns]
        self.headings = {column: squeeze_heading(header.titles[column]) for column in header.columns.values()}

    def skip(self, row: list[Any]) -> SkipReason | None:
        """Reason to skip the row, None for data. Two filled key cells (name, ID, …) make a row data at
        once.
        """
        width = len(row)
        keyed = [column for column in self.key_columns if column < width and row[column] not in ("", " ")]
        if len(keyed) >= 2 and squeeze_heading(row[keyed[0]]) != self.headings[keyed[0]]:
            return None
        filled = [(column, cell) for column, cell in enumerate(row) if not _is_blank(cell)]
        if not filled or (len(filled) == 1 and filled[0][0] == self.sequence and not _wordy(filled[0][1])):
            return SkipReason.BLANK
        if self._is_header(row):
            return SkipReason.HEADER
        return SkipReason.FOOTER if len(keyed) < 2 and self._is_footer(filled, keyed) else None

    def _is_header(self, row: list[Any]) -> bool:
        same = sum(
            1
            for column, title in self.headings.items()
            if column < len(row) and squeeze_heading(row[column]) == title
        )
        return same >= 3 or same == len(self.headings)

    @staticmethod
    def _is_footer(filled: list[tuple[int, Any]], keyed: list[int]) -> bool:
        """A total, a signature line or a note; a row with a key cell is data unless its first words say
        so.
        """
        texts = [cell for _column, cell in filled if cell.__class__ is str]
        if any(_FOOTER_TOTAL(squeeze_plain(text)) for text in texts[:3]):
            return True
        if texts and texts[0].strip().startswith(_FOOTER_START):
            return True
        return len(filled) == 1 and not keyed


def _is_blank(cell: Any) -> bool:
    return cell == "" or (cell.__class__ is str and not cell.strip())


def squeeze_plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _wordy(cell: Any) -> bool:
    """A note standing in the column of running numbers rather than a number."""
    return cell.__class__ is str and not squeeze_plain(cell).rstrip(".").isdigit()
