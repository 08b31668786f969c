"""The county's report: sums of the townships, words from the table, approval, editions, recipients (C24)."""

import io
from datetime import date

import docx
import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.management import call_command

from dabao import plans
from dabao.documents import official
from dabao.tests.cast import CHAHE, DAMAIDI, SHIYANG, TODAY, ZHAOJIADIAN
from reports import county, county_page
from reports.likeness import grouped
from reports.models import CountyReport, Sending
from reports.queries import county as queries
from reports.services import county as services
from reports.tests.conftest import APRIL, MARCH
from screening.choices import CaseState

TEXTS = services.Texts("进展", "问题", "请求拨付临时救助备用金")
URL = "/reports/2020-04/county/"


def row(name, screened=5, *, sent=date(2020, 4, 9), late=0, problems="", before=None, last=None):
    figures = {
        "to_screen": 10,
        "screened": screened,
        "covered": 1,
        "eligible": 2,
        "enrolled": 1,
        "not_eligible": 2,
        "annotated": 1,
    }
    if sent is None:
        figures = county.households({})
    return county.Row("532326102", name, sent, late, figures, problems, before, last)


# --- The analysis ---


def test_the_total_is_the_sum_of_the_rows():
    total = county.total([row("石羊镇", 5), row("三台乡", 7)])
    assert (total.figures["to_screen"], total.figures["screened"], total.screening_rate) == (20, 12, "60")


def test_a_share_of_nothing_is_no_share():
    empty = row("铁锁乡", sent=None)
    assert (empty.enrolment_rate, empty.recheck_rate) == ("—", "—")
    assert row("石羊镇").enrolment_rate == "50%"


def test_the_change_is_in_points_of_the_rate():
    assert row("石羊镇", 8, before="14.7").change == "+65.3"
    assert row("石羊镇", 8, before="90").change == "-10.0"
    assert row("石羊镇", 8).change == ""


def test_the_draft_names_who_is_late_missing_and_slow():
    rows = [row("石羊镇", 10), row("三台乡", 3, late=1), row("铁锁乡", 0, sent=None)]
    words = county.progress_draft("大姚县", APRIL, rows)
    assert words.startswith("4月，大姚县3个乡镇中2个报来月报，三台乡晚报，铁锁乡没报。")
    assert "应排查20户，已排查13户，占65%" in words
    assert words.endswith("排查较慢的是三台乡（30%）。")


def test_when_all_is_screened_nobody_is_slow():
    assert "较慢" not in county.progress_draft("大姚县", APRIL, [row("石羊镇", 10), row("三台乡", 10)])


def test_the_same_problem_is_told_once_with_all_who_have_it():
    rows = [
        row("石羊镇", problems="山区村组分散。"),
        row("三台乡", problems="缺协理员"),
        row("桂花镇", problems="缺协理员。"),
        row("新街镇", problems="无"),
        row("铁锁乡", problems="没报的不算", sent=None),
    ]
    groups = grouped(county.problems(rows), {})
    assert county.problems_draft(groups) == "1．缺协理员（三台乡、桂花镇）。\n2．山区村组分散（石羊镇）。"


def test_the_difference_to_the_ledger_is_written_out():
    rows = [row("石羊镇", 5), row("铁锁乡", 0, sent=None)]
    assert county.difference(rows, 5, TODAY) == "月报合计已排查 5 户；4月10日台账 5 户，相同。"
    assert county.difference(rows, 8, TODAY).endswith("多 3 户，是报送后查的，和没报的铁锁乡的。")
    unsent = [row(name, 0, sent=None) for name in "甲乙丙丁戊己庚辛壬"]
    words = county.difference([rows[0], *unsent], 1268, TODAY)
    assert words.endswith("台账 1,268 户，多 1,263 户，是报送后查的，和没报的 9 个乡镇的。")


def test_a_row_comes_back_from_the_database_as_it_was():
    for one in (row("石羊镇", before="14.7", last={"screened": 1}), row("铁锁乡", sent=None)):
        assert county.Row.from_json(one.as_json()) == one


def test_a_row_kept_before_there_were_changes_still_opens():
    kept = row("石羊镇", before="14.7").as_json()
    del kept["last"]
    assert county.Row.from_json(kept).last is None


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("screening", (50.0, 80.0, "+30")), ("enrolled", (3, 1, "-2")), ("not_eligible", (2, 2, "0"))],
)
def test_changes_are_told_with_before_now_and_by(measure, expected):
    last = {"to_screen": 8, "screened": 4, "enrolled": 3, "not_eligible": 2}
    rows = [row("石羊镇", 8, last=last), row("三台乡", 8), row("铁锁乡", sent=None)]
    first, second = county.changes(rows, measure)
    assert (first.before, first.now, first.by) == expected
    assert (second.name, second.before, second.by) == ("三台乡", None, "")


def test_the_rows_are_the_townships_reports(cast, county_cases, send, county):
    send(TODAY)
    rows = {one.code: one for one in queries.rows(cast.leader.scope(), county.plan, APRIL)}
    assert rows[SHIYANG].figures["to_screen"] == 2
    assert (rows[ZHAOJIADIAN].submitted_on, rows[ZHAOJIADIAN].figures["to_screen"]) == (None, 0)


@pytest.fixture
def county_cases(make_case, make_household):
    cases = [make_case(make_household(village)) for village in (CHAHE, CHAHE, DAMAIDI)]
    cases[2].state, cases[2].verified_on = CaseState.TO_ENROL, TODAY
    cases[2].save()
    return cases


# --- From draft to recipients ---


@pytest.fixture
def act(county):
    def do(service, actor, **more):
        return service(
            scope=actor.scope(), plan=county.plan, month=APRIL, actor=actor, **({"day": TODAY} | more)
        )

    return do


def test_the_office_writes_the_leader_approves_the_office_sends(act, cast):
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    report = act(services.approve, cast.leader, version=report.version)
    assert (report.state, report.approved_by, report.approved_on) == ("approved", cast.leader, TODAY)
    act(services.record_sent, cast.county, recipient="province")
    act(services.record_sent, cast.county, recipient="province")
    assert Sending.objects.count() == 1


def test_nobody_approves_what_he_did_not_see(act, cast):
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    later = act(
        services.ask_approval, cast.county2, version=report.version, texts=services.Texts("改", "改", "改")
    )
    with pytest.raises(ValidationError, match="又改过"):
        act(services.approve, cast.leader, version=report.version)
    assert later.state == "to_approve"


def test_each_does_his_own_part(act, cast):
    with pytest.raises(PermissionDenied):
        act(services.save, cast.leader, version=0, texts=TEXTS)
    for who in (cast.officer, cast.head, cast.unit, cast.admin):
        with pytest.raises(ObjectDoesNotExist):
            act(services.save, who, version=0, texts=TEXTS)
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    with pytest.raises(PermissionDenied):
        act(services.approve, cast.county, version=report.version)


def test_an_empty_part_or_an_unapproved_edition_is_refused(act, cast):
    with pytest.raises(ValidationError, match="请求上级支持"):
        act(services.ask_approval, cast.county, version=0, texts=services.Texts("进展", "问题", ""))
    act(services.save, cast.county, version=0, texts=TEXTS)
    with pytest.raises(ValidationError, match="还没批"):
        act(services.record_sent, cast.county, recipient="province")
    with pytest.raises(ValidationError, match="没有在等批准"):
        act(services.approve, cast.leader, version=1)


def test_two_writers_overwrite_nothing(act, cast):
    act(services.save, cast.county, version=0, texts=TEXTS)
    with pytest.raises(ValidationError, match=cast.county.name):
        act(services.save, cast.county2, version=0, texts=services.Texts("别的", "", ""))
    assert CountyReport.objects.get().progress == "进展"


def test_another_edition_leaves_on_record_who_got_the_first(act, cast):
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    act(services.approve, cast.leader, version=report.version)
    act(services.record_sent, cast.county, recipient="province")
    report = act(services.revise, cast.county)
    assert (report.edition, report.state, report.approved_on) == (2, "draft", None)
    report = act(services.ask_approval, cast.county, version=report.version, texts=TEXTS)
    act(services.approve, cast.leader, version=report.version)
    act(services.record_sent, cast.county, recipient="province")
    assert list(Sending.objects.values_list("edition", flat=True)) == [1, 2]


def test_what_was_sent_as_the_first_edition_can_be_shown_again(act, cast, county_cases, send, client_of):
    send(TODAY)
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    report = act(services.approve, cast.leader, version=report.version)
    act(services.revise, cast.county)
    send(TODAY, APRIL, ZHAOJIADIAN)
    later = services.Texts("第二稿的进展", "问题", "无")
    report = act(services.ask_approval, cast.county, version=CountyReport.objects.get().version, texts=later)
    act(services.approve, cast.leader, version=report.version)
    client = client_of(cast.county)
    assert "?edition=1" in client.get(URL).content.decode()

    def paper(edition):
        answer = client.get(f"{URL}document/?edition={edition}")
        return docx.Document(io.BytesIO(b"".join(answer.streaming_content)))

    for edition, progress, sent in ((1, "进展", "没报"), (2, "第二稿的进展", "4月10日")):
        paragraphs = [p.text for p in paper(edition).paragraphs]
        assert progress in paragraphs
        assert "草稿" not in paragraphs
        rows = [[cell.text for cell in line.cells] for line in paper(edition).tables[0].rows]
        assert next(line for line in rows if line[0] == "赵家店镇")[1] == sent
    assert CountyReport.objects.get().edition == 2
    assert client.get(f"{URL}document/?edition=3").status_code == 404


def test_an_approved_report_keeps_its_figures(act, cast, county_cases, send, client_of):
    send(TODAY)
    report = act(services.ask_approval, cast.county, version=0, texts=TEXTS)
    act(services.approve, cast.leader, version=report.version)
    send(TODAY, APRIL, ZHAOJIADIAN)
    page = client_of(cast.county).get(URL)
    assert page.context["total"].figures["to_screen"] == 2


# --- The page and the paper ---


def test_the_page_goes_from_draft_to_sent(client_of, cast, county_cases, send):
    send(date(2020, 3, 13), MARCH)
    send(TODAY)
    office, leader = client_of(cast.county), client_of(cast.leader)
    page = office.get(URL).content.decode()
    assert "月报合计已排查 0 户；4月10日台账 1 户" in page
    words = {"progress": "进展", "problems": "问题", "support": ""}
    refused = office.post(URL, words | {"version": 0, "do": "ask"})
    assert refused.status_code == 422
    assert "没写" in refused.content.decode()
    assert office.post(URL, words | {"version": 0, "do": "ask", "support": "无"}).status_code == 302
    assert office.post(URL, {"do": "approve", "version": 1}).status_code == 403
    torn = leader.post(URL, {"do": "approve", "version": "1²"})
    assert (torn.status_code, "这一页不完整" in torn.content.decode()) == (422, True)
    assert leader.post(URL, {"do": "back", "remark": "写具体"}).status_code == 302
    assert "写具体" in office.get(URL).content.decode()
    version = CountyReport.objects.get().version
    office.post(URL, words | {"version": version, "do": "ask", "support": "无"})
    assert leader.post(URL, {"do": "approve", "version": version + 1}).status_code == 302
    assert office.post(URL, {"do": "sent", "recipient": "province"}).status_code == 302
    assert "4月10日第 1 稿" in office.get(URL).content.decode()
    assert office.post(URL, {"do": "sent", "recipient": "nobody"}).status_code == 422
    assert office.post(URL, {"do": "whatever"}).status_code == 400


def test_every_figure_of_a_township_opens_its_households(client_of, cast, county_cases, send):
    case = county_cases[0]
    case.state, case.outcome, case.verified_on, case.closed_on = "closed", "enrolled", TODAY, TODAY
    case.save()
    send(TODAY)
    client = client_of(cast.county)
    figures = next(one for one in client.get(URL).context["rows"] if one.code == SHIYANG).figures
    assert figures["enrolled"] == 1
    for key in ("to_screen", "screened", "eligible", "enrolled", "not_eligible", "annotated"):
        rows = client.get(f"/reports/2020-04/{SHIYANG}/cases/?figure={key}").context["rows"]
        assert len(rows) == figures[key]


def test_townships_and_units_find_no_county_report(client_of, cast):
    for who in (cast.officer, cast.head, cast.unit, cast.stranger):
        assert client_of(who).get(URL).status_code == 404
    assert client_of(cast.county).get("/reports/2020-05/county/").status_code == 404


def test_the_paper_holds_the_table_and_says_draft(client_of, cast, county_cases, send):
    send(TODAY)
    answer = client_of(cast.county).get(f"{URL}document/")
    paper = docx.Document(io.BytesIO(b"".join(answer.streaming_content)))
    assert [p.text for p in paper.paragraphs if p.style.name == official.DRAFT] == ["草稿"]
    rows = [[cell.text for cell in line.cells] for line in paper.tables[0].rows]
    assert next(line for line in rows if line[0] == "石羊镇")[2:4] == ["2", "0"]
    assert next(line for line in rows if line[0] == "赵家店镇")[1:4] == ["没报", "—", "—"]
    assert rows[-1][0] == "合计"


def test_the_command_without_a_region_writes_the_countys_report(county, tmp_path):
    out = tmp_path / "county.docx"
    call_command("make_report", str(out), month="2020-04", region=None)
    assert "大姚县2020年4月" in docx.Document(str(out)).paragraphs[1].text


def test_the_page_takes_a_constant_number_of_queries(
    client_of, cast, county_cases, django_assert_max_num_queries
):
    client = client_of(cast.county)
    with django_assert_max_num_queries(28):
        assert client.get(URL).status_code == 200


# --- Common problems and changes on the page ---

FAR = "外出务工户多，电话约不到人"
FAR_TOO = "外出务工人员多，约不到人"


def sent_from(send, cast, region, problems, month=APRIL):
    cast.head.postings.update_or_create(
        region_id=region, role="township_head", defaults={"first_day": TODAY.replace(day=1)}
    )
    return send(TODAY, month, region, problems)


def page_of(client, **query):
    return client.get(URL, query).content.decode()


def test_like_problems_stand_together_and_the_office_splits_and_joins_them(
    client_of, cast, county_cases, send
):
    sent_from(send, cast, SHIYANG, f"{FAR}\n缺协理员")
    sent_from(send, cast, ZHAOJIADIAN, FAR_TOO)
    office = client_of(cast.county)
    page = page_of(office)
    assert "问题归成 2 类" in page
    assert "3 条，来自 2 个乡镇" in page
    keys = {p.text: p.key for g in grouped_now(cast) for p in g.problems}
    assert set(keys) == {FAR, FAR_TOO, "缺协理员"}
    form = {"version": 0, "progress": "进展", "support": "无", "problems": drafted(cast), "do": "group"}
    apart = {f"group-{keys[FAR]}": "1", f"group-{keys[FAR_TOO]}": "new", f"group-{keys['缺协理员']}": "2"}
    assert office.post(URL, form | apart).status_code == 302
    assert "问题归成 3 类" in page_of(office)
    assert CountyReport.objects.get().progress == "进展"
    one = dict.fromkeys((f"group-{key}" for key in keys.values()), "1")
    office.post(URL, form | one | {"version": 1, "problems": drafted(cast)})
    assert "问题归成 1 类" in page_of(office)
    assert len(drafted(cast).splitlines()) == 1
    office.post(URL, form | {"version": 2, "do": "ungroup", "problems": drafted(cast)})
    assert "问题归成 2 类" in page_of(office)


def grouped_now(cast):
    return page_object(cast).groups


def drafted(cast):
    return page_object(cast).problems


def page_object(cast):
    return county_page.find(cast.county.scope(), plans.current(), APRIL, TODAY)


def test_a_part_that_was_edited_does_not_follow_the_groups(act, cast, send, county_cases):
    sent_from(send, cast, SHIYANG, "缺协理员")
    report = act(services.arrange, cast.county, version=0, texts=TEXTS, chosen={})
    assert report.problems == TEXTS.problems


def test_a_group_that_is_none_is_refused_and_nothing_is_kept(client_of, cast, send, county_cases):
    sent_from(send, cast, SHIYANG, "缺协理员")
    (group,) = grouped_now(cast)
    form = {"version": 0, "progress": "进展", "do": "group", f"group-{group.problems[0].key}": "x"}
    assert client_of(cast.county).post(URL, form).status_code == 422
    assert not CountyReport.objects.exists()


def test_only_the_office_groups(act, cast):
    for who in (cast.leader, cast.head):
        with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
            act(services.arrange, who, version=0, texts=TEXTS, chosen={})


def test_changes_since_last_month_are_drawn_and_stand_in_a_table(client_of, cast, county_cases, send):
    sent_from(send, cast, SHIYANG, "无", MARCH)
    county_cases[0].state, county_cases[0].verified_on = CaseState.TO_ENROL, TODAY
    county_cases[0].save()
    sent_from(send, cast, SHIYANG, "无")
    page = page_of(client_of(cast.leader))
    assert page.count('<svg class="changes"') == 3
    assert page.count('class="before"') == 3
    table = page[page.index("同样的数") :]
    assert '<td class="r bl">0</td><td class="r">50</td><td class="r">+50</td>' in table


def test_without_a_report_of_the_month_before_nothing_is_drawn(client_of, cast, county_cases, send):
    sent_from(send, cast, SHIYANG, "无")
    assert '<svg class="changes"' not in page_of(client_of(cast.leader))
