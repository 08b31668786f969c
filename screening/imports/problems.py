"""What can be wrong with a cell, a row, a household: the codes of the desk, their level and their words.

A message is 什么错了 + 。 + 怎么办: everything up to the first 。 is what is wrong. Values that identify a
person appear masked only.
"""

from dataclasses import dataclass
from typing import Any

ERROR, WARNING = "error", "warning"

ID_CODES = frozenset(("ID_FORMAT", "ID_CHECK", "ID_BIRTH", "ID_15", "ID_NUMBER", "ID_MISSING"))


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a value, before it is known in which row it stands."""

    code: str
    message: str
    level: str = ERROR


@dataclass(frozen=True, slots=True)
class Flawed:
    """What a parser returns for a value with a problem; `value` is what may be used all the same."""

    problem: Problem
    value: Any = None


def error(code: str, what: str, then: str) -> Flawed:
    return Flawed(Problem(code, f"{what}。{then}"))


def warning(code: str, what: str, then: str, value: Any) -> Flawed:
    return Flawed(Problem(code, f"{what}。{then}", WARNING), value)


def split_message(message: str) -> tuple[str, str]:
    """(什么错了, 怎么办) of a message."""
    what, _, then = message.partition("。")
    return what, then


def mask(value: Any, column_key: str) -> str:
    """A raw value as it may be shown: numbers that identify keep six and four characters, others are cut
    at 40.
    """
    text = printable(display(value))
    if column_key in ("id", "certificate"):
        return text if len(text) < 8 else f"{text[:6]}{'*' * max(len(text) - 10, 4)}{text[-4:]}"
    if column_key in ("household_number", "person_number"):
        return text if len(text) < 9 else f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"
    if column_key == "phone":
        return text if len(text) < 8 else f"{text[:3]}****{text[7:11][-4:]}"
    return text if len(text) <= 40 else text[:40] + "…"


def printable(text: str) -> str:
    """Text as it may be stored and shown: what cannot be (control characters, lone surrogates) is a box."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "□" for c in text)


def display(value: Any) -> str:
    """A raw cell as Excel shows it, more or less: whole numbers without .0, long ones in E notation."""
    if value.__class__ is float:
        if value == int(value) and abs(value) < 1e11:
            return str(int(value))
        return f"{value:.6G}" if abs(value) >= 1e11 else repr(value)
    return str(value)
