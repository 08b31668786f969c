"""The table of a report as a page shows it: rows of figures, each with the address of its cases."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from reports.queries.reports import Table
from reports.rules import BY_KEY, COLUMNS, ENROLLED_AT_ALL, CaseLine, Column, behind
from screening.choices import Category

UNITS = {"households": ("户", 0), "persons": ("人", 1)}


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure and the list of its cases; `url` empty for a sum."""

    count: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A category and its figures, in the order of the columns."""

    category: Category
    cells: list[Cell | None]


def shown(table: Table, month: date, code: str, unit: str) -> dict[str, Any]:
    """What `reports/figures_table.html` takes; `unit` is a key of UNITS."""
    address = reverse("reports:cases", args=[month, code])
    place = UNITS[unit][1]

    def cells(row: dict[str, list[int]], query: str | None) -> list[Cell | None]:
        return [
            Cell(row[key][place], "" if query is None else f"{address}?figure={key}{query}")
            if key in row
            else None
            for key in BY_KEY
        ]

    figures = table.figures
    return {
        "columns": COLUMNS,
        "unit": UNITS[unit][0],
        "lines": [
            Line(Category(int(number)), cells(row, f"&category={number}"))
            for number, row in figures["categories"].items()
        ],
        "visits": cells(figures["visits"], None),
        "outside": cells(figures["outside"], None) if figures["outside"]["to_screen"][0] else None,
        "double": cells(figures["double"], None),
        "real": cells(figures["real"], ""),
        "since": cells(figures["since"], "&period=1"),
        "since_day": date.fromisoformat(figures["since_day"]),
    }


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the table as asked for in an address: its words and its cases."""

    words: str
    lines: list[CaseLine]


def figure(table: Table, query: QueryDict) -> Figure | None:
    """The figure that the query names, None when there is no such figure."""
    column = (BY_KEY | {ENROLLED_AT_ALL.key: ENROLLED_AT_ALL}).get(query.get("figure", ""))
    number = query.get("category", "")
    if column is None or (number and number not in table.figures["categories"]):
        return None
    if query.get("period") != "1":
        category = Category(int(number)) if number else None
        words = f"{column.label}·{category.label}" if category else column.label
        return Figure(words, behind(table.lines, column, category=category))
    if number or column.since is None:
        return None
    return _of_period(table, column)


def _of_period(table: Table, column: Column) -> Figure:
    since = date.fromisoformat(table.figures["since_day"])
    words = f"{column.label}·{since.month}月{since.day}日以来"
    return Figure(words, behind(table.lines, column, since=since))
