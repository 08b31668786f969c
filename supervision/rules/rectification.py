"""How a finding goes from state to state, whose move it is, how long it lay on each desk (C21, Plan 三(三)).

State machine: every move that is not in the table is refused, with what to do instead. Times are whole days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from supervision.choices import Desk, FindingState, Move

_S = FindingState
_WITH_TOWNSHIP = (_S.TO_FIX, _S.FIXING)
# (state, move) → the state it brings about.
TRANSITIONS: dict[tuple[str, str], FindingState] = {
    **{(state, Move.PROGRESS): _S.FIXING for state in _WITH_TOWNSHIP},
    **{(state, Move.REPLY): _S.REPLIED for state in _WITH_TOWNSHIP},
    **{(state, Move.CONTEST): _S.CONTESTED for state in _WITH_TOWNSHIP},
    **{(state, Move.EXTEND): state for state in _WITH_TOWNSHIP},
    **{(state, Move.URGE): state for state in _WITH_TOWNSHIP},
    (_S.CONTESTED, Move.WEIGH): _S.WEIGHED,
    (_S.WEIGHED, Move.UPHOLD): _S.FIXING,
    (_S.WEIGHED, Move.WITHDRAW): _S.WITHDRAWN,
    (_S.REPLIED, Move.ACCEPT): _S.ACCEPTED,
    (_S.REPLIED, Move.REJECT): _S.FIXING,
    (_S.ACCEPTED, Move.CLOSE): _S.CLOSED,
    (_S.ACCEPTED, Move.SEND_BACK): _S.FIXING,
    (_S.CLOSED, Move.REOPEN): _S.FIXING,
}
DESKS: dict[str, Desk] = {
    _S.TO_FIX: Desk.TOWNSHIP,
    _S.FIXING: Desk.TOWNSHIP,
    _S.CONTESTED: Desk.UNIT,
    _S.WEIGHED: Desk.LEADER,
    _S.REPLIED: Desk.UNIT,
    _S.ACCEPTED: Desk.LEADER,
    _S.CLOSED: Desk.NOBODY,
    _S.WITHDRAWN: Desk.NOBODY,
}
ENDED = (_S.CLOSED, _S.WITHDRAWN)
OPEN = tuple(state for state in FindingState if state not in ENDED)
AT_TOWNSHIP = tuple(state for state in FindingState if DESKS[state] == Desk.TOWNSHIP)
AT_UNIT = tuple(state for state in FindingState if DESKS[state] == Desk.UNIT)
AT_LEADER = tuple(state for state in FindingState if DESKS[state] == Desk.LEADER)
# Moves after which the township works to a new limit.
SETS_LIMIT = (Move.OPEN, Move.UPHOLD, Move.REJECT, Move.SEND_BACK, Move.REOPEN, Move.EXTEND)
WHERE: dict[str, str] = {
    _S.TO_FIX: "在乡镇手里，等回复整改",
    _S.FIXING: "在乡镇手里，等回复整改",
    _S.CONTESTED: "在督战股室手里，等复核异议",
    _S.WEIGHED: "在局领导手里，等裁定异议",
    _S.REPLIED: "在督战股室手里，等复查",
    _S.ACCEPTED: "在局领导手里，等销号",
    _S.CLOSED: "已经销号，只能重新打开",
    _S.WITHDRAWN: "已经撤销；还有问题的，请另记一条",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn: the day, what was done, the state it led to, the limit in force after it."""

    day: date
    move: str
    to_state: str
    due_on: date

    @property
    def desk(self) -> Desk:
        return DESKS[self.to_state]


@dataclass(frozen=True, slots=True)
class Stay:
    """Whole days that a finding lay on one desk, from one turn to the next that moved it."""

    desk: Desk
    days: int


def next_state(state: str, move: str) -> FindingState | None:
    """The state that a move brings about; None when the table does not have it."""
    return TRANSITIONS.get((state, move))


def refusal(state: str, move: str) -> str:
    """Why a move is refused, and what stands to be done."""
    return f"这条问题现在{WHERE[state]}，不能“{Move(move).label}”。请刷新页面，看轮到谁。"


def stays(found_on: date, turns: Sequence[Turn], today: date) -> list[Stay]:
    """Days on each desk in the order they went: before 交办 it lay with the unit that found it.

    Neighbours on one desk are one stay. After 销号 nobody has it: that stay counts only once it was reopened.
    """
    desks = [Desk.UNIT, *(turn.desk for turn in turns)]
    days = [found_on, *(turn.day for turn in turns), today]
    found: list[Stay] = []
    for desk, first, last in zip(desks, days[:-1], days[1:], strict=True):
        if found and found[-1].desk == desk:
            found[-1] = Stay(desk, found[-1].days + (last - first).days)
        else:
            found.append(Stay(desk, (last - first).days))
    if found[-1].desk == Desk.NOBODY:
        found.pop()
    return [stay for stay in found if stay.days]


def by_desk(found: Iterable[Stay]) -> dict[Desk, int]:
    """Days in sum on each desk, in the order of the desks."""
    sums = dict.fromkeys(Desk, 0)
    for stay in found:
        sums[stay.desk] += stay.days
    return {desk: days for desk, days in sums.items() if days}


@dataclass(frozen=True, slots=True)
class Lapse:
    """A limit of the township; `ended_on` = the day it answered or got another one, None = not yet."""

    due_on: date
    ended_on: date | None


def lapses(turns: Sequence[Turn]) -> list[Lapse]:
    """Each limit that ended: by a turn away from the township or by a new limit; the last may still run.

    Those with `ended_on` not after `due_on` were kept. A limit begins anew with each turn that sets one.
    """
    found: list[Lapse] = []
    running: date | None = None
    for turn in turns:
        limit = turn.due_on if turn.desk == Desk.TOWNSHIP else None
        if running is not None and limit != running:
            found.append(Lapse(running, turn.day))
        running = limit
    return found if running is None else [*found, Lapse(running, None)]


def days_late(state: str, due_on: date, day: date) -> int:
    """Days past the limit on that day; 0 when it is kept, or is not the township's move."""
    return max((day - due_on).days, 0) if DESKS[state] == Desk.TOWNSHIP else 0
