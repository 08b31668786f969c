"""Reminders three days and one day before: to whom it concerns, once, gone with the work (C23)."""

from datetime import date

import pytest

from dabao import clock
from dabao.models import Notice, Posting
from dabao.tests.cast import GUIHUA, SHIYANG, ZHAOJIADIAN
from reports.models import Feedback, Meeting, MonthlyReport
from reports.rules import reminder_day
from reports.services import monthly
from reports.services.reminders import remind
from reports.tests.conftest import APRIL, MARCH

DUE = date(2020, 4, 15)


def told(kind="report_due", region=SHIYANG):
    rows = Notice.objects.filter(kind=kind, region=region, cleared_on=None).order_by("day", "user__name")
    return [(row.user.name, row.day.day) for row in rows]


def names(*people):
    return sorted(person.name for person in people)


@pytest.mark.parametrize(
    ("day", "belongs_to"),
    [(11, None), (12, 12), (13, 12), (14, 14), (15, 14), (16, None)],
)
def test_each_day_before_the_due_day_has_its_reminder(day, belongs_to):
    found = reminder_day(DUE, date(2020, 4, day))
    assert (found.day if found else None) == belongs_to


def test_staff_and_head_of_the_township_are_told_three_days_and_one_day_before(county, cast):
    assert remind(plan=county.plan, day=date(2020, 4, 11)) == []
    remind(plan=county.plan, day=date(2020, 4, 12))
    people = names(cast.officer, cast.colleague, cast.head)
    assert sorted(told()) == sorted((name, 12) for name in people)
    assert remind(plan=county.plan, day=date(2020, 4, 13)) == []
    remind(plan=county.plan, day=date(2020, 4, 14))
    assert sorted(told()) == sorted((name, day) for name in people for day in (12, 14))
    assert {name for name, _ in told(region=GUIHUA)} == {cast.stranger.name}


def test_who_has_submitted_is_not_told(county, cast, send):
    send(date(2020, 4, 9), APRIL)
    remind(plan=county.plan, day=date(2020, 4, 12))
    assert told() == []
    assert told(region=GUIHUA) == [(cast.stranger.name, 12)]


def test_a_returned_report_is_in_and_asks_for_no_reminder(county, send):
    report = send(date(2020, 4, 9), APRIL)
    MonthlyReport.objects.filter(pk=report.pk).update(state="returned")
    remind(plan=county.plan, day=date(2020, 4, 12))
    assert told() == []


def test_a_run_twice_tells_once(county, cast):
    first = remind(plan=county.plan, day=date(2020, 4, 12))
    assert len(first) == 4
    assert remind(plan=county.plan, day=date(2020, 4, 12)) == []


def test_a_run_after_a_standstill_tells_once_what_it_missed_while_it_is_in_time(county, cast):
    remind(plan=county.plan, day=DUE)
    assert told(region=GUIHUA) == [(cast.stranger.name, 14)]


def test_after_the_due_day_the_flag_tells_it(county, cast):
    remind(plan=county.plan, day=date(2020, 4, 16))
    assert told() == []


def test_the_submission_takes_the_reminders_of_everybody_away(county, cast, send):
    remind(plan=county.plan, day=date(2020, 4, 12))
    remind(plan=county.plan, day=date(2020, 4, 14))
    send(date(2020, 4, 14), APRIL)
    assert told() == []
    assert told(region=GUIHUA) != []
    assert {row.cleared_on for row in Notice.objects.filter(region=SHIYANG)} == {date(2020, 4, 14)}


def test_the_submission_of_another_month_takes_nothing_away(county, send):
    remind(plan=county.plan, day=date(2020, 4, 12))
    send(date(2020, 4, 13), MARCH)
    assert len(told()) == 3


def test_a_refused_submission_leaves_the_reminders(county, send):
    remind(plan=county.plan, day=date(2020, 4, 12))
    with pytest.raises(Exception, match="没写"):
        send(date(2020, 4, 13), APRIL, problems="")
    assert len(told()) == 3


def test_who_left_the_township_is_not_told_and_sees_no_old_reminder(county, cast, client_of):
    remind(plan=county.plan, day=date(2020, 4, 12))
    Posting.objects.filter(user=cast.colleague).update(last_day=date(2020, 4, 12))
    remind(plan=county.plan, day=date(2020, 4, 14))
    assert (cast.colleague.name, 14) not in told()
    with clock.pretend(date(2020, 4, 14)):
        assert "还没报送" not in client_of(cast.colleague).get("/account/notices/").content.decode()


def test_meeting_and_feedback_have_their_reminders_and_lose_them(county, cast):
    remind(plan=county.plan, day=date(2020, 4, 27))
    remind(plan=county.plan, day=date(2020, 4, 24))
    assert [len(told(kind)) for kind in ("meeting_due", "feedback_due")] == [3, 3]
    common = {
        "scope": cast.officer.scope(),
        "plan": county.plan,
        "region_code": SHIYANG,
        "month": APRIL,
        "actor": cast.officer,
        "version": 0,
        "day": date(2020, 4, 24),
    }
    monthly.record_meeting(**common, held_on=date(2020, 4, 20), people="李", minutes="议", decisions="定")
    monthly.record_feedback(**common, text="已解决")
    assert [told(kind) for kind in ("meeting_due", "feedback_due")] == [[], []]
    assert (Meeting.objects.count(), Feedback.objects.count()) == (1, 1)
    assert told("meeting_due", GUIHUA) != []


def test_the_first_month_asks_for_no_feedback_and_january_for_nothing(county, cast):
    remind(plan=county.plan, day=date(2020, 3, 24))
    assert told("feedback_due") == []
    assert remind(plan=county.plan, day=date(2021, 1, 14)) == []


def test_a_township_without_account_stops_nothing(county, cast):
    Posting.objects.filter(region_id=ZHAOJIADIAN).delete()
    assert len(remind(plan=county.plan, day=date(2020, 4, 14))) == 4


def test_the_bar_counts_unread_reminders_and_their_page_reads_them(county, cast, client_of):
    remind(plan=county.plan, day=date(2020, 4, 12))
    officer = client_of(cast.officer)
    assert '1<span class="visually-hidden"> 条没看' in officer.get("/reports/").content.decode()
    page = officer.get("/account/notices/").content.decode()
    assert f'href="/reports/2020-04/{SHIYANG}/"' in page
    assert "4月月报4月15日截止，还没报送" in page
    assert page.count("条没看") == 0
    assert "看过" in officer.get("/account/notices/").content.decode()
    assert Notice.objects.filter(user=cast.head, read_at=None).count() == 1


def test_looking_without_opening_reads_nothing(county, cast, client_of):
    remind(plan=county.plan, day=date(2020, 4, 12))
    assert client_of(cast.officer).head("/account/notices/").status_code == 200
    assert Notice.objects.filter(user=cast.officer, read_at=None).count() == 1


def test_nobody_sees_anothers_reminders(county, cast, client_of):
    remind(plan=county.plan, day=date(2020, 4, 12))
    for who in (cast.county, cast.idle, cast.leader):
        assert "没有提醒" in client_of(who).get("/account/notices/").content.decode()
