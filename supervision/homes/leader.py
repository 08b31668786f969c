"""Home of leaders and supervising units: the slowest of their townships first (U, L)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dabao.models import Phase, WorkPlan
from dabao.scope import Scope
from screening.phase_work import phase_words
from screening.queries.progress import done_by_day
from screening.rules.phases import Work
from supervision.board import build as build_board
from supervision.board import flag_groups
from supervision.board_rows import Cell, Row
from supervision.pages.findings import waiting_findings

RECENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A township of one's own: its row of the board, its last days, and where that leads.

    `short` = households still missing on the last day if the last days' pace goes on; None when not open.
    """

    row: Row
    recent: int
    short: int | None

    @property
    def cell(self) -> Cell:
        return self.row.main

    @property
    def per_day(self) -> str:
        return f"{self.recent / RECENT_DAYS:.1f}"


def build(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Context of the page: the board cut to one's own townships, or all of them when none is one's own."""
    board = build_board(scope, plan, day)
    by_day = done_by_day(scope, plan, board.phase, day)
    own = board.mine or board.rows
    lines = [_line(row, by_day.get(row.code, {}), day) for row in own]
    slow = sorted((line for line in lines if line.cell.status.kind in ("lag", "over")), key=_by_lag)
    pressing = [line for line in slow if line.short != 0]
    flags = flag_groups(own)
    findings = waiting_findings(scope, plan, day)
    return {
        "board": board,
        "lines": lines,
        "slowest": pressing[0] if pressing else None,
        "flags": flags,
        "findings": findings,
        "phase_words": phase_words(board.phase),
        "own_left": sum(line.cell.work.left for line in lines),
        "own_lag": sum(max(line.cell.work.lag, 0) for line in slow),
        "asks": bool(pressing) + len(flags) + bool(findings.number) + bool(board.owes),
        "recent_days": RECENT_DAYS,
    }


def forecast(work: Work, phase: Phase, recent: int, day: date) -> int | None:
    """Households missing on the last day at the pace of the last days; None before and after the phase."""
    if not work.recorded or not phase.first_day <= day <= phase.last_day:
        return None
    return max(work.left - recent * work.days_left // RECENT_DAYS, 0)


def _line(row: Row, by_day: dict[date, int], day: date) -> Line:
    first = day - timedelta(days=RECENT_DAYS)
    recent = sum(number for concluded, number in by_day.items() if first <= concluded < day)
    return Line(row, recent, forecast(row.main.work, row.main.phase, recent, day))


def _by_lag(line: Line) -> int:
    return -line.cell.work.lag
