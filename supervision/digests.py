"""What a person is told once a day: new red flags, reminders not read, what waits for him (C27).

It is counted when it is asked for, so it never tells of finished work, and it names no person in need.
"""

from dataclasses import dataclass
from datetime import date

from dabao.models import Flag
from dabao.queries import notices
from dabao.scope import Right, Scope
from supervision.links import flag_url
from supervision.navigation import bar
from supervision.queries import townships
from supervision.queries.waiting import waiting

HOME = "/"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, and the page on which it is done."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Section:
    """Things of one kind; `kind` is that of their status mark."""

    title: str
    kind: str
    lines: list[Line]


def sections(scope: Scope, day: date, since: date | None) -> list[Section]:
    """What there is to tell on a day to somebody who was told last on `since`; empty kinds left out."""
    found = [
        Section("新记的红旗", "over", _flags(scope, day, since)),
        Section("没看过的提醒", "lag", [Line(one.text, one.url) for one in notices.unread(scope)]),
        Section("等你办的", "todo", _waiting(scope)),
    ]
    return [section for section in found if section.lines]


def number(found: list[Section]) -> int:
    return sum(len(section.lines) for section in found)


def _flags(scope: Scope, day: date, since: date | None) -> list[Line]:
    """Open flags of the scope noticed since; all open ones for who was never told."""
    if not scope.may(Right.READ):
        return []
    return [
        Line(_words(flag, day), flag_url(flag))
        for flag in townships.open_flags(scope, day)
        if since is None or flag.noticed_on > since
    ]


def _words(flag: Flag, day: date) -> str:
    return f"{flag.region.name}：{flag.label}，{(day - flag.due_on).days} 天"


def _waiting(scope: Scope) -> list[Line]:
    """The words of the bar with something behind them."""
    items = bar(scope, HOME, waiting(scope))
    return [Line(f"{item.label}：{item.count:,} 件", item.url) for item in items if item.count]
