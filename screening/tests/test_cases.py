"""The life of a case: the table of transitions, assigning, opening and reopening."""

from datetime import date, timedelta
from itertools import product

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, DAMAIDI, LIUSHUTANG, TODAY
from screening.choices import CaseOrigin, CaseOutcome, CaseState
from screening.models import Case
from screening.services import cases
from screening.services.cases import TRANSITIONS, Kind

KINDS = [value for name, value in vars(Kind).items() if name.isupper()]
# The domain's table, written out again: (from, to, outcome) → kinds.
LISTED = {
    ("to_verify", "to_recheck", ""): {"verified"},
    ("to_verify", "to_enrol", ""): {"verified"},
    ("to_verify", "closed", "covered_confirmed"): {"verified"},
    ("to_verify", "closed", "enrolled"): {"verified"},
    ("to_recheck", "to_enrol", ""): {"rechecked"},
    ("to_recheck", "closed", "not_eligible"): {"rechecked"},
    ("to_recheck", "closed", "moved_out"): {"rechecked"},
    ("to_recheck", "closed", "deceased"): {"rechecked"},
    ("to_recheck", "closed", "declined"): {"rechecked"},
    ("to_recheck", "closed", "enrolled"): {"rechecked"},
    ("to_recheck", "to_verify", ""): {"returned", "withdrawn", "corrected"},
    ("to_enrol", "to_recheck", ""): {"verified"},
    ("to_enrol", "closed", "enrolled"): {"closed"},
    ("to_enrol", "to_verify", ""): {"returned", "withdrawn", "corrected"},
    ("closed", "to_verify", ""): {"reopened", "withdrawn", "corrected"},
}


@pytest.mark.parametrize(
    ("before", "after", "outcome"),
    list(product(CaseState.values, CaseState.values, ["", *CaseOutcome.values])),
)
def test_every_transition_that_is_not_listed_is_refused(before, after, outcome):
    allowed = {kind for kind in KINDS if cases.may_move(before, after, kind, outcome)}
    assert allowed == LISTED.get((before, after, outcome), set())


def test_the_table_names_no_event_that_nobody_knows():
    assert {kind for by_kind in TRANSITIONS.values() for kind in by_kind} <= set(KINDS)


def test_a_refused_transition_says_where_the_case_is_and_changes_nothing(cast, make_case):
    case = make_case()
    with pytest.raises(ValidationError, match="现在是「待核查」，不能直接变为「已销号（已纳入）」"):
        cases.move(
            case=case,
            to_state="closed",
            kind="closed",
            actor=cast.officer,
            day=TODAY,
            text="",
            outcome="enrolled",
        )
    case.refresh_from_db()
    assert (case.state, case.version, case.events.count()) == ("to_verify", 1, 1)


def test_opening_by_hand_writes_case_event_and_audit_line_with_its_deadline(cast, county, make_household):
    case = cases.open_case(
        plan=county.plan, household=make_household(), day=TODAY, actor=cast.officer, why="群众反映"
    )
    assert (case.state, case.origin, case.due_on) == ("to_verify", CaseOrigin.BY_HAND, date(2020, 4, 15))
    event = case.events.get()
    assert (event.kind, event.text, event.actor_label) == ("opened", "主动发现：列入名单。群众反映", "鲁建华")
    assert AuditEvent.objects.filter(action="case.opened", object_id=str(case.pk)).count() == 1


def test_a_case_opened_after_the_phase_has_days_of_its_own(cast, county, make_household):
    late = date(2020, 4, 20)
    case = cases.open_case(plan=county.plan, household=make_household(), day=late, actor=cast.officer)
    assert case.due_on == late + timedelta(days=county.plan.late_case_days)


def test_a_household_has_one_case_in_a_plan(cast, county, make_case):
    with pytest.raises(ValidationError, match="已经在排查名单里"):
        cases.open_case(plan=county.plan, household=make_case().household, day=TODAY, actor=cast.officer)


def test_assigning_in_bulk_gives_every_case_its_event(cast, make_case, make_household):
    chosen = [make_case(make_household(LIUSHUTANG, (name, ""))) for name in ("甲", "乙")]
    changed = cases.assign(
        scope=cast.officer.scope(),
        case_ids=[case.pk for case in chosen],
        assignee_id=cast.assistant.pk,
        actor=cast.officer,
        day=TODAY,
    )
    assert changed == 2
    assert set(Case.objects.values_list("assigned_to", flat=True)) == {cast.assistant.pk}
    assert [case.events.last().text for case in chosen] == ["分给 自兴华", "分给 自兴华"]


def test_an_assistant_gets_no_household_of_another_village(cast, make_case, make_household):
    case = make_case(make_household(CHAHE, ("杨正芳", "")))
    with pytest.raises(ValidationError, match="自兴华不管岔河村"):
        cases.assign(
            scope=cast.officer.scope(),
            case_ids=[case.pk],
            assignee_id=cast.assistant.pk,
            actor=cast.officer,
            day=TODAY,
        )


def test_a_foreign_household_among_the_ticked_ones_stops_all_of_them(cast, make_case, make_household):
    mine, foreign = make_case(), make_case(make_household(DAMAIDI, ("李发祥", "")))
    with pytest.raises(ObjectDoesNotExist):
        cases.assign(
            scope=cast.officer.scope(),
            case_ids=[mine.pk, foreign.pk],
            assignee_id=cast.officer.pk,
            actor=cast.officer,
            day=TODAY,
        )
    assert not Case.objects.exclude(assigned_to=None).exists()


def test_a_village_assistant_assigns_nothing(cast, make_case):
    with pytest.raises(PermissionDenied):
        cases.assign(
            scope=cast.assistant.scope(),
            case_ids=[make_case().pk],
            assignee_id=cast.assistant.pk,
            actor=cast.assistant,
            day=TODAY,
        )


def test_reopening_needs_a_reason_and_keeps_the_history(cast, make_case):
    case = make_case(state="closed", outcome="not_eligible", closed_on=TODAY, verified_on=date(2020, 4, 1))
    with pytest.raises(ValidationError, match="写明为什么重新核查"):
        cases.reopen(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY, reason=" ")
    cases.reopen(
        scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY, reason="家中有人住院"
    )
    case.refresh_from_db()
    assert (case.state, case.outcome, case.closed_on) == ("to_verify", "", None)
    assert [event.kind for event in case.events.all()] == ["opened", "reopened"]
