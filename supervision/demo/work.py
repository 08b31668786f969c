"""Work in progress of the twelve townships up to the demo's day, by the real services on past days.

Which household comes out how is settled from 户编号 alone, so that a second run meets the same plan and
leaves alone what stands.
"""

import json
import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from django.db import connections, transaction
from django.db.models import QuerySet

from dabao import clock, plans
from dabao.models import StandardKind, User, WorkPlan
from dabao.scope import Role, Scope
from screening.choices import BenefitScheme, CaseState, Coverage, Labour, Scheme, VerifierRole
from screening.models import BenefitRecord, Case, Membership
from screening.services import recheck, verification
from supervision.demo import answers, enrolling, reports

FIRST_VISIT, LAST_VISIT = date(2020, 3, 11), date(2020, 4, 9)
LAST_ENROLLED_VISIT = date(2020, 3, 26)
PROCESSES = 2
_KEYS = UUID("5d1f3a52-0f0c-4c0a-9a35-2b8c1a6e4d10")
_AID = {
    BenefitScheme.RURAL_DIBAO: Scheme.DIBAO,
    BenefitScheme.URBAN_DIBAO: Scheme.DIBAO,
    BenefitScheme.TEKUN: Scheme.TEKUN,
}
_ABLE = {Labour.SKILLED, Labour.ORDINARY, Labour.WEAK}
_RETURN_NOTES = (
    "务工成本没有依据，缺房屋照片",
    "没写子女的赡养能力",
    "养殖收入与村民反映不一致，请再核",
)
TOUR = ("普有福", "罗开明", "李桂兰", "鲁小平", "张国珍", "杨桂芝")


@dataclass(frozen=True)
class Step:
    """One thing to do on a day: `act` is a service call without arguments left to give."""

    day: date
    order: int
    act: Callable[[], Any]


@dataclass
class Township:
    """One township's people and target figures, as `progress.json` has them."""

    plan: WorkPlan
    figures: dict[str, Any]
    cases: list[Case]
    staff: list[tuple[User, Scope]]
    county: list[tuple[User, Scope]]
    standard: int
    homes: dict[UUID, answers.Home]

    @cached_property
    def rng(self) -> random.Random:
        return random.Random(f"work {self.figures['region']}")

    def conclusions(self) -> dict[str, list[Case]]:
        """covered / eligible / not_eligible / left / returned → cases, in the numbers of the figures."""
        tour = [case for case in self.cases if case.household.head and case.household.head.name in TOUR]
        others = [case for case in self.cases if case not in tour]
        self.rng.shuffle(others)
        # The last villages of the route are those still to be visited.
        late = set(sorted({case.household.region_id for case in others})[-6:])
        covered = [case for case in others if case.coverage == Coverage.ALL]
        open_ = [case for case in others if case.coverage != Coverage.ALL]
        for group in (covered, open_):
            group.sort(key=lambda case: case.household.region_id in late)
        figures = self.figures
        confirmed, covered = covered[: figures["covered_confirmed"]], covered[figures["covered_confirmed"] :]
        judged = figures["eligible"] + figures["not_eligible"] + figures["returned"]
        short = max(0, judged - len(open_))
        wrongly_covered, covered = covered[:short], covered[short:]
        left = open_[judged - short :] + covered + tour
        open_ = open_[: judged - short]
        eligible, rest = open_[: figures["eligible"]], open_[figures["eligible"] :]
        returned = rest[: figures["returned"]]
        return {
            answers.COVERED: confirmed,
            answers.ELIGIBLE: eligible,
            answers.NOT_ELIGIBLE: wrongly_covered + rest[figures["returned"] :],
            "returned": returned,
            "left": left,
        }

    def steps(self) -> Iterator[Step]:
        concluded = self.conclusions()
        yield from self._enrolments(concluded[answers.ELIGIBLE])
        for conclusion in (answers.COVERED, answers.NOT_ELIGIBLE):
            rechecks = self.figures["rechecked"] if conclusion == answers.NOT_ELIGIBLE else 0
            for place, case in enumerate(concluded[conclusion]):
                day = self._visit_day(case, latest=LAST_VISIT - timedelta(days=3 if place < rechecks else 0))
                yield self._visit(case, conclusion, day)
                if place < rechecks:
                    yield self._recheck(case, day + timedelta(days=self.rng.randrange(1, 4)))
        for place, case in enumerate(concluded["returned"]):
            day = self._visit_day(case, latest=LAST_VISIT - timedelta(days=6))
            yield self._visit(case, answers.NOT_ELIGIBLE, day)
            sent = max(day, LAST_VISIT - timedelta(days=(4, 1, 0)[place % 3]))
            yield self._send_back(case, sent, _RETURN_NOTES[place % 3])
        for day, act in reports.steps(self.plan, self.figures):
            yield Step(day, 3, act)

    def _enrolments(self, eligible: list[Case]) -> Iterator[Step]:
        """Visits of the eligible, and their steps; as many as the figures say are closed by now."""
        by_opening = sorted(eligible, key=lambda case: case.opened_on)
        for place, case in enumerate(by_opening):
            stops_at = None if place < self.figures["enrolled"] else enrolling.draw(self.rng)
            latest = LAST_ENROLLED_VISIT if enrolling.goes_far(stops_at) else LAST_VISIT
            day = self._visit_day(case, latest=latest)
            yield self._visit(case, answers.ELIGIBLE, day)
            for when, act in enrolling.steps(
                case=case,
                verified_on=day,
                stops_at=stops_at,
                last_day=LAST_VISIT,
                offices=enrolling.Offices(self.staff, self.county),
                rng=self.rng,
            ):
                yield Step(when, 4, act)

    def _visit_day(self, case: Case, latest: date) -> date:
        first = max(FIRST_VISIT, case.opened_on + timedelta(days=1))
        return first + timedelta(days=self.rng.randrange(max(1, (latest - first).days + 1)))

    def _visit(self, case: Case, conclusion: str, day: date) -> Step:
        actor, scope = self.staff[0 if self.rng.random() < 0.7 else 1]
        entry = answers.entry(
            home=self.homes[case.household_id],
            conclusion=conclusion,
            visited_on=day,
            role=VerifierRole.TOWNSHIP,
            standard=self.standard,
            rng=self.rng,
        )
        key = uuid5(_KEYS, f"{case.household.number or case.household_id} {conclusion}")

        def act() -> None:
            version = Case.objects.values_list("version", flat=True).get(pk=case.pk)
            verification.submit(
                scope=scope,
                case_id=case.pk,
                actor=actor,
                version=version,
                submission_key=key,
                entry=entry,
                payload={},
                day=day,
            )

        return Step(day, 1, act)

    def _recheck(self, case: Case, day: date) -> Step:
        means = self.rng.sample(recheck.Means.values, self.rng.randrange(1, 3))

        def act() -> None:
            if (found := self._waiting(case)) is None:
                return
            actor, scope = self._other_than(found)
            recheck.agree(
                scope=scope, case_id=case.pk, actor=actor, version=found.version, means=means, day=day
            )

        return Step(day, 2, act)

    def _send_back(self, case: Case, day: date, note: str) -> Step:
        def act() -> None:
            if (found := self._waiting(case)) is None:
                return
            actor, scope = self._other_than(found)
            recheck.send_back(
                scope=scope, case_id=case.pk, actor=actor, version=found.version, note=note, day=day
            )

        return Step(day, 2, act)

    @staticmethod
    def _waiting(case: Case) -> Case | None:
        return Case.objects.filter(pk=case.pk, state=CaseState.TO_RECHECK).first()

    def _other_than(self, case: Case) -> tuple[User, Scope]:
        first = case.verifications.standing()
        return next(pair for pair in self.staff if first is None or pair[0].pk != first.by_id)


def carry_on(*, plan: WorkPlan, path: Path, tell: Callable[[str], None]) -> int:
    """Do the work of the file's townships, two processes side by side; how many steps there were.

    Townships share no household, so that each process goes through its days alone.
    """
    rows = json.loads(path.read_text(encoding="utf-8"))["townships"]
    rows.sort(key=lambda row: row["cases"], reverse=True)
    connections.close_all()  # each process opens its own
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork")) as pool:
        shares = [rows[i::PROCESSES] for i in range(PROCESSES)]
        steps = sum(pool.map(work_through, [plan] * PROCESSES, shares, [os.getpid()] * PROCESSES))
    tell(f"核查、复核、退回、纳入 {steps} 步。")
    return steps


def work_through(plan: WorkPlan, rows: list[dict[str, Any]], parent: int) -> int:
    """The steps of some townships in the order of the days, each day in one transaction.

    It stops when the parent process was killed, so as not to be in the way of the run that comes after.
    """
    by_day: dict[date, list[Step]] = defaultdict(list)
    for row in rows:
        for step in _township(plan, row).steps():
            by_day[step.day].append(step)
    for day in sorted(by_day):
        with clock.pretend(day), transaction.atomic():
            for step in sorted(by_day[day], key=lambda step: step.order):
                if os.getppid() != parent:
                    os._exit(1)  # an exception would leave it waiting for a pool that is gone
                step.act()
    return sum(map(len, by_day.values()))


def _township(plan: WorkPlan, figures: dict[str, Any]) -> Township:
    region = figures["region"]
    cases = list(
        Case.objects.filter(plan=plan, household__region__code__startswith=region)
        .select_related("household__head", "plan")
        .order_by("household__number", "household__head__name_key")
    )
    people = offices(plan, region)
    return Township(plan, figures, cases, people.staff, people.county, standard_of(region), homes_of(cases))


def offices(plan: WorkPlan, region: str) -> enrolling.Offices:
    """A township's officers and the county office, with their scopes. Raises LookupError without them."""
    staff = User.objects.filter(postings__role=Role.TOWNSHIP_STAFF, postings__region_id=region)
    county = User.objects.filter(postings__role=Role.COUNTY_OFFICE, postings__region_id=plan.region_id)
    found = enrolling.Offices(
        *(
            [(user, user.scope(FIRST_VISIT)) for user in group.order_by("username")]
            for group in (staff, county)
        )
    )
    if len(found.staff) < 2 or not found.county:
        raise LookupError(f"{region}: two officers and the county office are needed")
    return found


def _with_scopes(users: QuerySet[User]) -> list[tuple[User, Scope]]:
    return [(user, user.scope(FIRST_VISIT)) for user in users.order_by("username")]


def standard_of(region: str) -> int:
    """The rural 低保 standard in whole yuan, with which invented incomes are compared."""
    standard = plans.standard(StandardKind.RURAL_DIBAO, region, LAST_VISIT)
    if standard is None:
        raise LookupError(f"{region}: a standard is needed")
    return int(standard.amount)


def homes_of(cases: list[Case]) -> dict[UUID, answers.Home]:
    """Each household as its verifier knows it, by its id."""
    members: dict[UUID, list] = defaultdict(list)
    households = [case.household_id for case in cases]
    for membership in Membership.objects.filter(household__in=households, last_day=None).select_related(
        "person"
    ):
        members[membership.household_id].append(membership.person)
    people = [person.pk for group in members.values() for person in group]
    aid = {
        record.person_id: _AID.get(BenefitScheme(record.scheme))
        for record in BenefitRecord.objects.filter(person__in=people, last_day=None)
    }
    return {
        household: answers.Home(
            members=group,
            can_work=any(person.labour in _ABLE for person in group),
            oldest=max(LAST_VISIT.year - person.birth_date.year for person in group if person.birth_date),
            aid=next((aid[person.pk] for person in group if aid.get(person.pk)), None),
        )
        for household, group in members.items()
    }
