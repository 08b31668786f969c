"""Where verdicts lead a case, and which contradict the income found (C08, C09, C11)."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from screening.rules.verdicts import (
    Entry,
    MemberFound,
    Verdict,
    after_recheck,
    after_verification,
    faults,
    same_conclusion,
)

ONE, TWO = uuid4(), uuid4()
KEPT = Verdict("dibao", covered=True)
NEW = Verdict("dibao")
NOT = Verdict("none", reason_code="vehicle", reason_text="面包车")
MOVED = Verdict("none", reason_code="moved_out", reason_text="2019年迁出")


def of(person, verdict):
    return Verdict(verdict.scheme, person, verdict.covered, verdict.reason_code, verdict.reason_text)


@pytest.mark.parametrize(
    ("verdicts", "state", "outcome"),
    [
        ([NEW], "to_enrol", ""),
        ([Verdict("temporary")], "to_enrol", ""),
        ([KEPT], "closed", "covered_confirmed"),
        ([NOT], "to_recheck", ""),
        ([of(ONE, KEPT), of(TWO, KEPT)], "closed", "covered_confirmed"),
        ([of(ONE, KEPT), of(TWO, NEW)], "to_enrol", ""),
        ([of(ONE, KEPT), of(TWO, NOT)], "to_recheck", ""),
        ([of(ONE, NEW), of(TWO, NOT)], "to_recheck", ""),
    ],
)
def test_one_ineligible_member_is_enough_for_a_recheck(verdicts, state, outcome):
    step = after_verification(verdicts)
    assert (step.state, step.outcome) == (state, outcome)


def test_no_verdict_leads_nowhere():
    with pytest.raises(ValueError, match="没有结论"):
        after_verification([])


@pytest.mark.parametrize(
    ("verdicts", "state", "outcome"),
    [
        ([NOT], "closed", "not_eligible"),
        ([MOVED], "closed", "moved_out"),
        ([of(ONE, MOVED), of(TWO, NOT)], "closed", "not_eligible"),
        ([of(ONE, KEPT), of(TWO, NOT)], "closed", "not_eligible"),
        ([of(ONE, NEW), of(TWO, NOT)], "to_enrol", ""),
    ],
)
def test_agreed_the_eligible_go_on_and_the_rest_is_closed_by_its_reason(verdicts, state, outcome):
    step = after_recheck(verdicts)
    assert (step.state, step.outcome) == (state, outcome)


def entry(*verdicts):
    return Entry(result="visited", visited_on=date(2020, 4, 10), role="township", verdicts=verdicts)


OVER = Verdict("none", reason_code="income_over", reason_text="收入高")


@pytest.mark.parametrize(
    ("verdict", "each", "field"),
    [
        (OVER, "4499.99", "reason_code"),
        (OVER, "4500.00", None),
        (OVER, "4500.01", None),
        (NEW, "4499.99", None),
        (NEW, "4500.00", None),
        (NEW, "4500.01", "scheme"),
        (KEPT, "4500.01", None),
        (Verdict("dibao_single"), "4500.01", None),
        (NOT, "100.00", None),
    ],
)
def test_exactly_at_the_standard_contradicts_nothing(verdict, each, field):
    found = faults(entry(verdict), Decimal(each), Decimal(4500))
    assert [name for name, _ in found] == ([field] if field else [])


def test_without_a_standard_or_a_sum_nothing_contradicts():
    assert faults(entry(NEW), None, Decimal(4500)) == []
    assert faults(entry(NEW), Decimal(9000), None) == []


def test_the_reasons_text_alone_makes_no_other_conclusion():
    other_words = Verdict("none", reason_code="vehicle", reason_text="轿车")
    assert same_conclusion([NOT], [other_words])
    assert not same_conclusion([NOT], [MOVED])
    assert not same_conclusion([KEPT], [NEW])


def test_who_lives_elsewhere_does_not_share_the_income():
    found = Entry(
        result="visited",
        visited_on=date(2020, 4, 10),
        role="township",
        members=[MemberFound("甲", ONE), MemberFound("乙", TWO, living_together=False)],
        income={"wages": (Decimal(3000), ""), "employment_cost": (Decimal(500), "车票")},
    )
    assert found.sum().per_capita == Decimal("2500.00")
