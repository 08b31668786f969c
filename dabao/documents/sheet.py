"""A form as data: title, lines and tables, made once and put on paper twice, as a print page and as docx.

Widths are millimetres on an A4 page with 18 mm at each side: those of a table sum up to `WIDTH`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

WIDTH = 174


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: `label` = bold on grey, `span` columns, `right` for figures, `tall` = lines left to write on.

    Each line of the text is a line of the cell.
    """

    text: str = ""
    label: bool = False
    span: int = 1
    right: bool = False
    bold: bool = False
    tall: int = 0

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines() or [""]


def label(text: str, span: int = 1) -> Cell:
    """A cell that names what stands beside or below it."""
    return Cell(text, label=True, span=span)


Row = Sequence[Cell | str]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under widths; with `head` the first row repeats on each page."""

    widths: Sequence[int]
    rows: Sequence[Row]
    head: bool = False

    @property
    def cells(self) -> list[list[Cell]]:
        return [[one if isinstance(one, Cell) else Cell(one) for one in row] for row in self.rows]

    @property
    def head_rows(self) -> list[list[Cell]]:
        return self.cells[:1] if self.head else []

    @property
    def body_rows(self) -> list[list[Cell]]:
        return self.cells[1:] if self.head else self.cells

    @property
    def shares(self) -> list[int]:
        """Widths in hundredths of the whole, for the screen."""
        return [round(width * 100 / sum(self.widths)) for width in self.widths]


@dataclass(frozen=True, slots=True)
class Part:
    """A heading (may be empty) with tables and lines of text below it."""

    heading: str = ""
    tables: Sequence[Table] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One form. `under` stands below the title, spread over the line; `foot` says what it is."""

    title: str
    under: Sequence[str] = ()
    parts: Sequence[Part] = field(default_factory=tuple)
    foot: str = ""
