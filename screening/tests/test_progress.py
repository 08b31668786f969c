"""Work of the phases counted from cases, now and on earlier days (C27; domain, Work of the phases)."""

from datetime import date, timedelta

import pytest

from dabao import plans
from dabao.scope import NOTHING
from dabao.tests.cast import COUNTY, DAMAIDI, LIUSHUTANG, SHIYANG, TODAY, ZHAOJIADIAN
from screening.choices import CaseOutcome, CaseState
from screening.models import BenefitRecord, CaseEvent, Decision, Enrolment, EnrolmentStep, Verification
from screening.phase_work import together
from screening.queries.progress import done_by_day, phase_cases, progress
from screening.services.flags import raise_overdue_phases

PARTS = ("total", "done", "left")


@pytest.fixture
def all_rows(cast):
    return cast.leader.scope()


def conclude(case, day, state=CaseState.TO_ENROL, outcome=""):
    """What a submitted verification leaves behind."""
    CaseEvent.objects.create(
        case=case,
        day=day,
        kind="verified",
        from_state=case.state,
        to_state=state,
        outcome=outcome,
        actor_label="鲁建华",
    )
    case.state, case.outcome, case.verified_on = state, outcome, day
    if state == CaseState.CLOSED:
        case.closed_on = day
    case.save()


def give_back(case, day):
    CaseEvent.objects.create(
        case=case,
        day=day,
        kind="returned",
        from_state=case.state,
        to_state=CaseState.TO_VERIFY,
        actor_label="周丽萍",
    )
    case.state, case.verified_on, case.returned_on = CaseState.TO_VERIFY, None, day
    case.save()


def of(rows, code, phase=1):
    work = next(row for row in rows if row.code == code).works[phase - 1]
    return work.total, work.done


def test_phase_1_counts_the_verified_among_the_opened(all_rows, county, make_case, make_household):
    cases = [make_case(make_household(LIUSHUTANG)) for _ in range(3)] + [make_case(make_household(DAMAIDI))]
    conclude(cases[0], TODAY)
    rows = progress(all_rows, county.plan, TODAY)
    assert (of(rows, SHIYANG), of(rows, ZHAOJIADIAN)) == ((3, 1), (1, 0))


def test_a_township_without_cases_has_no_work_and_stays_on_the_board(all_rows, county):
    rows = progress(all_rows, county.plan, TODAY)
    assert [row.works[0].total for row in rows] == [0, 0, 0]


def test_a_case_opened_on_the_last_day_counts_and_one_of_the_next_day_never_does(
    all_rows, county, make_case, make_household, settings
):
    settings.DABAO_TODAY = "2020-04-20"
    make_case(make_household(), opened_on=date(2020, 4, 15))
    make_case(make_household(), opened_on=date(2020, 4, 16))
    rows = progress(all_rows, county.plan, date(2020, 4, 20))
    assert (of(rows, SHIYANG)[0], of(rows, SHIYANG, 3)[0]) == (1, 2)


def test_phase_2_leaves_out_the_rightly_covered_and_is_done_when_closed(
    all_rows, county, make_case, make_household
):
    cases = [make_case(make_household()) for _ in range(4)]
    conclude(cases[0], TODAY, CaseState.CLOSED, CaseOutcome.COVERED_CONFIRMED)
    conclude(cases[1], TODAY, CaseState.TO_RECHECK)
    conclude(cases[2], TODAY, CaseState.CLOSED, CaseOutcome.NOT_ELIGIBLE)
    rows = progress(all_rows, county.plan, TODAY)
    assert (of(rows, SHIYANG, 1), of(rows, SHIYANG, 2)) == ((4, 3), (2, 1))


def test_a_household_closed_without_a_verification_is_no_work_left(
    all_rows, county, make_case, make_household
):
    case = make_case(make_household())
    case.state, case.outcome, case.closed_on = CaseState.CLOSED, CaseOutcome.MOVED_OUT, TODAY
    case.save()
    assert not phase_cases(all_rows, county.plan, 1, "left", TODAY).exists()


def test_a_returned_case_is_work_again(all_rows, county, make_case, make_household):
    case = make_case(make_household())
    conclude(case, TODAY - timedelta(days=2), CaseState.TO_RECHECK)
    give_back(case, TODAY)
    assert list(phase_cases(all_rows, county.plan, 1, "left", TODAY)) == [case]


def test_yesterday_is_told_by_the_events_and_not_by_todays_state(all_rows, county, make_case, make_household):
    early, late, back = (make_case(make_household()) for _ in range(3))
    conclude(early, date(2020, 4, 1))
    conclude(late, TODAY)
    conclude(back, date(2020, 4, 1), CaseState.TO_RECHECK)
    give_back(back, TODAY)
    yesterday = TODAY - timedelta(days=1)
    assert of(progress(all_rows, county.plan, yesterday), SHIYANG) == (3, 2)
    assert set(phase_cases(all_rows, county.plan, 1, "done", yesterday)) == {early, back}
    assert of(progress(all_rows, county.plan, TODAY), SHIYANG) == (3, 2)
    assert set(phase_cases(all_rows, county.plan, 1, "done", TODAY)) == {early, late}


def test_a_household_looked_at_again_stays_verified_in_phase_1(all_rows, county, make_case):
    case = make_case()
    conclude(case, date(2020, 4, 1), CaseState.CLOSED, CaseOutcome.NOT_ELIGIBLE)
    CaseEvent.objects.create(
        case=case, day=date(2020, 4, 5), kind="reopened", to_state=CaseState.TO_VERIFY, actor_label="鲁建华"
    )
    case.state, case.outcome, case.closed_on = CaseState.TO_VERIFY, "", None
    case.save()
    for day in (TODAY, date(2020, 4, 6)):
        rows = progress(all_rows, county.plan, day)
        assert (of(rows, SHIYANG, 1), of(rows, SHIYANG, 2)) == ((1, 1), (1, 0))


def test_a_case_is_not_counted_on_days_before_it_was_opened(all_rows, county, make_case, make_household):
    make_case(make_household(), opened_on=date(2020, 4, 5))
    assert of(progress(all_rows, county.plan, date(2020, 4, 4)), SHIYANG) == (0, 0)


def put_on_roll(household, scheme, first_day=date(2020, 1, 1)):
    BenefitRecord.objects.create(person=household.head, scheme=scheme, first_day=first_day)
    return household


def grant(case, user, scheme, recorded_on):
    """A grant with all its steps, recorded on a day."""
    record = Verification.objects.create(case=case, by=user)
    decision = Decision.objects.create(verification=record, scheme=scheme)
    enrolment = Enrolment.objects.create(
        case=case,
        decision=decision,
        scheme=scheme,
        next_step="",
        waiting_since=TODAY,
        opened_on=TODAY,
        provincial_number=case.pk.hex,
    )
    EnrolmentStep.objects.create(
        enrolment=enrolment,
        kind="recorded",
        day=recorded_on,
        recorded_on=recorded_on,
        by=user,
        number=case.pk.hex,
    )


PHASE_4 = date(2020, 7, 1)


@pytest.mark.parametrize("day", [PHASE_4 - timedelta(days=1), PHASE_4, date(2020, 12, 31)])
def test_the_work_of_phase_4_is_the_registered_households_on_dibao(
    all_rows, cast, county, make_case, make_household, settings, day
):
    settings.DABAO_TODAY = day.isoformat()
    make_case(put_on_roll(make_household(), "rural_dibao"))
    make_case(put_on_roll(make_household(), "tekun"))
    make_case(put_on_roll(make_household(registered=False), "rural_dibao"))
    make_case(put_on_roll(make_household(), "rural_dibao", PHASE_4 + timedelta(days=1)))
    make_case(make_household())
    for scheme in ("dibao", "dibao_single", "tekun", "temporary"):
        grant(make_case(make_household()), cast.officer, scheme, date(2020, 5, 1))
    grant(make_case(make_household()), cast.officer, "dibao", PHASE_4 + timedelta(days=1))
    assert of(progress(all_rows, county.plan, day), SHIYANG, 4) == (3, 0)


def test_phase_4_is_judged_as_the_others(all_rows, county, make_case, make_household, settings):
    make_case(put_on_roll(make_household(), "rural_dibao"))
    settings.DABAO_TODAY = "2020-12-30"
    work = progress(all_rows, county.plan, date(2020, 12, 30))[0].works[3]
    assert (work.total, work.left, work.line, work.lag, work.pace, work.overdue) == (1, 1, 1, 1, 1, False)
    settings.DABAO_TODAY = "2020-12-31"
    late = date(2020, 12, 31)
    assert progress(all_rows, county.plan, late)[0].works[3].overdue
    flags = raise_overdue_phases(plan=county.plan, day=late, noticed_on=late)
    assert [flag.region_id for flag in flags if flag.subject == "phase:4"] == [SHIYANG]


@pytest.mark.parametrize("day", [TODAY, date(2020, 4, 3), date(2020, 7, 10)])
def test_every_figure_is_the_length_of_its_list(all_rows, county, make_case, make_household, day):
    for number in range(12):
        case = make_case(
            make_household((LIUSHUTANG, DAMAIDI)[number % 2]), opened_on=date(2020, 3, 28 + number % 4)
        )
        if number % 3:
            conclude(
                case,
                date(2020, 4, number),
                list(CaseState)[1 + number % 3],
                "enrolled" if number % 3 == 2 else "",
            )
    rows = progress(all_rows, county.plan, day)
    for row in rows:
        for phase, work in enumerate(row.works, 1):
            for part, figure in zip(PARTS, (work.total, work.done, work.left), strict=True):
                cases = phase_cases(all_rows, county.plan, phase, part, day)
                assert cases.filter(household__region__code__startswith=row.code).count() == figure


def test_the_county_is_the_sum_and_its_pace_is_of_its_own_remainder(
    all_rows, county, make_case, make_household
):
    for place, number in ((LIUSHUTANG, 7), (DAMAIDI, 7)):
        for _ in range(number):
            make_case(make_household(place))
    rows = progress(all_rows, county.plan, TODAY)
    work = together(rows, plans.phases(county.plan), TODAY)[0]
    assert [row.works[0].pace for row in rows if row.works[0].total] == [2, 2]
    assert (work.total, work.line, work.pace) == (14, 12, 3)


def test_an_assistant_sees_the_work_of_the_village(cast, county, make_case, make_household):
    make_case(make_household(LIUSHUTANG))
    make_case(make_household("532326102002"))
    rows = progress(cast.assistant.scope(), county.plan, TODAY)
    assert [(row.code, row.works[0].total) for row in rows] == [(SHIYANG, 1)]


def test_no_scope_no_rows(county, make_case):
    make_case()
    assert progress(NOTHING, county.plan, TODAY) == []
    assert not phase_cases(NOTHING, county.plan, 1, "total", TODAY).exists()


def test_a_phase_the_plan_does_not_have_has_no_cases(all_rows, county, make_case):
    make_case()
    assert not phase_cases(all_rows, county.plan, 9, "total", TODAY).exists()


def test_all_phases_and_townships_take_the_same_few_queries(
    all_rows, county, make_case, make_household, django_assert_num_queries
):
    for _ in range(5):
        make_case(make_household())
    with django_assert_num_queries(4):
        progress(all_rows, county.plan, TODAY)


def test_the_days_of_the_trend_add_up_to_what_is_done(all_rows, county, make_case, make_household):
    for day in (1, 1, 3):
        conclude(make_case(make_household()), date(2020, 4, day))
    make_case(make_household())
    by_day = done_by_day(all_rows, county.plan, plans.phases(county.plan)[0], TODAY)
    assert by_day == {SHIYANG: {date(2020, 4, 1): 2, date(2020, 4, 3): 1}}
    assert COUNTY not in by_day
