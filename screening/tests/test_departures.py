"""Concluding against the advice wants a reason, which the second person reads; verdicts in a rush show."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.forms.verification import VerificationForm
from screening.models import Verification
from screening.queries import advice, households, rechecks
from screening.rules.verdicts import Verdict
from screening.services import verification
from screening.tests.test_verification import NOT, case, entry_of, people_of, submit  # noqa: F401

POOR = {"income-wages": "4000", "living": "2", "holds": ["none"]}
RICH = POOR | {"income-wages": "40000"}


def departing(cast, case, answers, *verdicts):  # noqa: F811
    scope = cast.officer.scope()
    page = households.household(scope, case.pk, TODAY)
    return advice.departing(scope, page, answers, verdicts, TODAY)


def test_not_eligible_although_the_income_is_below_the_standard(cast, case):  # noqa: F811
    said = departing(cast, case, POOR, NOT)
    assert len(said) == 1
    assert said[0].startswith("按条件符合低保·整户（人均低于低保标准 2,500.00 元")


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        (RICH, NOT),
        (POOR, Verdict("dibao")),
        (POOR | {"income-wages": "9000"}, Verdict("dibao")),
        ({}, NOT),
        ({}, Verdict("dibao")),
    ],
)
def test_with_the_advice_or_without_any_nothing_is_asked(cast, case, answers, verdict):  # noqa: F811
    case.household.income_per_capita = None
    case.household.save()
    assert departing(cast, case, answers, verdict) == []


def test_who_keeps_what_he_has_is_asked_nothing(cast, case):  # noqa: F811
    assert departing(cast, case, RICH, Verdict("dibao", covered=True)) == []


def test_no_income_at_all_is_an_income_of_nothing(cast, case):  # noqa: F811
    assert departing(cast, case, POOR | {"income-wages": "0"}, NOT)[0].startswith("按条件符合低保·整户")


def test_without_a_reason_it_is_not_recorded(cast, case):  # noqa: F811
    against = entry_of(case, NOT, departures=["按条件符合低保·整户，结论是不符合"])
    with pytest.raises(ValidationError, match="要写明为什么"):
        submit(case, cast.officer, against)
    assert not Verification.objects.exists()


def test_with_a_reason_the_second_person_reads_both(cast, county, case):  # noqa: F811
    entry = entry_of(
        case, NOT, departures=["按条件符合低保·整户，结论是不符合"], departure_reason="车上月刚买，价值 8 万"
    )
    submit(case, cast.officer, entry)
    waiting = rechecks.desk(cast.colleague.scope(), county.plan, TODAY).queue[0]
    assert "与条件不同" in waiting.signals
    assert "初核人写的原因：车上月刚买，价值 8 万" in waiting.sentences


def test_the_form_asks_for_the_reason_where_the_verdict_goes_against_the_advice(cast, case):  # noqa: F811
    page = households.household(cast.officer.scope(), case.pk, TODAY)
    data = QueryDict(mutable=True)
    answers = {
        "version": "1",
        "submission_key": str(uuid.uuid4()),
        "visited_on": "2020-04-10",
        "role": "township",
        "result": "visited",
        "living": "2",
        "income-wages": "4000",
        "holds": "none",
        "food_ok": "yes",
        "clothing_ok": "yes",
        "for_whom": "whole",
        "scheme": "none",
        "reason_code": "other",
        "reason_text": "群众评议不同意",
        "grounds": "评议没通过",
    } | {f"lives-{person.pk}": "on" for person in people_of(case)}
    data.update(answers)
    form = VerificationForm(page, "township", TODAY, data=data)
    assert not form.is_valid()
    assert "按条件符合低保·整户" in form.errors["departure_reason"][0]
    data["departure_reason"] = "瞒报存款，已核实"
    form = VerificationForm(page, "township", TODAY, data=data)
    assert form.is_valid(), form.errors
    entry = form.entry()
    assert (len(entry.departures), entry.departure_reason) == (1, "瞒报存款，已核实")
    verification.submit(
        scope=cast.officer.scope(),
        case_id=case.pk,
        actor=cast.officer,
        version=1,
        submission_key=uuid.uuid4(),
        entry=entry,
        payload={},
        day=TODAY,
    )


@pytest.mark.parametrize(("number", "minutes", "shown"), [(20, 19, True), (19, 18, False), (20, 40, False)])
def test_many_verdicts_in_a_few_minutes_are_a_signal(
    cast, county, make_case, make_household, number, minutes, shown
):
    began = timezone.now()
    for place in range(number):
        one = make_case(make_household(LIUSHUTANG, (f"户{place}", Labour.WEAK)))
        submit(one, cast.officer, entry_of(one, NOT, grounds=f"理由 {place}"))
        at = began + timedelta(minutes=minutes) * place / (number - 1)
        Verification.objects.filter(case=one).update(submitted_at=at)
    queue = rechecks.desk(cast.colleague.scope(), county.plan, TODAY).queue
    said = [signal for one in queue for signal in one.signals if "分钟" in signal]
    assert bool(said) is shown
    assert not shown or set(said) == {"20 分钟 20 户"}
