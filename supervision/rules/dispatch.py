"""Where an order stands in a township, whose move it is, what is late (C19, Plan 三(一)).

A township owes a reply by one day and, where the order says so, the work by another. Each last day is on
time; the flag comes with the next. A word that the sender gave back is owed again, by a new limit.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from supervision.choices import DispatchMove, Duty

_M = DispatchMove


class Stage(StrEnum):
    """Where an order stands in a township."""

    TO_REPLY = "to_reply"
    REPLIED = "replied"
    TO_FINISH = "to_finish"
    FINISHED = "finished"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Facts:
    """The days of an order in one township; None = not yet, for `finish_by`: only a reply is asked for."""

    reply_by: date
    finish_by: date | None = None
    replied_on: date | None = None
    accepted_on: date | None = None
    finished_on: date | None = None
    done_on: date | None = None
    asked_until: date | None = None

    @property
    def stage(self) -> Stage:
        if self.done_on:
            return Stage.DONE
        if self.finished_on:
            return Stage.FINISHED
        if self.accepted_on:
            return Stage.TO_FINISH
        return Stage.REPLIED if self.replied_on else Stage.TO_REPLY


def owed(facts: Facts) -> dict[Duty, date]:
    """What the township still owes, with the last day of each."""
    found: dict[Duty, date] = {}
    if facts.replied_on is None and facts.finished_on is None:
        found[Duty.REPLY] = facts.reply_by
    if facts.finish_by is not None and facts.finished_on is None:
        found[Duty.FINISH] = facts.finish_by
    return {} if facts.done_on else found


def late(facts: Facts, day: date) -> dict[Duty, int]:
    """Days by which each duty is past its limit."""
    return {duty: (day - limit).days for duty, limit in owed(facts).items() if day > limit}


def waits_for_sender(facts: Facts) -> bool:
    """Whether the next move is the sender's: a word to look at, or a longer limit asked for."""
    return facts.stage in (Stage.REPLIED, Stage.FINISHED) or facts.asked_until is not None


def extends(facts: Facts) -> Duty:
    """The duty whose limit a township asks to put off."""
    return Duty.FINISH if facts.finish_by else Duty.REPLY


# (stage, move): every other move is refused. What is asked on top (a limit, an open request) stands below.
_WITH_TOWNSHIP = (Stage.TO_REPLY, Stage.REPLIED, Stage.TO_FINISH)
ALLOWED = frozenset(
    {(stage, _M.REPLIED) for stage in (Stage.TO_REPLY, Stage.REPLIED)}
    | {(stage, move) for stage in _WITH_TOWNSHIP for move in (_M.FINISHED, _M.ASKED, _M.EXTENDED, _M.REFUSED)}
    | {(stage, _M.URGED) for stage in (Stage.TO_REPLY, Stage.TO_FINISH)}
    | {
        (Stage.REPLIED, _M.ACCEPTED),
        (Stage.REPLIED, _M.RETURNED),
        (Stage.FINISHED, _M.RETURNED),
        (Stage.FINISHED, _M.DONE),
    }
)
_WHERE = {
    Stage.TO_REPLY: "乡镇还没回复",
    Stage.REPLIED: "乡镇已经回复，等发令的看",
    Stage.TO_FINISH: "回复已经认可，等乡镇办完",
    Stage.FINISHED: "乡镇已报办完，等发令的看",
    Stage.DONE: "已经办结",
}


def refusal(facts: Facts, move: DispatchMove) -> str:
    """Why a move is not possible now, in words; empty when it is."""
    if (facts.stage, move) not in ALLOWED:
        return f"现在不能{move.label}：{_WHERE[facts.stage]}。请刷新页面看到了哪一步。"
    if move == _M.FINISHED and facts.finish_by is None:
        return "这份调度只要回复，没有完成限期。请写回复。"
    if move == _M.ASKED and facts.asked_until:
        return "已经提过延期，等发令的定。"
    if move == _M.ASKED and extends(facts) not in owed(facts):
        return "已经回复，不用再延期。"
    if move == _M.REFUSED and not facts.asked_until:
        return "乡镇没有提延期。"
    return ""


def limit_refusal(old: date, new: date | None, day: date) -> str:
    """Why a new limit will not do: it must be a later day, and not gone by."""
    if new is None:
        return "没写延到哪天。请选一个日子。"
    if new <= old:
        return f"新的限期要晚于{old.month}月{old.day}日。请另选一天。"
    return f"{new.month}月{new.day}日已经过了。请另选一天。" if new < day else ""
