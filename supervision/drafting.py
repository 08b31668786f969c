"""The words and the table of a bulletin as the board of a day gives them (C19)."""

from collections.abc import Iterator
from typing import Any

from reports.rules import percent, zh
from screening.phase_work import phase_ordinal
from supervision.board import Board
from supervision.board_rows import Cell, Row
from supervision.rules.merging import Piece

# Key, heading (the opening has none); the order in which they stand.
PARTS = (("opening", ""), ("progress", "一、进度"), ("problems", "二、问题"), ("county", "三、县局自己"))
TABLE_HEAD = ("乡镇", "应办（户）", "已办（户）", "已办占比", "比直线（户）", "还剩（户）", "每天要办（户）")
COUNTED = (1, 2, 5)  # the columns that households are counted for; the others are reckoned from them


def draft(board: Board) -> dict[str, list[Piece]]:
    """Each part as pieces; figures with households behind them carry the way there."""
    return {
        "opening": list(_opening(board)),
        "progress": list(_progress(board)),
        "problems": [Piece(_problems(board))],
        "county": [Piece(_county(board))],
    }


def table(board: Board) -> list[list[str]]:
    """A line of figures a township, the county's sum last, as `TABLE_HEAD` names them."""
    return [_line(row) for row in [*board.rows, board.sums]]


def as_json(parts: dict[str, list[Piece]]) -> dict[str, Any]:
    return {key: [[piece.text, piece.link] for piece in pieces] for key, pieces in parts.items()}


def from_json(parts: dict[str, Any]) -> dict[str, list[Piece]]:
    return {
        key: [Piece(text, tuple(link) if link else None) for text, link in pieces]
        for key, pieces in parts.items()
    }


def _figure(row: Row, cell: Cell, work: str) -> Piece:
    return Piece(f"{getattr(cell.work, work):,}", (row.code, cell.phase.number, work))


def _opening(board: Board) -> Iterator[Piece]:
    row, cell = board.sums, board.sums.main
    work, verb = cell.work, cell.phase.short_name
    yield Piece(f"截至{zh(board.day)}，全县{phase_ordinal(cell.phase.number)}应{verb}")
    yield _figure(row, cell, "total")
    yield Piece(f"户，已{verb}")
    yield _figure(row, cell, "done")
    yield Piece(f"户，占{percent(work.done, work.total)}%{_against_line(work.lag)}")
    if not work.left:
        yield Piece("，已经办完。")
        return
    yield Piece("；还剩")
    yield _figure(row, cell, "left")
    if work.overdue:
        yield Piece(f"户，已过{zh(cell.phase.last_day)}的期限。")
    else:
        pace = f"，每天要{verb}{work.pace:,}户" if work.pace else ""
        yield Piece(f"户、{work.days_left}天{pace}。")


def _against_line(lag: int) -> str:
    if not lag:
        return "，和直线进度相当"
    return f"，比直线进度{'慢' if lag > 0 else '快'}{abs(lag):,}户"


def _progress(board: Board) -> Iterator[Piece]:
    done = [row.name for row in board.rows if row.main.work.total and not row.main.work.left]
    fine = [row.name for row in board.rows if row.main.work.left and not row.behind]
    sentences = []
    if done:
        sentences.append(f"{'、'.join(done)}已经办完")
    if fine:
        sentences.append(f"{'、'.join(fine)}{'按期' if len(fine) < 2 else f'{len(fine)}个乡镇按期'}")
    if sentences:
        yield Piece(f"{'；'.join(sentences)}。")
    for place, row in enumerate(board.slow):
        work = row.main.work
        yield Piece(f"{row.name}还剩")
        yield _figure(row, row.main, "left")
        late = f"户，逾期{(board.day - row.main.phase.last_day).days}天"
        end = "。" if place == len(board.slow) - 1 else "；"
        yield Piece((late if work.overdue else f"户，滞后{work.lag:,}户") + end)


def _problems(board: Board) -> str:
    said = [f"{group.full_names}{group.text.replace(' ', '')}" for group in reversed(board.flags)]
    return f"{'；'.join(said)}。" if said else "没有逾期和缺报。"


def _county(board: Board) -> str:
    said = [debt.words.replace(" ", "") for debt in board.owes]
    return f"{'；'.join(said)}。" if said else "没有欠办的事项。"


def _line(row: Row) -> list[str]:
    work = row.main.work
    against = f"慢{work.lag:,}" if work.lag > 0 else f"快{-work.lag:,}" if work.lag else "0"
    return [
        row.name,
        f"{work.total:,}",
        f"{work.done:,}",
        f"{float(percent(work.done, work.total)):.1f}%" if work.total else "—",
        against,
        f"{work.left:,}",
        f"{work.pace:,}" if work.left and work.pace else "—",
    ]
