"""Bulletins: drafted from the board, edits kept over a new draft, approved, issued, read (C19)."""

from datetime import date
from io import BytesIO

import docx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from dabao.models import Notice, NoticeKind, Posting, Region
from dabao.scope import Role
from dabao.tests.cast import DAMAIDI, SHIYANG, TODAY
from supervision.drafting import PARTS
from supervision.models import Bulletin, BulletinState
from supervision.queries import bulletins as queries
from supervision.queries.waiting import waiting
from supervision.rules.merging import Piece, Span, marked, merged
from supervision.services import bulletins
from supervision.services.bulletins import Words

OLD = "截至4月10日，已查1,265户。\n湾碧乡滞后42户；铁锁乡滞后21户。"
NEW = "截至4月11日，已查1,301户。\n湾碧乡滞后38户；铁锁乡滞后25户。"


# --- Merging ---


@pytest.mark.parametrize(
    ("mine", "expected"),
    [
        (OLD, NEW),
        (OLD + "责令重查。", NEW + "责令重查。"),
        ("请注意：" + OLD, "请注意：" + NEW),
        (
            OLD.replace("已查1,265户。", "已查1,265户，进度太慢。"),
            NEW.replace("已查1,301户。", "已查1,301户，进度太慢。"),
        ),
        (OLD.replace("42户", "四十多户"), NEW.replace("38户", "四十多户")),
        (OLD.replace("湾碧乡滞后42户；", ""), NEW.replace("湾碧乡滞后38户；", "")),
        ("全部由我重写", "全部由我重写"),
        ("", ""),
    ],
)
def test_what_people_wrote_survives_and_the_figures_follow(mine, expected):
    assert merged(OLD, mine, NEW) == expected


def test_a_township_that_the_new_draft_adds_comes_in():
    new = "截至4月11日，已查1,301户。\n湾碧乡滞后38户；铁锁乡滞后25户；三台乡滞后4户。"
    assert "三台乡" in merged(OLD, OLD + "责令重查。", new)
    assert "责令重查" in merged(OLD, OLD + "责令重查。", new)


def test_a_rewritten_sentence_stays_when_the_draft_says_something_else():
    new = "截至4月11日，全部查完。\n湾碧乡滞后38户；铁锁乡滞后25户。"
    mine = OLD.replace("已查1,265户。", "已查1,265户，加油。")
    assert "已查1,265户，加油。" in merged(OLD, mine, new)
    assert "湾碧乡滞后38户" in merged(OLD, mine, new)


def test_merging_twice_with_the_same_draft_changes_nothing():
    mine = OLD + "责令重查。"
    once = merged(OLD, mine, NEW)
    assert merged(NEW, once, NEW) == once


def test_edited_words_are_marked_and_figures_keep_their_link():
    link = (SHIYANG, 1, "left")
    drafted = [Piece("还剩"), Piece("37", link), Piece("户。")]
    assert marked(drafted, "还剩37户，责令重查。") == [
        Span("还剩"),
        Span("37", link=link),
        Span("户"),
        Span("，责令重查", edited=True),
        Span("。"),
    ]


def test_a_figure_that_somebody_changed_has_no_link_any_more():
    drafted = [Piece("还剩"), Piece("37", (SHIYANG, 1, "left")), Piece("户。")]
    assert [span for span in marked(drafted, "还剩40户。") if span.link] == []


# --- From the draft to everybody's desk ---


@pytest.fixture
def writes(county):
    """Call a service on a bulletin as it stands now, with its words if it takes some."""

    def write(service, user, bulletin, *, texts=None, **values):
        row = Bulletin.objects.get(pk=bulletin.pk)
        if service in (bulletins.save, bulletins.redraft, bulletins.ask_approval):
            values["words"] = Words(row.texts | (texts or {}), row.addressee, row.copies)
        if service in (bulletins.redraft, bulletins.approve, bulletins.issue):
            values.setdefault("day", TODAY)
        common = {"scope": user.scope(), "plan": county.plan, "actor": user, "version": row.version}
        return service(**common, bulletin_id=row.pk, **values)

    return write


@pytest.fixture
def drafted(county, cast, make_case, make_household):
    make_case()
    make_case(make_household(DAMAIDI))
    return bulletins.draft(scope=cast.county.scope(), plan=county.plan, actor=cast.county, day=TODAY)


@pytest.fixture
def approved(cast, drafted, writes):
    writes(bulletins.ask_approval, cast.county, drafted)
    return writes(bulletins.approve, cast.leader, drafted)


def test_the_draft_says_what_the_board_says(drafted):
    assert drafted.texts["opening"].startswith("截至4月10日，全县第一阶段应排查2户，已排查0户，占0%")
    assert "石羊镇还剩1户，滞后1户" in drafted.texts["progress"]
    assert set(drafted.texts) == {key for key, _ in PARTS}
    assert [line[0] for line in drafted.table] == ["石羊镇", "赵家店镇", "桂花镇", "大姚县"]
    assert drafted.table[0][1:3] == ["1", "0"]


def test_each_figure_of_the_sheet_opens_as_many_households(cast, drafted, client_of):
    client = client_of(cast.county)
    page = client.get(f"/bulletins/{drafted.pk}/")
    runs = [run for part in page.context["parts"] for run in part.runs if run.url]
    assert len(runs) >= 5
    for run in runs:
        assert f"{run.text} 户" in client.get(run.url).content.decode(), run


def test_edits_survive_a_new_draft_on_another_day(cast, drafted, writes):
    text = drafted.texts["problems"] + "责令重查。"
    day = date(2020, 4, 12)
    after = writes(bulletins.redraft, cast.county, drafted, texts={"problems": text}, day=day)
    assert after.texts["problems"].endswith("责令重查。")
    assert after.texts["opening"].startswith("截至4月12日")
    assert after.day == day


def test_there_is_one_in_work_at_a_time(county, cast, drafted):
    with pytest.raises(ValidationError, match="还有一期没发出"):
        bulletins.draft(scope=cast.leader.scope(), plan=county.plan, actor=cast.leader, day=TODAY)


def test_people_of_another_county_are_not_told(county, cast, approved, writes):
    parent = None
    for code, level in (("532327", "county"), ("532327100", "township")):
        parent = Region.objects.create(
            code=code, name="永仁", official_name="永仁", level=level, parent=parent
        )
    Posting.objects.create(user=cast.idle, role=Role.TOWNSHIP_STAFF, region=parent, first_day=TODAY)
    writes(bulletins.issue, cast.county, approved)
    assert Notice.objects.filter(kind=NoticeKind.BULLETIN).exists()
    assert not Notice.objects.filter(kind=NoticeKind.BULLETIN, user=cast.idle).exists()


def test_an_issue_gets_its_number_and_everybody_is_told(county, cast, approved, writes, client_of):
    issued = writes(bulletins.issue, cast.county, approved)
    assert (issued.number, issued.state, issued.issued_on) == (1, BulletinState.ISSUED, TODAY)
    told = Notice.objects.filter(kind=NoticeKind.BULLETIN)
    assert {notice.user.name for notice in told} == {"鲁建华", "周丽萍", "李云飞", "罗生文"}
    assert client_of(cast.officer).get(f"/bulletins/{issued.pk}/").status_code == 200
    own = Notice.objects.get(user=cast.officer, kind=NoticeKind.BULLETIN)
    assert (own.cleared_on, told.filter(cleared_on=None).count()) == (TODAY, 3)


@pytest.mark.parametrize("who", ["officer", "head", "unit", "stranger"])
def test_nobody_but_the_county_sees_it_before_it_is_issued(cast, approved, client_of, who):
    client = client_of(getattr(cast, who))
    assert client.get(f"/bulletins/{approved.pk}/").status_code == 404
    assert client.get(f"/bulletins/{approved.pk}/document/").status_code == 404
    assert "还没有发出的督战通报" in client.get("/bulletins/").content.decode()


def test_the_county_office_does_not_approve(cast, drafted, writes):
    writes(bulletins.ask_approval, cast.county, drafted)
    assert waiting(cast.leader.scope())["bulletins"] == 1
    with pytest.raises(PermissionDenied):
        writes(bulletins.approve, cast.county, drafted)


def test_what_no_leader_approved_is_not_issued(cast, drafted, writes):
    for _ in range(2):
        with pytest.raises(ValidationError, match="不能这样办"):
            writes(bulletins.issue, cast.county, drafted)
        writes(bulletins.ask_approval, cast.county, drafted)


def test_an_approved_one_keeps_its_words(cast, approved, writes):
    with pytest.raises(ValidationError, match="不能这样办"):
        writes(bulletins.save, cast.county, approved, texts={"opening": "改一改"})


def test_a_change_takes_what_waits_back_to_the_draft_but_a_leaders_does_not(cast, drafted, writes):
    writes(bulletins.ask_approval, cast.county, drafted)
    assert writes(bulletins.save, cast.leader, drafted).state == BulletinState.TO_APPROVE
    assert writes(bulletins.save, cast.county, drafted).state == BulletinState.DRAFT


def test_a_leader_gives_it_back_with_a_reason(cast, approved, writes):
    with pytest.raises(ValidationError, match="退回的原因"):
        writes(bulletins.send_back, cast.leader, approved, remark=" ")
    back = writes(bulletins.send_back, cast.leader, approved, remark="湾碧写具体")
    assert (back.state, back.remark, back.approved_on) == (BulletinState.DRAFT, "湾碧写具体", None)


def test_no_part_may_be_empty(cast, drafted, writes):
    with pytest.raises(ValidationError) as refused:
        writes(bulletins.ask_approval, cast.county, drafted, texts={"county": " "})
    assert "county" in refused.value.message_dict


def test_what_the_ledger_has_left_behind_is_neither_sent_nor_approved(
    cast, drafted, writes, make_case, make_household, client_of
):
    make_case(make_household(DAMAIDI))
    with pytest.raises(ValidationError, match="赵家店镇应办 1 → 2，赵家店镇还剩 1 → 2，大姚县应办 2 → 3"):
        writes(bulletins.ask_approval, cast.county, drafted)
    writes(bulletins.redraft, cast.county, drafted)
    writes(bulletins.ask_approval, cast.county, drafted)
    make_case(make_household(DAMAIDI))
    client, url = client_of(cast.leader), f"/bulletins/{drafted.pk}/"
    version = Bulletin.objects.get(pk=drafted.pk).version
    refused = client.post(url, {"do": "approve", "version": version}, follow=True).content.decode()
    assert "赵家店镇应办 2 → 3" in refused
    assert 'value="redraft"' in refused
    assert writes(bulletins.redraft, cast.leader, drafted).state == BulletinState.TO_APPROVE
    assert writes(bulletins.approve, cast.leader, drafted).table[1][1] == "3"


def test_a_leader_has_no_buttons_on_the_draft_of_another(cast, drafted, writes, client_of):
    url, buttons = f"/bulletins/{drafted.pk}/", ('value="redraft"', 'value="discard"', 'value="save"')
    for who, seen in ((cast.leader, False), (cast.county, True)):
        page = client_of(who).get(url).content.decode()
        assert [button in page for button in buttons] == [seen] * 3
    for service in (bulletins.save, bulletins.redraft, bulletins.discard):
        with pytest.raises(ValidationError, match="草稿由起草的人改"):
            writes(service, cast.leader, drafted)


def test_the_list_says_how_many_are_issued_and_how_many_are_not(cast, approved, writes, client_of):
    assert "督战通报 0 期，另 1 期没发" in client_of(cast.county).get("/bulletins/").content.decode()
    writes(bulletins.issue, cast.county, approved)
    page = client_of(cast.county).get("/bulletins/").content.decode()
    assert "督战通报 1 期</h1>" in page
    assert "4月10日已发" in page


def test_a_figure_of_an_earlier_day_is_held_against_that_day(cast, drafted, writes, make_case, settings):
    settings.DABAO_TODAY = "2020-04-11"
    make_case(opened_on=date(2020, 4, 11))
    assert writes(bulletins.ask_approval, cast.county, drafted).state == BulletinState.TO_APPROVE


def test_numbers_have_no_gaps_over_a_draft_that_was_thrown_away(county, cast, approved, writes):
    writes(bulletins.issue, cast.county, approved)
    common = {"scope": cast.county.scope(), "plan": county.plan, "actor": cast.county}
    gone = bulletins.draft(**common, day=TODAY)
    writes(bulletins.discard, cast.county, gone)
    second = bulletins.draft(**common, day=TODAY)
    writes(bulletins.ask_approval, cast.county, second)
    writes(bulletins.approve, cast.leader, second)
    assert writes(bulletins.issue, cast.county, second).number == 2
    assert [b.number for b in queries.visible(cast.officer.scope(), county.plan)] == [2, 1]


def test_the_paper_has_the_words_and_the_table(cast, approved, writes, client_of):
    url = f"/bulletins/{approved.pk}/document/"

    def paper():
        return docx.Document(BytesIO(b"".join(client_of(cast.county).get(url).streaming_content)))

    assert paper().paragraphs[0].text == "草稿"
    writes(bulletins.issue, cast.county, approved)
    sheet = paper()
    text = "\n".join(paragraph.text for paragraph in sheet.paragraphs)
    assert "（2020年第1期）" in text
    assert "石羊镇还剩1户" in text
    assert "草稿" not in text
    assert [cell.text for cell in sheet.tables[0].rows[1].cells][:3] == ["石羊镇", "1", "0"]


def test_the_page_leads_from_the_draft_to_the_issue(cast, make_case, client_of):
    make_case()
    office, leader = client_of(cast.county), client_of(cast.leader)
    url = office.post("/bulletins/").headers["Location"]
    bulletin = Bulletin.objects.get()

    def button(client, do):
        row = Bulletin.objects.get()
        words = row.texts | {"addressee": row.addressee, "version": row.version, "do": do}
        return client.post(url, words, follow=True).content.decode()

    bulletin.refresh_from_db()
    assert "已送局领导批" in button(office, "ask")
    assert "批准这一期" in leader.get(url).content.decode()
    assert "已批准" in button(leader, "approve")
    assert "已发出" in button(office, "issue")
    assert Bulletin.objects.get().number == 1


def test_what_waits_for_a_leader_is_on_his_home_and_a_draft_on_the_offices(cast, drafted, writes, client_of):
    url = f"/bulletins/{drafted.pk}/"
    assert "没发的督战通报" in client_of(cast.county).get("/").content.decode()
    assert url not in client_of(cast.leader).get("/").content.decode()
    writes(bulletins.ask_approval, cast.county, drafted)
    page = client_of(cast.leader).get("/").content.decode()
    assert f'督战通报2020年第1期等你批</b>。</span><a class="btn" href="{url}">去批</a>' in page
