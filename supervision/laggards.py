"""The townships behind the line with the people who answer for them, as a spreadsheet (C19, C27)."""

from collections.abc import Iterable
from datetime import date

from dabao.models import User, WorkPlan
from dabao.scope import Role, Scope
from screening import exports
from supervision.board import Board
from supervision.board_rows import Row
from supervision.queries import townships

HEADS = [
    "序号", "带队领导", "督战股室", "股室成员及电话", "乡镇", "应办（户）", "已办（户）", "按直线应到（户）",
    "滞后（户）", "还剩（户）", "每日需（户）", "乡镇负责人及电话", "乡镇经办及电话", "月报", "红旗",
]  # fmt: skip
WIDTHS = [6, 10, 26, 40, 12, 10, 10, 16, 10, 10, 12, 28, 40, 18, 40]
NO_PHONE = "电话未录"


def workbook(scope: Scope, plan: WorkPlan, board: Board, foot: str) -> bytes:
    """One sheet, the slowest township first. Only people on duty stand in it, nobody of a household."""
    people = townships.on_duty(scope, plan, board.day)
    rows = [_cells(number, row, people.get(row.code, {})) for number, row in enumerate(board.slow, 1)]
    return exports.workbook("滞后乡镇", HEADS, rows, foot, WIDTHS)


def foot(board: Board, place: str, who: str, at: str) -> str:
    """What the sheet is, of which day, and who took it out when."""
    phase = board.phase
    work = f"{place}第{phase.number}阶段（{phase.short_name}，{_words(phase.last_day)}截止）滞后或逾期的乡镇"
    return f"{work} {len(board.slow)} 个，截至 {board.day}；{who} {at} 导出"


def _cells(number: int, row: Row, people: dict[str, list[User]]) -> list[object]:
    report = row.missing or row.report
    work, members = row.main.work, [m for one in row.assignments for m in one.unit.working]
    return [
        number,
        "、".join(dict.fromkeys(one.group.leader_name for one in row.assignments)),
        "、".join(one.unit.name for one in row.assignments) or "没有督战股室",
        _named((member.name, member.phone) for member in members),
        row.name,
        work.total,
        work.done,
        work.line,
        work.lag,
        work.left,
        work.pace,
        _named((user.name, user.phone) for user in people.get(Role.TOWNSHIP_HEAD, [])),
        _named((user.name, user.phone) for user in people.get(Role.TOWNSHIP_STAFF, [])),
        report.text if report else "",
        "；".join(words for words, _ in row.flag_links),
    ]


def _named(people: Iterable[tuple[str, str]]) -> str:
    return "；".join(f"{name} {phone or NO_PHONE}" for name, phone in people)


def _words(day: date) -> str:
    return f"{day.month}月{day.day}日"
