"""Checked rows become staged rows: one COPY into ListRow, with what identifies a person sealed (P01)."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from dabao import crypto
from screening import names
from screening.choices import ListKind, RowState, SkipReason
from screening.imports import values
from screening.imports.check import Checked, Line
from screening.imports.match import NEAR_KINDS
from screening.models import SourceList
from screening.rules.identity import IdReading

_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode

COLUMNS = (
    "source_list_id",
    "sheet",
    "line",
    "raw",
    "region_id",
    "household_key",
    "person_number",
    "name",
    "id_sealed",
    "id_index",
    "id_last4_index",
    "phone_sealed",
    "detail_sealed",
    "parsed",
    "state",
    "skip",
    "problems",
)

# What of each kind goes into `parsed` under its own name, as it was understood.
_PARSED = {
    ListKind.REGISTRY: (
        "relation",
        "sex",
        "birth",
        "ethnicity",
        "education",
        "student",
        "health",
        "labour",
        "work",
        "work_months",
    ),
    ListKind.DISABILITY: ("kind", "grade", "parts", "status", "issued_on"),
    ListKind.ILLNESS: ("admitted_on", "discharged_on", "total_cost", "own_cost", "filing"),
    ListKind.BENEFITS: ("scheme", "tier", "monthly", "from_month", "covered_people", "relation"),
    ListKind.MONITORED: ("watch_type", "found_on", "risk", "cleared", "size", "relation"),
    ListKind.MARGINAL: (
        "watch_type",
        "found_on",
        "risk",
        "cleared",
        "size",
        "relation",
        "sex",
        "birth",
        "labour",
        "health",
    ),
    ListKind.FINDINGS: ("campaign", "finding", "found_on"),
}

# Values of the household that its rows repeat: column of the list → field of Household.
HOUSEHOLD_FIELDS = {
    "group": "group",
    "poverty_status": "poverty_status",
    "lifted_year": "lifted_year",
    "household_type": "poverty_kind",
    "cause": "cause",
    "income": "income_per_capita",
    "dangerous_house": "unsafe_house",
    "safe_water": "safe_water",
}


def stage_rows(source: SourceList, checked: Checked, at_once: bool = False) -> None:
    """Replace the staged rows of a list by those of its file.

    `at_once`: the list is confirmed in the same transaction; its rows wait in a temp table `staged` and
    come into ListRow once, as they end.
    """
    table = "staged" if at_once else "screening_listrow"
    with connection.cursor() as cursor:
        if at_once:
            cursor.execute(
                "CREATE TEMP TABLE staged (LIKE screening_listrow INCLUDING DEFAULTS) ON COMMIT DROP"
            )
        else:
            cursor.execute("DELETE FROM screening_listrow WHERE source_list_id = %s", [source.pk])
        statement = f"COPY {table} ({', '.join(COLUMNS)}) FROM STDIN"
        with cursor.cursor.copy(statement) as copy:
            for row in _rows(source, checked):
                copy.write_row(row)


def column_report(checked: Checked) -> dict[str, list[list[Any]]]:
    """Sheet → [[heading, field or None], …] for SourceList.columns."""
    report = {}
    for segment in checked.segments:
        by_position = {position: key for key, position in segment.header.columns.items()}
        report[segment.sheet.name] = [
            [title, by_position.get(position)] for position, title in enumerate(segment.header.titles)
        ]
    return report


def _rows(source: SourceList, checked: Checked) -> Iterator[tuple[Any, ...]]:
    leads = _household_values(checked) if checked.kind.code in (ListKind.REGISTRY, ListKind.MARGINAL) else {}
    fields = [key for key in _PARSED[ListKind(checked.kind.code)] if key in checked.values]
    columns = [checked.values[key] for key in fields]
    phones, valid = checked.column("phone"), checked.column("name")
    households, persons = checked.values.get("household"), checked.column("person_number")
    household_keys = households or checked.column("household_number")
    places, illnesses, filings = checked.column("place"), checked.column("illness"), checked.column("filing")
    # By the name's sound and the birth date rows are compared with people whose number they miss (C06).
    pinyin = checked.kind.code in (ListKind.REGISTRY, ListKind.MARGINAL, *NEAR_KINDS)
    near = checked.kind.code in NEAR_KINDS
    list_id = str(source.pk)
    for line in checked.lines:
        sheet = checked.segments[line.sheet].sheet.name
        raw = _seal_cells(line)
        i = line.data
        if i is None:
            yield (
                list_id,
                sheet,
                line.number,
                raw,
                source.region_id,
                "",
                "",
                "",
                None,
                None,
                None,
                None,
                None,
                "{}",
                RowState.SKIPPED.value,
                line.skip.value,
                "[]",
            )
            continue
        parsed = {key: _plain(column[i]) for key, column in zip(fields, columns, strict=True)}
        if i in leads:
            parsed["h"] = leads[i]
        name = valid[i] or ""
        if pinyin and name:
            parsed["initials"], parsed["name_key"] = names.initials(name), names.name_key(name)
        phone, detail = None, None
        if phones[i]:
            phone = crypto.seal(phones[i])
            parsed["phone"] = crypto.blind(phones[i])[:8].hex()
        if illnesses[i]:
            detail = crypto.seal(illnesses[i])
            parsed["diagnosis"] = crypto.blind(illnesses[i]).hex()
        reading = checked.identities[i]
        if pinyin and reading is not None and reading.ok:
            parsed["sex"], parsed["birth"] = reading.sex, str(reading.born)
        if near and reading is not None and not reading.ok and reading.cleaned:
            parsed["refused"] = crypto.blind(reading.cleaned[:40]).hex()
        if checked.kind.code == ListKind.DISABILITY and reading is not None and reading.kind is not None:
            detail = crypto.seal(reading.cleaned)
        problems = checked.problems.get(i)
        yield (
            list_id,
            sheet,
            line.number,
            raw,
            places[i] or source.region_id,
            _key(household_keys[i]),
            persons[i] or "",
            name,
            *_identity(reading),
            phone,
            detail,
            _encode(parsed),
            "",
            _skip_by_content(checked, i, filings[i]),
            _encode(problems) if problems else "[]",
        )


def _key(key: str | None) -> str:
    """A household by its head has no number: its key is a digest, so that no ID number stands in the
    clear.
    """
    if key is None:
        return ""
    return f"#{crypto.blind(key).hex()[:32]}" if key.startswith("head:") else key


def _skip_by_content(checked: Checked, i: int, filing: str | None) -> str:
    """A chronic illness by its filing is no major illness (interfaces, `illness`)."""
    chronic = filing is not None and any(word in filing for word in values.CHRONIC_FILING)
    return SkipReason.NOT_MAJOR.value if chronic and not checked.has_error(i) else ""


def _identity(reading: IdReading | None) -> tuple[bytes | None, bytes | None, bytes | None]:
    """Sealed number, its index, the index of its last four; a refused number is kept sealed for near
    matches.
    """
    if reading is None or not (reading.number or reading.cleaned):
        return None, None, None
    if not reading.ok:
        return crypto.seal(reading.cleaned[:40]), None, None
    number = reading.number
    return crypto.seal(number), crypto.blind(number), crypto.blind_last4(number)


def _seal_cells(line: Line) -> bytes | None:
    """The cells as they came, as one sealed JSON array; trailing blanks left out, None for a blank line."""
    cells = line.cells
    end = len(cells)
    while end and cells[end - 1] == "":
        end -= 1
    return crypto.seal(_encode(cells[:end])) if end else None


def _household_values(checked: Checked) -> dict[int, dict[str, Any]]:
    """Lead row of each household (its head, else its first row) → what the list says of the household.

    A field takes the first value that is known, the lead's first: some exports fill only the head's row.
    """
    relations, keys = checked.column("relation"), checked.values["household"]
    fields = [
        (checked.values[key], field) for key, field in HOUSEHOLD_FIELDS.items() if key in checked.values
    ]
    status = "poverty_status" if "poverty_status" in checked.values else None
    members: dict[str, list[int]] = defaultdict(list)
    for i, key in enumerate(keys):
        if key is not None:
            members[key].append(i)
    leads = {}
    for rows in members.values():
        lead = next((i for i in rows if relations[i] == "01" and not checked.has_error(i)), None)
        if lead is None:
            lead = next((i for i in rows if not checked.has_error(i)), rows[0])
        ordered = [lead, *(i for i in rows if i != lead)]
        household = {
            field: _plain(next((column[i] for i in ordered if column[i] is not None), None))
            for column, field in fields
        }
        if checked.kind.code == ListKind.REGISTRY and not (status and household["poverty_status"]):
            household["poverty_status"] = _status_by_type(household.get("poverty_kind"))
        leads[lead] = household
    return leads


def _status_by_type(household_type: str | None) -> str:
    """脱贫属性 told by 贫困户属性 when it has no column or no value: 一般脱贫户 is lifted, 一般贫困户 is
    not.
    """
    if household_type and any(word in household_type for word in values.LIFTED_WORDS):
        return "lifted"
    if household_type and any(word in household_type for word in values.POOR_WORDS):
        return "not_lifted"
    return ""


def _plain(value: Any) -> Any:
    """A value as JSON holds it: dates in ISO form, amounts as text."""
    return str(value) if isinstance(value, (date, Decimal)) else value
