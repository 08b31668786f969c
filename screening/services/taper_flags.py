"""Tapers that end: reminders before, a red flag the day after, both gone with the decision (C15).

A taper never ends by itself: from the day after its last day until somebody decides, its flag stands.
"""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from dabao.models import Flag, FlagKind, Notice, NoticeKind, Region, WorkPlan
from dabao.scope import whole
from dabao.services import flags, notices
from screening.choices import ReviewOutcome
from screening.models import BenefitReview, Case, Household, Taper
from screening.queries import reviews as queries
from screening.rules.phases import overdue_since


def subject(taper: Taper) -> str:
    return f"taper:{taper.pk}"


def label(village: Region) -> str:
    """What the flag says; it names no person."""
    return f"{village.name}一户渐退到期，没有人定"


@transaction.atomic
def raise_overdue(*, plan: WorkPlan, day: date, noticed_on: date) -> list[Flag]:
    """Flags of the tapers whose last day was the day before `day`; returns the new ones.

    A late run raises what a timely one would have: one decided meanwhile is cleared by that day. On the day
    of the run itself (`noticed_on`) a taper approved so late that it had ended is seen too. Safe twice.
    """
    eve = day - timedelta(days=1)
    late = [(review.taper, eve, _decided_on(review)) for review in _ended_undecided(plan, eve)]
    if day == noticed_on:
        open_ones = Taper.objects.filter(_there(plan), ended_on=None, last_day__lt=eve).order_by("pk")
        late += [(taper, taper.last_day, None) for taper in open_ones.select_related("household__region")]
    found = [_flag(taper, due_on, decided, noticed_on) for taper, due_on, decided in late if taper]
    return [flag for flag, new in found if new]


def _there(plan: WorkPlan) -> Q:
    """Where the plan is in force: a taper of an earlier one ends there as well."""
    return Q(household__region__code__startswith=plan.region_id)


def _ended_undecided(plan: WorkPlan, eve: date) -> list[BenefitReview]:
    """Approved tapers that ended on a day with no later decision by then: also those lengthened since."""
    later = BenefitReview.objects.filter(
        taper=OuterRef("taper"), settled_on__lte=eve, recorded_at__gt=OuterRef("recorded_at")
    )
    found = BenefitReview.objects.filter(
        ~Exists(later), _there(plan), outcome=ReviewOutcome.TAPER, last_day=eve, settled_on__lte=eve
    )
    return list(found.select_related("taper__household__region").order_by("pk"))


def _decided_on(review: BenefitReview) -> date | None:
    """When somebody decided after the last day that this review set; None while nobody has."""
    after = BenefitReview.objects.filter(
        taper=review.taper_id, settled_on__gt=review.last_day, recorded_at__gt=review.recorded_at
    )
    return after.order_by("settled_on").values_list("settled_on", flat=True).first()


def _flag(taper: Taper, due_on: date, decided: date | None, noticed_on: date) -> tuple[Flag, bool]:
    """The flag of a taper that ended, and whether it is new."""
    region = taper.household.region
    return Flag.objects.get_or_create(
        kind=FlagKind.TAPER_ENDING,
        region_id=region.code[:9],
        subject=subject(taper),
        due_on=due_on,
        defaults={
            "label": label(region),
            "raised_on": overdue_since(due_on),
            "noticed_on": noticed_on,
            "cleared_on": decided,
        },
    )


def clear(*, taper: Taper, day: date) -> int:
    """Clear flag and reminders of a taper in the transaction of the decision; returns how many flags."""
    notices.clear(
        kind=NoticeKind.TAPER_DUE,
        region_code=taper.household.region_id[:9],
        subject=subject(taper),
        day=day,
    )
    return flags.clear(found=flags.standing(kind=FlagKind.TAPER_ENDING, subject=subject(taper)), day=day)


@transaction.atomic
def clear_done(*, plan: WorkPlan, day: date) -> int:
    """Clear flags whose taper is decided: what a decision beside the day's jobs may have missed."""
    standing = Flag.objects.filter(
        kind=FlagKind.TAPER_ENDING, cleared_on=None, region__code__startswith=plan.region_id
    )
    ids = [flag.subject.rpartition(":")[2] for flag in standing]
    decided = Taper.objects.filter(~Q(ended_on=None) | Q(last_day__gte=day), pk__in=ids)
    return sum(clear(taper=taper, day=taper.ended_on or day) for taper in decided.select_related("household"))


@transaction.atomic
def remind(*, plan: WorkPlan, day: date, household: Household | None = None) -> list[Notice]:
    """Tell staff and head of the township, once for each taper, from so many days before its end; the new.

    Of all tapers, or of one household's.
    """
    soon = queries.tapers(whole(plan.region_id), plan, queries.SOON, day)
    if household is not None:
        soon = soon.filter(household=household)
    found = list(soon.select_related("household__region").order_by("last_day", "pk"))
    people = notices.township_people(day) if found else {}
    homes = [taper.household_id for taper in found]
    cases = {(case.plan_id, case.household_id): case.pk for case in Case.objects.filter(household__in=homes)}
    return [
        notice
        for taper in found
        for notice in notices.tell(
            reminder=_reminder(taper, cases[taper.plan_id, taper.household_id], plan.taper_notice_days),
            user_ids=people.get(taper.household.region_id[:9], ()),
        )
    ]


def _reminder(taper: Taper, case_id: UUID, notice_days: int) -> notices.Reminder:
    """Belongs to the first day of the notice, so that every later run finds it told."""
    last = taper.last_day
    return notices.Reminder(
        kind=NoticeKind.TAPER_DUE,
        region_code=taper.household.region_id[:9],
        subject=subject(taper),
        text=f"{taper.household.region.name}一户渐退 {last.month}月{last.day}日到期，到期前再核查一次",
        url_name="screening:review",
        url_args=(str(case_id),),
        day=last - timedelta(days=notice_days),
    )
