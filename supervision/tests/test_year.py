"""Two townships from the first list to 30 December 2020, day by day, by the services that pages use (C27).

One year is lived once; each test asks it something: that what must hold holds, and that every household and
every red flag can be explained from what is on record.
"""

import json
import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F, Prefetch, Q

from dabao import clock, plans
from dabao.models import Flag, FlagKind, User, WorkPlan
from dabao.scope import whole
from screening.choices import (
    BenefitScheme,
    CaseOutcome,
    CaseState,
    ReviewOutcome,
    ReviewState,
    Scheme,
    StepKind,
)
from screening.models import BenefitReview, Case, CaseEvent, Enrolment, FollowUp, Membership
from screening.queries import entitlements
from screening.queries.progress import phase_cases
from screening.rules.steps import ORDER
from supervision.demo import aid, lists, people, reviews, warnings, work, year
from supervision.demo.seed import FOLDER
from supervision.services.invariants import check
from supervision.tests.test_load_plan import loaded  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
LIVED = ("532326102", "532326207")  # 石羊镇, 铁锁乡
LAST_DAY = date(2020, 12, 30)
# Also those that a change of aid has stopped since.
FINISHED_GRANTS = Enrolment.objects.filter(Q(ended_on=None) | Q(lines__isnull=False), next_step="").distinct()


@pytest.fixture
def plan(loaded: Any) -> Iterator[WorkPlan]:  # noqa: F811
    found = plans.current()
    people.make_accounts(path=FOLDER / "cast.json")
    lists.import_lists(folder=FOLDER, actor=User.objects.get(username="xianju"), tell=lambda _: None)
    rows = json.loads((FOLDER / "progress.json").read_text(encoding="utf-8"))["townships"]
    work.work_through(found, [row for row in rows if row["region"] in LIVED], os.getppid())
    for already in (warnings.report, reviews.look_again, aid.carry_on):
        already(plan=found, tell=lambda _: None)
    with clock.pretend(LAST_DAY):
        year.live(
            plan=found, regions=list(LIVED), first=date(2020, 4, 10), last=LAST_DAY, tell=lambda _: None
        )
        yield found


def test_a_year_leaves_every_household_explained(plan: WorkPlan) -> None:
    assert {name: faults for name, faults in check().items() if faults} == {}
    for case in _cases(plan):
        _the_events_are_a_chain(case)
        _the_end_has_its_grounds(case)
    _everybody_was_followed(plan)
    _everybody_on_dibao_was_reviewed(plan)
    _flags_say_what_happened(plan)


def _cases(plan: WorkPlan) -> list[Case]:
    mine = Q()
    for region in LIVED:
        mine |= Q(household__region__code__startswith=region)
    found = Case.objects.filter(mine, plan=plan).prefetch_related(
        Prefetch("events", CaseEvent.objects.order_by("day", "at")),
        Prefetch("enrolments", FINISHED_GRANTS.prefetch_related("steps")),
    )
    assert found.count() > 240
    assert not found.exclude(state=CaseState.CLOSED).exists()
    return list(found)


def _the_events_are_a_chain(case: Case) -> None:
    """From its opening every move begins where the one before ended; the last one is where the case is."""
    events = list(case.events.all())
    assert (events[0].kind, events[0].day) == ("opened", case.opened_on)
    moves = [event for event in events if event.from_state != event.to_state]
    for before, after in pairwise(moves):
        assert after.from_state == before.to_state, (case.pk, before.kind, after.kind)
    assert (moves[-1].to_state, moves[-1].outcome) == (case.state, case.outcome)


def _the_end_has_its_grounds(case: Case) -> None:
    """A conclusion for everybody who lives there, and behind it what the outcome asks for."""
    standing = case.verifications.standing()
    assert standing is not None, case.pk
    decisions = list(standing.decisions.all())
    if all(decision.person_id for decision in decisions):
        living = Membership.objects.filter(household=case.household_id, last_day=None, person__died_on=None)
        assert {one.person_id for one in living} <= {one.person_id for one in decisions}
    if case.outcome == CaseOutcome.NOT_ELIGIBLE:
        assert all(one.reason_code and one.reason_text for one in decisions if one.scheme == Scheme.NONE)
        second = case.verifications.filter(round=2, agreed=True).order_by("submitted_at").last()
        assert second is not None
        assert second.by_id != standing.by_id
        assert second.submitted_at > standing.submitted_at
    if case.outcome == CaseOutcome.ENROLLED:
        assert case.enrolments.all(), case.pk
        for grant in case.enrolments.all():
            _the_grant_went_all_the_way(grant)


def _the_grant_went_all_the_way(grant: Enrolment) -> None:
    steps = {StepKind(step.kind): step for step in grant.steps.all()}
    assert set(steps) == set(ORDER)
    days = [steps[kind].day for kind in ORDER]
    assert days == sorted(days)
    assert steps[StepKind.APPLIED].by_id != steps[StepKind.APPROVED].by_id
    assert steps[StepKind.APPROVED].day > steps[StepKind.PUBLICISED].last_day
    assert grant.provincial_number


def _everybody_was_followed(plan: WorkPlan) -> None:
    phase = plan.phases.get(number=3)
    followed = set(
        FollowUp.objects.filter(plan=plan, recorded_on__gte=phase.first_day).values_list(
            "household", flat=True
        )
    )
    assert {case.household_id for case in _cases(plan)} <= followed


def _everybody_on_dibao_was_reviewed(plan: WorkPlan) -> None:
    """Kept, tapered and stopped; what was stopped is paid no more, what was kept still is."""
    for region in LIVED:
        scope = whole(region)
        assert not phase_cases(scope, plan, 4, "left", LAST_DAY).exists()
        standing = BenefitReview.objects.within(scope).filter(plan=plan, state=ReviewState.STANDING)
        newest = {review.household_id: review for review in standing.order_by("recorded_on", "recorded_at")}
        assert len({review.outcome for review in newest.values()}) >= 3
        paid = entitlements.on(scope, newest, LAST_DAY)
        for home, review in newest.items():
            dibao = [one for one in paid.get(home, []) if one.scheme != BenefitScheme.TEKUN]
            stopped = review.outcome == ReviewOutcome.STOP and review.from_month <= LAST_DAY
            assert bool(dibao) != stopped, review.pk


def _flags_say_what_happened(plan: WorkPlan) -> None:
    """Each is dated for the day after it fell due; the slow township's rose and went, those idle stay red."""
    assert not Flag.objects.exclude(raised_on=F("due_on") + timedelta(days=1)).exists()
    phases = Flag.objects.filter(kind=FlagKind.PHASE_OVERDUE)
    slow = phases.filter(region=year.SLOW)
    assert slow.exists()
    assert not slow.filter(cleared_on=None).exists()
    assert not phases.filter(region__in=LIVED, cleared_on=None).exists()
    idle = phases.exclude(region__in=LIVED).filter(subject="phase:1")
    assert idle.count() == len(plans.townships(plan)) - len(LIVED)
    assert not idle.exclude(cleared_on=None).exists()
