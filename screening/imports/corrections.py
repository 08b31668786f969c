"""Cells that were mended on the page, laid over a list before it is checked (W04)."""

from collections.abc import Iterable
from typing import Any

from screening.imports.check import Checked
from screening.imports.read import RawSheet
from screening.models import RowCorrection

Originals = dict[tuple[str, int], list[Any]]


def lay_over(sheets: Iterable[RawSheet], corrections: Iterable[RowCorrection]) -> Originals:
    """Put the corrections into the sheets; returns the rows as they came, by sheet and row number."""
    named = {sheet.name: sheet for sheet in sheets}
    came: Originals = {}
    for one in corrections:
        sheet, index = named.get(one.sheet), one.line - 1
        if sheet is None or index >= len(sheet.rows):
            continue
        cells = sheet.rows[index]
        came.setdefault((one.sheet, one.line), cells)
        padded = [*cells, *[""] * (one.position + 1 - len(cells))]
        padded[one.position] = one.value
        sheet.rows[index] = padded
        sheet.marks.pop((index, one.position), None)
    return came


def take_off(checked: Checked, came: Originals) -> None:
    """Checked lines hold their cells as they came again: those are what is kept."""
    if came:
        for line in checked.lines:
            name = checked.segments[line.sheet].sheet.name
            line.cells = came.get((name, line.number), line.cells)
