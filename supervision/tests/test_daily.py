"""The daily run under a simulated clock: on time, the day after, twice, after a standstill (C23, C27)."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from dabao.models import AuditEvent, Flag, FlagKind, Job
from dabao.tests.cast import DAMAIDI, GUIHUA, SHIYANG, ZHAOJIADIAN
from reports.models import Feedback, Meeting, MonthlyReport, ReportState
from screening.choices import CaseOutcome, CaseState
from screening.models import CaseEvent
from screening.services.flags import clear_finished_phases
from supervision.services.daily import KINDS, run_daily
from supervision.tasks import run_daily as beat

LAST_DAY = date(2020, 4, 15)
NEXT_DAY = date(2020, 4, 16)


@pytest.fixture
def on(settings):
    """Make a day today and run its jobs."""

    def run(day: date):
        settings.DABAO_TODAY = day.isoformat()
        return run_daily(day=day)

    return run


@pytest.fixture
def all_reported(county, cast):
    """Every township met, reported and gave feedback on the 15th, so that only phases can be late."""
    for code in (SHIYANG, ZHAOJIADIAN, GUIHUA):
        for month in range(3, 13):
            MonthlyReport.objects.create(
                plan=county.plan,
                region_id=code,
                month=date(2020, month, 1),
                state=ReportState.SUBMITTED,
                submitted_on=date(2020, month, 15),
            )
            monthly = {
                "plan": county.plan,
                "region_id": code,
                "month": date(2020, month, 1),
                "recorded_by": cast.head,
                "recorded_on": date(2020, month, 15),
            }
            Meeting.objects.create(**monthly, held_on=date(2020, month, 15))
            Feedback.objects.create(**monthly)


def verify(case, day):
    CaseEvent.objects.create(
        case=case, day=day, kind="verified", to_state=CaseState.TO_ENROL, actor_label="鲁建华"
    )
    case.state, case.verified_on = CaseState.TO_ENROL, day
    case.save()


def phase_flags():
    flags = Flag.objects.filter(kind=FlagKind.PHASE_OVERDUE).order_by("due_on", "region")
    return [(f.region_id, f.subject, f.due_on, f.raised_on, f.noticed_on, f.cleared_on) for f in flags]


def test_the_last_day_is_on_time(county, make_case, all_reported, on):
    make_case()
    assert on(LAST_DAY).flags_raised["phase_overdue"] == 0
    assert phase_flags() == []


def test_the_flag_comes_with_the_next_day_for_whom_work_is_left(
    county, make_case, make_household, all_reported, on
):
    make_case()
    verify(make_case(make_household(DAMAIDI)), LAST_DAY)
    result = on(NEXT_DAY)
    assert result.flags_raised["phase_overdue"] == 1
    assert phase_flags() == [(SHIYANG, "phase:1", LAST_DAY, NEXT_DAY, NEXT_DAY, None)]


def test_running_twice_is_running_once(county, make_case, all_reported, on):
    make_case()
    on(NEXT_DAY)
    before = phase_flags()
    again = on(NEXT_DAY)
    assert (again.flags_raised["phase_overdue"], again.caught_up) == (0, [])
    assert phase_flags() == before


def test_after_three_days_of_standstill_the_flag_has_its_own_dates(county, make_case, all_reported, on):
    make_case()
    on(LAST_DAY)
    result = on(date(2020, 4, 19))
    assert result.caught_up == [date(2020, 4, 16), date(2020, 4, 17), date(2020, 4, 18)]
    assert phase_flags() == [(SHIYANG, "phase:1", LAST_DAY, NEXT_DAY, date(2020, 4, 19), None)]


def test_what_was_finished_late_during_a_standstill_was_flagged_until_then(
    county, make_case, all_reported, on
):
    case = make_case()
    on(LAST_DAY)
    verify(case, date(2020, 4, 17))
    result = on(date(2020, 4, 19))
    assert phase_flags() == [(SHIYANG, "phase:1", LAST_DAY, NEXT_DAY, date(2020, 4, 19), date(2020, 4, 17))]
    assert result.flags_cleared["phase_overdue"] == 1


def test_what_was_finished_on_the_last_day_is_not_flagged_by_a_late_run(county, make_case, all_reported, on):
    verify(make_case(), LAST_DAY)
    on(date(2020, 4, 19))
    assert [flag for flag in phase_flags() if flag[1] == "phase:1"] == []


def test_three_months_of_standstill_give_each_phase_and_month_its_dates(county, make_case, on):
    make_case()
    on(date(2020, 4, 10))
    result = on(date(2020, 7, 10))
    assert (len(result.caught_up), result.caught_up[0]) == (90, date(2020, 4, 11))
    assert [(flag[1], flag[2], flag[3]) for flag in phase_flags() if flag[0] == SHIYANG] == [
        ("phase:1", date(2020, 4, 15), date(2020, 4, 16)),
        ("phase:3", date(2020, 6, 30), date(2020, 7, 1)),
    ]
    missing = Flag.objects.filter(kind=FlagKind.REPORT_MISSING, region=SHIYANG).order_by("due_on")
    assert [(flag.subject, flag.raised_on) for flag in missing] == [
        ("report:2020-03", date(2020, 3, 16)),
        ("report:2020-04", date(2020, 4, 16)),
        ("report:2020-05", date(2020, 5, 16)),
        ("report:2020-06", date(2020, 6, 16)),
    ]


def test_the_last_work_clears_the_flag_and_it_does_not_come_back(
    county, make_case, make_household, all_reported, on
):
    first, second = make_case(), make_case(make_household())
    on(NEXT_DAY)
    for case, expected in ((first, 0), (second, 1)):
        verify(case, NEXT_DAY)
        region = case.household.region_id
        assert clear_finished_phases(plan=county.plan, day=NEXT_DAY, region_code=region) == expected
    assert phase_flags()[0][-1] == NEXT_DAY
    on(date(2020, 4, 17))
    assert len(phase_flags()) == 1


def test_clearing_costs_one_query_where_no_flag_stands(county, django_assert_num_queries):
    with django_assert_num_queries(3):  # the flags, and a savepoint around them
        clear_finished_phases(plan=county.plan, day=NEXT_DAY, region_code=SHIYANG)


def test_work_taken_back_after_the_end_is_flagged_once_its_own_limit_has_passed(
    county, make_case, all_reported, on
):
    withdrawn = make_case()
    verify(withdrawn, LAST_DAY)
    on(NEXT_DAY)
    CaseEvent.objects.create(
        case=withdrawn,
        day=date(2020, 4, 17),
        kind="withdrawn",
        to_state=CaseState.TO_VERIFY,
        actor_label="鲁建华",
    )
    withdrawn.state, withdrawn.verified_on, withdrawn.due_on = CaseState.TO_VERIFY, None, date(2020, 4, 17)
    withdrawn.save()
    on(date(2020, 4, 17))
    assert phase_flags() == []
    on(date(2020, 4, 18))
    assert [flag[:4] for flag in phase_flags()] == [(SHIYANG, "phase:1", LAST_DAY, date(2020, 4, 18))]


def test_a_case_opened_after_the_last_day_never_reddens_the_phase(county, make_case, all_reported, on):
    make_case(opened_on=NEXT_DAY, due_on=date(2020, 4, 26))
    on(date(2020, 5, 5))
    assert phase_flags() == []


def test_phase_2_is_judged_by_what_is_closed(county, make_case, make_household, all_reported, on):
    verify(make_case(), LAST_DAY)
    done = make_case(make_household(DAMAIDI))
    CaseEvent.objects.create(
        case=done,
        day=LAST_DAY,
        kind="rechecked",
        to_state="closed",
        outcome="not_eligible",
        actor_label="周丽萍",
    )
    done.state, done.outcome, done.verified_on, done.closed_on = (
        CaseState.CLOSED, CaseOutcome.NOT_ELIGIBLE, LAST_DAY, LAST_DAY,
    )  # fmt: skip
    done.save()
    on(date(2020, 5, 6))
    assert [flag[:3] for flag in phase_flags()] == [(SHIYANG, "phase:2", date(2020, 5, 5))]


# --- Reports ---


def test_a_report_of_the_15th_is_on_time_and_none_on_the_16th_is_missing(county, on):
    for code, day in ((SHIYANG, date(2020, 3, 15)), (ZHAOJIADIAN, date(2020, 3, 16))):
        MonthlyReport.objects.create(
            plan=county.plan,
            region_id=code,
            month=date(2020, 3, 1),
            state=ReportState.SUBMITTED,
            submitted_on=day,
        )
    assert on(date(2020, 3, 15)).flags_raised["report_missing"] == 0
    on(date(2020, 3, 16))
    flags = Flag.objects.filter(kind=FlagKind.REPORT_MISSING).order_by("region")
    assert [(f.region_id, f.due_on, f.raised_on, f.cleared_on) for f in flags] == [
        (ZHAOJIADIAN, date(2020, 3, 15), date(2020, 3, 16), date(2020, 3, 16)),
        (GUIHUA, date(2020, 3, 15), date(2020, 3, 16), None),
    ]


def test_a_late_submission_clears_the_flag_and_a_draft_does_not(county, on):
    on(date(2020, 3, 16))
    report = MonthlyReport.objects.create(plan=county.plan, region_id=SHIYANG, month=date(2020, 3, 1))
    on(date(2020, 3, 17))
    flag = Flag.objects.get(kind=FlagKind.REPORT_MISSING, region=SHIYANG)
    assert flag.cleared_on is None
    report.state, report.submitted_on = ReportState.SUBMITTED, date(2020, 3, 20)
    report.save()
    assert on(date(2020, 3, 20)).flags_cleared["report_missing"] == 1
    flag.refresh_from_db()
    assert flag.cleared_on == date(2020, 3, 20)


# --- The run itself ---


def test_a_run_for_an_earlier_day_catches_up_nothing(county, on):
    on(date(2020, 4, 10))
    assert on(date(2020, 4, 1)).caught_up == []


def test_the_first_run_makes_up_for_every_day_since_the_plan_began(county, on):
    assert on(date(2020, 3, 6)).caught_up == [date(2020, 3, 3), date(2020, 3, 4), date(2020, 3, 5)]


def test_an_interrupted_run_goes_on_where_it_stopped(county, on, monkeypatch):
    on(date(2020, 3, 10))
    real, days = run_daily.__globals__["_run_one"], []

    def dies_on_the_third(plan, day, *, noticed_on):
        days.append(day)
        if len(days) == 3:
            raise KeyboardInterrupt
        return real(plan, day, noticed_on=noticed_on)

    with monkeypatch.context() as patched:
        patched.setitem(run_daily.__globals__, "_run_one", dies_on_the_third)
        with pytest.raises(KeyboardInterrupt):
            on(date(2020, 3, 20))
    assert on(date(2020, 3, 20)).caught_up == [date(2020, 3, 13) + timedelta(days=n) for n in range(7)]


def test_a_run_is_in_the_log(county, on):
    on(date(2020, 3, 16))
    event = AuditEvent.objects.get(action="daily.run")
    assert (event.data["date"], event.data["flags_raised"]["report_missing"]) == ("2020-03-16", 3)


def test_the_command_prints_one_json_object(county, settings):
    out = StringIO()
    call_command("run_daily", "--date", "2020-03-16", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["date"], len(told["caught_up"])) == ("2020-03-16", 13)
    assert told["flags_raised"] == dict.fromkeys(KINDS, 0) | {"report_missing": 3}
    assert told["flags_cleared"] == dict.fromkeys(KINDS, 0)
    assert told["notices"] == 0


def test_notices_are_the_reminders_that_the_run_told(county, cast, on):
    assert on(date(2020, 4, 14)).notices == 4
    assert on(date(2020, 4, 14)).notices == 0
    assert on(date(2020, 4, 16)).notices == 0


def test_a_standstill_over_a_due_day_reminds_nobody_afterwards(county, cast, on):
    on(date(2020, 4, 10))
    assert on(date(2020, 7, 11)).notices == 0
    assert on(date(2020, 7, 15)).notices == 4


def test_without_a_plan_the_command_refuses_and_says_what_to_do(db):
    err = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("run_daily", stderr=err)
    assert stopped.value.code == 2
    assert "load_plan" in err.getvalue()


def test_the_beat_runs_the_business_day(county, settings):
    settings.DABAO_TODAY = "2020-03-17"
    assert beat()["date"] == "2020-03-17"


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_have_the_effect_of_one(county, settings):
    settings.DABAO_TODAY = "2020-04-20"

    def run(_):
        try:
            return run_daily(day=date(2020, 4, 20)).flags_raised["report_missing"]
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        raised = list(pool.map(run, range(2)))
    assert sum(raised) == Flag.objects.filter(kind=FlagKind.REPORT_MISSING).count() == 6
    assert Job.objects.filter(key="daily:2020-04-20").count() == 1
