"""Who may make which move of a finding: by office, and as the second of two people (C21)."""

from datetime import date

from django.core.exceptions import PermissionDenied

from dabao.models import User
from dabao.scope import Right, Scope
from supervision.choices import Move
from supervision.models import Finding
from supervision.queries import findings as queries
from supervision.rules import rectification as rules

RIGHTS: dict[str, Right] = {
    **dict.fromkeys((Move.PROGRESS, Move.REPLY, Move.CONTEST), Right.RECTIFY),
    **dict.fromkeys((Move.WEIGH, Move.ACCEPT, Move.REJECT), Right.SUPERVISE),
    **dict.fromkeys((Move.OPEN, Move.REOPEN, Move.EXTEND, Move.URGE), Right.SUPERVISE),
    **dict.fromkeys((Move.UPHOLD, Move.WITHDRAW, Move.CLOSE, Move.SEND_BACK), Right.ORDER),
}
# The order in which moves are offered.
OFFERED = (
    Move.REPLY,
    Move.PROGRESS,
    Move.CONTEST,
    Move.WEIGH,
    Move.ACCEPT,
    Move.REJECT,
    Move.UPHOLD,
    Move.WITHDRAW,
    Move.CLOSE,
    Move.SEND_BACK,
    Move.REOPEN,
    Move.EXTEND,
    Move.URGE,
)


def may(scope: Scope, finding: Finding, move: str, day: date) -> bool:
    """Whether the scope holds what the move asks for there, whatever the finding's state.

    A leader's part falls to the county office while there is no leader who may take it. A limit is extended
    by who set it, or by a leader; that is no second hand, so a leader's own limit stays his.
    """
    code = finding.region_id
    if RIGHTS[move] == Right.ORDER:
        return _decides(scope, finding, leader=queries.leader_besides(scope, finding, day))
    if not scope.may(RIGHTS[move], code):
        return False
    if move != Move.EXTEND or finding.limit_by_id == scope.user_id:
        return True
    return _decides(scope, finding, leader=queries.leader_there(scope, finding, day))


def _decides(scope: Scope, finding: Finding, *, leader: bool) -> bool:
    """A leader, or the county office while there is no `leader` for it."""
    code = finding.region_id
    return scope.may(Right.ORDER, code) or (scope.may(Right.DISPATCH, code) and not leader)


def require(scope: Scope, finding: Finding, move: str, day: date) -> None:
    """Raise PermissionDenied unless the scope may make that move."""
    if not may(scope, finding, move, day):
        raise PermissionDenied(f"“{Move(move).label}”不由你的岗位办。请回督战整改，看轮到谁。")


def second_person(scope: Scope, finding: Finding, move: str, actor: User) -> str:
    """Why this very person may not make the move though his office may; empty when he may."""
    if move == Move.CLOSE and finding.accepted_by_id == actor.pk:
        return "复查是你通过的，销号要由另一个人办。"
    if move in (Move.WEIGH, Move.UPHOLD, Move.WITHDRAW):
        if queries.author_of(scope, finding, Move.CONTEST) == actor:
            return "异议是你提的，复核和裁定要由另一个人办。"
        if move != Move.WEIGH and queries.author_of(scope, finding, Move.WEIGH) == actor:
            return "异议是你复核的，裁定要由另一个人办。"
    if move in (Move.ACCEPT, Move.REJECT) and queries.author_of(scope, finding, Move.REPLY) == actor:
        return "整改是你回复的，复查要由另一个人办。"
    return ""


def moves_of(scope: Scope, finding: Finding, actor: User, day: date) -> list[Move]:
    """The moves this person can make now, the one that is expected first."""
    return [
        move
        for move in OFFERED
        if rules.next_state(finding.state, move)
        and may(scope, finding, move, day)
        and not second_person(scope, finding, move, actor)
    ]
