"""Recheck: never by the same person, agree with a way of checking, return with a note and a day (C11)."""

from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from dabao.tests.cast import TODAY
from screening.queries.known import Evidence
from screening.rules.verdicts import Verdict
from screening.services import recheck
from screening.tests.test_verification import NOT, case, entry_of, people_of, submit  # noqa: F401
from screening.views.recheck import evidence_by_row


@pytest.fixture
def waiting(cast, case):  # noqa: F811
    """A household judged not eligible by the officer."""
    submit(case, cast.officer, entry_of(case, NOT))
    case.refresh_from_db()
    return case


def agree(case, actor, means=("phone",)):  # noqa: F811
    return recheck.agree(
        scope=actor.scope(), case_id=case.pk, actor=actor, version=case.version, means=means, day=TODAY
    )


def send_back(case, actor, note="缺车辆登记页"):  # noqa: F811
    return recheck.send_back(
        scope=actor.scope(), case_id=case.pk, actor=actor, version=case.version, note=note, day=TODAY
    )


def test_agreeing_closes_as_not_eligible(cast, waiting):
    agree(waiting, cast.colleague)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome, waiting.closed_on) == ("closed", "not_eligible", TODAY)
    record = waiting.verifications.get(round=2)
    assert (record.agreed, record.checked_by_means, record.by) == (True, ["phone"], cast.colleague)


def test_agreeing_on_a_mixed_household_sends_the_eligible_to_enrolment(cast, case):  # noqa: F811
    head, wife = people_of(case)
    not_head = Verdict("none", person=head.pk, reason_code="public_payroll", reason_text="在编教师")
    submit(case, cast.officer, entry_of(case, not_head, Verdict("dibao_single", person=wife.pk)))
    case.refresh_from_db()
    agree(case, cast.colleague)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("to_enrol", "")


@pytest.mark.parametrize("act", [agree, send_back])
def test_who_verified_does_not_recheck(cast, waiting, act):
    with pytest.raises(ValidationError, match="这是你做的初核，要由别人复核"):
        act(waiting, cast.officer)
    waiting.refresh_from_db()
    assert waiting.state == "to_recheck"


def test_agreeing_needs_a_way_of_checking(cast, waiting):
    with pytest.raises(ValidationError, match="至少选一项"):
        agree(waiting, cast.colleague, means=())


def test_returning_needs_a_note_and_sets_a_new_last_day(cast, waiting):
    with pytest.raises(ValidationError, match="写明缺什么"):
        send_back(waiting, cast.colleague, note=" ")
    send_back(waiting, cast.colleague)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.returned_on, waiting.due_on) == ("to_verify", TODAY, date(2020, 4, 13))
    assert (waiting.return_note, waiting.verified_on) == ("缺车辆登记页", None)


def test_verified_again_the_return_is_history(cast, waiting):
    send_back(waiting, cast.colleague)
    waiting.refresh_from_db()
    submit(waiting, cast.officer)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.returned_on, waiting.return_note) == ("to_enrol", None, "")
    assert "returned" in [event.kind for event in waiting.events.all()]


def test_an_older_view_does_not_decide(cast, waiting):
    waiting.version -= 1
    with pytest.raises(ValidationError, match="又有改动"):
        agree(waiting, cast.colleague)


def test_a_village_assistant_does_not_recheck(cast, waiting):
    with pytest.raises(PermissionDenied):
        agree(waiting, cast.assistant)


def test_a_row_of_a_list_is_named_once_beside_the_verdict():
    reason = SimpleNamespace(source_line="残联名单第 4 行")
    row, other = uuid4(), uuid4()
    evidence = [
        Evidence("甲：肢体一级", "残联名单第 4 行", row),
        Evidence("甲：低保", "低保名单第 9 行", other),
        Evidence("乙：低保", "低保名单第 9 行", other),
    ]
    assert evidence_by_row(SimpleNamespace(reasons=[reason], evidence=evidence)) == [
        Evidence("甲：肢体一级", "", row),
        Evidence("甲：低保；乙：低保", "低保名单第 9 行", other),
    ]


def test_what_is_not_waiting_is_not_rechecked(cast, case):  # noqa: F811
    with pytest.raises(ValidationError, match="不在待复核里"):
        agree(case, cast.colleague)
