"""Reviews of households on 低保 before their phase begins: kept, waiting for approval, tapered (C14, C15)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction

from dabao import clock
from dabao.models import User, WorkPlan
from dabao.scope import Role, whole
from screening.choices import IncomeKind, ReasonCode, ReviewWay
from screening.models import BenefitReview, Case
from screening.queries import reviews as queries
from screening.services import reviews
from supervision.demo.work import TOUR

Income = dict[str, tuple[int, str]]  # kind → (yuan for one person, its ground)


@dataclass(frozen=True, slots=True)
class Told:
    """What a township found in one of its households on 低保; `approved_on` by the county."""

    township: str
    day: date
    way: ReviewWay
    income: Income
    reason: str = ""
    months: int | None = None
    stop_reason: str = ""
    approved_on: date | None = None


TOLD = (
    Told(
        "532326102", date(2020, 3, 24), ReviewWay.KEEP,
        {
            IncomeKind.WAGES: (4900, "县内工地 7 个月"),
            IncomeKind.EMPLOYMENT_COST: (640, "租房、车票，收条 3 张"),
        },
    ),
    Told(
        "532326102", date(2020, 3, 25), ReviewWay.TAPER,
        {
            IncomeKind.WAGES: (4200, "长子县内务工 8 个月 × 2,100"),
            IncomeKind.EMPLOYMENT_COST: (540, "租房 8 × 180、车费 720；收条 3 张"),
            IncomeKind.BUSINESS: (1600, "烤烟 3 亩、核桃"),
            IncomeKind.BUSINESS_COST: (435, "烟叶物资、化肥"),
        },
        reason="长子县内务工 8 个月，收入刚过标准且不稳，先给 6 个月渐退期，到期前再核一次",
        months=6, approved_on=date(2020, 3, 30),
    ),
    Told(
        "532326102", date(2020, 4, 8), ReviewWay.TAPER,
        {
            IncomeKind.WAGES: (5300, "女儿在昆明超市，月 2,650 元"),
            IncomeKind.EMPLOYMENT_COST: (500, "房租收据 6 张"),
        },
        reason="女儿务工半年，收入高于标准，工作还没有稳定", months=8,
    ),
    Told(
        "532326106", date(2020, 4, 7), ReviewWay.STOP,
        {IncomeKind.WAGES: (9800, "两人在浙江厂，工资流水")},
        reason="两人在浙江厂满一年，收入是标准的两倍多", stop_reason=ReasonCode.INCOME_OVER,
    ),
)  # fmt: skip


def look_again(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Have them reviewed and approved on their days; what stands already is left alone."""
    taken: set[object] = set(BenefitReview.objects.filter(plan=plan).values_list("household", flat=True))
    made = 0
    for told in TOLD:
        case = _household(plan, told, taken)
        staff = _posted(Role.TOWNSHIP_STAFF, told.township)
        office = _posted(Role.COUNTY_OFFICE, plan.region_id)
        if case is None or staff is None or office is None or _stands(plan, told):
            continue
        taken.add(case.household_id)
        _one(told, case, staff, office)
        made += 1
    tell(f"动态核查 {made} 户。")


def _stands(plan: WorkPlan, told: Told) -> bool:
    return BenefitReview.objects.filter(
        plan=plan, household__region__code__startswith=told.township, recorded_on=told.day
    ).exists()


def _household(plan: WorkPlan, told: Told, taken: set[object]) -> Case | None:
    """A household of the township that all lists have on 低保, not one of the tour's."""
    return (
        queries.reviewable(whole(told.township), plan, told.day)
        .filter(coverage="all", opened_on__lte=told.day)
        .exclude(household__in=taken)
        .exclude(household__head__name__in=TOUR)
        .select_related("household")
        .order_by("household__number", "household_id")
        .first()
    )


def _posted(role: Role, region: str) -> User | None:
    found = User.objects.filter(postings__role=role, postings__region=region)
    return found.order_by("username").first()


@transaction.atomic
def _one(told: Told, case: Case, staff: User, office: User) -> None:
    with clock.pretend(told.day):
        review = record(told, case, staff, told.day)
    if told.approved_on:
        with clock.pretend(told.approved_on):
            approve(review, office, told.approved_on)


def record(told: Told, case: Case, staff: User, day: date) -> BenefitReview:
    """A review of a household as somebody found it; amounts are for each of its living members."""
    size = max(case.household.size, 1)
    last = queries.last_review(whole(told.township), case)
    found = reviews.Found(
        visited_on=day,
        living_together=size,
        way=told.way,
        income={kind: (Decimal(yuan) * size, ground) for kind, (yuan, ground) in told.income.items()},
        reason=told.reason,
        stop_reason=told.stop_reason,
        months=told.months,
    )
    return reviews.record(
        scope=staff.scope(day),
        case_id=case.pk,
        actor=staff,
        day=day,
        found=found,
        seen=last.pk if last else None,
    )


def approve(review: BenefitReview, office: User, day: date) -> None:
    """The county's second hand."""
    reviews.approve(
        scope=office.scope(day), review_id=review.pk, actor=office, day=day, version=review.version
    )
