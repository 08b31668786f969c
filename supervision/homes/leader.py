"""Home of leaders and supervising units: the slowest of their townships first (U, L)."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.urls import reverse

from dabao.models import Phase, WorkPlan
from dabao.scope import Scope
from screening.phase_work import phase_words
from screening.queries.progress import done_by_day
from screening.rules.phases import Work
from supervision import since
from supervision.board import build as build_board
from supervision.board import flag_groups
from supervision.board_rows import Cell, Row
from supervision.links import flags_url
from supervision.pages.bulletin import name as bulletin_name
from supervision.pages.findings import waiting_findings
from supervision.queries import bulletins
from supervision.services.looks import Look
from supervision.since import Moved

RECENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A township of one's own: its row of the board, its last days, and where that leads.

    `short` = households still missing on the last day if the last days' pace goes on; None if nobody can
    tell, or nothing is left. `moved` = since the viewer last looked.
    """

    row: Row
    recent: int
    short: int | None
    moved: Moved | None = None

    @property
    def cell(self) -> Cell:
        return self.row.main

    @property
    def per_day(self) -> str:
        return f"{self.recent / RECENT_DAYS:.1f}"


def build(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Context of the page: the board cut to one's own townships, or all of them when none is one's own.

    Three things ask for something: the slowest township with its flags, the flags of the others, what waits
    for a decision, findings and the bulletin; and what the county itself owes.
    """
    board = build_board(scope, plan, day)
    by_day = done_by_day(scope, plan, board.phase, day)
    own = board.mine or board.rows
    lines = [_line(row, by_day.get(row.code, {}), day) for row in own]
    slow = sorted((line for line in lines if line.row.behind), key=_by_lag)
    slowest = next((line for line in slow if line.short != 0), None)
    flagged = [row for row in own if row.standing and not (slowest and row is slowest.row)]
    findings = waiting_findings(scope, plan, day)
    to_approve = bulletins.to_approve(scope, plan)
    return {
        "board": board,
        "own": own,
        "lines": lines,
        "slowest": slowest,
        "flagged": flagged,
        "flags": flag_groups(flagged, day),
        "flags_url": flags_url([row.code for row in flagged]),
        "findings": findings,
        "bulletin": bulletin_name(scope, to_approve) if to_approve else "",
        "bulletin_url": reverse("supervision:bulletin", args=[to_approve.pk]) if to_approve else "",
        "phase_words": phase_words(board.phase),
        "own_left": sum(line.cell.work.left for line in lines),
        "own_lag": sum(max(line.cell.work.lag, 0) for line in slow),
        "asks": sum(map(bool, (slowest, flagged, findings.number, to_approve, board.owes))),
        "recent_days": RECENT_DAYS,
    }


def told(context: dict[str, Any], look: Look | None) -> dict[str, Any]:
    """What changed since the last look, and the lines with how each township moved."""
    found = since.changes(look, context["own"])
    moved = found.moved if found else {}
    lines = [replace(line, moved=moved.get(line.row.code)) for line in context["lines"]]
    return {"since": found, "lines": lines}


def forecast(work: Work, phase: Phase, recent: int, day: date) -> int | None:
    """Households missing on the last day at the pace of the last days; None when nothing is left, and before
    and after the phase.
    """
    if not work.left or not phase.first_day <= day <= phase.last_day:
        return None
    return max(work.left - recent * work.days_left // RECENT_DAYS, 0)


def _line(row: Row, by_day: dict[date, int], day: date) -> Line:
    first = day - timedelta(days=RECENT_DAYS)
    recent = sum(number for concluded, number in by_day.items() if first <= concluded < day)
    return Line(row, recent, forecast(row.main.work, row.main.phase, recent, day))


def _by_lag(line: Line) -> int:
    return -line.cell.work.lag
