"""What leaves the import desk: the rows not taken, and a whole number. Both stand in the log (P04, P05)."""

from django.db import transaction

from dabao import audit, crypto
from dabao.models import User
from dabao.scope import Right, Scope
from screening.imports import bad_rows
from screening.models import ListRow, SourceList
from screening.queries import lists as queries


@transaction.atomic
def bad_rows_file(*, scope: Scope, source: SourceList, actor: User) -> bytes:
    """The rows not taken as a workbook, with whole numbers: written to the log (P05)."""
    scope.require(Right.IMPORT, source.region_id)
    rows = [
        (row.sheet, cells, "；".join(problem[3] for problem in row.problems if problem[2] == "error"))
        for row, cells in queries.bad_rows(scope, source)
    ]
    audit.record(
        "list.export_bad_rows",
        actor=actor,
        obj=source,
        region_code=source.region_id,
        rows=len(rows),
        reason="退回改错",
    )
    return bad_rows.workbook(source.columns, rows)


@transaction.atomic
def reveal_row_number(*, scope: Scope, row: ListRow, actor: User) -> str:
    """The whole ID number of a source row; written to the log (B07, P04)."""
    scope.require(Right.REVEAL, row.region_id or row.source_list.region_id)
    audit.record("row.reveal", actor=actor, obj=row, region_code=row.region_id or "")
    return crypto.unseal(row.id_sealed)
