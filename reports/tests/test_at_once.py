"""Two at the same moment: one submission, one reminder each, and nothing lost (C23, F06)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from dabao import clock
from dabao.models import AuditEvent, Notice
from dabao.tests.cast import SHIYANG, TODAY
from reports.models import MonthlyReport
from reports.services import writing
from reports.services.reminders import remind
from reports.tests.conftest import APRIL

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Do all in threads that start at one moment; what each gave or raised."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            return act()
        except (ValidationError, writing.ConflictError) as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def submission(county, actor, problems="无"):
    scope = actor.scope()

    def submit():
        with clock.pretend(TODAY):
            return writing.submit(
                scope=scope,
                plan=county.plan,
                region_code=SHIYANG,
                month=APRIL,
                actor=actor,
                version=0,
                texts=writing.Texts("", problems),
                offered="",
                day=TODAY,
            )

    return submit


def test_two_submissions_at_the_same_moment_give_one(county, cast, make_case):
    make_case()
    submit = submission(county, cast.head)
    found = at_once(submit, submit)
    report = MonthlyReport.objects.get()
    assert [one.pk for one in found] == [report.pk, report.pk]
    assert (report.state, report.submitted_by) == ("submitted", cast.head)
    assert AuditEvent.objects.filter(action="report.submit").count() == 1


def test_the_words_of_the_second_are_not_lost_in_silence(county, cast):
    """Another head at the same moment: he is told, and the report has one signature."""
    cast.colleague.postings.filter(region_id=SHIYANG).update(role="township_head")
    found = at_once(submission(county, cast.head, "缺人"), submission(county, cast.colleague, "路远"))
    refused = [one for one in found if isinstance(one, ValidationError)]
    report = MonthlyReport.objects.get()
    assert (len(refused), refused[0].messages) == (
        1,
        ["这份月报已经报送，不能再改。有误请联系县局退回修改。"],
    )
    assert report.problems == ("缺人" if report.submitted_by == cast.head else "路远")


def test_two_runs_at_the_same_moment_remind_each_person_once(county, cast):
    day = date(2020, 4, 12)
    found = at_once(*[lambda: remind(plan=county.plan, day=day)] * 2)
    assert sum(map(len, found)) == Notice.objects.count() == 4
