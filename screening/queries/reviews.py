"""Benefit reviews and tapers as pages and services need them: what is known of a household, and the lists.

One definition of every list (`cases_in`), which its count, its tab and its rows are taken from (C14, C15).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Substr, TruncMonth

from dabao import plans
from dabao.models import StandardKind, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import BenefitScheme, ReviewState
from screening.models import BenefitReview, Case, Taper
from screening.queries import entitlements
from screening.queries.cases import ROUTE
from screening.queries.progress import REVIEWING, phase_cases, reviewable
from screening.review_words import mark
from screening.rules import reviews as rules
from screening.rules.phases import next_month
from screening.rules.wording import coming_words

DIBAO = (BenefitScheme.RURAL_DIBAO, BenefitScheme.URBAN_DIBAO)
LEFT, DONE, WAITING, RUNNING, SOON, UNDECIDED = "left", "done", "waiting", "running", "soon", "undecided"
TABS = {
    LEFT: "还没核查",
    DONE: "已核查",
    WAITING: "等审批",
    RUNNING: "渐退中",
    SOON: "30 天内到期",
    UNDECIDED: "到期没定",
}
TAPERS = (RUNNING, SOON, UNDECIDED)
__all__ = ["reviewable"]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a review of a household starts from on a day: the lines, what it receives, a taper that runs.

    `coming`: granted already, its first month still ahead.
    """

    standards: rules.Standards
    months: rules.Months
    holdings: tuple[entitlements.Entitlement, ...]
    coming: tuple[entitlements.Coming, ...]
    taper: Taper | None
    next_month: date
    notice_days: int

    @property
    def monthly_amount(self) -> Decimal | None:
        """Yuan a month for all of them, of what was granted from a later month when nothing is received yet.

        None when there is neither, or one amount is not known.
        """
        amounts = [one.monthly_amount for one in self.holdings or self.coming]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None

    @property
    def since(self) -> date | None:
        return min((one.since for one in self.holdings), default=None)

    def span(self, months: int) -> rules.Span:
        """A taper of that many months in all. Raises ValueError outside what the plan allows."""
        limits = rules.Months(self.months.shortest, self.months.longest)
        start = next_month(self.taper.first_day) if self.taper else self.next_month
        return rules.span(start, months, limits, self.notice_days)

    @property
    def running(self) -> rules.Span | None:
        """The taper that runs, as it was given."""
        if self.taper is None:
            return None
        return rules.granted(next_month(self.taper.first_day), self.taper.months, self.notice_days)

    @property
    def spans(self) -> list[rules.Span]:
        return [self.span(months) for months in self.months.choices]


def basis(scope: Scope, case: Case, day: date) -> Basis:
    """What is known of the household on the day; its standards are those in force then."""
    code, plan = case.household.region_id, case.plan
    dibao = plans.standard(StandardKind.RURAL_DIBAO, code, day)
    line = plans.standard(StandardKind.POVERTY_LINE, code, day)
    taper = open_taper(scope, case)
    return Basis(
        standards=rules.Standards(
            rural_dibao=dibao.amount if dibao else None,
            poverty_line=line.amount if line else None,
            confirmed=all(one is not None and one.confirmed for one in (dibao, line)),
        ),
        months=rules.Months(
            plan.taper_shortest_months, plan.taper_longest_months, taper.months if taper else 0
        ),
        holdings=tuple(holdings(scope, case, day)),
        coming=tuple(_coming(scope, [case.household_id], day).get(case.household_id, ())),
        taper=taper,
        next_month=next_month(day),
        notice_days=plan.taper_notice_days,
    )


def holdings(scope: Scope, case: Case, day: date) -> list[entitlements.Entitlement]:
    """低保 that the people of the household receive on the day."""
    found = entitlements.on(scope, [case.household_id], day).get(case.household_id, [])
    return [one for one in found if one.scheme in DIBAO]


def _coming(
    scope: Scope, household_ids: Collection[UUID], day: date
) -> dict[UUID, list[entitlements.Coming]]:
    """低保 that households were granted and that begins after the day."""
    found = entitlements.coming(scope, household_ids, day)
    return {home: [one for one in ahead if one.scheme in DIBAO] for home, ahead in found.items()}


def of_case(scope: Scope, case: Case) -> QuerySet[BenefitReview]:
    """All reviews of a household in its plan, the newest first, also returned and corrected ones."""
    found = BenefitReview.objects.within(scope).filter(plan=case.plan_id, household=case.household_id)
    return found.select_related("by", "approved_by", "taper", "household").prefetch_related("income")


@dataclass(frozen=True, slots=True)
class Before:
    """What was found last, by kind of income, and on which day: by a review, else by the verification."""

    day: date
    amounts: dict[str, Decimal]


def before(scope: Scope, case: Case) -> Before | None:
    """None when nothing was ever found of the household's income."""
    last = last_review(scope, case)
    if last is not None:
        return Before(last.recorded_on, {item.kind: item.amount for item in last.income.all()})
    standing = case.verifications.standing()
    amounts = {item.kind: item.amount for item in standing.income.all()} if standing else {}
    if standing is None or standing.recorded_on is None or not amounts:
        return None
    return Before(standing.recorded_on, amounts)


def case(scope: Scope, **which: Any) -> Case:
    """A case with what its page needs, by its columns. Raises ObjectDoesNotExist outside the scope."""
    found = Case.objects.within(scope).select_related("plan", "household__region__parent", "household__head")
    return found.get(**which)


def case_of_review(scope: Scope, review_id: UUID) -> Case:
    """The case of a reviewed household. Raises ObjectDoesNotExist outside the scope."""
    review = BenefitReview.objects.within(scope).get(pk=review_id)
    return case(scope, plan=review.plan_id, household=review.household_id)


def standard_since(scope: Scope, review: BenefitReview) -> Decimal | None:  # noqa: ARG001 - standards are public
    """The dibao standard that the table has now for the review's day, when it is another than then."""
    found = plans.standard(StandardKind.RURAL_DIBAO, review.household.region_id, review.recorded_on)
    return found.amount if found and found.amount != review.rural_dibao else None


def last_review(scope: Scope, case: Case) -> BenefitReview | None:
    """The newest that no other version replaced; a returned one says that it must be done again."""
    return of_case(scope, case).exclude(state=ReviewState.SUPERSEDED).first()


def open_taper(scope: Scope, case: Case) -> Taper | None:
    """The taper that nobody has ended yet, also one of an earlier plan, or whose last day has passed."""
    found = Taper.objects.within(scope).filter(household=case.household_id, ended_on=None)
    return found.first()


# --- The lists ---


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address chooses: a tab, a place, for tapers the month in which they end."""

    tab: str = LEFT
    region: str = ""
    month: date | None = None


def tapers(scope: Scope, plan: WorkPlan, of: str, day: date) -> QuerySet[Taper]:
    """Open tapers: running up to their last day, ending soon (some of the running), or ended undecided.

    Of every plan: what is open does not vanish with the next one. `plan` says how long before is soon.
    """
    soon = day + timedelta(days=plan.taper_notice_days)
    condition = {
        RUNNING: Q(last_day__gte=day),
        SOON: Q(last_day__range=(day, soon)),
        UNDECIDED: Q(last_day__lt=day),
    }[of]
    return Taper.objects.within(scope).filter(condition, ended_on=None)


def waiting(scope: Scope) -> QuerySet[BenefitReview]:
    """Reviews that another person must approve, of every plan."""
    return BenefitReview.objects.within(scope).filter(state=ReviewState.WAITING)


def cases_in(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date) -> QuerySet[Case]:
    """The households of a tab, in no order; what waits or runs is the case of its own plan."""
    own = {"household": OuterRef("household"), "plan": OuterRef("plan")}
    if chosen.tab in (LEFT, DONE):
        found = phase_cases(scope, plan, REVIEWING, chosen.tab, day)  # type: ignore[arg-type]
    elif chosen.tab == WAITING:
        found = Case.objects.within(scope).filter(Exists(waiting(scope).filter(**own)))
    else:
        theirs_tapers = tapers(scope, plan, chosen.tab, day).filter(**own)
        if chosen.month:
            theirs_tapers = theirs_tapers.filter(
                last_day__range=(chosen.month, next_month(chosen.month) - rules.ONE_DAY)
            )
        found = Case.objects.within(scope).filter(Exists(theirs_tapers))
    return found.filter(household__region__code__startswith=chosen.region)


def by_place(scope: Scope, plan: WorkPlan, chosen: Chosen, day: date) -> dict[str, int]:
    """Households of a tab by township; inside one township by village."""
    digits = 12 if len(chosen.region) >= 9 or _only_one_township(scope) else 9
    rows = (
        cases_in(scope, plan, chosen, day)
        .values_list(Substr("household__region_id", 1, digits))
        .annotate(number=Count("pk"))
        .order_by()
    )
    return dict(rows)


def _only_one_township(scope: Scope) -> bool:
    prefixes = scope.prefixes()
    return len(prefixes) == 1 and len(prefixes[0]) >= 9


def months_of_end(scope: Scope, plan: WorkPlan, of: str, day: date, region: str = "") -> dict[date, int]:
    """First day of a month → tapers of a list that end in it, in order."""
    rows = (
        tapers(scope, plan, of, day)
        .filter(household__region__code__startswith=region)
        .annotate(month=TruncMonth("last_day"))
        .values_list("month")
        .annotate(number=Count("pk"))
        .order_by("month")
    )
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Row:
    """One household of a list, ready to be shown; `mark` is a kind of `status_mark` with its words.

    `coming`: what was granted from a later month, in words.
    """

    id: UUID
    head: str
    place: str
    size: int
    amount: Decimal | None
    coming: str
    review: BenefitReview | None
    taper: Taper | None
    mark: tuple[str, str]


def ordered(scope: Scope, cases: QuerySet[Case], of: str, day: date) -> QuerySet[Case]:  # noqa: ARG001 - cut before
    """Along the villages; tapers by their last day first."""
    cases = cases.select_related("household__region__parent", "household__head")
    if of in TAPERS:
        open_ones = Q(household__tapers__ended_on=None, household__tapers__isnull=False)
        return cases.filter(open_ones).order_by("household__tapers__last_day", *ROUTE)
    return cases.order_by(*ROUTE)


def rows(scope: Scope, plan: WorkPlan, cases: Any, day: date) -> list[Row]:
    """The rows of one page: a fixed number of queries however many there are."""
    listed = list(cases)
    homes = [case.household_id for case in listed]
    received = entitlements.on(scope, homes, day)
    ahead = _coming(scope, homes, day)
    reviews = {
        (review.plan_id, review.household_id): review
        for review in BenefitReview.objects.filter(household__in=homes)
        .exclude(state=ReviewState.SUPERSEDED)
        .select_related("by")
        .order_by("recorded_at")
    }
    open_tapers = {
        taper.household_id: taper for taper in Taper.objects.filter(household__in=homes, ended_on=None)
    }
    return [
        _row(
            case,
            received.get(case.household_id, []),
            ahead.get(case.household_id, []),
            reviews,
            open_tapers,
            plan,
            day,
        )
        for case in listed
    ]


def _row(
    case: Case,
    received: list[entitlements.Entitlement],
    ahead: list[entitlements.Coming],
    reviews: dict[tuple[UUID, UUID], BenefitReview],
    open_tapers: dict[UUID, Taper],
    plan: WorkPlan,
    day: date,
) -> Row:
    home = case.household
    amounts = [one.monthly_amount for one in received if one.scheme in DIBAO]
    known = [amount for amount in amounts if amount is not None]
    review, taper = reviews.get((case.plan_id, home.pk)), open_tapers.get(home.pk)
    return Row(
        id=case.pk,
        head=home.head.name if home.head else "户主不明",
        place="·".join(
            part
            for part in (str(home.region.parent or ""), home.region.name.removesuffix("村"), home.group)
            if part
        ),
        size=home.size,
        amount=sum(known, Decimal(0)) if known and len(known) == len(amounts) else None,
        coming="；".join(coming_words(one.monthly_amount, one.from_month, day) for one in ahead),
        review=review,
        taper=taper,
        mark=mark(review, taper, day, plan.taper_notice_days),
    )


def neighbours(scope: Scope, case: Case, day: date) -> tuple[UUID | None, UUID | None]:
    """Previous and next household to be reviewed along the township's route; the next wraps round."""
    left = phase_cases(scope, case.plan, REVIEWING, "left", day)
    here = Q(household__region__code__startswith=case.household.region_id[:9])
    waiting_there = Case.objects.filter(Q(pk__in=left.values("pk")) | Q(pk=case.pk)).filter(here)
    keys = list(waiting_there.order_by(*ROUTE).values_list("pk", flat=True))
    place = keys.index(case.pk)
    others = keys[place + 1 :] + keys[:place]
    return (keys[place - 1] if place else None), (others[0] if others else None)


def head_of(scope: Scope, case_id: UUID) -> str:
    """Name of the head of a household, for the button that leads to it."""
    found = Case.objects.within(scope).filter(pk=case_id).values_list("household__head__name", flat=True)
    return found.first() or "户主不明"


def mine(scope: Scope, plan: WorkPlan, day: date) -> int:
    """What waits for this viewer: households to review from phase 4 on, tapers to decide, approvals."""
    found = 0
    if scope.may(Right.APPLY):
        begun = Q(plan__phases__number=REVIEWING, plan__phases__first_day__lte=day)
        left = phase_cases(scope, plan, REVIEWING, "left", day).filter(begun)
        undecided = cases_in(scope, plan, Chosen(UNDECIDED), day)
        both = Q(pk__in=left.values("pk")) | Q(pk__in=undecided.values("pk"))
        found += Case.objects.within(scope, Right.APPLY).filter(both).count()
    approves = scope.q(BenefitReview.region_path, Right.APPROVE)
    if plan.township_approves:
        approves |= scope.q(BenefitReview.region_path, Right.APPROVE_DELEGATED)
    return found + waiting(scope).filter(approves).exclude(by=scope.user_id).count()
