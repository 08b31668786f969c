"""The rules of a finding: which moves the table has, days on each desk, limits that lapse (C21)."""

from datetime import date

import pytest

from supervision.choices import Desk, FindingState, Move
from supervision.rules.rectification import (
    AT_LEADER,
    AT_TOWNSHIP,
    AT_UNIT,
    DESKS,
    ENDED,
    SETS_LIMIT,
    TRANSITIONS,
    Lapse,
    Stay,
    Turn,
    by_desk,
    days_late,
    lapses,
    next_state,
    refusal,
    stays,
)

S, M = FindingState, Move
# Written down by hand, apart from the rules: what each state may become, and by what.
_TOWNSHIP = {M.PROGRESS: S.FIXING, M.REPLY: S.REPLIED, M.CONTEST: S.CONTESTED}
ALLOWED = {
    S.TO_FIX: _TOWNSHIP | {M.EXTEND: S.TO_FIX, M.URGE: S.TO_FIX},
    S.FIXING: _TOWNSHIP | {M.EXTEND: S.FIXING, M.URGE: S.FIXING},
    S.CONTESTED: {M.WEIGH: S.WEIGHED},
    S.WEIGHED: {M.UPHOLD: S.FIXING, M.WITHDRAW: S.WITHDRAWN},
    S.REPLIED: {M.ACCEPT: S.ACCEPTED, M.REJECT: S.FIXING},
    S.ACCEPTED: {M.CLOSE: S.CLOSED, M.SEND_BACK: S.FIXING},
    S.CLOSED: {M.REOPEN: S.FIXING},
    S.WITHDRAWN: {},
}


def day(number: int, month: int = 3) -> date:
    return date(2020, month, number)


def turn(on: date, move: Move, to: FindingState, due: date) -> Turn:
    return Turn(on, move, to, due)


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("move", M)
def test_each_state_allows_its_moves_and_refuses_the_others_in_words(state, move):
    after = ALLOWED[state].get(move)
    assert next_state(state, move) == after
    if after is None:
        assert move.label in refusal(state, move)


def test_every_state_is_on_one_desk_and_the_desks_share_them_out():
    assert set(DESKS) == set(S)
    assert sorted([*AT_TOWNSHIP, *AT_UNIT, *AT_LEADER, *ENDED]) == sorted(S)


def test_every_way_back_to_the_township_sets_a_limit():
    back = {move for (state, move), to in TRANSITIONS.items() if DESKS[to] == Desk.TOWNSHIP != DESKS[state]}
    assert back <= set(SETS_LIMIT)


DUE, LATER = day(25), day(20, 4)
# The finding of the picture: contested, upheld, closed, reopened, answered again.
STORY = [
    turn(day(13), M.OPEN, S.TO_FIX, DUE),
    turn(day(18), M.CONTEST, S.CONTESTED, DUE),
    turn(day(20), M.WEIGH, S.WEIGHED, DUE),
    turn(day(20), M.UPHOLD, S.FIXING, DUE),
    turn(day(24), M.REPLY, S.REPLIED, DUE),
    turn(day(25), M.ACCEPT, S.ACCEPTED, DUE),
    turn(day(27), M.CLOSE, S.CLOSED, DUE),
    turn(day(6, 4), M.REOPEN, S.FIXING, LATER),
    turn(day(9, 4), M.PROGRESS, S.FIXING, LATER),
]


def test_the_days_on_each_desk_add_up_to_the_days_since_it_was_found():
    found = stays(day(12), STORY, day(10, 4))
    assert found == [
        Stay(Desk.UNIT, 1),
        Stay(Desk.TOWNSHIP, 5),
        Stay(Desk.UNIT, 2),
        Stay(Desk.TOWNSHIP, 4),
        Stay(Desk.UNIT, 1),
        Stay(Desk.LEADER, 2),
        Stay(Desk.NOBODY, 10),
        Stay(Desk.TOWNSHIP, 4),
    ]
    assert sum(stay.days for stay in found) == (day(10, 4) - day(12)).days == 29
    assert by_desk(found) == {Desk.TOWNSHIP: 13, Desk.UNIT: 4, Desk.LEADER: 2, Desk.NOBODY: 10}


def test_a_closed_finding_ages_no_more():
    assert sum(stay.days for stay in stays(day(12), STORY[:7], day(10, 4))) == (day(27) - day(12)).days


def test_a_finding_of_today_has_lain_nowhere():
    assert stays(day(12), [turn(day(12), M.OPEN, S.TO_FIX, DUE)], day(12)) == []


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        (STORY[:1], [Lapse(DUE, None)]),
        (STORY[:2], [Lapse(DUE, day(18))]),
        (STORY[:4], [Lapse(DUE, day(18)), Lapse(DUE, None)]),
        (STORY, [Lapse(DUE, day(18)), Lapse(DUE, day(24)), Lapse(LATER, None)]),
        (
            [STORY[0], turn(day(24), M.EXTEND, S.TO_FIX, LATER)],
            [Lapse(DUE, day(24)), Lapse(LATER, None)],
        ),
        ([STORY[0], turn(day(24), M.URGE, S.TO_FIX, DUE)], [Lapse(DUE, None)]),
        (
            [STORY[0], turn(day(24), M.REPLY, S.REPLIED, DUE), turn(day(24), M.REJECT, S.FIXING, DUE)],
            [Lapse(DUE, day(24)), Lapse(DUE, None)],
        ),
    ],
    ids=["runs", "contested", "upheld", "reopened", "extended", "urged", "rejected with the same limit"],
)
def test_a_limit_ends_with_an_answer_or_a_new_limit(turns, found):
    assert lapses(turns) == found


@pytest.mark.parametrize(
    ("state", "today", "late"),
    [
        (S.TO_FIX, DUE, 0),
        (S.TO_FIX, day(26), 1),
        (S.FIXING, day(1, 4), 7),
        (S.REPLIED, day(1, 4), 0),
        (S.CONTESTED, day(1, 4), 0),
        (S.CLOSED, day(1, 4), 0),
    ],
)
def test_the_last_day_is_on_time_and_only_the_township_is_late(state, today, late):
    assert days_late(state, DUE, today) == late
