"""A report from the first word to its submission: who may what, what is frozen, what is never lost (C23)."""

from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import GUIHUA, LIUSHUTANG, SHIYANG, TODAY
from reports.models import MonthlyReport
from reports.queries import reports as queries
from reports.services import writing
from reports.services.writing import ConflictError, Texts
from reports.tests.conftest import APRIL, MARCH
from screening.choices import CaseState

MAY = date(2020, 5, 1)


@pytest.fixture
def act(county):
    def do(service, actor, *, version=0, problems="外出务工户约不到人", progress="", month=APRIL, **more):
        values = {
            "scope": actor.scope(),
            "plan": county.plan,
            "region_code": SHIYANG,
            "month": month,
            "actor": actor,
            "version": version,
            "texts": Texts(progress, problems),
            "offered": "草稿",
            "day": TODAY,
        }
        return service(**(values | more))

    return do


def test_staff_write_and_the_words_stay(act, cast):
    report = act(writing.save, cast.officer, progress="已排查两户。")
    assert (report.progress, report.problems, report.written_by) == (
        "已排查两户。",
        "外出务工户约不到人",
        cast.officer,
    )
    assert AuditEvent.objects.filter(action="report.save", object_id=str(report.pk)).count() == 1


def test_the_audit_log_holds_no_words_of_the_report(act, cast):
    act(writing.save, cast.officer, problems="普有福家")
    assert "普有福" not in str(AuditEvent.objects.filter(action="report.save").values())


def test_the_offered_text_stays_the_systems_until_somebody_edits_it(act, cast):
    report = act(writing.save, cast.officer, progress=" 草 稿\r\n")
    assert report.progress_offered
    assert not act(writing.save, cast.officer, version=1, progress="改过").progress_offered


def test_only_the_head_signs(act, cast):
    with pytest.raises(PermissionDenied):
        act(writing.submit, cast.officer)
    with pytest.raises(PermissionDenied):
        act(writing.submit, cast.county)
    assert act(writing.submit, cast.head).submitted_by == cast.head


def test_a_stranger_finds_no_report(act, cast):
    for who in (cast.stranger, cast.assistant, cast.idle, cast.unit):
        with pytest.raises(ObjectDoesNotExist):
            act(writing.save, who)
    assert not MonthlyReport.objects.exists()


def test_a_refused_submission_leaves_no_report_behind(act, cast):
    with pytest.raises(ValidationError, match="没写"):
        act(writing.submit, cast.head, problems=" ")
    assert not MonthlyReport.objects.exists()


@pytest.mark.parametrize("month", [date(2020, 2, 1), MAY, date(2021, 1, 1)])
def test_a_month_without_report_or_not_begun_is_refused(act, cast, month):
    with pytest.raises(ValidationError):
        act(writing.save, cast.officer, month=month)


def test_the_second_writer_sees_both_texts_and_overwrites_nothing(act, cast):
    act(writing.save, cast.officer, progress="甲写的")
    with pytest.raises(ConflictError) as conflict:
        act(writing.save, cast.colleague, progress="乙写的")
    assert (conflict.value.mine.progress, conflict.value.theirs.progress) == ("乙写的", "甲写的")
    assert conflict.value.by == cast.officer.name
    assert MonthlyReport.objects.get().progress == "甲写的"


def test_the_same_words_twice_are_no_conflict(act, cast):
    act(writing.save, cast.officer, progress="甲写的")
    assert act(writing.save, cast.officer, progress="甲写的").version == 2


def test_signing_twice_gives_one_submission(act, cast):
    first = act(writing.submit, cast.head)
    again = act(writing.submit, cast.head)
    assert (again.pk, again.version) == (first.pk, first.version)
    assert AuditEvent.objects.filter(action="report.submit").count() == 1


def test_after_submission_nothing_is_changed(act, cast):
    report = act(writing.submit, cast.head)
    with pytest.raises(ValidationError, match="已经报送"):
        act(writing.save, cast.officer, version=report.version)


def test_the_head_gives_it_back_with_a_reason(act, cast, county):
    act(writing.ask_signature, cast.officer)
    values = {
        "scope": cast.head.scope(),
        "plan": county.plan,
        "region_code": SHIYANG,
        "month": APRIL,
        "actor": cast.head,
        "by": "head",
        "day": TODAY,
    }
    with pytest.raises(ValidationError):
        writing.give_back(**values, remark=" ")
    assert writing.give_back(**values, remark="问题写具体些").state == "draft"
    with pytest.raises(ValidationError, match="没有在等签字"):
        writing.give_back(**values, remark="再退一次")


def test_figures_never_change_after_submission_while_the_ledger_moves_on(
    act, cast, county, make_case, make_household
):
    cases = [make_case(make_household(LIUSHUTANG)) for _ in range(3)]
    report = act(writing.submit, cast.head)
    case = cases[0]
    case.state, case.verified_on = CaseState.TO_ENROL, TODAY
    case.save()
    make_case(make_household(LIUSHUTANG))
    report.refresh_from_db()
    frozen = queries.table(cast.leader.scope(), county.plan, SHIYANG, APRIL, TODAY, report)
    assert frozen.figures["real"]["to_screen"] == [3, 3]
    assert frozen.figures["real"]["screened"] == [0, 0]
    assert {line.id for line in frozen.lines} == {str(case.pk) for case in cases}
    assert {line.state for line in frozen.lines} == {"to_verify"}
    assert "应排查3户3人，已排查0户" in report.progress


def test_only_the_townships_own_cases_count(act, cast, make_case, make_household):
    make_case(make_household(LIUSHUTANG))
    make_case(make_household(GUIHUA + "001"))
    assert act(writing.submit, cast.head).figures["real"]["to_screen"] == [1, 1]


def test_the_first_report_covers_from_the_plans_first_day(act, cast):
    assert act(writing.submit, cast.head).figures["since_day"] == "2020-03-03"


def test_the_next_report_covers_from_the_day_after_the_last_cut(send):
    send(date(2020, 3, 13), MARCH)
    assert send(TODAY, APRIL).figures["since_day"] == "2020-03-14"


def test_a_report_of_two_months_ago_is_still_the_last_cut(send):
    send(date(2020, 3, 13), MARCH)
    assert send(date(2020, 5, 11), MAY).figures["since_day"] == "2020-03-14"
