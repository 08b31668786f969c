"""What changed since one last looked at home: households, lag, flags, findings, answers (C19)."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from dabao.models import Flag, FlagKind
from dabao.tests.cast import DAMAIDI, SHIYANG, TODAY, ZHAOJIADIAN
from screening.choices import CaseState
from supervision import since
from supervision.board import build
from supervision.models import LastLook
from supervision.services.looks import Look, remember

LATE = {
    "kind": FlagKind.REPORT_MISSING,
    "region_id": SHIYANG,
    "subject": "report:2020-03",
    "label": "3月月报缺报",
    "due_on": date(2020, 3, 15),
    "raised_on": date(2020, 3, 16),
    "noticed_on": date(2020, 3, 16),
}


@pytest.fixture
def look_back(county, cast):
    """Moves the last look of the leader some hours back, as if he had gone away."""

    def back(**ago):
        LastLook.objects.update(at=timezone.now() - timedelta(**ago))

    return back


def rows(cast, county):
    return build(cast.leader.scope(), county.plan, TODAY).rows


def look(cast, county):
    return remember(user=cast.leader, day=TODAY, figures=since.figures(rows(cast, county)))


def told(cast, county):
    found = since.changes(look(cast, county), rows(cast, county))
    return [(line.label, line.words) for line in found.changes]


def test_at_the_first_look_there_is_nothing_to_compare(county, cast):
    assert look(cast, county) is None
    assert since.changes(None, rows(cast, county)) is None


def test_what_was_done_and_flagged_since_is_told_by_township(
    county, cast, make_case, make_household, look_back
):
    first, second = make_case(), make_case(make_household(DAMAIDI))
    look(cast, county)
    look_back(hours=3)
    for case in (first, second):
        case.state, case.verified_on = CaseState.TO_ENROL, TODAY
        case.save()
    Flag.objects.create(**LATE)
    assert told(cast, county) == [
        ("已排查", "+2 户：石羊 +1、赵家店 +1"),
        ("新红旗", "石羊 3月月报缺报"),
    ]


def test_a_cleared_flag_and_work_taken_back_are_told_too(county, cast, make_case, look_back):
    case = make_case(state=CaseState.TO_ENROL, verified_on=TODAY)
    flag = Flag.objects.create(**LATE)
    look(cast, county)
    look_back(hours=3)
    case.state, case.verified_on = CaseState.TO_VERIFY, None
    case.save()
    flag.cleared_on = TODAY
    flag.save()
    assert told(cast, county) == [("已排查", "−1 户：石羊 −1"), ("红旗消了", "石羊 3月月报缺报")]


def test_the_lag_then_and_now_stands_beside_the_township(county, cast, make_case, look_back):
    case, _ = make_case(), make_case()
    look(cast, county)
    look_back(hours=3)
    case.state, case.verified_on = CaseState.TO_ENROL, TODAY
    case.save()
    moved = since.changes(look(cast, county), rows(cast, county)).moved
    assert (moved[SHIYANG].signed, moved[SHIYANG].words) == ("+1", "滞后 2 → 1")
    assert moved[ZHAOJIADIAN].words == ""


def test_reloading_shortly_after_still_tells_of_the_look_before(county, cast, make_case, look_back):
    case = make_case()
    look(cast, county)
    look_back(hours=3)
    case.state, case.verified_on = CaseState.TO_ENROL, TODAY
    case.save()
    expected = [("已排查", "+1 户：石羊 +1")]
    assert told(cast, county) == expected
    look_back(minutes=10)
    assert told(cast, county) == expected
    look_back(hours=3)
    assert told(cast, county) == []


def test_a_new_day_is_a_new_look_however_shortly_after(county, cast, make_case):
    remember(user=cast.leader, day=date(2020, 4, 9), figures={})
    assert look(cast, county).day == date(2020, 4, 9)


def test_a_township_that_came_into_the_scope_since_is_left_out(county, cast, make_case):
    make_case(state=CaseState.TO_ENROL, verified_on=TODAY)
    before = Look(TODAY, timezone.now(), {ZHAOJIADIAN: since.figures(rows(cast, county))[ZHAOJIADIAN]})
    assert since.changes(before, rows(cast, county)).changes == []


def test_the_home_of_leader_and_unit_says_it_and_that_of_others_does_not(
    county, cast, client_of, make_case, look_back
):
    case = make_case()
    client = client_of(cast.leader)
    assert "第一次来" in client.get("/").content.decode()
    look_back(hours=3)
    case.state, case.verified_on = CaseState.TO_ENROL, TODAY
    case.save()
    page = client.get("/").content.decode()
    assert "你上次看以后" in page
    assert "+1 户：石羊 +1" in page
    assert "上次看以后" in client_of(cast.unit).get("/").content.decode()
    assert "上次看以后" not in client_of(cast.county).get("/").content.decode()
    assert "上次看以后" not in client_of(cast.officer).get("/").content.decode()
