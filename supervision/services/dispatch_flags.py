"""Red flags of orders: no reply, or not done, by the limit; raised for the day after, once (C19, C27)."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q

from dabao.models import Flag, FlagKind, WorkPlan
from dabao.services import flags
from screening.rules.phases import overdue_since
from supervision.choices import Duty
from supervision.models import DispatchPlace

LABELS = {Duty.REPLY: "调度第 {number} 号没回复", Duty.FINISH: "调度第 {number} 号没办完"}
SUBJECTS = {Duty.REPLY: "dispatch", Duty.FINISH: "dispatch-finish"}
# By duty: the field of its limit and of the day it was done.
FIELDS = {Duty.REPLY: ("reply_by", "replied_on"), Duty.FINISH: ("finish_by", "finished_on")}


def subject(place: DispatchPlace, duty: Duty) -> str:
    """dispatch:<uuid> for a reply, dispatch-finish:<uuid> for the work."""
    return f"{SUBJECTS[duty]}:{place.dispatch_id}"


@transaction.atomic
def raise_overdue(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Flags of the limits whose last day was the day before `day`; returns the new ones.

    A late run raises what a timely one would have, cleared by the day it was done meanwhile. On the day of
    the run itself (`noticed_on`) older limits are seen as well. Safe to run twice and beside another run.
    """
    eve = day - timedelta(days=1)
    found = []
    for duty, (limit, done) in FIELDS.items():
        late = Q(**{limit: eve}) & (Q(**{done: None}) | Q(**{f"{done}__gt": eve}))
        if day == noticed_on:
            late |= Q(**{f"{limit}__lt": eve, done: None})
        places = DispatchPlace.objects.filter(
            late, dispatch__plan=plan, dispatch__issued_on__isnull=False
        ).select_related("dispatch")
        found += [flag for place in places.order_by("pk") if (flag := _raise(place, duty, noticed_on))]
    return found


def raise_for(*, place: DispatchPlace, duty: Duty, day: date) -> None:
    """Raise what is late by now, before its limit changes: a flag that was earned is not lost."""
    limit, done = (getattr(place, field) for field in FIELDS[duty])
    if limit is not None and limit < day and (done is None or done > limit):
        _raise(place, duty, day)


def _raise(place: DispatchPlace, duty: Duty, noticed_on: date) -> Flag | None:
    """The flag of a limit that passed if it is new."""
    limit, done = (getattr(place, field) for field in FIELDS[duty])
    flag, new = Flag.objects.get_or_create(
        kind=FlagKind.DISPATCH_OVERDUE,
        region_id=place.township_id,
        subject=subject(place, duty),
        due_on=limit,
        defaults={
            "label": LABELS[duty].format(number=place.dispatch.number),
            "raised_on": overdue_since(limit),
            "noticed_on": noticed_on,
            "cleared_on": done,
        },
    )
    return flag if new else None


def clear(*, place: DispatchPlace, duty: Duty, day: date) -> int:
    """Clear the flag of a duty that is done, or was put off, in the transaction of that; returns how many."""
    standing = flags.standing(
        kind=FlagKind.DISPATCH_OVERDUE, region_id=place.township_id, subject=subject(place, duty)
    )
    return flags.clear(found=standing, day=day)


@transaction.atomic
def clear_done(*, plan: WorkPlan) -> int:
    """Clear flags of what is done: what work beside the day's jobs may have missed. How many."""
    cleared = 0
    flagged = Flag.objects.filter(kind=FlagKind.DISPATCH_OVERDUE, cleared_on=None).values("region_id")
    places = DispatchPlace.objects.filter(dispatch__plan=plan, township_id__in=flagged)
    for duty, (_, done) in FIELDS.items():
        for place in places.filter(**{f"{done}__isnull": False}):
            cleared += clear(place=place, duty=duty, day=getattr(place, done))
    return cleared
