"""All flags of the year 2020 whatever the clock did: standstills, runs twice, two at once.

One thing of each kind falls due and nobody does it. However the daily job ran, each is flagged once, with the
day it fell due and the day after; only the day it was noticed tells of the run.
"""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from dabao.models import Flag, FlagKind, Unit
from dabao.tests.cast import GUIHUA, SHIYANG, TODAY, ZHAOJIADIAN
from reports.models import HelpRequest, MonthlyReport, ReportState
from screening.tests.reviews_cast import tapered
from supervision.services.daily import KINDS, run_daily

FIRST, LAST = date(2020, 3, 3), date(2020, 12, 30)
ALL = (SHIYANG, ZHAOJIADIAN, GUIHUA)
ASKED, ANSWER_DUE = date(2020, 3, 12), date(2020, 3, 25)


@pytest.fixture
def undone(county, cast, make_case, on_dibao, report, desk, send_order, settings):
    """A household, a warning, a taper, a finding, an order and a request that nobody looks after."""
    tapered(cast, on_dibao(), day=date(2020, 3, 31))
    settings.DABAO_TODAY = TODAY.isoformat()
    make_case()
    warning = report()
    finding = desk.open()
    order = send_order()
    unit = Unit.objects.create(region=county.region, name="社会救助股", order=1)
    sent = MonthlyReport.objects.create(
        plan=county.plan,
        region_id=SHIYANG,
        month=date(2020, 3, 1),
        state=ReportState.SUBMITTED,
        submitted_on=ASKED,
    )
    HelpRequest.objects.create(
        report=sent, order=1, text="开通账号", unit=unit, wanted_by=ANSWER_DUE, due_on=ANSWER_DUE
    )
    return warning, finding, order


def expected(undone) -> set[tuple[str, str, date]]:
    """(kind, region, due day) of every flag that the year must show."""
    warning, finding, order = undone
    found = {
        ("phase_overdue", SHIYANG, date(2020, 4, 15)),
        ("phase_overdue", SHIYANG, date(2020, 6, 30)),
        ("warning_overdue", SHIYANG, warning.due_on),
        ("taper_ending", SHIYANG, date(2020, 9, 30)),
        ("rectification_overdue", SHIYANG, finding.due_on),
        ("answer_owed", "532326", ANSWER_DUE),
    }
    for place in order.places.all():
        found |= {("dispatch_overdue", place.township_id, day) for day in (place.reply_by, place.finish_by)}
    for code in ALL:
        found |= {("report_missing", code, date(2020, month, 15)) for month in range(3, 13)}
        found |= {("feedback_missing", code, date(2020, month, 25)) for month in range(4, 13)}
        found |= {
            ("meeting_missing", code, date(2020, month + 1, 1) - timedelta(days=1)) for month in range(3, 12)
        }
    return found - {("report_missing", SHIYANG, date(2020, 3, 15))}


def flagged() -> list[tuple[str, str, date]]:
    return list(Flag.objects.values_list("kind", "region_id", "due_on"))


def irregular(seed: int) -> list[date]:
    """Days on which the machine was up: between them it stood still for up to five weeks."""
    chance, day, days = random.Random(seed), FIRST, []
    while day < LAST:
        days.append(day)
        day += timedelta(days=chance.choice((1, 1, 2, 9, 35)))
    return [*days, LAST]


def test_each_is_flagged_once_with_its_own_dates_however_the_year_ran(undone, settings):
    days, raised = irregular(1), 0
    for day in days:
        settings.DABAO_TODAY = day.isoformat()
        raised += sum(run_daily(day=day).flags_raised.values())
        again = run_daily(day=day)
        assert (sum(again.flags_raised.values()), again.caught_up) == (0, [])
        assert raised == Flag.objects.count()
        assert not Flag.objects.filter(raised_on__gt=day).exists()
    assert sorted(flagged()) == sorted(expected(undone))
    assert {kind for kind, _, _ in flagged()} == set(KINDS) == set(FlagKind.values)
    for flag in Flag.objects.all():
        assert flag.raised_on == flag.due_on + timedelta(days=1)
        assert flag.noticed_on == next(day for day in days if day >= flag.raised_on)
        assert flag.cleared_on is None


@pytest.mark.django_db(transaction=True)
def test_two_beats_at_once_all_year_have_the_effect_of_one(undone, settings):
    days = [date(2020, 3, 16), date(2020, 4, 16), date(2020, 7, 1), date(2020, 10, 1), LAST]

    def run(day: date) -> int:
        try:
            return sum(run_daily(day=day).flags_raised.values())
        finally:
            connection.close()

    raised = 0
    for day in days:
        settings.DABAO_TODAY = day.isoformat()
        with ThreadPoolExecutor(2) as pool:
            raised += sum(pool.map(run, [day, day]))
    assert raised == Flag.objects.count() == len(expected(undone))
    assert sorted(flagged()) == sorted(expected(undone))
