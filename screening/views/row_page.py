"""What the page of a source row shows, put together from queries."""

from typing import Any

from dabao import crypto
from dabao.scope import Right, Scope
from screening.imports import reading
from screening.queries import lists as queries
from screening.queries.cases import case_of


def context(scope: Scope, row: Any, column: str) -> dict[str, Any]:
    """The row's cells beside what was read; `column` (a key of the list's kind) is the cell asked for."""
    source = row.source_list
    region = row.region_id or source.region_id
    verifies = scope.may(Right.VERIFY, region) or scope.may(Right.IMPORT, region)
    now = _cells(row, verifies)
    before, after = queries.neighbours(scope, row)
    earlier = queries.earlier_editions(scope, row)
    diff, same = reading.differences(now, _cells(earlier[0], verifies)) if earlier else ([], 0)
    return {
        "row": row,
        "source": source,
        "cells": now,
        "asked": next((cell for cell in now if cell.key == column), None) if column else None,
        "case": case_of(scope, row.household_id),
        "has_income": any(cell.key == "income" for cell in now),
        "before": before,
        "after": after,
        "family": queries.same_household(scope, row),
        "earlier": earlier,
        "diff": diff,
        "same": same,
        "uses": queries.uses(scope, row),
        "corrections": queries.corrections(scope, source, row.sheet, row.line),
        "rows_total": source.totals.get("rows_read", 0),
        "header": source.totals.get("header", {}).get(row.sheet, [None])[0],
        "masked_number": _masked(row),
        "may_reveal": bool(row.id_sealed) and scope.may(Right.REVEAL, region),
        "may_desk": scope.may(Right.IMPORT, source.region_id),
        "problems": [
            (title, level, *reading_words(message)) for title, _code, level, message, _value in row.problems
        ],
    }


def reading_words(message: str) -> tuple[str, str]:
    what, _, then = message.partition("。")
    return what, then


def _cells(row: Any, verifies: bool) -> list[reading.ReadCell]:
    source = row.source_list
    return reading.read_cells(
        source.kind, source.as_of, source.columns.get(row.sheet, []), reading.raw_cells(row), verifies
    )


def _masked(row: Any) -> str:
    number = crypto.unseal(row.id_sealed)
    return crypto.mask_id(number) if number else ""
