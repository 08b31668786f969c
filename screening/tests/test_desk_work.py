"""应保尽保 and 复核 beside the phases: what counts, what is done, and both on an earlier day (C04, C11)."""

from datetime import date

import pytest
from django.http import QueryDict

from dabao.tests.cast import DAMAIDI, SHIYANG, TODAY, ZHAOJIADIAN
from screening.choices import CaseOutcome, CaseState, VerificationState
from screening.models import CaseEvent, Verification
from screening.queries.cases import CaseFilters, filtered
from screening.queries.desk_work import ENROL, RECHECK, Share, desk_counts

VERIFIED, AGREED = date(2020, 4, 2), date(2020, 4, 6)


@pytest.fixture
def moved(make_case, cast):
    """A case that went through the states of `moves`: (day, kind, state, outcome)."""

    def move(*moves, household=None):
        case = make_case(household)
        before = CaseState.TO_VERIFY
        for day, kind, state, *outcome in moves:
            end = outcome[0] if outcome else ""
            CaseEvent.objects.create(
                case=case, day=day, kind=kind, from_state=before, to_state=state, outcome=end, text=kind
            )
            before = state
            case.state, case.outcome = state, end
            if kind == "verified":
                case.verified_on = day
            if kind == "returned":
                case.verified_on = None
            if kind == "rechecked":
                Verification.objects.create(
                    case=case,
                    round=2,
                    state=VerificationState.SUBMITTED,
                    agreed=True,
                    by=cast.colleague,
                    recorded_on=day,
                )
        case.closed_on = day if before == CaseState.CLOSED else None
        case.save()
        return case

    return move


def test_an_eligible_household_counts_until_it_is_enrolled_and_then_as_done(moved, county, cast):
    moved((VERIFIED, "verified", CaseState.TO_ENROL))
    moved(
        (VERIFIED, "verified", CaseState.TO_ENROL),
        (AGREED, "closed", CaseState.CLOSED, CaseOutcome.ENROLLED),
    )
    moved((VERIFIED, "verified", CaseState.CLOSED, CaseOutcome.COVERED_CONFIRMED))
    counts = desk_counts(cast.leader.scope(), county.plan, TODAY)
    assert counts[SHIYANG][ENROL] == Share(1, 2)


def test_what_a_second_person_agreed_to_is_rechecked_whatever_came_of_it(moved, county, cast):
    moved((VERIFIED, "verified", CaseState.TO_RECHECK))
    moved(
        (VERIFIED, "verified", CaseState.TO_RECHECK),
        (AGREED, "rechecked", CaseState.CLOSED, CaseOutcome.NOT_ELIGIBLE),
    )
    moved((VERIFIED, "verified", CaseState.TO_RECHECK), (AGREED, "rechecked", CaseState.TO_ENROL))
    moved((VERIFIED, "verified", CaseState.TO_ENROL))
    counts = desk_counts(cast.leader.scope(), county.plan, TODAY)
    assert counts[SHIYANG][RECHECK] == Share(2, 3)


def test_an_agreement_to_an_earlier_verification_is_no_agreement(moved, county, cast):
    moved(
        (date(2020, 3, 20), "verified", CaseState.TO_RECHECK),
        (date(2020, 3, 25), "rechecked", CaseState.TO_ENROL),
        (date(2020, 3, 28), "returned", CaseState.TO_VERIFY),
        (VERIFIED, "verified", CaseState.TO_ENROL),
    )
    counts = desk_counts(cast.leader.scope(), county.plan, TODAY)
    assert counts[SHIYANG][RECHECK] == Share(0, 0)


@pytest.mark.parametrize(
    ("day", "enrol", "recheck"),
    [
        (date(2020, 4, 1), Share(0, 0), Share(0, 0)),
        (VERIFIED, Share(0, 1), Share(0, 1)),
        (date(2020, 4, 5), Share(0, 1), Share(0, 1)),
        (AGREED, Share(1, 2), Share(1, 1)),
        (TODAY, Share(1, 2), Share(1, 1)),
    ],
)
def test_an_earlier_day_is_read_from_the_events(moved, county, cast, make_household, day, enrol, recheck):
    moved(
        (VERIFIED, "verified", CaseState.TO_ENROL),
        (AGREED, "closed", CaseState.CLOSED, CaseOutcome.ENROLLED),
        household=make_household(DAMAIDI),
    )
    moved(
        (VERIFIED, "verified", CaseState.TO_RECHECK),
        (AGREED, "rechecked", CaseState.TO_ENROL),
        household=make_household(DAMAIDI),
    )
    counts = desk_counts(cast.leader.scope(), county.plan, day)
    assert counts[ZHAOJIADIAN] == {ENROL: enrol, RECHECK: recheck}


def test_the_parts_add_up_to_the_total(moved, county, cast):
    moved((VERIFIED, "verified", CaseState.TO_RECHECK))
    moved((VERIFIED, "verified", CaseState.TO_RECHECK), (AGREED, "rechecked", CaseState.TO_ENROL))
    for desk in (ENROL, RECHECK):
        total, done, left = (
            filtered(
                cast.leader.scope(),
                county.plan,
                CaseFilters.from_query(QueryDict(f"desk={desk}&work={work}")),
                TODAY,
            ).count()
            for work in ("total", "done", "left")
        )
        assert done + left == total == (1 if desk == ENROL else 2)


def test_the_list_behind_a_figure_says_which_work_it_is(county):
    filters = CaseFilters.from_query(QueryDict("desk=recheck&work=left"))
    assert "要复核、还没复核" in filters.describe()
