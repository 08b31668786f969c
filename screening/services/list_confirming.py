"""The import desk, second half: a staged list is confirmed and written, or put aside (F13–F17).

Writing is one transaction and safe to repeat, and queues the screening that follows it. One import at a time
writes a county's registry (advisory lock).
"""

import time
from collections.abc import Collection
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from dabao import audit, clock, jobs, plans
from dabao.models import Job, User
from dabao.scope import whole
from screening.choices import Hold, ListKind, ListState
from screening.imports import apply, journal, outcome
from screening.imports.read import RefusedError
from screening.models import ListRow, SourceList
from screening.queries import editions
from screening.services import near_matches, pending_changes
from screening.services.desk_lock import lock_county, try_lock_county
from screening.services.list_staging import refuse_older

NO_REASON = "命令行导入，没有写原因"
COUNTED = ("rows_read", "created", "updated", "unchanged", "rejected", "skipped")


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
    job = _job_at_work(source)
    if source.state == ListState.CONFIRMED or (
        job and source.confirmed_by_id != (actor.pk if actor else None)
    ):
        who = source.confirmed_by.name if source.confirmed_by else audit.COMMAND_LINE
        when = timezone.localtime(source.confirmed_at or timezone.now())
        raise ValidationError(f"{who} 已在 {when:%m月%d日 %H:%M} 确认入库，不用再确认。请刷新页面看结果。")
    if job is not None:
        return job
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


def _job_at_work(source: SourceList) -> Job | None:
    """The job that writes a confirmed list. After one that failed anybody may confirm or discard the list."""
    return source.job if source.confirmed_at and source.job and not source.job.is_over else None


def run_confirmation(*, job: Job, list_id: str, day: str, reason: str = "") -> dict[str, Any]:
    """The job of confirming; done already, it changes nothing."""
    source = SourceList.objects.get(pk=list_id)
    source = apply_list(
        source=source, actor=job.created_by, day=date.fromisoformat(day), job=job, reason=reason
    )
    return {"state": source.state}


def apply_list(
    *, source: SourceList, actor: User | None, day: date, job: Job | None = None, reason: str = ""
) -> SourceList:
    """Write a staged list into the base and queue its screening, all or nothing; done already, it changes
    nothing.
    """
    begun = time.monotonic()
    jobs.progress(job, "入库", 0, 2)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            lock_county(cursor, source.region_id)
            source = SourceList.objects.select_for_update(of=("self",)).get(pk=source.pk)
            if source.state == ListState.CONFIRMED:
                return source
            if source.state != ListState.STAGED:
                raise ValidationError("这份名单已放弃或被拒绝，不能入库。")
            refuse_older(source)
            _write(cursor, source, actor, day, reason, begun)
            _queue_screening(source, actor, day, send=job is not None)
    except RefusedError as refused:
        _reopen(source)
        raise ValidationError(refused.message) from refused
    jobs.progress(job, "入库完成", 2, 2)
    return source


def _reopen(source: SourceList) -> None:
    SourceList.objects.filter(pk=source.pk, state=ListState.STAGED).update(
        confirmed_by=None, confirmed_at=None
    )


def _write(cursor: Any, source: SourceList, actor: User | None, day: date, reason: str, begun: float) -> None:
    tables = journal.tables_of(source)
    journal.begin(cursor, tables)
    apply.plan(cursor, source, source.hold == Hold.HOUSEHOLD)
    after = outcome.count_after_plan(cursor, source)
    apply.write(cursor, source, day)
    outcome.settle_rows(cursor, source, written=True)
    if source.kind in (ListKind.REGISTRY, ListKind.MARGINAL):
        outcome.name_other_places(cursor)
    else:
        outcome.say_recognised(cursor)
    moves = apply.moved(cursor, source)
    outcome.drop_plan(cursor)
    kept = {key: source.totals[key] for key in ("unread_sheets", "header") if key in source.totals}
    source.totals = {**kept, **outcome.count(cursor, source), **after}
    source.totals["seconds"] = round(time.monotonic() - begun, 2)
    controls = control_totals(source)
    if controls and not controls["met"]:
        reason = reason or NO_REASON
        source.totals["control_reason"] = reason
    source.state, source.confirmed_on = ListState.CONFIRMED, day
    source.confirmed_by, source.confirmed_at = actor, source.confirmed_at or timezone.now()
    source.number = (SourceList.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    source.save()
    pending_changes.put_moves(
        moves=moves, region_code=source.region_id[:6], about=str(source), day=day, actor=actor
    )
    rematched = _rematch_others(cursor, source)
    journal.keep(cursor, tables, source_list=source)
    near_matches.propose(region_code=source.region_id, day=day)
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
        **{key: source.totals[key] for key in COUNTED},
    )


def _rematch_others(cursor: Any, source: SourceList) -> dict[str, int]:
    """After a registry or marginal import the rows of the other lists that found nobody are matched again."""
    if source.kind not in (ListKind.REGISTRY, ListKind.MARGINAL):
        return {}
    return _rematch(
        cursor,
        SourceList.objects.filter(region__code__startswith=source.region_id[:6], rows__skip="unmatched"),
    )


def match_waiting(*, region_code: str, numbers: Collection[bytes]) -> dict[str, int]:
    """Match again the lists that wait for somebody with one of these numbers (blind indexes), for he has a
    household now. ValidationError while an import writes the county: a person's click does not wait for it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        try_lock_county(cursor, region_code)
        rows = ListRow.objects.filter(skip="unmatched", id_index__in=numbers)
        return _rematch(cursor, SourceList.objects.filter(pk__in=rows.values("source_list")))


def _rematch(cursor: Any, waiting: QuerySet[SourceList]) -> dict[str, int]:
    """List → rows that were matched. A list that a newer one of its place replaced says nothing any more."""
    result = {}
    waiting = waiting.filter(state=ListState.CONFIRMED).exclude(
        kind__in=(ListKind.REGISTRY, ListKind.MARGINAL)
    )
    for other in waiting.order_by("kind", "as_of").distinct():
        if editions.is_replaced(whole(other.region_id), other):
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
    if send:
        jobs.enqueue("screening.screen", created_by=actor, key=key, **arguments)
    else:
        Job.objects.get_or_create(key=key, defaults={"kind": "screening.screen", "arguments": arguments})


@transaction.atomic
def discard_list(*, source: SourceList, actor: User | None) -> SourceList:
    """Put a list aside before it is confirmed: its staged rows go, the fact that it was here stays."""
    source = SourceList.objects.select_for_update(of=("self",)).select_related("job").get(pk=source.pk)
    if source.state == ListState.DISCARDED:
        return source
    waits = source.state in (ListState.UPLOADED, ListState.STAGED, ListState.REFUSED)
    if not waits or _job_at_work(source):
        raise ValidationError("这份名单已经确认入库，不能放弃。")
    ListRow.objects.filter(source_list=source).delete()
    source.state = ListState.DISCARDED
    source.save(update_fields=["state"])
    if source.stored_as:
        stored = source.stored_as
        transaction.on_commit(lambda: default_storage.delete(stored))
    audit.record("list.discard", actor=actor, obj=source, region_code=source.region_id)
    return source
