"""Requests and their answers, meetings and feedback: who owes whom, and the flags of it (C20)."""

from datetime import date

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError

from dabao.models import AuditEvent, Flag, Region, Unit
from dabao.tests.cast import GUIHUA, SHIYANG, TODAY, ZHAOJIADIAN
from reports.models import Feedback, HelpRequest, Meeting, MonthlyReport
from reports.queries import requests as queries
from reports.rules import answer_due, feedback_months
from reports.services import monthly, requests, writing
from reports.services.flags import clear_done, raise_others
from reports.tests.conftest import APRIL, MARCH


def flags(kind, region=SHIYANG):
    return list(Flag.objects.filter(kind=kind, region=region).order_by("due_on"))


# --- Requests ---


@pytest.fixture
def unit(county):
    return Unit.objects.create(region=county.region, name="社会救助股")


@pytest.fixture
def asked(county, cast, unit, send):
    """A request that 石羊镇 sent on 13 March."""
    requests.add(
        scope=cast.officer.scope(),
        plan=county.plan,
        region_code=SHIYANG,
        month=MARCH,
        actor=cast.officer,
        day=date(2020, 3, 12),
        text="增加 1 名村协理员",
        unit=str(unit.pk),
        wanted_by=date(2020, 3, 31),
    )
    send(date(2020, 3, 13), MARCH)
    return HelpRequest.objects.get()


def answered(row, cast, day=TODAY, version=1, text="4月20日前配齐。", who=None):
    who = who or cast.county
    return requests.answer(
        scope=who.scope(), request_id=row.pk, actor=who, version=version, text=text, day=day
    )


@pytest.mark.parametrize(
    ("submitted_on", "due"),
    [
        (date(2020, 3, 13), date(2020, 3, 25)),
        (date(2020, 3, 25), date(2020, 3, 25)),
        (date(2020, 3, 26), date(2020, 4, 25)),
        (date(2020, 12, 26), date(2021, 1, 25)),
    ],
)
def test_the_county_answers_by_the_next_feedback_day(submitted_on, due):
    assert answer_due(submitted_on, 25) == due


def test_a_request_is_owed_from_the_submission_on(asked):
    assert asked.due_on == date(2020, 3, 25)


def test_a_request_of_a_report_that_is_in_cannot_be_changed(asked, cast, county, unit):
    common = {
        "scope": cast.officer.scope(),
        "plan": county.plan,
        "region_code": SHIYANG,
        "month": MARCH,
        "actor": cast.officer,
        "day": TODAY,
    }
    with pytest.raises(ValidationError, match="已经报送"):
        requests.drop(**common, request_id=str(asked.pk))
    with pytest.raises(ValidationError, match="已经报送"):
        requests.add(**common, text="再要一名", unit=str(unit.pk), wanted_by=TODAY)


def test_a_unit_of_another_county_is_not_asked(county, cast, unit):
    region = Region.objects.create(code="532327", name="永仁县", official_name="永仁县", level="county")
    other = Unit.objects.create(region=region, name=unit.name)
    assert queries.units(cast.officer.scope(), county.plan) == [unit]
    with pytest.raises(ValidationError, match="没有这个股室"):
        requests.add(
            scope=cast.officer.scope(),
            plan=county.plan,
            region_code=SHIYANG,
            month=APRIL,
            actor=cast.officer,
            day=TODAY,
            text="增加 1 名村协理员",
            unit=str(other.pk),
            wanted_by=TODAY,
        )


def test_an_unanswered_request_is_flagged_against_the_county_once(asked, county):
    assert raise_others(plan=county.plan, day=date(2020, 3, 25)) == []
    assert [flag.kind for flag in raise_others(plan=county.plan, day=date(2020, 3, 26))] == ["answer_owed"]
    assert [f for f in raise_others(plan=county.plan, day=date(2020, 3, 27)) if f.kind == "answer_owed"] == []
    flag = flags("answer_owed", county.code)[0]
    assert (flag.due_on, flag.raised_on, flag.label) == (
        date(2020, 3, 25),
        date(2020, 3, 26),
        "欠石羊镇3月请求的答复",
    )
    assert flags("answer_owed") == []


def test_the_answer_clears_the_flag(asked, county, cast):
    raise_others(plan=county.plan, day=date(2020, 3, 26))
    answered(asked, cast)
    assert flags("answer_owed", county.code)[0].cleared_on == TODAY
    assert AuditEvent.objects.filter(action="request.answer").count() == 1


def test_only_the_county_answers_and_only_the_township_says_its_word(asked, cast):
    for who in (cast.officer, cast.head, cast.leader):
        with pytest.raises(PermissionDenied):
            answered(asked, cast, who=who)
    answered(asked, cast)
    with pytest.raises(PermissionDenied):
        say(asked, cast.county, version=2)
    assert say(asked, cast.officer, version=2).solved is True


def test_a_stranger_finds_no_request(asked, cast):
    with pytest.raises(ObjectDoesNotExist):
        say(asked, cast.stranger)


def say(row, who, *, version=1, solved=True, note=""):
    return requests.say_solved(
        scope=who.scope(),
        request_id=row.pk,
        actor=who,
        version=version,
        solved=solved,
        note=note,
        day=TODAY,
    )


def test_a_word_before_the_answer_or_without_what_is_missing_is_refused(asked, cast):
    with pytest.raises(ValidationError, match="还没有答复"):
        say(asked, cast.officer)
    answered(asked, cast)
    with pytest.raises(ValidationError, match="还差什么"):
        say(asked, cast.officer, version=2, solved=False)
    assert say(asked, cast.officer, version=2, solved=False, note="人还没到").solved is False


def test_what_an_answer_did_not_solve_is_owed_again_and_the_answer_stays(asked, cast, county):
    raise_others(plan=county.plan, day=date(2020, 3, 26))
    answered(asked, cast, day=date(2020, 3, 27), text="4月调剂一辆车。")
    row = say(asked, cast.officer, version=2, solved=False, note="车还没来")
    assert (row.answer, row.answered_on, row.due_on) == ("", None, date(2020, 4, 25))
    assert [(one.answer, one.note) for one in row.earlier_answers.all()] == [("4月调剂一辆车。", "车还没来")]
    with pytest.raises(ValidationError, match="还没有答复"):
        say(row, cast.officer, version=3)
    for day, due in ((date(2020, 4, 25), []), (date(2020, 4, 26), [date(2020, 4, 25)])):
        raised = raise_others(plan=county.plan, day=day)
        assert [flag.due_on for flag in raised if flag.kind == "answer_owed"] == due
    clear_done(plan=county.plan, day=date(2020, 4, 26))
    assert [flag.cleared_on for flag in flags("answer_owed", county.code)] == [date(2020, 3, 27), None]
    owed = [queries.owed(cast.county.scope(), county.plan, date(2020, *day)) for day in ((3, 26), (4, 26))]
    assert owed == [queries.Owed(1, 1), queries.Owed(1, 1)]
    row = answered(row, cast, version=3, day=date(2020, 4, 27), text="车4月27日到。")
    assert (row.solved, row.solved_note) == (None, "")
    assert flags("answer_owed", county.code)[1].cleared_on == date(2020, 4, 27)
    assert queries.owed(cast.county.scope(), county.plan, date(2020, 4, 27)).number == 0
    assert say(row, cast.officer, version=4).solved is True


def test_the_pages_ask_the_county_again_for_what_is_not_solved(asked, cast, client_of):
    county, officer = client_of(cast.county), client_of(cast.officer)
    url = f"/requests/{asked.pk}/"
    county.post(url, {"answer": "4月调剂一辆车。", "version": 1})
    assert officer.post(url, {"solved": "no", "note": "车还没来", "version": 2}).status_code == 302
    assert "没解决，4月25日前再答复" in county.get("/requests/").content.decode()
    page = county.get(url).content.decode()
    assert "4月调剂一辆车" in page
    assert "车还没来" in page
    assert county.post(url, {"answer": "车今天到。", "version": 3}).status_code == 302
    assert "等乡镇回话" in county.get("/requests/").content.decode()


def test_two_people_answering_overwrite_nothing(asked, cast):
    answered(asked, cast, text="甲的答复")
    with pytest.raises(ValidationError, match=cast.county.name):
        answered(asked, cast, text="乙的答复", who=cast.county2)
    asked.refresh_from_db()
    assert asked.answer == "甲的答复"


def test_the_pages_of_requests_go_from_county_to_township(asked, cast, client_of):
    county, officer = client_of(cast.county), client_of(cast.officer)
    page = county.get("/requests/")
    assert "县局欠答复 16 天" in page.content.decode()
    url = f"/requests/{asked.pk}/"
    assert county.post(url, {"answer": "", "version": 1}).status_code == 422
    assert county.post(url, {"answer": "4月20日前配齐。", "version": 1}).status_code == 302
    assert "4月20日前配齐" in officer.get(url).content.decode()
    assert officer.post(url, {"solved": "no", "note": "", "version": 2}).status_code == 422
    assert officer.post(url, {"solved": "yes", "note": "", "version": 2}).status_code == 302
    assert county.post(url, {"answer": "改", "version": 3}).status_code == 403
    assert client_of(cast.leader).get(url).status_code == 200
    assert client_of(cast.leader).post(url, {"answer": "改", "version": 3}).status_code == 403
    assert client_of(cast.stranger).get("/requests/").content.decode().count("村协理员") == 0


def test_last_months_unanswered_request_stays_in_sight(asked, cast, client_of):
    page = client_of(cast.officer).get(f"/reports/2020-04/{SHIYANG}/").content.decode()
    assert "3月提的" in page
    assert "县局欠答复" in page


# --- Returned reports ---


def test_a_returned_report_keeps_its_figures_and_its_day(county, cast, send, make_case, client_of):
    make_case()
    report = send(date(2020, 3, 13), MARCH)
    url = f"/reports/2020-03/{SHIYANG}/"
    assert client_of(cast.officer).post(f"{url}return/", {"remark": "x"}).status_code == 403
    assert client_of(cast.county).post(f"{url}return/", {"remark": "问题写具体些"}).status_code == 302
    report.refresh_from_db()
    assert (report.state, report.submitted_on) == ("returned", date(2020, 3, 13))
    assert "问题写具体些" in client_of(cast.officer).get(url).content.decode()
    again = send(date(2020, 3, 20), MARCH, problems="山区村组分散")
    assert (again.state, again.submitted_on, again.late) == ("submitted", date(2020, 3, 13), False)
    assert (again.figures, again.frozen_at) == (report.figures, report.frozen_at)
    assert (again.problems, again.remark) == ("山区村组分散", "")


def test_a_returned_report_is_laid_before_the_head_who_signs_or_gives_it_back(county, cast, send, client_of):
    send(date(2020, 3, 13), MARCH)
    url, officer, head = f"/reports/2020-03/{SHIYANG}/", client_of(cast.officer), client_of(cast.head)
    client_of(cast.county).post(f"{url}return/", {"remark": "问题写具体些"})

    def words(**more):
        version = MonthlyReport.objects.get(month=MARCH).version
        return {"progress": "", "problems": "山区分散", "offered": "", "version": version} | more

    def stands():
        report = MonthlyReport.objects.get(month=MARCH)
        return report.state, report.submitted_on

    officer.post(url, words(do="ask"))
    assert stands() == ("to_sign", date(2020, 3, 13))
    assert "待签字" in head.get(url).content.decode()
    assert "已请" in officer.get(url).content.decode()
    assert head.post(f"{url}back/", {"remark": "再写细些"}).status_code == 302
    assert stands() == ("returned", date(2020, 3, 13))
    officer.post(url, words(do="ask"))
    assert head.post(url, words(do="submit")).status_code == 302
    assert stands() == ("submitted", date(2020, 3, 13))


def test_a_report_that_is_not_in_cannot_be_returned(county, cast):
    with pytest.raises(ValidationError, match="还没报来"):
        writing.give_back(
            by="county",
            scope=cast.county.scope(),
            plan=county.plan,
            region_code=SHIYANG,
            month=APRIL,
            actor=cast.county,
            remark="x",
            day=TODAY,
        )


# --- Meetings ---


def meet(county, who, *, month=MARCH, held_on=date(2020, 3, 11), day=date(2020, 3, 12), version=0):
    return monthly.record_meeting(
        scope=who.scope(),
        plan=county.plan,
        region_code=SHIYANG,
        month=month,
        actor=who,
        version=version,
        held_on=held_on,
        people="李云飞、鲁建华",
        minutes="逐村过名单",
        decisions="分村包户",
        day=day,
    )


def test_a_meeting_is_missing_from_the_first_of_the_next_month(county):
    raise_others(plan=county.plan, day=date(2020, 3, 31))
    assert flags("meeting_missing") == []
    raise_others(plan=county.plan, day=date(2020, 4, 1))
    flag = flags("meeting_missing")[0]
    assert (flag.due_on, flag.raised_on) == (date(2020, 3, 31), date(2020, 4, 1))


def test_a_meeting_recorded_in_its_month_is_no_flag(county, cast):
    meet(county, cast.officer)
    raise_others(plan=county.plan, day=date(2020, 4, 1))
    assert flags("meeting_missing") == []
    assert len(flags("meeting_missing", GUIHUA)) == 1


def test_a_meeting_recorded_later_clears_its_flag(county, cast):
    raise_others(plan=county.plan, day=date(2020, 4, 1))
    meet(county, cast.officer, day=date(2020, 4, 3))
    assert flags("meeting_missing")[0].cleared_on == date(2020, 4, 3)


@pytest.mark.parametrize("held_on", [date(2020, 4, 1), date(2020, 2, 29)])
def test_a_meeting_belongs_to_the_month_it_was_held_in(county, cast, held_on):
    with pytest.raises(ValidationError, match="不在3月"):
        meet(county, cast.officer, held_on=held_on, day=TODAY)


def test_a_meeting_is_recorded_after_it_was_held(county, cast):
    with pytest.raises(ValidationError, match="还没开"):
        meet(county, cast.officer, held_on=date(2020, 3, 20))


def test_a_meeting_mended_from_an_old_page_overwrites_nothing(county, cast):
    meet(county, cast.officer)
    with pytest.raises(ValidationError, match=cast.officer.name):
        meet(county, cast.colleague)
    assert meet(county, cast.colleague, version=1).version == 2
    assert Meeting.objects.count() == 1


def test_the_meeting_page_records_and_the_report_shows_it(cast, client_of):
    officer = client_of(cast.officer)
    url = f"/reports/2020-04/{SHIYANG}/meeting/"
    values = {"held_on": "2020-04-08", "people": "李云飞", "minutes": "过名单", "decisions": "包户"}
    assert officer.post(url, values | {"version": 0, "people": ""}).status_code == 422
    assert officer.post(url, values | {"version": 0}).status_code == 302
    assert "4月8日" in officer.get(f"/reports/2020-04/{SHIYANG}/").content.decode()
    assert client_of(cast.county).post(url, values | {"version": 1}).status_code == 403
    assert client_of(cast.stranger).get(url).status_code == 404


# --- Feedback ---


def tell(county, who, *, month=APRIL, day=TODAY, version=0):
    return monthly.record_feedback(
        scope=who.scope(),
        plan=county.plan,
        region_code=SHIYANG,
        month=month,
        actor=who,
        version=version,
        text="协理员已到岗",
        day=day,
    )


def test_the_first_month_has_no_feedback(county, cast):
    assert feedback_months(MARCH, date(2020, 5, 1)) == [(MARCH, APRIL), (APRIL, date(2020, 5, 1))]
    with pytest.raises(ValidationError):
        tell(county, cast.officer, month=MARCH)


def test_feedback_is_missing_from_the_day_after_the_plans_day(county, send):
    send(date(2020, 3, 13), MARCH)
    raise_others(plan=county.plan, day=date(2020, 4, 25))
    assert flags("feedback_missing") == []
    raise_others(plan=county.plan, day=date(2020, 4, 26))
    assert [flag.raised_on for flag in flags("feedback_missing")] == [date(2020, 4, 26)]


def test_who_did_not_report_owes_feedback_all_the_same(county, send):
    send(date(2020, 4, 26), MARCH, ZHAOJIADIAN)
    raise_others(plan=county.plan, day=date(2020, 5, 1))
    assert len(flags("feedback_missing")) == len(flags("feedback_missing", ZHAOJIADIAN)) == 1


def test_late_feedback_clears_its_flag(county, cast, send):
    send(date(2020, 3, 13), MARCH)
    raise_others(plan=county.plan, day=date(2020, 4, 26))
    tell(county, cast.officer, day=date(2020, 4, 28))
    assert flags("feedback_missing")[0].cleared_on == date(2020, 4, 28)


def test_the_feedback_page_shows_last_months_problems(cast, client_of, send):
    send(date(2020, 3, 13), MARCH, problems="缺一名协理员")
    officer = client_of(cast.officer)
    url = f"/reports/2020-04/{SHIYANG}/feedback/"
    assert "缺一名协理员" in officer.get(url).content.decode()
    assert officer.post(url, {"text": "已配齐", "version": 0}).status_code == 302
    assert Feedback.objects.get().text == "已配齐"
    assert "已配齐" in client_of(cast.county).get(url).content.decode()
    assert officer.get(f"/reports/2020-03/{SHIYANG}/feedback/").status_code == 404
    calendar = client_of(cast.county).get("/reports/").content.decode()
    assert "4/10" in calendar


def test_after_three_months_standstill_everything_owed_is_flagged_once(county, asked):
    day = date(2020, 6, 30)
    raise_others(plan=county.plan, day=day)
    assert [flag.due_on.month for flag in flags("meeting_missing")] == [3, 4, 5]
    assert len(flags("answer_owed", county.code)) == 1
    assert [flag.due_on.month for flag in flags("feedback_missing")] == [4, 5, 6]
    assert raise_others(plan=county.plan, day=day) == []
