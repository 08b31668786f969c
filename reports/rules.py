"""The figures of a report and the words drafted from them (C20, C23, C24): lines of cases in, figures out.

A household stands in one column only of those that must add up:
已排查 = 在保已核 + 符合 + 不符合; 符合 = 已纳入 (低保, 特困, 临时救助) + 正在办理;
不符合 = 已复核标注 + 待复核.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from screening.choices import CaseOutcome, CaseState, Category, Scheme
from screening.rules.phases import due_on, first_of_month, months_between, next_month


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as it was when it was counted. `scheme`: what a closed, enrolled household was granted.

    `persons` = living members. A household granted several schemes counts under the first in the plan's
    order of decision (特困, 低保, 临时救助).
    """

    id: str
    persons: int
    categories: tuple[int, ...]
    state: str
    outcome: str
    scheme: str
    opened_on: date
    verified_on: date | None
    closed_on: date | None

    def as_json(self) -> list[Any]:
        days = (self.opened_on, self.verified_on, self.closed_on)
        return [
            self.id,
            self.persons,
            list(self.categories),
            self.state,
            self.outcome,
            self.scheme,
            *(day.isoformat() if day else None for day in days),
        ]

    @classmethod
    def from_json(cls, row: list[Any]) -> "CaseLine":
        case_id, persons, categories, state, outcome, scheme, *days = row
        opened_on, verified_on, closed_on = (date.fromisoformat(day) if day else None for day in days)
        assert opened_on is not None
        return cls(
            case_id, persons, tuple(categories), state, outcome, scheme, opened_on, verified_on, closed_on
        )

    @property
    def state_words(self) -> str:
        """已销号·已纳入: state and, when closed, how."""
        state = CaseState(self.state).label
        return f"{state}·{CaseOutcome(self.outcome).label}" if self.outcome else str(state)

    @property
    def verified(self) -> bool:
        """Phase 1 done: verified, or closed without (moved away, died, declined)."""
        return self.verified_on is not None or self.state == CaseState.CLOSED


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of the table: which cases it counts, and the day by which "since" goes.

    `since` None: a stock, of which no part belongs to a period.
    """

    key: str
    label: str
    counts: Callable[[CaseLine], bool]
    since: Callable[[CaseLine], date | None] | None


def _closed(line: CaseLine, *outcomes: str) -> bool:
    return line.state == CaseState.CLOSED and line.outcome in outcomes


def _enrolled(*schemes: str) -> Callable[[CaseLine], bool]:
    return lambda line: _closed(line, CaseOutcome.ENROLLED) and line.scheme in schemes


def _in_process(line: CaseLine) -> bool:
    return line.verified and line.state == CaseState.TO_ENROL


def _annotated(line: CaseLine) -> bool:
    """Found not eligible, rechecked and given its reason; also who moved away, died or declined."""
    return line.state == CaseState.CLOSED and line.outcome not in (
        CaseOutcome.ENROLLED,
        CaseOutcome.COVERED_CONFIRMED,
    )


def _to_recheck(line: CaseLine) -> bool:
    return line.verified and line.state == CaseState.TO_RECHECK


def _opened(line: CaseLine) -> date | None:
    return line.opened_on


def _verified(line: CaseLine) -> date | None:
    return line.verified_on or line.closed_on


def _ended(line: CaseLine) -> date | None:
    return line.closed_on


COLUMNS = (
    Column("to_screen", "应排查", lambda _: True, _opened),
    Column("screened", "已排查", lambda line: line.verified, _verified),
    Column("covered", "在保已核", lambda line: _closed(line, CaseOutcome.COVERED_CONFIRMED), _verified),
    Column(
        "eligible",
        "符合",
        lambda line: _in_process(line) or _closed(line, CaseOutcome.ENROLLED),
        _verified,
    ),
    Column("dibao", "低保", _enrolled(Scheme.DIBAO, Scheme.DIBAO_SINGLE), _ended),
    Column("tekun", "特困", _enrolled(Scheme.TEKUN), _ended),
    Column("temporary", "临时救助", _enrolled(Scheme.TEMPORARY), _ended),
    Column("in_process", "正在办理", _in_process, None),
    Column("not_eligible", "不符合", lambda line: _annotated(line) or _to_recheck(line), _verified),
    Column("annotated", "已复核标注", _annotated, _ended),
    Column("to_recheck", "待复核", _to_recheck, None),
)
BY_KEY = {column.key: column for column in COLUMNS}
# 已纳入 in one figure, as the county's table has it.
ENROLLED_AT_ALL = Column("enrolled", "已纳入", lambda line: _closed(line, CaseOutcome.ENROLLED), _ended)
ENROLLED = ("dibao", "tekun", "temporary")


def behind(
    lines: Iterable[CaseLine],
    column: Column,
    *,
    category: int | None = None,
    since: date | None = None,
) -> list[CaseLine]:
    """The cases that a figure counts: of one category, or of the period that began on `since`."""
    return [
        line
        for line in lines
        if column.counts(line)
        and (category is None or category in line.categories)
        and (since is None or _happened_since(line, column, since))
    ]


def _happened_since(line: CaseLine, column: Column, since: date) -> bool:
    day = column.since(line) if column.since else None
    return day is not None and day >= since


def _pair(lines: list[CaseLine]) -> list[int]:
    return [len(lines), sum(line.persons for line in lines)]


def count(lines: Iterable[CaseLine], categories: Iterable[int], *, day: date, since: date) -> dict[str, Any]:
    """The table of a report: `[households, persons]` by column key, for each row.

    Rows: "categories" ("1" … "6"), "visits" (their sum; a household of two categories twice), "outside"
    (those of no category: found by hand, or whose category has ended), "double" (what the visits count too
    much), "real" (each household once: visits + outside − double), "since" (the part that happened in the
    period from `since` to `day`; stocks are left out).
    """
    cases = list(lines)
    numbers = tuple(categories)
    by_category = {
        str(category): {column.key: _pair(behind(cases, column, category=category)) for column in COLUMNS}
        for category in numbers
    }
    real = {column.key: _pair(behind(cases, column)) for column in COLUMNS}
    visits = {
        key: [sum(row[key][place] for row in by_category.values()) for place in (0, 1)] for key in BY_KEY
    }
    outside = [line for line in cases if not set(numbers).intersection(line.categories)]
    beside = {column.key: _pair(behind(outside, column)) for column in COLUMNS}
    return {
        "day": day.isoformat(),
        "since_day": since.isoformat(),
        "categories": by_category,
        "visits": visits,
        "outside": beside,
        "double": {
            key: [visits[key][place] + beside[key][place] - real[key][place] for place in (0, 1)]
            for key in BY_KEY
        },
        "real": real,
        "since": {
            column.key: _pair(behind(cases, column, since=since)) for column in COLUMNS if column.since
        },
    }


def add(tables: Iterable[dict[str, Any]]) -> dict[str, dict[str, list[int]]]:
    """The county's rows, as of `count`: sums of the townships'."""
    found: dict[str, Any] = {"categories": {str(c.value): {} for c in Category}}
    for table in tables:
        for category, row in table["categories"].items():
            _add_row(found["categories"].setdefault(category, {}), row)
        for name in ("visits", "outside", "double", "real", "since"):
            _add_row(found.setdefault(name, {}), table[name])
    return found


def _add_row(total: dict[str, list[int]], row: dict[str, list[int]]) -> None:
    for key, pair in row.items():
        before = total.get(key, [0, 0])
        total[key] = [before[0] + pair[0], before[1] + pair[1]]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a township stands with the report of a month on a day.

    `kind`: "done" in time, "late" (in, `days` after the due day), "missing" (`days` since the due day),
    "draft", "to_sign" (waits for the head; one that was returned is in all the same), "returned" (in, its
    words to be mended), "none" not begun.
    """

    month: date
    due_on: date
    kind: str
    submitted_on: date | None
    days: int = 0

    @property
    def is_in(self) -> bool:
        return self.submitted_on is not None


def standing(month: date, due_day: int, state: str, submitted_on: date | None, day: date) -> Standing:
    """`state`: value of the report's state, "" when there is no report; `due_day`: day of the month."""
    due = due_on(month, due_day)
    if submitted_on is not None:
        late = (submitted_on - due).days
        if state in ("returned", "to_sign"):
            return Standing(month, due, state, submitted_on, max(late, 0))
        return Standing(month, due, "late" if late > 0 else "done", submitted_on, max(late, 0))
    if day > due:
        return Standing(month, due, "missing", None, (day - due).days)
    return Standing(month, due, state or "none", None)


def feedback_months(first: date, last: date) -> list[tuple[date, date]]:
    """(last month, month) of each feedback of a plan: the first month has no month before to tell of."""
    return list(pairwise(months_between(first, last)))


def answer_due(submitted_on: date, feedback_day: int) -> date:
    """The day by which the county answers what a report asks: the first feedback day from its submission."""
    month = first_of_month(submitted_on)
    due = due_on(month, feedback_day)
    return due if submitted_on <= due else due_on(next_month(month), feedback_day)


REMINDED_BEFORE = (timedelta(days=1), timedelta(days=3))


def reminder_day(due: date, day: date) -> date | None:
    """The latest day of reminding that has come, three days or one day before the due day; None before and
    after. A run on the due day itself still tells what the day before should have told.
    """
    if day > due:
        return None
    return next((due - before for before in REMINDED_BEFORE if due - before <= day), None)


def percent(part: int, whole: int) -> str:
    """77.3, half up, one place; 100 when there is nothing to do."""
    if not whole:
        return "100"
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def zh(day: date) -> str:
    return f"{day.month}月{day.day}日"


def progress_draft(township: str, figures: dict[str, Any]) -> str:
    """The progress text that the figures on the page offer; no number in it stands elsewhere."""
    real = {key: pair[0] for key, pair in figures["real"].items()}
    since = {key: pair[0] for key, pair in figures["since"].items()}
    persons = figures["real"]["to_screen"][1]
    day, since_day = date.fromisoformat(figures["day"]), date.fromisoformat(figures["since_day"])
    left = real["to_screen"] - real["screened"]
    enrolled = sum(real[key] for key in ENROLLED)
    sentences = [
        f"截至{zh(day)}，{township}应排查{real['to_screen']}户{persons}人，已排查{real['screened']}户，"
        f"占{percent(real['screened'], real['to_screen'])}%" + (f"，还剩{left}户。" if left else "。"),
    ]
    if real["screened"]:
        sentences.append(
            f"已排查户中，在保{real['covered']}户，符合条件{real['eligible']}户（已纳入{enrolled}户"
            + _by_scheme(real)
            + f"；正在办理{real['in_process']}户），不符合{real['not_eligible']}户"
            f"（已复核并标注{real['annotated']}户，待复核{real['to_recheck']}户）。"
        )
    newly = sum(since[key] for key in ENROLLED)
    sentences.append(f"{zh(since_day)}以来排查{since['screened']}户，新纳入{newly}户。")
    return "".join(sentences)


def _by_scheme(real: dict[str, int]) -> str:
    words = {"dibao": "低保", "tekun": "特困供养", "temporary": "临时救助"}
    parts = [f"{words[key]}{real[key]}户" for key in ENROLLED if real[key]]
    return "：" + "、".join(parts) if parts else ""
