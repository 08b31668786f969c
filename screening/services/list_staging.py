"""The import desk, first half: a file is kept, read, checked, staged, and its preview worked out (F01–F12).

Staging is one transaction and safe to repeat: a killed worker leaves the list as it was, and the job begins
again. A list that was put aside or confirmed meanwhile stays as it is.
"""

import gc
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Q

from dabao import audit, jobs
from dabao.models import Job, Region, User
from screening.choices import Hold, ListKind, ListState
from screening.imports import apply, corrections, outcome, stage
from screening.imports.check import check
from screening.imports.kinds import KINDS
from screening.imports.places import Place, PlaceIndex
from screening.imports.read import RefusedError, current_limits, read_file
from screening.models import ColumnAlias, SourceList


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


def run_staging(*, job: Job, list_id: str) -> dict[str, Any]:
    """The job of staging; safe to repeat."""
    return {"state": stage_list(source=SourceList.objects.get(pk=list_id), job=job).state}


def stage_list(
    *, source: SourceList, job: Job | None = None, hold: str = Hold.HOUSEHOLD, preview: bool = True
) -> SourceList:
    """Read, check and stage a list and work out its preview; a file that is not taken becomes 已拒绝.

    A command that confirms at once, in the same transaction, needs no preview: confirming walks the same
    plan.
    """
    if not _may_be_staged(source):
        return source
    with _no_collections():
        return _stage(source, job, hold, preview)


def _stage(source: SourceList, job: Job | None, hold: str, preview: bool) -> SourceList:
    begun = time.monotonic()
    try:
        refuse_older(source)
        jobs.progress(job, "读表格", 0, 4)
        sheets = read_file(Path(default_storage.path(source.stored_as)), source.file_name)
        jobs.progress(job, "逐行检查", 1, 4)
        aliases = dict(ColumnAlias.objects.filter(kind=source.kind).values_list("heading", "field"))
        kind = KINDS[source.kind]
        came = corrections.lay_over(sheets, source.corrections.all())
        checked = check(kind, sheets, aliases, _places(source.region_id), source.region_id, source.as_of)
        corrections.take_off(checked, came)
    except RefusedError as refused:
        return _refuse(source, refused.message)
    jobs.progress(job, "存下每一行", 2, 4)
    with transaction.atomic(), connection.cursor() as cursor:
        source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
        if not _may_be_staged(source):
            return source
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


@contextmanager
def _no_collections() -> Iterator[None]:
    """A million cells that stay until they are written: looking through them for garbage costs a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _may_be_staged(source: SourceList) -> bool:
    """Neither put aside, nor confirmed or about to be: reading a file takes minutes."""
    return source.state in (ListState.UPLOADED, ListState.STAGED) and source.confirmed_at is None


def _refuse(source: SourceList, message: str) -> SourceList:
    with transaction.atomic():
        source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
        if not _may_be_staged(source):
            return source
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


def refuse_older(source: SourceList) -> None:
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
    else:
        outcome.say_recognised(cursor)
    totals = {**outcome.count(cursor, source), **outcome.count_after_plan(cursor, source)}
    outcome.drop_plan(cursor)
    return totals
