"""The rest of the plan's year in the demo county, lived day by day through the real services (C27).

From the demo's day to the plan's last every township visits, rechecks, enrols, follows, reports; one of them
is slow, so that flags rise and clear. Chance comes from the township's code alone: the same year every time.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from uuid import uuid4

from django.db import transaction

from dabao import clock, plans
from dabao.models import Job, User, WorkPlan
from dabao.scope import Scope
from screening.choices import (
    CaseState,
    Coverage,
    FollowUpResult,
    StepKind,
    VerifierRole,
    WarningDecision,
    WarningState,
)
from screening.models import Case, Enrolment, FollowUp, RiskWarning
from screening.models.enrolment import UNDER_WAY
from screening.rules.phases import first_of_month, months_between, next_month
from screening.rules.steps import ORDER
from screening.services import recheck, verification, warnings
from supervision.demo import answers, enrolling, reports, work, year_aid, year_reviews
from supervision.services import daily

VISITS, SLOW_VISITS = 6, 2  # households a working day
FOLLOWED_A_DAY = 12
SLOW = "532326207"  # 铁锁乡
MEETS, SENDS, FEEDS_BACK, ANSWERS = 8, 13, 23, 24  # days of the month
SENDS_LATE = 18


@dataclass
class Township:
    """One township: its people and how it works through a day."""

    plan: WorkPlan
    region: str
    staff: list[tuple[User, Scope]]
    county: list[tuple[User, Scope]]
    standard: int

    @cached_property
    def rng(self) -> random.Random:
        return random.Random(f"year {self.region}")

    @property
    def slow(self) -> bool:
        return self.region == SLOW

    def work(self, day: date) -> None:
        """Everything of a working day, in the order in which papers pass the desks."""
        self._enrol(day)
        self._recheck(day)
        self._visit(day)
        self._warnings(day)
        self._follow(day)
        year_reviews.work(
            plan=self.plan,
            region=self.region,
            staff=self.staff[0][0],
            office=self.county[0][0],
            standard=self.standard,
            rng=self.rng,
            day=day,
        )

    def report(self, day: date) -> None:
        """What belongs to a day of the month, whatever weekday it is."""
        month = first_of_month(day)
        if day.day == MEETS:
            reports.meet(self.plan, self.region, month, day)
        if day.day == (SENDS_LATE if self.slow and month.month % 3 == 2 else SENDS):
            reports.send(self.plan, self.region, month, day)
        if day.day == FEEDS_BACK:
            reports.feed_back(self.plan, self.region, month, day)
        if day.day == ANSWERS:
            for asked in months_between(self.plan.first_report_month, month):
                reports.answer(self.plan, self.region, asked, day)

    def _cases(self, state: CaseState) -> list[Case]:
        return list(
            Case.objects.filter(plan=self.plan, state=state, household__region__code__startswith=self.region)
            .select_related("household__head", "plan")
            .order_by("household__number", "household_id")
        )

    def _visit(self, day: date) -> None:
        waiting = self._cases(CaseState.TO_VERIFY)
        today = [case for case in waiting if case.returned_on is None or case.returned_on < day]
        today = today[: SLOW_VISITS if self.slow else VISITS]
        homes = work.homes_of(today)
        for case in today:
            actor, scope = self.rng.choice(self.staff)
            entry = answers.entry(
                home=homes[case.household_id],
                conclusion=self._conclusion(case),
                visited_on=day,
                role=VerifierRole.TOWNSHIP,
                standard=self.standard,
                rng=self.rng,
            )
            verification.submit(
                scope=scope,
                case_id=case.pk,
                actor=actor,
                version=case.version,
                submission_key=uuid4(),
                entry=entry,
                payload={},
                day=day,
            )

    def _conclusion(self, case: Case) -> str:
        if case.coverage == Coverage.ALL:
            return answers.COVERED if self.rng.random() < 0.9 else answers.NOT_ELIGIBLE
        return answers.ELIGIBLE if self.rng.random() < 0.5 else answers.NOT_ELIGIBLE

    def _recheck(self, day: date) -> None:
        for case in self._cases(CaseState.TO_RECHECK):
            first = case.verifications.standing()
            if first is None or first.recorded_on == day:
                continue
            actor, scope = next(pair for pair in self.staff if pair[0].pk != first.by_id)
            recheck.agree(
                scope=scope,
                case_id=case.pk,
                actor=actor,
                version=case.version,
                means=[recheck.Means.PHONE],
                day=day,
            )

    def _enrol(self, day: date) -> None:
        """One step a day for each household; publicity has its days."""
        turn = Enrolment.objects.filter(
            UNDER_WAY, case__plan=self.plan, case__household__region__code__startswith=self.region
        ).select_related("case__household", "case__plan")
        for grant in turn.filter(waiting_since__lt=day).order_by("opened_on", "pk"):
            kind = StepKind(grant.next_step)
            hanging = grant.publicity_last_day is not None and grant.publicity_last_day >= day
            if hanging and kind == StepKind.APPROVED:
                continue
            enrolling.act(
                grant.case, kind, day, self._who(grant, kind), from_month=next_month(first_of_month(day))
            )()

    def _who(self, grant: Enrolment, kind: StepKind) -> tuple[User, Scope]:
        """The second officer reviews what the first applied for; the county has the last three steps."""
        if ORDER.index(kind) >= ORDER.index(StepKind.APPROVED):
            return self.county[grant.pk.int % len(self.county)]
        applied = grant.steps.filter(kind=StepKind.APPLIED).values_list("by", flat=True).first()
        if kind == StepKind.REVIEWED:
            return next(pair for pair in self.staff if pair[0].pk != applied)
        return self.staff[0]

    def _warnings(self, day: date) -> None:
        """Each is visited the day after, and decided the day after that."""
        mine = RiskWarning.objects.filter(plan=self.plan, household__region__code__startswith=self.region)
        actor, scope = self.staff[0]
        for warning in mine.filter(state=WarningState.VISITED, visits__recorded_on__lt=day).distinct():
            helped = warning.pk.int % 2
            warnings.decide(
                scope=scope,
                warning_id=warning.pk,
                decision=WarningDecision.TEMPORARY if helped else WarningDecision.NONE,
                reason="急难型，先行救助" if helped else "收入没有断，生活不受影响",
                fell=False,
                actor=actor,
                day=day,
            )
        for warning in mine.filter(state=WarningState.OPEN, raised_on__lt=day):
            warnings.visit(
                scope=scope,
                warning_id=warning.pk,
                went_on=day,
                result=FollowUpResult.TROUBLE,
                found="家里人都在，房子牢固，口粮够吃到秋收，缺现钱看病",
                actor=actor,
                day=day,
            )

    def _follow(self, day: date) -> None:
        """Every household once in the third phase."""
        phase = self.plan.phases.get(number=3)
        if day < phase.first_day:
            return
        done = FollowUp.objects.filter(plan=self.plan, recorded_on__gte=phase.first_day).values("household")
        left = (
            Case.objects.filter(plan=self.plan, household__region__code__startswith=self.region)
            .filter(opened_on__lte=phase.last_day)
            .exclude(household__in=done)
            .order_by("household__number", "household_id")
        )
        actor, scope = self.staff[1]
        for case in left[: FOLLOWED_A_DAY // 3 if self.slow else FOLLOWED_A_DAY]:
            warnings.follow(
                scope=scope,
                plan=self.plan,
                household_id=case.household_id,
                went_on=day,
                result=FollowUpResult.STEADY,
                found="",
                actor=actor,
                day=day,
            )


def live_on(*, plan: WorkPlan, last: date, tell: Callable[[str], None]) -> None:
    """The whole county from the day after the last that was lived, or after the demo's day, to `last`."""
    lived = Job.objects.filter(kind=daily.KIND).order_by("-key").values_list("key", flat=True).first()
    first = date.fromisoformat(lived.removeprefix("daily:")) if lived else clock.today()
    regions = [township.code for township in plans.townships(plan)]
    live(plan=plan, regions=regions, first=first + timedelta(days=1), last=last, tell=tell)


def live(*, plan: WorkPlan, regions: list[str], first: date, last: date, tell: Callable[[str], None]) -> None:
    """Every day from `first` to `last` in the townships given: their work, then the county's daily run."""
    townships = [_township(plan, region) for region in regions]
    for day in _days(first, last):
        with clock.pretend(day), transaction.atomic():
            year_aid.settle(plan=plan, county=townships[0].county[0], day=day)
            for township in townships:
                if day.weekday() < 5:
                    township.work(day)
                township.report(day)
        daily.run_daily(day=day)
        if day.day == 1:
            tell(f"到 {day:%Y-%m-%d}。")


def _township(plan: WorkPlan, region: str) -> Township:
    office = work.offices(plan, region)
    return Township(plan, region, office.staff, office.county, work.standard_of(region))


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(days=n) for n in range((last - first).days + 1))
