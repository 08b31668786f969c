"""Pages of findings: figures equal their lists, filters, who is offered what, the official columns (C21)."""

from datetime import date
from io import BytesIO

import pytest
from django.http import QueryDict
from openpyxl import load_workbook
from PIL import Image

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, GUIHUA, LIUSHUTANG, SHIYANG
from supervision.choices import FindingKind, FindingState, Move
from supervision.models import Finding, FindingEvidence
from supervision.pages import findings as pages
from supervision.queries.finding_list import TABS, FindingFilters
from supervision.tests.findings_cast import DUE, NEW_LIMIT, OPENED, TODAY, paper


@pytest.fixture
def several(desk):
    """One in each state, one late, one in another township, one reopened."""
    found = {state: desk.at(state) for state in FindingState.values}
    found["late"] = desk.open(due_on=OPENED, kind=FindingKind.BEHIND)
    found["elsewhere"] = desk.open("county", township_code=GUIHUA, kind=FindingKind.MISSED)
    found["reopened"] = desk.take(desk.at("closed"), Move.REOPEN)
    return found


def register(user, county, address=""):
    filters = FindingFilters.from_query(QueryDict(address))
    return pages.register(user.scope(), county.plan, filters, TODAY, None)


@pytest.mark.parametrize("who", ["officer", "unit", "leader", "county"])
def test_every_figure_of_the_heading_counts_the_list_that_it_opens(several, desk, county, who):
    page = register(desk.people[who], county)
    counts, urls = page["counts"], page["urls"]
    figures = {
        "open": counts.open,
        "in": counts.in_time,
        "late": counts.late,
        "closed": counts.closed,
        "reopened": counts.reopened,
        "mine": counts.mine,
    }
    assert counts.open == counts.in_time + counts.late
    assert counts.late == counts.reopened == 1
    for name, figure in figures.items():
        assert register(desk.people[who], county, urls[name].partition("?")[2])["total"] == figure, name


def test_the_tabs_share_out_what_is_not_closed_and_open_what_they_count(several, desk, county):
    page = register(desk.people["leader"], county)
    tabs = {tab["label"]: tab for tab in page["tabs"]}
    parts = [TABS[key][0] for key in ("to_fix", "fixing", "contested", "replied", "accepted")]
    assert tabs["全部未销"]["count"] == sum(tabs[label]["count"] for label in parts)
    for tab in page["tabs"]:
        opened = register(desk.people["leader"], county, tab["url"].partition("?")[2])
        assert opened["total"] == tab["count"], tab["label"]
    for kind in page["kinds"]:
        opened = register(desk.people["leader"], county, kind["url"].partition("?")[2])
        assert opened["total"] == kind["count"], kind["label"]


def test_the_late_ones_come_first_and_ended_ones_last(several, desk, county):
    rows = register(desk.people["leader"], county, "tab=all")["page"].object_list
    assert rows[0].finding == several["late"]
    assert {row.finding.state for row in rows[-2:]} == {"closed", "withdrawn"}


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"region={GUIHUA}", {"elsewhere"}),
        ("kind=behind", {"late"}),
        ("due=late", {"late"}),
        ("reopened=1", {"reopened"}),
        ("tab=closed", {"closed"}),
        ("tab=contested", {"contested", "weighed"}),
        ("kind=rude&due=never&unit=nobody&tab=x&kind=behind", {"late"}),
    ],
)
def test_filters_narrow_the_list_and_unknown_ones_are_dropped(several, desk, county, address, found):
    rows = register(desk.people["leader"], county, address)["page"].object_list
    assert {row.finding.pk for row in rows} == {several[name].pk for name in found}


def test_the_heading_says_filters_and_day(several, desk, client_of):
    page = client_of(desk.people["leader"]).get("/findings/", {"region": SHIYANG, "due": "late"})
    assert "石羊镇、逾期，截至 4月10日" in page.content.decode()


def test_a_search_comes_by_post_and_finds_head_words_and_responsible(desk, client_of, make_household):
    household = make_household(LIUSHUTANG, ("普有福", "ordinary"))
    desk.open(household_id=household.pk, text="独居老人没有列入特困")
    desk.open(responsible="鲁建华", text="四户缺收入依据")
    client = client_of(desk.people["leader"])
    for said, sees, other in (("普有福", "独居老人", "四户缺"), ("鲁建华", "四户缺", "独居老人")):
        page = client.post("/findings/", {"said": said}).content.decode()
        assert sees in page
        assert other not in page
    assert "没有符合条件的问题" in client.post("/findings/", {"said": "没有这回事"}).content.decode()
    searches = AuditEvent.objects.filter(action="case.search").order_by("pk")
    assert [event.data["found"] for event in searches] == [1, 1, 0]
    assert "普有福" not in str([event.data for event in searches])


# --- One finding ---


@pytest.mark.parametrize(
    ("state", "who", "offered"),
    [
        ("to_fix", "officer", ["回复整改", "报进展", "提出异议"]),
        ("to_fix", "unit", ["延期", "催办"]),
        ("contested", "unit", ["复核异议"]),
        ("weighed", "leader", ["异议不成立", "异议成立，撤销"]),
        ("replied", "unit", ["复查不通过", "复查通过，提请销号"]),
        ("accepted", "leader", ["不予销号", "销号"]),
        ("accepted", "unit", []),
        ("closed", "leader", ["重新打开"]),
        ("withdrawn", "leader", []),
    ],
)
def test_the_page_offers_exactly_what_the_viewer_may_do(desk, client_of, state, who, offered):
    finding = desk.at(state)
    page = client_of(desk.people[who]).get(f"/findings/{finding.pk}/").content.decode()
    for move in Move:
        there = f"<summary>{move.label}</summary>" in page
        assert there == (move.label in offered), move.label


def test_the_page_says_where_it_is_how_long_and_every_turn(desk, client_of):
    finding = desk.take(desk.at("closed"), Move.REOPEN)
    page = client_of(desk.people["officer"]).get(f"/findings/{finding.pk}/").content.decode()
    for words in (
        "督改〔2020〕1号",
        "石羊镇",
        "限4月20日",
        "重新打开",
        "从发现到今天 4 天",
        "停发单.pdf",
        "1 次，编号不变",
    ):
        assert words in page


def test_a_refused_move_keeps_what_was_typed(desk, client_of):
    finding = desk.open()
    client = client_of(desk.people["officer"])
    answer = client.post(
        f"/findings/{finding.pk}/reply/", {"reply-text": "已停发并追回", "reply-version": finding.version}
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "已停发并追回" in page
    assert "回复整改要有依据" in page


def test_a_move_made_meanwhile_is_said(desk, client_of):
    finding = desk.open()
    desk.take(finding, Move.REPLY)
    answer = client_of(desk.people["officer"]).post(
        f"/findings/{finding.pk}/contest/",
        {"contest-text": "户口已迁出本镇", "contest-version": finding.version},
    )
    assert answer.status_code == 422
    assert "有人动过" in answer.content.decode()


def test_an_address_of_no_move_is_missing(desk, client_of):
    finding = desk.open()
    client = client_of(desk.people["leader"])
    for move in ("open", "dance"):
        assert client.post(f"/findings/{finding.pk}/{move}/").status_code == 404


def test_a_finding_of_a_household_is_opened_from_its_page(desk, client_of, make_case):
    case = make_case()
    client = client_of(desk.people["unit"])
    link = f"/findings/new/?household={case.household_id}"
    assert link in client.get(f"/cases/{case.pk}/").content.decode()
    assert link not in client_of(desk.people["officer"]).get(f"/cases/{case.pk}/").content.decode()
    values = {
        "kind": "missed",
        "place": LIUSHUTANG,
        "source": "inspection",
        "text": "独居，没有列入特困",
        "found_on": "2020-04-10",
        "due_on": "2020-04-17",
    }
    client.post(link, values)
    finding = Finding.objects.get()
    assert (finding.household_id, finding.region_id) == (case.household_id, LIUSHUTANG)


def test_a_household_of_others_is_missing(desk, client_of, make_household):
    other = make_household("532326108001")
    assert client_of(desk.people["unit"]).get("/findings/new/", {"household": other.pk}).status_code == 404


# --- Evidence and the spreadsheet ---


def test_a_photo_is_stored_without_what_the_camera_wrote(desk, stored, tmp_path):
    exif = Image.Exif()
    exif[0x010F] = "SomePhone"
    target = BytesIO()
    Image.new("RGB", (300, 200)).save(target, "JPEG", exif=exif)
    file = paper("老屋.png")
    file.name, file.file, file.size = "老屋.jpg", target, len(target.getvalue())
    desk.take(desk.open(), Move.REPLY, files=[file])
    (name,) = stored.names()
    assert name.endswith(".jpg")
    assert b"SomePhone" not in next(tmp_path.rglob(name)).read_bytes()


def test_a_file_is_handed_out_as_a_download(desk, client_of):
    finding = desk.at("replied")
    row = FindingEvidence.objects.get()
    answer = client_of(desk.people["unit"]).get(f"/findings/{finding.pk}/files/{row.pk}/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 invented"
    other = desk.open()
    assert client_of(desk.people["unit"]).get(f"/findings/{other.pk}/files/{row.pk}/").status_code == 404


def test_the_spreadsheet_has_the_official_columns_and_what_the_page_lists(desk, client_of):
    desk.open(village_code=CHAHE, responsible_unit="社会事务办", responsible="鲁建华", source_note="暗访")
    desk.at("closed")
    answer = client_of(desk.people["leader"]).post("/findings/export/", {"tab": "all"})
    sheet = load_workbook(BytesIO(answer.content)).active
    heads = [cell.value for cell in sheet[1]]
    assert (
        heads
        == (
            "序号 问题（表述） 问题类别 发现来源 乡镇 村 责任单位 责任人 整改措施 整改时限 整改进展/完成情况 "
            "完成时间 验收人 是否销号 销号时间 备注"
        ).split()
    )
    first, second = ([cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=3))
    assert first[2:8] == ["错保", "督战（暗访）", "石羊镇", "岔河", "社会事务办", "鲁建华"]
    assert first[9].date() == DUE
    assert first[13:15] == ["否", None]
    assert second[11:14] == [second[14], "罗国伟", "是"]
    assert second[14].date() == date(2020, 4, 10)
    event = AuditEvent.objects.get(action="finding.export")
    assert (event.data["rows"], event.data["filters"]) == (2, "tab=all")


# --- The homes and the bar ---


@pytest.mark.parametrize(
    ("state", "who", "words"),
    [
        ("fixing", "officer", "要整改 1 条"),
        ("replied", "unit", "等你复查 1 条"),
        ("weighed", "leader", "等你定 1 条"),
    ],
)
def test_the_home_says_what_waits_and_the_bar_counts_it(desk, client_of, state, who, words):
    desk.at(state)
    page = client_of(desk.people[who]).get("/").content.decode()
    assert words in page
    assert "mine=1" in page


def test_where_nobody_is_posted_as_unit_the_county_office_checks(desk, county):
    finding = desk.open("county", township_code=GUIHUA)
    stranger = desk.people["stranger"]
    desk.take(finding, Move.REPLY, "stranger")
    waits = pages.waiting_findings(desk.scope("county"), county.plan, TODAY)
    assert waits.words == "等你复查 1 条"
    assert pages.waiting_findings(stranger.scope(), county.plan, TODAY).number == 0
    assert pages.waiting_findings(desk.scope("leader"), county.plan, TODAY).number == 0


def test_a_new_limit_is_shown_with_who_set_it(desk, client_of):
    finding = desk.take(desk.open(), Move.EXTEND)
    page = client_of(desk.people["officer"]).get(f"/findings/{finding.pk}/").content.decode()
    assert f"{NEW_LIMIT.year}年4月20日，罗国伟定" in page
