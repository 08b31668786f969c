"""The way of the demo's eligible households from application to number, by the real services on past days."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from dabao.models import User
from dabao.scope import Scope
from screening.choices import CaseState, Scheme, StepKind
from screening.models import Case
from screening.rules.steps import ORDER, earliest_last_day
from screening.services import enrolment, grants
from screening.services.enrolment import Details

AMOUNTS = {
    Scheme.DIBAO: Decimal(215),
    Scheme.DIBAO_SINGLE: Decimal(286),
    Scheme.TEKUN: Decimal("487.50"),
    Scheme.TEMPORARY: Decimal(1000),
}
FROM_MONTH = date(2020, 5, 1)
# How many of those still under way stand at which stage, by weight.
STANDS_AT = dict(zip(ORDER, (62, 45, 51, 29, 8, 10), strict=True))
_NUMBERS = UUID("0b8a3f0e-3c57-4c3e-8f7e-5f3c6f6f2d11")


@dataclass(frozen=True)
class Offices:
    """Who applies, reviews and approves: the township's two officers and the county's."""

    staff: list[tuple[User, Scope]]
    county: list[tuple[User, Scope]]


def draw(rng: random.Random) -> StepKind:
    """The stage that a household still under way stands at."""
    return rng.choices(list(STANDS_AT), list(STANDS_AT.values()))[0]


def goes_far(stops_at: StepKind | None) -> bool:
    """Whether it has its publicity behind it: then it was visited early and nothing waited long."""
    return stops_at is None or stops_at in ORDER[ORDER.index(StepKind.APPROVED) :]


def steps(
    *,
    case: Case,
    verified_on: date,
    stops_at: StepKind | None,
    last_day: date,
    offices: Offices,
    rng: random.Random,
) -> Iterator[tuple[date, Callable[[], Any]]]:
    """(day, act) of the steps of one household that fall on or before `last_day`; None: all six."""
    first, second = rng.sample(offices.staff, 2)
    county = rng.choice(offices.county)
    day = verified_on
    for kind in ORDER:
        day += timedelta(days=rng.randrange(0, 2) if goes_far(stops_at) else rng.randrange(1, 4))
        if kind == stops_at or day > last_day:
            return
        who = first if kind in (StepKind.APPLIED, StepKind.PUBLICISED) else second
        if kind in (StepKind.APPROVED, StepKind.ENROLLED, StepKind.RECORDED):
            who = county
        yield day, act(case, kind, day, who)
        if kind == StepKind.PUBLICISED:
            day = earliest_last_day(day, case.plan.publicity_days) + timedelta(days=1)


def act(
    case: Case, kind: StepKind, day: date, who: tuple[User, Scope], from_month: date = FROM_MONTH
) -> Callable[[], None]:
    """One step of one household, to be taken on its day; it does nothing when its turn has passed."""
    actor, scope = who

    def take() -> None:
        found = Case.objects.filter(pk=case.pk, state=CaseState.TO_ENROL).first()
        turn = list(grants.under_way(found).filter(next_step=kind)) if found else []
        if not turn:
            return
        if kind == StepKind.RECORDED:
            for grant in turn:
                serial = uuid5(_NUMBERS, f"{case.household.number or case.household_id} {grant.scheme}")
                number = f"532326{serial.int % 10**10:010d}"
                enrolment.record_number(
                    scope=scope, enrolment_id=grant.pk, actor=actor, number=number, day=day, today=day
                )
            return
        details = Details(
            day,
            posted_where="村务公开栏",
            last_day=earliest_last_day(day, case.plan.publicity_days),
            per_person=AMOUNTS,
            from_month=from_month,
        )
        enrolment.take_step(scope=scope, case_id=case.pk, kind=kind, actor=actor, details=details, today=day)

    return take
