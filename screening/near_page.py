"""What the page of near matches shows: the pairs that wait, and one pair side by side (C06)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dabao import crypto
from dabao.scope import Right, Scope
from screening.choices import ListKind, NearReason, RowState, Sex
from screening.imports import reading
from screening.imports.problems import mask
from screening.models import NearMatch
from screening.queries import editions, known_facts
from screening.queries import near_matches as queries

DEPARTMENTS = {
    ListKind.DISABILITY: "残联",
    ListKind.ILLNESS: "医保",
    ListKind.BENEFITS: "民政",
}
TAB_WORDS = {queries.WAITING: "待认", queries.ASKED: "已问乡镇", queries.DECIDED: "已认"}
_TAKEN = (RowState.CREATED, RowState.UPDATED, RowState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    count: int
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the comparison: both sides in (text, lit) pieces; `same` None = nothing to compare."""

    label: str
    mine: list[tuple[str, bool]]
    theirs: list[tuple[str, bool]]
    same: bool | None
    says: str
    big: bool = False


def tabs(scope: Scope, tab: str, region: str) -> list[Tab]:
    found = queries.pairs(scope).filter(region__code__startswith=region)
    more = {"region": region} if region else {}
    return [
        Tab(label, f"?{urlencode({'tab': key} | more)}", found.filter(queries.TABS[key]).count(), key == tab)
        for key, label in TAB_WORDS.items()
    ]


def sums(scope: Scope) -> list[dict[str, Any]]:
    """List by list: its rows = taken by their number + recognised + waiting + found nobody."""
    found = []
    for source in editions.near_lists(scope):
        if not scope.may(Right.IMPORT, source.region_id):
            continue
        near = queries.near_rows(scope, source)
        taken = source.totals.get("created", 0) + source.totals.get("updated", 0) + source.totals["unchanged"]
        found.append(
            {
                "source": source,
                "rows": source.totals["rows_read"],
                "taken": taken,
                "near": near,
                "rest": source.totals["rows_read"] - taken - near,
            }
        )
    return found


def context(scope: Scope, pair: NearMatch, day: date) -> dict[str, Any]:
    """One pair: the person as the base has him beside the row as it came."""
    row, person = pair.row, pair.person
    cells = reading.read_cells(
        row.source_list.kind,
        row.source_list.as_of,
        row.source_list.columns.get(row.sheet, []),
        reading.raw_cells(row),
        True,
    )
    family = known_facts.of_person(scope, person.pk, day)
    others = queries.pairs(scope).filter(row=row).exclude(pk=pair.pk)
    return {
        "pair": pair,
        "department": DEPARTMENTS[ListKind(pair.kind)],
        "lines": _lines(pair),
        "cells": [cell for cell in cells if cell.key not in ("id", "certificate", "name", None)],
        "known": family,
        "others": others,
        "why": [NearReason(reason).label for reason in pair.reasons],
        "may_reveal": scope.may(Right.REVEAL, pair.region_id),
        "town": pair.region.parent.name if pair.region.parent else pair.region.name,
        "reveal_url": reverse("screening:match-reveal", args=[pair.pk]),
    }


def _lines(pair: NearMatch) -> list[Line]:
    row, person = pair.row, pair.person
    mine, theirs = person.id_number, crypto.unseal(row.id_sealed) if row.id_sealed else ""
    born = row.parsed.get("birth", "")
    place = _place(row.region) if row.region_id and row.region_id != row.source_list.region_id else ""
    return [
        _line("姓名", person.name, row.name, big=True),
        Line(
            "证件号码",
            _lit(mine, theirs, mask(mine, "id")),
            _lit(theirs, mine, mask(theirs, "id")),
            bool(theirs) and mine == theirs,
            "不同" if theirs else "没有号码",
            big=True,
        ),
        _line("性别", _sex(person.sex), _sex(row.parsed.get("sex"))),
        _line("出生", person.birth_date.isoformat() if person.birth_date else "", born),
        _line("乡镇·村", _place(pair.region), place),
    ]


def _sex(code: str | None) -> str:
    return Sex(code).label if code else ""


def _place(region: Any) -> str:
    return (
        f"{region.parent.name}·{region.name}" if region.level == "village" and region.parent else region.name
    )


def _line(label: str, mine: str, theirs: str, *, big: bool = False) -> Line:
    same = mine == theirs if mine and theirs else None
    says = {True: "相同", False: "不同", None: "对方没有" if mine else "库里没有"}[same]
    return Line(label, _lit(mine, theirs), _lit(theirs, mine), same, says, big)


def _lit(text: str, other: str, shown: str = "") -> list[tuple[str, bool]]:
    """The text in characters, those that differ lit; `shown` is its masked form, place by place."""
    shown = shown or text
    if len(text) != len(other):
        return [(shown, False)] if shown else []
    return [(character, text[i] != other[i]) for i, character in enumerate(shown)]
