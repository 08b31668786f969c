"""The four lists of tapers, their flags and reminders over simulated days; the work of phase 4 (C15, C27)."""

from datetime import date, timedelta

import pytest

from dabao import plans
from dabao.models import Flag, FlagKind, Notice, NoticeKind
from dabao.scope import whole
from dabao.tests.cast import CHAHE, COUNTY, DAMAIDI, SHIYANG
from screening.choices import ReviewWay
from screening.queries import reviews as queries
from screening.queries.progress import done_by_day, phase_cases, progress
from screening.queries.reviews import Chosen
from screening.services import taper_flags
from screening.services.flags import raise_overdue_phases
from screening.tests.reviews_cast import DAY, approve, found, record, send_back, tapered

ALL = whole(COUNTY)
END = date(2021, 2, 28)


def tabs(plan, day, region=""):
    """Households by list."""
    names = ("running", "soon", "undecided")
    return {name: queries.cases_in(ALL, plan, Chosen(name, region), day).count() for name in names}


@pytest.mark.parametrize(
    ("day", "running", "soon", "undecided"),
    [
        (date(2020, 9, 1), 1, 0, 0),
        (END - timedelta(31), 1, 0, 0),
        (END - timedelta(30), 1, 1, 0),
        (END, 1, 1, 0),
        (END + timedelta(1), 0, 0, 1),
        (END + timedelta(200), 0, 0, 1),
    ],
)
def test_a_taper_runs_ends_soon_and_stays_until_somebody_decides(
    cast, county, on_dibao, day, running, soon, undecided
):
    tapered(cast, on_dibao())
    assert tabs(county.plan, day) == {"running": running, "soon": soon, "undecided": undecided}


def test_tapers_of_a_month_are_a_list(cast, county, on_dibao):
    tapered(cast, on_dibao())
    tapered(cast, on_dibao(CHAHE), months=7)
    assert queries.months_of_end(ALL, county.plan, "running", DAY) == {
        date(2021, 2, 1): 1,
        date(2021, 3, 1): 1,
    }
    chosen = Chosen("running", month=date(2021, 3, 1))
    (case,) = queries.cases_in(ALL, county.plan, chosen, DAY)
    assert case.household.region_id == CHAHE


def test_the_places_of_a_list_add_up_to_it(cast, county, on_dibao):
    for region in (CHAHE, CHAHE, DAMAIDI):
        on_dibao(region)
    assert queries.by_place(ALL, county.plan, Chosen(), DAY) == {SHIYANG: 2, DAMAIDI[:9]: 1}
    assert queries.by_place(ALL, county.plan, Chosen(region=SHIYANG), DAY) == {CHAHE: 2}


def test_a_list_shows_nothing_of_others(cast, county, on_dibao):
    tapered(cast, on_dibao())
    theirs = cast.stranger.scope()
    assert not queries.cases_in(theirs, county.plan, Chosen("running"), DAY).exists()
    assert not queries.cases_in(theirs, county.plan, Chosen("left"), DAY).exists()


def run(plan, day, noticed_on=None):
    return taper_flags.raise_overdue(plan=plan, day=day, noticed_on=noticed_on or day)


def test_the_flag_comes_the_day_after_once_and_goes_with_the_decision(cast, county, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    raised = [
        (day, flag.due_on, flag.region_id)
        for day in (END + timedelta(n) for n in range(-2, 4))
        for flag in run(county.plan, day) + run(county.plan, day)
    ]
    assert raised == [(END + timedelta(1), END, SHIYANG)]
    decided = END + timedelta(5)
    record(cast, case, found(4300, day=decided), decided)
    flag = Flag.objects.get(kind=FlagKind.TAPER_ENDING)
    assert (flag.raised_on, flag.cleared_on) == (END + timedelta(1), decided)


def test_a_stop_that_waits_for_approval_leaves_the_flag(cast, county, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    day = END + timedelta(1)
    run(county.plan, day)
    review = record(cast, case, found(5200, ReviewWay.STOP, day), day)
    assert Flag.objects.get().cleared_on is None
    approve(cast, review, day + timedelta(1))
    assert Flag.objects.get().cleared_on == day + timedelta(1)


@pytest.mark.parametrize("way", [ReviewWay.KEEP, ReviewWay.TAPER])
def test_a_late_run_raises_what_a_timely_one_would_have(cast, county, on_dibao, way):
    case = on_dibao()
    tapered(cast, case)
    decided = END + timedelta(3)
    if way == ReviewWay.KEEP:
        record(cast, case, found(4300, day=decided), decided)
    else:
        approve(cast, record(cast, case, found(4900, way, decided, months=9), decided), decided)
    (flag,) = run(county.plan, END + timedelta(1), noticed_on=END + timedelta(9))
    assert (flag.due_on, flag.noticed_on, flag.cleared_on) == (END, END + timedelta(9), decided)


def test_a_taper_decided_on_its_last_day_raises_nothing(cast, county, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    record(cast, case, found(4300, day=END), END)
    assert run(county.plan, END + timedelta(1)) == []


def test_a_lengthened_taper_raises_its_flag_at_the_new_end_only(cast, county, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    day = date(2021, 2, 1)
    approve(cast, record(cast, case, found(4900, ReviewWay.TAPER, day, months=12), day), day)
    assert run(county.plan, END + timedelta(1)) == []
    (flag,) = run(county.plan, date(2021, 9, 1))
    assert flag.due_on == date(2021, 8, 31)


def test_staff_and_head_are_reminded_once_thirty_days_before_and_no_more_when_decided(cast, county, on_dibao):
    case = on_dibao()
    tapered(cast, case)
    told = [
        notice.user
        for day in (END - timedelta(31), END - timedelta(30), END - timedelta(3))
        for notice in taper_flags.remind(plan=county.plan, day=day)
    ]
    assert set(told) == {cast.officer, cast.colleague, cast.head}
    assert len(told) == 3
    assert str(case.pk) in Notice.objects.first().url
    record(cast, case, found(4300, day=END), END)
    assert not Notice.objects.filter(kind=NoticeKind.TAPER_DUE, cleared_on=None).exists()


# --- Phase 4 ---


def work(plan, day):
    return progress(ALL, plan, day)[0].works[3]


def test_reviews_are_the_work_of_phase_4_late_and_early_ones_too(cast, county, on_dibao, settings):
    early, late = on_dibao(), on_dibao()
    record(cast, early, found(4200, day=date(2020, 6, 15)), date(2020, 6, 15))
    settings.DABAO_TODAY = "2020-12-31"
    assert (work(county.plan, date(2020, 12, 31)).done, work(county.plan, date(2020, 12, 31)).left) == (1, 1)
    raised = raise_overdue_phases(plan=county.plan, day=date(2020, 12, 31), noticed_on=date(2020, 12, 31))
    assert "phase:4" in [flag.subject for flag in raised]
    settings.DABAO_TODAY = "2021-01-04"
    record(cast, late, found(4200, day=date(2021, 1, 4)), date(2021, 1, 4))
    assert work(county.plan, date(2021, 1, 4)).left == 0
    assert Flag.objects.get(subject="phase:4").cleared_on == date(2021, 1, 4)


def test_a_returned_review_is_work_left_and_the_past_stays_as_it_was(cast, county, on_dibao, settings):
    case = on_dibao()
    review = record(cast, case, found(4825, ReviewWay.TAPER))
    settings.DABAO_TODAY = "2020-08-20"
    send_back(cast, review, date(2020, 8, 20))
    for day, done in ((DAY - timedelta(1), 0), (DAY, 1), (date(2020, 8, 19), 1), (date(2020, 8, 20), 0)):
        assert work(county.plan, day).done == done
        assert phase_cases(ALL, county.plan, 4, "done", day).count() == done


def test_a_corrected_review_was_done_on_its_first_day(cast, county, on_dibao, settings):
    case = on_dibao()
    record(cast, case)
    settings.DABAO_TODAY = "2020-08-20"
    later = date(2020, 8, 20)
    record(cast, case, found(4300, day=later), later, correction_reason="漏算了养老金")
    phase = plans.phases(county.plan)[3]
    assert done_by_day(ALL, county.plan, phase, later) == {SHIYANG: {DAY: 1}}
    assert work(county.plan, date(2020, 8, 19)).done == 1


def test_who_was_stopped_stays_in_the_count_of_the_phase(cast, county, on_dibao, settings):
    case = on_dibao()
    approve(cast, record(cast, case, found(4825, ReviewWay.STOP)))
    settings.DABAO_TODAY = "2020-10-01"
    assert (work(county.plan, date(2020, 10, 1)).total, work(county.plan, date(2020, 10, 1)).done) == (1, 1)


def test_what_waits_is_counted_for_who_does_it(cast, county, on_dibao):
    on_dibao()
    waiting = on_dibao()
    record(cast, waiting, found(4825, ReviewWay.TAPER))
    assert queries.mine(cast.officer.scope(), county.plan, date(2020, 6, 30)) == 0
    assert queries.mine(cast.officer.scope(), county.plan, DAY) == 1
    assert queries.mine(cast.county.scope(), county.plan, DAY) == 1
    assert queries.mine(cast.stranger.scope(), county.plan, DAY) == 0
