"""The pages of reports: what each role sees, that nothing typed is lost, how many queries a page takes."""

import re
from datetime import date

import pytest
from django.urls import reverse

from dabao.models import Unit
from dabao.tests.cast import CHAHE, GUIHUA, LIUSHUTANG, SHIYANG, TODAY, ZHAOJIADIAN
from reports.models import HelpRequest, MonthlyReport
from reports.tests.conftest import MARCH
from screening.choices import CaseState

URL = f"/reports/2020-04/{SHIYANG}/"


def words(**more):
    return {"progress": "", "problems": "外出务工户多", "version": 0, "offered": ""} | more


@pytest.fixture
def officer(client_of, cast):
    return client_of(cast.officer)


@pytest.fixture
def head(client_of, cast):
    return client_of(cast.head)


def text(answer):
    return re.sub(r"<[^>]+>", " ", answer.content.decode())


def test_the_officer_writes_asks_and_the_head_signs(officer, head, cast):
    page = officer.get(URL)
    assert "4月15日截止" in text(page)
    assert "罗国伟 6223961" in text(page)
    assert "签字报送县局" not in text(page)
    assert officer.post(URL, words(do="ask")).status_code == 302
    assert "待签字" in text(head.get(URL))
    report = MonthlyReport.objects.get()
    sent = head.post(URL, words(do="submit", version=report.version))
    assert sent.status_code == 302
    report.refresh_from_db()
    assert (report.state, report.submitted_on, report.submitted_by) == ("submitted", TODAY, cast.head)
    page = head.get(URL)
    assert "<textarea" not in page.content.decode()
    assert "4月10日已报" in text(page)


def test_the_officer_cannot_sign(officer):
    assert officer.post(URL, words(do="submit")).status_code == 403
    assert not MonthlyReport.objects.exists()


def test_a_report_without_problems_is_refused_and_keeps_what_was_typed(head):
    answer = head.post(URL, words(do="submit", problems="", progress="手写的进展"))
    assert answer.status_code == 422
    assert "没写" in text(answer)
    assert "手写的进展" in text(answer)


def test_drafts_keep_themselves_and_give_back_their_version(officer):
    answer = officer.post(f"{URL}draft/", words(progress="写到一半"))
    assert (answer.status_code, answer.headers["X-Draft-Version"]) == (204, "1")
    assert officer.post(f"{URL}draft/", words(progress="又写", version=1)).status_code == 204
    assert officer.post(f"{URL}draft/", words(progress="旧页", version=1)).status_code == 409
    assert MonthlyReport.objects.get().progress == "又写"


def test_two_writers_see_both_texts_and_choose(officer, client_of, cast):
    colleague = client_of(cast.colleague)
    officer.post(URL, words(do="save", progress="甲的进展", problems="甲的问题"))
    both = colleague.post(URL, words(do="save", progress="乙的进展", problems="乙的问题"))
    assert both.status_code == 409
    for said in ("甲的进展", "乙的进展", "甲的问题", "乙的问题", "鲁建华", "这份月报"):
        assert said in text(both)
    chosen = {"keep-progress": "theirs", "keep-problems": "mine"}
    answer = colleague.post(
        URL, words(progress="乙的进展", problems="乙的问题", version=1, do="save") | chosen
    )
    assert answer.status_code == 302
    report = MonthlyReport.objects.get()
    assert (report.progress, report.problems) == ("甲的进展", "乙的问题")


def test_an_edited_text_is_replaced_only_after_the_new_draft_was_shown(officer, make_case):
    make_case()
    officer.post(URL, words(do="save", progress="自己写的"))
    assert "看新草稿" in text(officer.get(URL))
    shown = officer.post(URL, words(do="offer", progress="自己写的", version=1), follow=True)
    assert "换成新草稿" in text(shown)
    assert "自己写的" in text(shown)
    offered = shown.context["page"].offered
    officer.post(URL, words(do="redraft", progress="自己写的", version=2, offered=offered))
    page = officer.get(URL)
    assert "自己写的" not in text(page)
    assert "应排查1户1人" in text(page)


def test_an_unedited_text_follows_the_figures(officer, make_case, make_household):
    make_case()
    page = officer.get(URL).context["page"]
    officer.post(URL, words(do="save", progress=page.offered, offered=page.offered))
    make_case(make_household(CHAHE))
    assert "应排查2户2人" in text(officer.get(URL))


def test_requests_are_rows_of_the_report(officer, head, county):
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    row = {"request-text": "开通省系统账号", "request-unit": unit.pk, "request-wanted_by": "2020-04-17"}
    assert officer.post(URL, words(do="add") | row).status_code == 302
    page = officer.get(URL)
    assert "开通省系统账号" in text(page)
    assert page.context["page"].problems == "外出务工户多"
    request = HelpRequest.objects.get()
    assert officer.post(URL, words(do=f"drop-{request.pk}", version=1)).status_code == 302
    assert not HelpRequest.objects.exists()


def test_the_head_signs_no_request_that_he_has_not_seen(officer, head, county):
    officer.post(URL, words(do="ask"))
    seen = MonthlyReport.objects.get().version
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    row = {"request-text": "增加一名协理员", "request-unit": unit.pk, "request-wanted_by": "2020-04-17"}
    officer.post(URL, words(do="add", version=seen) | row)
    assert MonthlyReport.objects.get().state == "draft"
    answer = head.post(URL, words(do="submit", version=seen))
    assert answer.status_code == 409
    assert "请求事项可能变了" in text(answer)
    assert "增加一名协理员" in text(answer)
    stored = MonthlyReport.objects.get()
    assert (stored.state, stored.submitted_on) == ("draft", None)
    again = words(do="submit", version=answer.context["form"].data["version"])
    assert head.post(URL, again).status_code == 302
    assert MonthlyReport.objects.get().state == "submitted"


def test_a_request_struck_after_the_head_opened_the_page_is_told_him(officer, head, county):
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    row = {"request-text": "增加一名协理员", "request-unit": unit.pk, "request-wanted_by": "2020-04-17"}
    officer.post(URL, words(do="add") | row)
    officer.post(URL, words(do="ask", version=MonthlyReport.objects.get().version))
    seen = MonthlyReport.objects.get().version
    officer.post(URL, words(do=f"drop-{HelpRequest.objects.get().pk}", version=seen))
    assert head.post(URL, words(do="submit", version=seen)).status_code == 409
    assert MonthlyReport.objects.get().submitted_on is None


def test_a_request_without_day_is_refused_and_nothing_typed_is_lost(officer, county):
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    row = {"request-text": "开通省系统账号", "request-unit": unit.pk, "request-wanted_by": ""}
    answer = officer.post(URL, words(do="add", progress="写了一半") | row)
    assert answer.status_code == 422
    assert "请填希望何时前解决" in text(answer)
    assert "写了一半" in text(answer)
    assert 'value="开通省系统账号"' in answer.content.decode()


def test_every_figure_opens_exactly_the_households_it_counted(officer, make_case, make_household):
    for number in range(4):
        case = make_case(make_household(LIUSHUTANG), categories=[1, 2] if number else [3])
        if number > 1:
            case.state, case.verified_on = CaseState.TO_ENROL, TODAY
            case.save()
    page = officer.get(URL)
    figures = page.context["figures"]
    cells = [cell for line in figures["lines"] for cell in line.cells] + figures["real"] + figures["since"]
    checked = 0
    for cell in cells:
        if cell and cell.count:
            assert len(officer.get(cell.url).context["rows"]) == cell.count
            checked += 1
    assert checked > 12


def test_persons_are_shown_as_well(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("普有福", "none"), ("罗翠英", "none")))
    assert officer.get(f"{URL}?unit=persons").context["figures"]["real"][0].count == 2
    assert officer.get(URL).context["figures"]["real"][0].count == 1


def test_a_frozen_figure_opens_its_households_as_they_were(officer, send, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG))
    gone = make_case(make_household(CHAHE))
    send(TODAY)
    case.state, case.verified_on = CaseState.TO_ENROL, TODAY
    case.save()
    gone.household.region_id = f"{GUIHUA}001"
    gone.household.save()
    listed = officer.get(f"{URL}cases/?figure=to_screen")
    assert [row["line"].state for row in listed.context["rows"]] == ["to_verify", "to_verify"]
    assert "已转到另一乡镇" in text(listed)
    assert "待纳入" not in text(listed)


@pytest.mark.parametrize(
    "query", ["", "?figure=nothing", "?figure=screened&category=9", "?figure=in_process&period=1"]
)
def test_a_figure_that_there_is_not_is_404(officer, query):
    assert officer.get(f"{URL}cases/{query}").status_code == 404


@pytest.mark.parametrize("month", ["2020-02", "2020-05", "2021-01"])
def test_a_month_without_report_is_404(officer, month):
    assert officer.get(f"/reports/{month}/{SHIYANG}/").status_code == 404


@pytest.mark.parametrize("path", ["", "cases/?figure=to_screen"])
def test_a_strangers_report_is_404_the_same_as_none(client_of, cast, path):
    stranger = client_of(cast.stranger)
    assert stranger.get(URL + path).status_code == 404
    assert stranger.get(f"/reports/2020-04/532326999/{path}").status_code == 404
    for post in ("", "draft/", "back/"):
        assert stranger.post(URL + post, words()).status_code == 404
    assert not MonthlyReport.objects.exists()


def test_the_county_reads_all_and_writes_none(client_of, cast):
    for who in (cast.county, cast.leader):
        client = client_of(who)
        page = client.get(URL)
        assert page.status_code == 200
        assert "<textarea" not in page.content.decode()
        assert client.post(URL, words(do="save")).status_code == 403


def test_a_unit_reads_its_own_township_only(client_of, cast):
    unit = client_of(cast.unit)
    assert unit.get(f"/reports/2020-04/{ZHAOJIADIAN}/").status_code == 200
    assert unit.get(URL).status_code == 404


def test_an_unknown_button_is_refused(officer):
    assert officer.post(URL, words(do="delete")).status_code == 400


# --- The calendar ---


def test_the_calendar_shows_on_time_late_missing_and_not_due(client_of, cast, send, settings):
    send(date(2020, 3, 13), MARCH)
    send(date(2020, 3, 18), MARCH, ZHAOJIADIAN)
    page = text(client_of(cast.county).get(reverse("reports:calendar")))
    for said in ("3/13", "3/18 晚3天", "缺 26 天", "未报", "桂花镇缺报 26 天", "2 / 3，晚 1"):
        assert said in page


def test_a_township_sees_its_own_row_only(client_of, cast):
    page = text(client_of(cast.officer).get(reverse("reports:calendar")))
    assert "石羊镇" in page
    assert "桂花镇" not in page


def test_an_assistant_has_no_calendar(client_of, cast):
    assert client_of(cast.assistant).get(reverse("reports:calendar")).status_code == 403


def test_pages_take_a_constant_number_of_queries(
    client_of, cast, make_case, make_household, django_assert_max_num_queries
):
    client = client_of(cast.officer)
    for _ in range(12):
        make_case(make_household(LIUSHUTANG))
    for url, most in ((URL, 30), (reverse("reports:calendar"), 30), (f"{URL}cases/?figure=to_screen", 30)):
        with django_assert_max_num_queries(most):
            assert client.get(url).status_code == 200
