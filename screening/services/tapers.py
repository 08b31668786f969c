"""Tapers begin, are lengthened and end, only by a review: nothing lapses in silence (C15).

Called by `screening.services.reviews` inside its transaction, with the case locked. What people receive
changes through `benefit_changes` alone; during a taper it stays, for the plan has no reduction.
"""

from datetime import date

from dabao.models import User
from dabao.scope import whole
from screening.choices import ChangeKind, ReviewOutcome, TaperEnd
from screening.models import BenefitReview, Case, Taper
from screening.queries import reviews as queries
from screening.rules import reviews as rules
from screening.rules.phases import next_month
from screening.services import benefit_changes, taper_flags


def begin_or_lengthen(*, case: Case, review: BenefitReview, actor: User, day: date) -> Taper:
    """An approved taper: a new one, or the one that runs, now to the review's last day."""
    from_month, length, last_day = _terms(review)
    taper = queries.open_taper(whole(case.household.region_id), case)
    if taper is None:
        span = rules.granted(from_month, length, review.plan.taper_notice_days)
        taper = Taper(
            plan=case.plan,
            household=case.household,
            first_day=span.first_day,
            monthly_amount=review.monthly_amount,
        )
    else:
        taper_flags.clear(taper=taper, day=day)
        taper.version += 1
    taper.months, taper.last_day = length, last_day
    taper.full_clean(exclude=["plan", "household"], validate_unique=False)
    taper.save()
    review.taper = taper
    _change(case, review, ChangeKind.TAPER_START, from_month, actor, day, stops=False)
    return taper


def resume(*, case: Case, review: BenefitReview, actor: User, day: date) -> None:
    """A review that keeps the benefit ends the taper that runs, if there is one."""
    taper = _end(case, review, TaperEnd.RESUMED, day)
    if taper is not None:
        review.save(update_fields=["taper"])
        _change(case, review, ChangeKind.RESUMED, next_month(day), actor, day, stops=False)


def stop(*, case: Case, review: BenefitReview, actor: User, day: date) -> None:
    """An approved stop of everybody's 低保, after what is signed for a later month already; it ends a taper
    that runs.
    """
    taper = _end(case, review, TaperEnd.STOPPED, day)
    kind = ChangeKind.TAPER_END if taper else ChangeKind.REVIEW_STOP
    review.from_month = max(
        rules.stop_month(review.from_month or next_month(day), day),
        benefit_changes.earliest_month_of_all(case.household, day),
    )
    _change(case, review, kind, review.from_month, actor, day, stops=True)


def _terms(review: BenefitReview) -> tuple[date, int, date]:
    """First month, months in all and last day; the table has no taper without them."""
    if review.from_month is None or review.months is None or review.last_day is None:
        raise ValueError(f"taper without its days: review {review.pk}")
    return review.from_month, review.months, review.last_day


def _end(case: Case, review: BenefitReview, how: TaperEnd, day: date) -> Taper | None:
    taper = queries.open_taper(whole(case.household.region_id), case)
    if taper is None:
        return None
    taper.end, taper.ended_on = how, day
    taper.version += 1
    taper.full_clean(exclude=["plan", "household"], validate_unique=False)
    taper.save()
    review.taper = taper
    taper_flags.clear(taper=taper, day=day)
    return taper


def _change(
    case: Case,
    review: BenefitReview,
    kind: ChangeKind,
    from_month: date,
    actor: User,
    day: date,
    *,
    stops: bool,
) -> None:
    """A link of the household's chain; without lines nothing that anybody receives changes."""
    holdings = queries.holdings(whole(case.household.region_id), case, from_month) if stops else ()
    benefit_changes.record(
        household=case.household,
        kind=kind,
        lines=benefit_changes.stop_all(holdings),
        from_month=from_month,
        reason=review.reason or ReviewOutcome(review.outcome).label,
        actor=actor,
        day=day,
    )
