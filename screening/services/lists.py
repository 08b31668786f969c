"""The import desk: upload, stage, confirm, discard; the command's foreground path walks the same steps
(F01–F17).

Staging and confirming are one transaction each and safe to repeat: a killed worker leaves the list as it was,
and the job begins again. One import at a time writes a county's registry (advisory lock).
"""

import hashlib
import logging
import time
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone

from dabao import audit, clock, crypto, jobs, plans
from dabao.models import Job, Region, User
from dabao.scope import Right, Scope
from screening.choices import Hold, ListKind, ListState
from screening.imports import apply, bad_rows, outcome, stage
from screening.imports.check import check
from screening.imports.kinds import KINDS
from screening.imports.places import Place, PlaceIndex
from screening.imports.read import RefusedError, current_limits, read_file
from screening.models import ColumnAlias, ListRow, SourceList
from screening.queries import lists as queries

logger = logging.getLogger(__name__)
LOCK_SPACE = 0x11575  # advisory locks of the desk: (space, county code)
LOCK_WAIT = "120s"  # an import waits for another one of its county; a person's click never does
TOTALS_COMPUTED_BY = ("rows_read", "created", "updated", "unchanged", "rejected", "skipped")


@transaction.atomic
def upload_list(
    *, actor: User | None, kind: str, file: File, file_name: str, as_of: date, region_code: str
) -> SourceList:
    """Keep an uploaded file under a random name and make its list, still unread. Refuses what is too big."""
    limits = current_limits()
    if file.size is not None and file.size > limits.packed:
        raise ValidationError(f"文件超过 {limits.packed // 1024 // 1024} MB。请按乡镇拆成几个文件分别上传。")
    region = Region.objects.filter(code=region_code, level__in=("county", "township", "village")).first()
    if region is None:
        raise ValidationError(f"没有代码为 {region_code} 的县、乡镇或村。请核对。")
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    source = SourceList(
        kind=kind,
        as_of=as_of,
        region=region,
        file_name=Path(file_name.replace("\\", "/")).name[-200:],
        sha256=digest.hexdigest(),
        uploaded_by=actor,
    )
    file.seek(0)
    source.stored_as = default_storage.save(
        f"lists/{uuid4().hex}{Path(source.file_name).suffix[:6].lower()}", file
    )
    source.full_clean(exclude=["totals", "columns"])
    source.save()
    audit.record(
        "list.upload",
        actor=actor,
        obj=source,
        region_code=region.code,
        kind=kind,
        sha256=source.sha256,
        label=audit.COMMAND_LINE,
    )
    return source


@transaction.atomic
def queue_staging(*, source: SourceList, actor: User | None) -> Job:
    """Have a worker read the list; the page shows the job's progress."""
    job = jobs.enqueue("screening.stage_list", created_by=actor, list_id=str(source.pk))
    source.job = job
    source.save(update_fields=["job"])
    return job


def stage_list(
    *, source: SourceList, job: Job | None = None, hold: str = Hold.HOUSEHOLD, preview: bool = True
) -> SourceList:
    """Read, check and stage a list and work out its preview; a file that is not taken becomes 已拒绝.

    A command that confirms at once, in the same transaction, needs no preview: confirming walks the same
    plan.
    """
    if source.state not in (ListState.UPLOADED, ListState.STAGED):
        return source
    begun = time.monotonic()
    try:
        _refuse_older(source)
        jobs.progress(job, "读表格", 0, 4)
        with default_storage.open(source.stored_as) as stored:
            sheets = read_file(Path(stored.name), source.file_name)
        jobs.progress(job, "逐行检查", 1, 4)
        aliases = dict(ColumnAlias.objects.filter(kind=source.kind).values_list("heading", "field"))
        kind = KINDS[source.kind]
        checked = check(kind, sheets, aliases, _places(source.region_id), source.region_id, source.as_of)
    except RefusedError as refused:
        return _refuse(source, refused.message)
    jobs.progress(job, "存下每一行", 2, 4)
    with transaction.atomic(), connection.cursor() as cursor:
        source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
        source.hold = hold
        source.columns = stage.column_report(checked)
        stage.stage_rows(source, checked, at_once=not preview)
        source.totals = {
            **(_preview(cursor, source) if preview else {}),
            "unread_sheets": checked.unread_sheets,
        }
        source.totals["header"] = {
            segment.sheet.name: [segment.header.last + 1, segment.header.learnt]
            for segment in checked.segments
        }
        source.totals["seconds"] = round(time.monotonic() - begun, 2)
        source.state = ListState.STAGED
        source.save(update_fields=["hold", "columns", "totals", "state"])
    jobs.progress(job, "预览好了", 4, 4)
    return source


def _refuse(source: SourceList, message: str) -> SourceList:
    with transaction.atomic():
        source.state, source.refused = ListState.REFUSED, message
        source.save(update_fields=["state", "refused"])
        audit.record(
            "list.refuse",
            actor=source.uploaded_by,
            obj=source,
            region_code=source.region_id,
            result="refused",
            label=audit.COMMAND_LINE,
        )
    return source


def _refuse_older(source: SourceList) -> None:
    """An older edition than the newest confirmed one of its kind and (overlapping) region changes nothing
    (F15).
    """
    codes = [source.region_id[:n] for n in (2, 4, 6, 9, 12) if n <= len(source.region_id)]
    newer = (
        SourceList.objects.filter(
            Q(region_id__in=codes) | Q(region__code__startswith=source.region_id),
            kind=source.kind,
            state=ListState.CONFIRMED,
            as_of__gt=source.as_of,
        )
        .order_by("-as_of")
        .first()
    )
    if newer is not None:
        raise RefusedError(
            f"这份名单截至 {source.as_of}，库里已有截至 {newer.as_of} 的新一期。旧名单不能盖住新名单；"
            "请核对截至日期，或上传更新的名单。"
        )


def _places(region_code: str) -> PlaceIndex:
    """Names of the county that the declared region belongs to (of the region itself when above counties)."""
    county_code = region_code[:6]
    fields = ("code", "name", "official_name", "aliases")
    county = Place(*Region.objects.values_list(*fields).get(code=county_code))
    inside = Region.objects.filter(code__startswith=county_code).exclude(code=county_code)
    return PlaceIndex(county, (Place(*row) for row in inside.values_list(*fields)))


def _preview(cursor: Any, source: SourceList) -> dict[str, Any]:
    """Plan the list and settle its rows without writing to the base; returns the totals."""
    apply.plan(cursor, source, source.hold == Hold.HOUSEHOLD)
    outcome.settle_rows(cursor, source, written=False)
    if source.kind in (ListKind.REGISTRY, ListKind.MARGINAL):
        outcome.name_other_places(cursor)
    totals = {**outcome.count(cursor, source), **outcome.count_after_plan(cursor, source)}
    outcome.drop_plan(cursor)
    return totals


def control_totals(source: SourceList) -> dict[str, Any] | None:
    """The plan's baseline beside the file's (242 户 691 人, C01); None where it says nothing.

    It says something about a registry list of the plan's whole region. `met` is whether both numbers agree.
    """
    if source.kind != ListKind.REGISTRY or "not_lifted" not in source.totals:
        return None
    try:
        plan = plans.current()
    except plans.NoPlanError:
        return None
    if plan.region_id != source.region_id:
        return None
    found = source.totals["not_lifted"]
    expected = {"households": plan.baseline_households, "persons": plan.baseline_persons}
    return {"expected": expected, "found": found, "met": expected == found}


def run_staging(*, job: Job, list_id: str) -> dict[str, Any]:
    """The job of staging; safe to repeat."""
    return {"state": stage_list(source=SourceList.objects.get(pk=list_id), job=job).state}


def run_confirmation(*, job: Job, list_id: str, day: str, reason: str = "") -> dict[str, Any]:
    """The job of confirming; done already, it changes nothing."""
    source = SourceList.objects.get(pk=list_id)
    source = apply_list(
        source=source, actor=job.created_by, day=date.fromisoformat(day), job=job, reason=reason
    )
    return {"state": source.state}


@transaction.atomic
def confirm_list(*, source: SourceList, actor: User | None, hold: str, reason: str = "") -> Job:
    """Confirm a staged list; a worker writes it. Twice is once; the second of two people is told who was
    first.
    """
    source = (
        SourceList.objects.select_for_update(of=("self",))
        .select_related("confirmed_by", "job")
        .get(pk=source.pk)
    )
    if source.state == ListState.CONFIRMED or (
        source.confirmed_by_id and source.confirmed_by_id != actor_id(actor)
    ):
        who = source.confirmed_by.name if source.confirmed_by else audit.COMMAND_LINE
        when = timezone.localtime(source.confirmed_at or timezone.now())
        raise ValidationError(f"{who} 已在 {when:%m月%d日 %H:%M} 确认入库，不用再确认。请刷新页面看结果。")
    if source.confirmed_by_id and source.job and not source.job.is_over:
        return source.job
    if source.state != ListState.STAGED:
        raise ValidationError("这份名单还没有检查完，或已放弃。请刷新页面，看它现在的状态。")
    controls = control_totals(source)
    if controls and not controls["met"] and len(reason.strip()) < 4:
        raise ValidationError("未脱贫的户数、人数与方案不符。请先核对名单；确认无误的，写明原因后再确认。")
    source.hold, source.confirmed_by, source.confirmed_at = hold, actor, timezone.now()
    source.version += 1
    job = jobs.enqueue(
        "screening.confirm_list",
        created_by=actor,
        key=f"confirm:{source.pk}:{source.version}",
        list_id=str(source.pk),
        reason=reason.strip()[:200],
        day=clock.today().isoformat(),
    )
    source.job = job
    source.save(update_fields=["hold", "confirmed_by", "confirmed_at", "version", "job"])
    return job


def actor_id(actor: User | None) -> Any:
    return actor.pk if actor else None


def apply_list(
    *, source: SourceList, actor: User | None, day: date, job: Job | None = None, reason: str = ""
) -> SourceList:
    """Write a staged list into the base, all or nothing; done already, it changes nothing."""
    begun = time.monotonic()
    jobs.progress(job, "入库", 0, 2)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            _lock_county(cursor, source.region_id)
            source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
            if source.state == ListState.CONFIRMED:
                return source
            if source.state != ListState.STAGED:
                raise ValidationError("这份名单已放弃或被拒绝，不能入库。")
            _refuse_older(source)
            _write(cursor, source, actor, day, reason, begun)
    except RefusedError as refused:
        _reopen(source)
        raise ValidationError(refused.message) from refused
    jobs.progress(job, "入库完成", 2, 2)
    _queue_screening(source, actor, day, send=job is not None)
    return source


def _reopen(source: SourceList) -> None:
    SourceList.objects.filter(pk=source.pk, state=ListState.STAGED).update(
        confirmed_by=None, confirmed_at=None
    )


def _lock_county(cursor: Any, region_code: str) -> None:
    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
    cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, int(region_code[:6])])


def _write(cursor: Any, source: SourceList, actor: User | None, day: date, reason: str, begun: float) -> None:
    apply.plan(cursor, source, source.hold == Hold.HOUSEHOLD)
    after = outcome.count_after_plan(cursor, source)
    apply.write(cursor, source, day)
    outcome.settle_rows(cursor, source, written=True)
    if source.kind in (ListKind.REGISTRY, ListKind.MARGINAL):
        outcome.name_other_places(cursor)
    outcome.drop_plan(cursor)
    kept = {key: source.totals[key] for key in ("unread_sheets", "header") if key in source.totals}
    source.totals = {**kept, **outcome.count(cursor, source), **after}
    source.totals["seconds"] = round(time.monotonic() - begun, 2)
    if reason:
        source.totals["control_reason"] = reason
    source.state, source.confirmed_on = ListState.CONFIRMED, day
    source.confirmed_by, source.confirmed_at = actor, source.confirmed_at or timezone.now()
    source.number = (SourceList.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    source.save()
    rematched = _rematch_others(cursor, source)
    audit.record(
        "list.import",
        actor=actor,
        obj=source,
        region_code=source.region_id,
        label=audit.COMMAND_LINE,
        kind=source.kind,
        as_of=source.as_of.isoformat(),
        hold=source.hold,
        control_reason=reason,
        rematched=rematched,
        **{key: source.totals[key] for key in TOTALS_COMPUTED_BY},
    )


def _rematch_others(cursor: Any, source: SourceList) -> dict[str, int]:
    """Rows of the newest other lists that found nobody are matched again after a registry or marginal
    import.
    """
    if source.kind not in (ListKind.REGISTRY, ListKind.MARGINAL):
        return {}
    waiting = (
        SourceList.objects.filter(
            state=ListState.CONFIRMED, rows__skip="unmatched", region__code__startswith=source.region_id[:6]
        )
        .exclude(kind__in=(ListKind.REGISTRY, ListKind.MARGINAL))
        .order_by("kind", "as_of")
        .distinct()
    )
    result = {}
    for other in waiting:
        newest = SourceList.objects.filter(
            kind=other.kind, region_id=other.region_id, state=ListState.CONFIRMED
        ).aggregate(day=Max("as_of"))["day"]
        if other.as_of < newest:
            continue
        matched = outcome.rematch(cursor, other)
        if matched:
            other.totals = {**other.totals, **outcome.count(cursor, other)}
            other.save(update_fields=["totals"])
            result[str(other.pk)] = matched
    return result


def _queue_screening(source: SourceList, actor: User | None, day: date, send: bool) -> None:
    """Screening follows every confirmed import; without a plan there is nothing to screen.

    A command needs no broker: its job waits in the table for the next sweep.
    """
    try:
        plan = plans.current()
    except plans.NoPlanError:
        return
    key = f"screen:{source.pk}"
    arguments = {
        "plan": plan.code,
        "region": plan.region_id,
        "day": day.isoformat(),
        "list_id": str(source.pk),
    }
    with transaction.atomic():
        if send:
            jobs.enqueue("screening.screen", created_by=actor, key=key, **arguments)
        else:
            Job.objects.get_or_create(key=key, defaults={"kind": "screening.screen", "arguments": arguments})


@transaction.atomic
def discard_list(*, source: SourceList, actor: User | None) -> SourceList:
    """Put a list aside before it is confirmed: its staged rows go, the fact that it was here stays."""
    source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
    if source.state == ListState.DISCARDED:
        return source
    if (
        source.state not in (ListState.UPLOADED, ListState.STAGED, ListState.REFUSED)
        or source.confirmed_by_id
    ):
        raise ValidationError("这份名单已经确认入库，不能放弃。")
    ListRow.objects.filter(source_list=source).delete()
    source.state = ListState.DISCARDED
    source.save(update_fields=["state"])
    if source.stored_as:
        stored = source.stored_as
        transaction.on_commit(lambda: default_storage.delete(stored))
    audit.record("list.discard", actor=actor, obj=source, region_code=source.region_id)
    return source


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


def import_list(
    *,
    kind: str,
    path: Path,
    as_of: date,
    region_code: str | None = None,
    hold: str = Hold.HOUSEHOLD,
    dry_run: bool = False,
    actor: User | None = None,
) -> dict[str, Any]:
    """Import a file in the foreground; comes back as the JSON contract has it. A dry run leaves nothing
    behind.
    """
    begun = time.monotonic()
    with path.open("rb") as stream:
        source = upload_list(
            actor=actor,
            kind=kind,
            file=File(stream),
            file_name=path.name,
            as_of=as_of,
            region_code=region_code or plans.current().region_id,
        )
    try:
        with transaction.atomic():
            source = stage_list(source=source, hold=hold, preview=dry_run)
            if source.state == ListState.STAGED and not dry_run:
                source = apply_list(source=source, actor=actor, day=clock.today())
        return report(source, seconds=time.monotonic() - begun)
    finally:
        if dry_run:
            _forget(source)


def _forget(source: SourceList) -> None:
    """Leave nothing of a dry run but its event in the log."""
    with transaction.atomic():
        SourceList.objects.filter(pk=source.pk).delete()
    default_storage.delete(source.stored_as)


def report(source: SourceList, *, seconds: float | None = None) -> dict[str, Any]:
    """The JSON of import_list for a list (interfaces)."""
    totals = source.totals
    with connection.cursor() as cursor:
        errors, warnings = outcome.problems_of(cursor, source)
    numbers = (*TOTALS_COMPUTED_BY, "households", "persons", "disappeared", "unmatched")
    return {
        "id": str(source.pk),
        "kind": source.kind,
        "file": source.file_name,
        "sha256": source.sha256,
        "as_of": source.as_of.isoformat(),
        "region": source.region_id,
        **{key: totals.get(key, 0) for key in numbers},
        "errors": errors,
        "warnings": warnings,
        "skipped_why": totals.get("skipped_why", {}),
        "refused": source.refused or None,
        "seconds": round(totals.get("seconds", 0.0) if seconds is None else seconds, 2),
    }
