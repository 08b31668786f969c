"""One finding as its page shows it: at whose desk, the limit, days split by desk, every turn (C21)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dabao.models import User
from dabao.scope import Right, Scope
from supervision.choices import Desk, FindingState, Move
from supervision.models import Finding, FindingTurn
from supervision.pages.findings import Mark, Row, row_of, short
from supervision.queries import findings as queries
from supervision.rules import rectification as rules
from supervision.services.finding_rights import moves_of

NEXT: dict[str, str] = {
    FindingState.TO_FIX: "整改，附依据，回复",
    FindingState.FIXING: "整改，附依据，回复",
    FindingState.CONTESTED: "复核异议，写意见",
    FindingState.WEIGHED: "裁定异议",
    FindingState.REPLIED: "复查整改",
    FindingState.ACCEPTED: "销号（第二步）",
    FindingState.CLOSED: "没有了",
    FindingState.WITHDRAWN: "没有了",
}
DONE: dict[str, str] = {
    Move.PROGRESS: "进展已记下。整改完了再回复。",
    Move.REPLY: "已回复，等督战股室复查。",
    Move.CONTEST: "异议已提出，等督战股室复核。",
    Move.WEIGH: "复核意见已记下，等局领导裁定。",
    Move.UPHOLD: "已裁定异议不成立，回到乡镇整改。",
    Move.WITHDRAW: "异议成立，这条问题已撤销。",
    Move.REJECT: "已退回乡镇，按新的时限整改。",
    Move.ACCEPT: "复查通过，等另一个人销号。",
    Move.SEND_BACK: "不予销号，已退回乡镇。",
    Move.CLOSE: "已销号。",
    Move.REOPEN: "已重新打开，回到乡镇整改。",
    Move.EXTEND: "时限已延长。",
    Move.URGE: "已催办，乡镇的人在提醒里能看到。",
}
# Moves that somebody may make while it is not his turn.
_BESIDES = (Move.EXTEND, Move.URGE, Move.REOPEN)
_GOOD, _HARD = (Move.ACCEPT, Move.CLOSE), (Move.CONTEST, Move.REJECT, Move.SEND_BACK, Move.REOPEN)


def one(scope: Scope, finding: Finding, actor: User, day: date) -> dict[str, Any]:
    """At whose desk it is, the limit, what is next; days split by desk; turns; what the viewer can do now."""
    turns = queries.turns(scope, finding)
    stays = rules.stays(finding.found_on, [turn.as_rule for turn in turns], day)
    row = row_of(finding, day)
    moves = moves_of(scope, finding, actor, day)
    village = "" if row.village == "—" else row.village
    group = finding.household.group if finding.household else ""
    return {
        "finding": finding,
        "row": row,
        "status": _status(finding),
        "place": "·".join(filter(None, (row.township, village, group))),
        "now": _now(finding, turns, row, day),
        "days": sum(stay.days for stay in stays),
        "desks": [
            {"key": desk.value, "name": _desk_name(desk, row.township), "days": days}
            for desk, days in rules.by_desk(stays).items()
        ],
        "turns": _lines(turns, finding, row, day),
        "evidence": [(turn, file) for turn in turns for file in turn.evidence.all()],
        "sides": _sides(turns, row.township),
        "moves": moves,
        "my_turn": any(move not in _BESIDES for move in moves),
        "household": _household(scope, finding),
        "may_verify": bool(finding.household_id)
        and scope.may(Right.VERIFY, finding.region_id)
        and finding.state in rules.OPEN,
        "account_url": _account_url(scope, finding),
    }


def _account_url(scope: Scope, finding: Finding) -> str:
    """Where its township is held to account for it; empty for who does not keep that."""
    if not scope.may(Right.ACCOUNT, finding.region_id):
        return ""
    query = urlencode({"township": finding.township_code, "finding": finding.pk})
    return f"{reverse('supervision:accountability-new')}?{query}"


def _status(finding: Finding) -> Mark:
    kinds = {
        FindingState.TO_FIX: "todo",
        FindingState.FIXING: "back" if finding.reopened else "prog",
        FindingState.CONTESTED: "ask",
        FindingState.WEIGHED: "ask",
        FindingState.REPLIED: "prog",
        FindingState.ACCEPTED: "prog",
        FindingState.CLOSED: "done",
        FindingState.WITHDRAWN: "none",
    }
    state = FindingState(finding.state)
    again = "重新打开，" if finding.reopened and state in rules.OPEN else ""
    return Mark(kinds[state], f"{again}{state.label}")


def _desk_name(desk: Desk, township: str) -> str:
    return {Desk.TOWNSHIP: township, Desk.NOBODY: "销号后到重开"}.get(desk, desk.label)


def _now(finding: Finding, turns: list[FindingTurn], row: Row, day: date) -> dict[str, Any]:
    """At whose desk, since when, who; the limit and how far it is; the next step."""
    desk = rules.DESKS[finding.state]
    since = _since(turns)
    who = {
        Desk.TOWNSHIP: f"{row.township} {finding.responsible}".strip(),
        Desk.UNIT: finding.unit.name if finding.unit else "县局（没有挂包股室）",
        Desk.LEADER: "局领导",
        Desk.NOBODY: FindingState(finding.state).label,
    }[desk]
    left = (finding.due_on - day).days
    at_township = desk == Desk.TOWNSHIP
    return {
        "who": who,
        "since": "" if desk == Desk.NOBODY else f"{short(since)}起，第 {(day - since).days + 1} 天",
        "due": finding.due_on,
        "mark": row.mark if row.mark.kind != "ok" or not at_township else Mark("ok", f"还有 {left} 天"),
        "next": NEXT[finding.state],
        "note": "乡镇回复以前按这个时限" if at_township else "乡镇这一步已经交出",
    }


def _since(turns: list[FindingTurn]) -> date:
    """The day on which it came to the desk where it is."""
    found = turns[-1]
    for turn in reversed(turns):
        if rules.DESKS[turn.to_state] != rules.DESKS[found.to_state]:
            break
        found = turn
    return found.day


@dataclass(frozen=True, slots=True)
class Line:
    """A turn in the timeline: what, who, the days since the one before, the files that came with it."""

    day: date | None
    what: str
    said: str
    who: str
    days: int | None
    state: str
    files: tuple[Any, ...] = ()


def _lines(turns: list[FindingTurn], finding: Finding, row: Row, day: date) -> list[Line]:
    found: list[Line] = []
    last = finding.found_on
    if finding.found_on < finding.opened_on:
        source = finding.source_note or finding.get_source_display()
        found.append(Line(finding.found_on, f"{source}发现", "", "", None, ""))
    for turn in turns:
        limit = f"，限{short(turn.due_on)}" if turn.move in rules.SETS_LIMIT else ""
        state = "ok" if turn.move in _GOOD else "late" if turn.move in _HARD else ""
        who = f"{turn.office} {turn.by.name}".strip()
        what = Move(turn.move).label + (row.township if turn.move == Move.OPEN else "") + limit
        days = (turn.day - last).days if found else None
        found.append(Line(turn.day, what, turn.text, who, days, state, tuple(turn.evidence.all())))
        last = turn.day
    if finding.state in rules.OPEN:
        late = rules.days_late(finding.state, finding.due_on, day)
        limit = f"时限 {short(finding.due_on)}" if finding.state in rules.AT_TOWNSHIP else ""
        text = f"逾期 {late} 天" if late else limit
        what, state = f"今天{rules.WHERE[finding.state]}", "over" if late else "now"
        found.append(Line(day, what, text, "", (day - last).days, state))
    return found


def _sides(turns: list[FindingTurn], township: str) -> list[tuple[str, FindingTurn]]:
    """What each side said of a contest; nothing when there was none."""
    names = {
        Move.CONTEST: township,
        Move.WEIGH: Desk.UNIT.label,
        Move.UPHOLD: Desk.LEADER.label,
        Move.WITHDRAW: Desk.LEADER.label,
    }
    return [(str(names[Move(turn.move)]), turn) for turn in turns if turn.move in names]


def _household(scope: Scope, finding: Finding) -> dict[str, Any] | None:
    household = finding.household
    if household is None:
        return None
    return {
        "head": household.head.name if household.head else "户主不明",
        "size": household.size,
        "group": household.group,
        "case": queries.case_of(scope, finding),
    }
