"""Warnings from report by visit to decision; their flags (C13)."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent, Flag
from dabao.tests.cast import DAMAIDI, SHIYANG, TODAY
from screening.choices import (
    WarningDecision,
    WarningKind,
    WarningState,
)
from screening.models import Case, RiskWarning
from screening.services import invariants, warning_flags
from screening.services.warnings import DECIDE, TRANSITIONS, VISIT, next_state
from screening.tests.warnings_cast import decide, go

# What people report


def test_a_report_has_its_limit_and_an_audit_line(report):
    warning = report()
    assert (warning.state, warning.due_on) == (WarningState.OPEN, date(2020, 4, 20))
    assert AuditEvent.objects.filter(action="warning.report", object_id=str(warning.pk)).exists()


def test_the_same_thing_is_reported_once(report, make_household):
    household = make_household()
    report(household)
    with pytest.raises(ValidationError, match="已经报过"):
        report(household)
    assert report(household, kind=WarningKind.ILLNESS).pk


@pytest.mark.parametrize("kind", ["income_below", "new_certificate", "nonsense"])
def test_what_data_raise_cannot_be_reported(report, kind):
    with pytest.raises(ValidationError, match="请选一种情况"):
        report(kind=kind)


def test_a_report_of_tomorrow_is_refused(report):
    with pytest.raises(ValidationError, match="今天以后"):
        report(happened_on=TODAY + timedelta(days=1))


def test_nobody_reports_another_township(report, cast, make_household):
    with pytest.raises(ObjectDoesNotExist):
        report(make_household(DAMAIDI))
    with pytest.raises(PermissionDenied):
        report(make_household(DAMAIDI), actor=cast.unit)


# Visit and decision


@pytest.mark.parametrize(("state", "doing"), list(product(WarningState.values, (VISIT, DECIDE))))
def test_every_step_that_is_not_listed_is_refused_in_words(state, doing):
    listed = {("open", VISIT): "visited", ("visited", VISIT): "visited", ("visited", DECIDE): "decided"}
    if (state, doing) in listed:
        assert next_state(state, doing) == listed[state, doing]
    else:
        with pytest.raises(ValidationError, match=r"入户|已有结论"):
            next_state(state, doing)
    assert len(TRANSITIONS) == len(listed)


def test_a_decision_before_any_visit_is_refused(cast, report):
    with pytest.raises(ValidationError, match="还没有人入户"):
        decide(cast, report())


def test_a_warning_goes_by_visit_and_decision_to_temporary_aid(cast, report):
    warning = report()
    go(cast, warning)
    decide(cast, warning)
    warning.refresh_from_db()
    assert (warning.state, warning.decision, warning.decided_by) == ("decided", "temporary", cast.officer)
    with pytest.raises(ValidationError, match="已有结论"):
        decide(cast, warning)


def test_none_needs_a_reason(cast, report):
    warning = report()
    go(cast, warning)
    with pytest.raises(ValidationError, match="写明理由"):
        decide(cast, warning, WarningDecision.NONE, " ")


def test_an_assistant_visits_and_does_not_decide(cast, report):
    warning = report()
    go(cast, warning, actor=cast.assistant)
    with pytest.raises(PermissionDenied):
        decide(cast, warning, actor=cast.assistant)


def test_a_visit_before_the_thing_happened_is_refused(cast, report):
    warning = report(happened_on=date(2020, 4, 8))
    with pytest.raises(ValidationError, match="早于"):
        go(cast, warning, day=date(2020, 4, 7))


@pytest.mark.parametrize("decision", [WarningDecision.DIBAO, WarningDecision.TEKUN])
def test_low_aid_has_a_closed_household_verified_again(cast, report, make_case, decision):
    case = make_case(state="closed", outcome="not_eligible", closed_on=TODAY, verified_on=date(2020, 4, 1))
    warning = report(case.household)
    go(cast, warning)
    decide(cast, warning, decision)
    case.refresh_from_db()
    assert (case.state, case.outcome) == ("to_verify", "")
    assert case.events.filter(kind="reopened", actor=cast.officer).count() == 1


def test_low_aid_opens_a_case_where_there_was_none(cast, report, county):
    warning = report()
    go(cast, warning)
    decide(cast, warning, WarningDecision.DIBAO)
    case = Case.objects.get(plan=county.plan, household=warning.household)
    assert (case.state, case.why) == ("to_verify", "预警（受灾）研判为低保")


def test_low_aid_leaves_an_open_case_where_it_is(cast, report, make_case):
    case = make_case()
    warning = report(case.household)
    go(cast, warning)
    decide(cast, warning, WarningDecision.DIBAO)
    case.refresh_from_db()
    assert (case.state, case.events.filter(kind="reopened").count()) == ("to_verify", 0)


def test_temporary_aid_reopens_nothing(cast, report, make_case):
    case = make_case(state="closed", outcome="not_eligible", closed_on=TODAY)
    warning = report(case.household)
    go(cast, warning)
    decide(cast, warning)
    case.refresh_from_db()
    assert case.state == "closed"


# Flags


def flags_of(county, day):
    return warning_flags.raise_overdue(plan=county.plan, day=day, noticed_on=day)


def test_the_last_day_is_on_time_and_the_flag_comes_with_the_next_once(cast, county, report):
    warning = report()
    assert flags_of(county, warning.due_on) == []
    late = warning.due_on + timedelta(days=1)
    (flag,) = flags_of(county, late)
    assert (flag.kind, flag.region_id, flag.raised_on) == ("warning_overdue", SHIYANG, late)
    assert "普有福" not in flag.label
    assert flags_of(county, late) == []


def test_the_decision_clears_the_flag(cast, county, report):
    warning = report()
    late = warning.due_on + timedelta(days=1)
    flags_of(county, late)
    go(cast, warning, day=late)
    decide(cast, warning, day=late)
    assert Flag.objects.get().cleared_on == late
    assert flags_of(county, late) == []


def test_one_decided_on_its_last_day_gets_no_flag(cast, county, report):
    warning = report()
    go(cast, warning, day=warning.due_on)
    decide(cast, warning, day=warning.due_on)
    assert flags_of(county, warning.due_on + timedelta(days=1)) == []


def test_a_late_run_raises_what_a_timely_one_would_have(cast, county, report):
    warning = report()
    late = warning.due_on + timedelta(days=3)
    go(cast, warning, day=late)
    decide(cast, warning, day=late)
    (flag,) = flags_of(county, warning.due_on + timedelta(days=1))
    assert flag.cleared_on == late


def test_one_raised_when_its_limit_had_passed_is_seen_by_the_next_run(cast, county, report):
    warning = report()
    late = warning.due_on + timedelta(days=5)
    (flag,) = flags_of(county, late)
    assert (flag.raised_on, flag.noticed_on) == (warning.due_on + timedelta(days=1), late)
    assert flags_of(county, late) == []


def test_catching_up_a_missed_day_looks_at_that_day_only(cast, county, report):
    warning = report()
    missed, run = warning.due_on + timedelta(days=3), warning.due_on + timedelta(days=9)
    assert warning_flags.raise_overdue(plan=county.plan, day=missed, noticed_on=run) == []


def test_the_invariants_see_a_decision_without_visit_and_a_flag_left_standing(cast, county, report):
    warning = report()
    late = warning.due_on + timedelta(days=1)
    (flag,) = flags_of(county, late)
    assert invariants.warnings_and_visits() == invariants.warnings_and_flags() == []
    RiskWarning.objects.update(
        state=WarningState.DECIDED, decision="temporary", decided_on=late, decided_by=cast.officer
    )
    assert invariants.warnings_and_visits() == [f"预警 {warning.pk} 没有入户就有结论"]
    assert invariants.warnings_and_flags() == [f"红旗 {flag.pk} 的预警已有结论"]
