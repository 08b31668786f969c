"""Orders of the county: drafted, issued with a number, urged (C19). Answers stand in `dispatch_replies`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dabao import audit, plans
from dabao.models import Notice, NoticeKind, Region, User, WorkPlan
from dabao.scope import Right, Scope
from dabao.services import notices
from screening.queries.progress import progress
from supervision.board_rows import phase_at
from supervision.choices import DispatchMove
from supervision.models import Dispatch, DispatchCopy, DispatchPlace, DispatchTurn
from supervision.queries import dispatches as queries
from supervision.queries import townships
from supervision.rules import dispatch as rules

PAGE = "supervision:dispatch"


@dataclass(frozen=True, slots=True)
class Order:
    """What a draft says: township codes, and ids of the leaders who get a copy."""

    title: str
    text: str
    townships: Sequence[str]
    reply_by: date
    finish_by: date | None = None
    to_units: bool = True
    leaders: Sequence[UUID] = ()


@transaction.atomic
def draft(*, scope: Scope, plan: WorkPlan, actor: User, day: date, order: Order) -> Dispatch:
    """A new draft. Raises ValidationError for days gone by or no township."""
    scope.require(Right.DISPATCH, plan.region_id)
    dispatch = Dispatch(plan=plan, region=plan.region, written_by=actor, written_on=day, version=0)
    return _write(scope, dispatch, actor, day, order)


@transaction.atomic
def change(
    *, scope: Scope, plan: WorkPlan, dispatch_id: UUID, version: int, actor: User, day: date, order: Order
) -> Dispatch:
    """Write a draft anew. Whoever saw an older version is told, nothing is overwritten."""
    dispatch = _draft(scope, plan, dispatch_id, version)
    return _write(scope, dispatch, actor, day, order)


@transaction.atomic
def discard(*, scope: Scope, plan: WorkPlan, dispatch_id: UUID, version: int, actor: User) -> None:
    """Throw a draft away; an issued order stays for good."""
    dispatch = _draft(scope, plan, dispatch_id, version)
    audit.record("dispatch.discard", actor=actor, obj=dispatch, region_code=dispatch.region_id)
    dispatch.delete()


@transaction.atomic
def issue(
    *, scope: Scope, plan: WorkPlan, dispatch_id: UUID, version: int, actor: User, day: date
) -> Dispatch:
    """Give the draft the plan's next number and send it: townships, units and leaders are told.

    From now on its words stay. Numbers have no gaps: two at once take turns at the plan.
    """
    dispatch = _draft(scope, plan, dispatch_id, version)
    _refuse_days(dispatch.reply_by, dispatch.finish_by, day)
    WorkPlan.objects.select_for_update().get(pk=plan.pk)
    last = Dispatch.objects.filter(plan=plan).aggregate(last=Max("number"))["last"]
    dispatch.number = (last or 0) + 1
    dispatch.issued_by, dispatch.issued_on, dispatch.issued_at = actor, day, timezone.now()
    dispatch.by_leader = scope.may(Right.ORDER, plan.region_id)
    figures = figures_now(scope, plan, day)
    for place in dispatch.places.all():
        place.reply_by, place.finish_by = dispatch.reply_by, dispatch.finish_by
        place.figures = figures.get(place.township_id, {})
        place.full_clean()
        place.save()
    _saved(dispatch, actor, "dispatch.issue", number=dispatch.number)
    _tell(scope, dispatch, day)
    return dispatch


@transaction.atomic
def urge(*, scope: Scope, plan: WorkPlan, dispatch_id: UUID, actor: User, day: date) -> list[DispatchPlace]:
    """Remind the townships that have not replied, or not got it done; once a day, never after the reply."""
    dispatch = queries.one(scope, plan, dispatch_id)
    scope.require(Right.DISPATCH, dispatch.region_id)
    if not dispatch.issued:
        raise ValidationError("这一份还没发出，不用催。")
    people, urged = notices.township_people(day), []
    for place in dispatch.places.select_for_update(of=("self",)).select_related("township"):
        if rules.refusal(facts(place), DispatchMove.URGED):
            continue
        text = f"催办：调度第 {dispatch.number} 号还没{'回复' if place.replied_on is None else '办完'}"
        if notices.tell(
            reminder=_reminder(dispatch, NoticeKind.DISPATCH_URGED, place.township_id, text, day),
            user_ids=people.get(place.township_id, ()),
        ):
            keep_turn(place, DispatchMove.URGED, actor, day)
            urged.append(place)
    if not urged:
        raise ValidationError("没有要催的乡镇：都回复了，或今天已经催过。")
    audit.record("dispatch.urge", actor=actor, obj=dispatch, region_code=dispatch.region_id, rows=len(urged))
    return urged


@transaction.atomic
def read(*, scope: Scope, plan: WorkPlan, dispatch_id: UUID, actor: User, day: date) -> int:
    """Keep who of a township opened the order first, and when; how many places were not read before."""
    notices.seen(scope=scope, subject=f"dispatch:{dispatch_id}")
    notices.over(scope=scope, kind=NoticeKind.DISPATCH_COPY, subject=f"dispatch:{dispatch_id}", day=day)
    unread = DispatchPlace.objects.within(scope, Right.RECTIFY).filter(
        dispatch=dispatch_id, dispatch__plan=plan, dispatch__number__isnull=False, read_on=None
    )
    found = 0
    for place in unread.select_for_update(of=("self",)):
        place.read_by, place.read_on, place.read_at = actor, day, timezone.now()
        place.save(update_fields=["read_by", "read_on", "read_at"])
        audit.record(
            "dispatch.read",
            actor=actor,
            obj=place,
            region_code=place.township_id,
            dispatch=str(dispatch_id),
        )
        found += 1
    return found


def facts(place: DispatchPlace) -> rules.Facts:
    """The days of a place for the rules; a draft's limits are the order's."""
    return rules.Facts(
        reply_by=place.reply_by or place.dispatch.reply_by,
        finish_by=place.finish_by,
        replied_on=place.replied_on,
        accepted_on=place.accepted_on,
        finished_on=place.finished_on,
        done_on=place.done_on,
        asked_until=place.asked_until,
    )


def keep_turn(
    place: DispatchPlace,
    move: DispatchMove,
    actor: User,
    day: date,
    *,
    text: str = "",
    until: date | None = None,
) -> DispatchTurn:
    """One more step of a place."""
    turn = DispatchTurn(
        place=place, kind=move, day=day, at=timezone.now(), by=actor, text=text.strip(), until=until
    )
    turn.full_clean()
    turn.save()
    return turn


def figures_now(scope: Scope, plan: WorkPlan, day: date) -> dict[str, dict[str, int]]:
    """Households of the phase by township code: {"left", "lag", "pace"}."""
    phases = plans.phases(plan)
    place = phases.index(phase_at(phases, day))
    return {
        row.code: {"left": work.left, "lag": max(work.lag, 0), "pace": work.pace or 0}
        for row in progress(scope, plan, day)
        for work in [row.works[place]]
    }


def _draft(scope: Scope, plan: WorkPlan, dispatch_id: UUID, version: int) -> Dispatch:
    scope.require(Right.DISPATCH, plan.region_id)
    dispatch = Dispatch.objects.select_for_update(of=("self",)).get(pk=dispatch_id, plan=plan)
    if dispatch.issued:
        raise ValidationError("这份调度已经发出，不能再改。要补充请另发一份。")
    if dispatch.version != version:
        raise ValidationError("另一个页面刚改了这份草稿，你的没有保存。请另开一页对照着改。")
    return dispatch


def _write(scope: Scope, dispatch: Dispatch, actor: User, day: date, order: Order) -> Dispatch:
    _refuse_days(order.reply_by, order.finish_by, day)
    known = Region.objects.filter(parent=dispatch.region_id, code__in=order.townships)
    if not order.townships or known.count() != len(set(order.townships)):
        raise ValidationError({"townships": "没选乡镇。请至少选一个。"})
    dispatch.title, dispatch.text = order.title.strip(), order.text.strip()
    dispatch.reply_by, dispatch.finish_by = order.reply_by, order.finish_by
    dispatch.to_units, dispatch.written_by = order.to_units, actor
    _saved(dispatch, actor, "dispatch.save", townships=len(known))
    dispatch.places.exclude(township__in=known).delete()
    for region in known:
        DispatchPlace.objects.get_or_create(dispatch=dispatch, township=region)
    leaders = [user for user in queries.leaders(scope, day) if user.pk in set(order.leaders)]
    dispatch.copies.exclude(user__in=leaders).delete()
    for user in leaders:
        DispatchCopy.objects.get_or_create(dispatch=dispatch, user=user)
    return dispatch


def _refuse_days(reply_by: date, finish_by: date | None, day: date) -> None:
    if reply_by < day:
        raise ValidationError({"reply_by": "回复限期已经过了。请改到今天或以后。"})
    if finish_by is not None and finish_by < reply_by:
        raise ValidationError({"finish_by": "完成限期早于回复限期。请改正。"})


def _saved(dispatch: Dispatch, actor: User, action: str, **data: Any) -> None:
    dispatch.version += 1
    dispatch.full_clean()
    dispatch.save()
    audit.record(
        action,
        actor=actor,
        obj=dispatch,
        region_code=dispatch.region_id,
        version=dispatch.version,
        **data,
    )


def _reminder(
    dispatch: Dispatch, kind: NoticeKind, region_code: str, text: str, day: date
) -> notices.Reminder:
    return notices.Reminder(
        kind=kind,
        region_code=region_code,
        subject=f"dispatch:{dispatch.pk}",
        text=text,
        url_name=PAGE,
        url_args=(str(dispatch.pk),),
        day=day,
    )


def _tell(scope: Scope, dispatch: Dispatch, day: date) -> list[Notice]:
    """Tell the townships' people, the units that supervise them, and the leaders with a copy."""
    people = notices.township_people(day)
    codes = list(dispatch.places.values_list("township_id", flat=True))
    limit = f"{dispatch.reply_by.month}月{dispatch.reply_by.day}日"
    order = f"调度第 {dispatch.number} 号“{dispatch.title}”"
    text = f"{order}，{limit}前回复"
    told = [
        notice
        for code in codes
        for notice in notices.tell(
            reminder=_reminder(dispatch, NoticeKind.DISPATCH, code, text, day), user_ids=people.get(code, ())
        )
    ]
    for code, users in _copies(scope, dispatch, codes, day).items():
        copy = _reminder(dispatch, NoticeKind.DISPATCH_COPY, code, f"抄送：{order}", day)
        told += notices.tell(reminder=copy, user_ids=users)
    return told


def _copies(scope: Scope, dispatch: Dispatch, codes: list[str], day: date) -> dict[str, list[UUID]]:
    """Who gets a copy, by the region it is told for."""
    found = {dispatch.region_id: list(dispatch.copies.values_list("user_id", flat=True))}
    if dispatch.to_units:
        units = townships.accounts(scope, dispatch.plan, day)
        found |= {code: users for code, users in units.items() if code in codes}
    return found
