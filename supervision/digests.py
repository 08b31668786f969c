"""What a person is told once a day: new red flags, reminders not read, what waits for him (C27).

It is counted when it is asked for, so it never tells of finished work, and it names no person in need.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse

from dabao.models import Flag
from dabao.queries import notices
from dabao.scope import Right, Scope
from supervision.links import flag_url
from supervision.navigation import bar
from supervision.pages.findings import findings_url
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


def sections(scope: Scope, day: date, known: Collection[UUID]) -> list[Section]:
    """What there is to tell on a day to somebody who knows those flags; empty kinds left out."""
    found = [
        Section("新记的红旗", "over", _flags(scope, day, known)),
        Section("没看过的提醒", "lag", [Line(one.text, one.url) for one in notices.unread(scope)]),
        Section("等你办的", "todo", _waiting(scope)),
    ]
    return [section for section in found if section.lines]


def number(found: list[Section]) -> int:
    return sum(len(section.lines) for section in found)


def open_flags(scope: Scope, day: date) -> list[Flag]:
    """The flags that are told to this scope, known to it or not."""
    return townships.open_flags(scope, day) if scope.may(Right.READ) else []


def _flags(scope: Scope, day: date, known: Collection[UUID]) -> list[Line]:
    new = [flag for flag in open_flags(scope, day) if flag.pk not in known]
    return [Line(_words(flag, day), flag_url(flag)) for flag in new]


def _words(flag: Flag, day: date) -> str:
    return f"{flag.region.name}：{flag.label}，{(day - flag.due_on).days} 天"


def _waiting(scope: Scope) -> list[Line]:
    """The words of the bar with something behind them; of 督战整改 each tab, with its own address."""
    waits = waiting(scope)
    tabs = [
        (label, waits.pop(name, 0), url)
        for name, label, url in (
            ("findings", "督战整改", findings_url(mine="1")),
            ("dispatches", "调度", reverse("supervision:dispatches")),
            ("bulletins", "通报待批", reverse("supervision:bulletins")),
        )
    ]
    items = [(item.label, item.count, item.url) for item in bar(scope, HOME, waits)]
    return [Line(f"{label}：{number:,} 件", url) for label, number, url in [*items, *tabs] if number]
