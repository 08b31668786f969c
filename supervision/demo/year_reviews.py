"""Phase 4 of the simulated year: reviews, approvals, tapers decided before they end (C14, C15, C27)."""

import random
from datetime import date, timedelta

from dabao.models import User, WorkPlan
from dabao.scope import whole
from screening.choices import IncomeKind, ReasonCode, ReviewWay
from screening.models import BenefitReview, Case
from screening.queries import reviews as queries
from supervision.demo import reviews

REVIEWED_A_DAY = 6
NEAR_THE_END = timedelta(days=20)


def work(
    *, plan: WorkPlan, region: str, staff: User, office: User, standard: int, rng: random.Random, day: date
) -> None:
    """One township's day: tapers near their end, then what is left; the county approves what waits."""
    for review in queries.waiting(whole(region)).filter(recorded_on__lt=day):
        reviews.approve(review, office, day)
    if day < plan.phases.get(number=4).first_day:
        return
    ending = queries.tapers(whole(region), plan, queries.RUNNING, day).filter(
        last_day__lte=day + NEAR_THE_END
    )
    for taper in ending:
        if _waits(taper.household_id):
            continue
        case = Case.objects.select_related("household", "plan").get(plan=plan, household=taper.household_id)
        kept = rng.random() < 0.5
        reviews.record(
            _keep(region, day, standard, rng) if kept else _stop(region, day, standard), case, staff, day
        )
    left = queries.cases_in(whole(region), plan, queries.Chosen(queries.LEFT), day)
    for case in left.select_related("household", "plan").order_by("household__number", "pk")[:REVIEWED_A_DAY]:
        if not _waits(case.household_id):
            reviews.record(_found(region, day, standard, rng), case, staff, day)


def _waits(household_id: object) -> bool:
    return BenefitReview.objects.filter(household=household_id, state="waiting").exists()


def _found(region: str, day: date, standard: int, rng: random.Random) -> reviews.Told:
    chance = rng.random()
    if chance < 0.08:
        return _stop(region, day, standard)
    if chance < 0.25:
        return reviews.Told(
            region,
            day,
            ReviewWay.TAPER,
            {IncomeKind.WAGES: (standard + rng.randrange(200, 900), "务工工资，有流水")},
            reason="务工不满一年，收入刚过标准，先给渐退期",
            months=6,
        )
    return _keep(region, day, standard, rng)


def _keep(region: str, day: date, standard: int, rng: random.Random) -> reviews.Told:
    cost = rng.randrange(2, 9) * 100
    each = rng.randrange(int(standard * 0.6), standard - 40)
    income = {
        IncomeKind.WAGES: (each + cost, "零工，记工本"),
        IncomeKind.EMPLOYMENT_COST: (cost, "车票、租房收条"),
    }
    return reviews.Told(region, day, ReviewWay.KEEP, income)


def _stop(region: str, day: date, standard: int) -> reviews.Told:
    return reviews.Told(
        region,
        day,
        ReviewWay.STOP,
        {IncomeKind.WAGES: (standard * 2, "工资流水，厂里缴社保")},
        reason="稳定就业满一年，收入是标准的两倍",
        stop_reason=ReasonCode.INCOME_OVER,
    )
