"""An import in the foreground, as the command and the demo do it: staged and confirmed in one transaction."""

import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction

from dabao import audit, clock, plans
from dabao.models import User
from screening.choices import Hold, ListState
from screening.imports import outcome
from screening.models import SourceList
from screening.services.list_confirming import COUNTED, apply_list
from screening.services.list_staging import stage_list, upload_list

NUMBERS = (*COUNTED, "households", "persons", "disappeared", "unmatched")


def import_list(
    *,
    kind: str,
    path: Path,
    as_of: date,
    region_code: str | None = None,
    hold: str = Hold.HOUSEHOLD,
    dry_run: bool = False,
    reason: str = "",
    actor: User | None = None,
) -> dict[str, Any]:
    """Import a file in the foreground; comes back as the JSON contract has it.

    Nothing of a dry run stays but its event in the log, nothing of a list that is refused while it is
    written. `reason`: why the totals differ from the plan's; the log says when a command gave none.
    """
    begun = time.monotonic()
    stored, kept = "", False
    try:
        with transaction.atomic(), path.open("rb") as stream:
            source = upload_list(
                actor=actor,
                kind=kind,
                file=File(stream),
                file_name=path.name,
                as_of=as_of,
                region_code=region_code or plans.current().region_id,
            )
            stored = source.stored_as
            source = stage_list(source=source, hold=hold, preview=dry_run)
            if source.state == ListState.STAGED and not dry_run:
                source = apply_list(source=source, actor=actor, day=clock.today(), reason=reason)
            result = report(source, seconds=time.monotonic() - begun)
            transaction.set_rollback(dry_run)
        kept = not dry_run
    finally:
        if stored and not kept:
            default_storage.delete(stored)
    if dry_run:
        _record_dry_run(result, actor)
    return result


@transaction.atomic
def _record_dry_run(result: dict[str, Any], actor: User | None) -> None:
    audit.record(
        "list.dry_run",
        actor=actor,
        region_code=result["region"],
        label=audit.COMMAND_LINE,
        **{key: result[key] for key in ("kind", "sha256", "as_of", *COUNTED)},
    )


def refusal(
    *, kind: str, file_name: str, as_of: date, region_code: str | None, message: str
) -> dict[str, Any]:
    """The JSON of a file of which nothing was kept: every key of the contract, with nothing in it."""
    return {
        "id": None,
        "kind": kind,
        "file": file_name,
        "sha256": None,
        "as_of": as_of.isoformat(),
        "region": region_code,
        **dict.fromkeys(NUMBERS, 0),
        "errors": [],
        "warnings": [],
        "skipped_why": {},
        "refused": message,
        "seconds": 0.0,
    }


def report(source: SourceList, *, seconds: float | None = None) -> dict[str, Any]:
    """The JSON of import_list for a list (interfaces)."""
    totals = source.totals
    with connection.cursor() as cursor:
        errors, warnings = outcome.problems_of(cursor, source)
    return {
        "id": str(source.pk),
        "kind": source.kind,
        "file": source.file_name,
        "sha256": source.sha256,
        "as_of": source.as_of.isoformat(),
        "region": source.region_id,
        **{key: totals.get(key, 0) for key in NUMBERS},
        "errors": errors,
        "warnings": warnings,
        "skipped_why": totals.get("skipped_why", {}),
        "refused": source.refused or None,
        "seconds": round(totals.get("seconds", 0.0) if seconds is None else seconds, 2),
    }
