"""Households on their way from verdict to number, for the tests of enrolment.

`judged` and `enrolled` are fixtures of every test of screening (`conftest`).
"""

import uuid
from datetime import date
from decimal import Decimal

import pytest

from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour, Scheme
from screening.rules.verdicts import Verdict
from screening.services import cases, enrolment, recheck, verification
from screening.services.enrolment import Details
from screening.tests.test_verification import entry_of

VISIT, RECHECK, APPLY, REVIEW, POST = (date(2020, 3, day) for day in (18, 20, 21, 23, 24))
LAST = date(2020, 3, 30)
APPROVE, ENROL, RECORD = date(2020, 3, 31), date(2020, 4, 2), date(2020, 4, 3)
LATER = date(2020, 4, 8)
NUMBER = "5323260420200001"
NOT_ELIGIBLE = Verdict("none", reason_code="public_payroll", reason_text="在编教师")


@pytest.fixture
def judged(cast, make_case, make_household):
    """`judged(scheme)`: a household of two (or `members`), wholly eligible, waiting for its application."""

    def make(*verdicts, region=LIUSHUTANG, actor=None, members=()):
        people = members or (("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))
        case = make_case(make_household(region, *people))
        verify(case, actor or cast.officer, *verdicts)
        return case

    return make


def verify(case, actor, *verdicts, day=VISIT):
    case.refresh_from_db()
    verification.submit(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, *verdicts, visited_on=day),
        payload={},
        day=day,
    )
    case.refresh_from_db()


def take(case, kind, actor, day, today=None, **details):
    enrolment.take_step(
        scope=actor.scope(),
        case_id=case.pk,
        kind=kind,
        actor=actor,
        details=Details(day, **details),
        today=today or day,
    )
    case.refresh_from_db()


def bring_to(case, cast, stage, *, per_person=None):
    """Take the steps before `stage` on the days above."""
    amounts = {scheme: Decimal(215) for scheme in Scheme.values} if per_person is None else per_person
    todo = {
        "applied": lambda: take(case, "applied", cast.officer, APPLY, per_person=amounts),
        "reviewed": lambda: take(case, "reviewed", cast.colleague, REVIEW),
        "publicised": lambda: take(
            case, "publicised", cast.officer, POST, last_day=LAST, posted_where="柳树塘公开栏"
        ),
        "approved": lambda: take(case, "approved", cast.county, APPROVE, from_month=date(2020, 5, 1)),
        "enrolled": lambda: take(case, "enrolled", cast.county, ENROL),
    }
    for kind, step in todo.items():
        if kind == stage:
            return
        step()


def write_number(grant, actor, number=NUMBER, day=RECORD):
    return enrolment.record_number(
        scope=actor.scope(), enrolment_id=grant.pk, actor=actor, number=number, day=day, today=day
    )


@pytest.fixture
def enrolled(judged, cast):
    """A household of two with finished 低保, reopened."""
    case = judged(Verdict("dibao"))
    bring_to(case, cast, "recorded")
    write_number(case.enrolments.get(), cast.county)
    cases.reopen(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=RECORD, reason="增人")
    return case


def agree(case, cast, day=RECHECK):
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        means=["papers"],
        day=day,
    )
    case.refresh_from_db()


def correct(case, cast, *verdicts):
    verification.correct(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        version=case.version,
        submission_key=uuid.uuid4(),
        entry=entry_of(case, *verdicts, visited_on=VISIT),
        reason="漏了一人",
        day=RECORD,
    )
