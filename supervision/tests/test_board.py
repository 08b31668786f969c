"""The board: who sees which rows, what the cells say, where the figures lead (C19, C27)."""

from datetime import date
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dabao.models import Flag, FlagKind, Unit, UnitMember
from dabao.tests.cast import COUNTY, DAMAIDI, FIRST_DAY, GUIHUA, LIUSHUTANG, SHIYANG, TODAY, ZHAOJIADIAN
from reports.models import MonthlyReport, ReportState
from reports.services.flags import raise_others
from screening.choices import CaseOutcome, CaseState
from screening.models import BenefitRecord, CaseEvent
from screening.queries.desk_work import Share
from supervision.board import build
from supervision.links import flag_url
from supervision.models import Assignment, Group

MISSING = {
    "kind": FlagKind.REPORT_MISSING,
    "region_id": GUIHUA,
    "subject": "report:2020-03",
    "label": "3月月报缺报",
    "due_on": date(2020, 3, 15),
    "raised_on": date(2020, 3, 16),
    "noticed_on": date(2020, 3, 16),
}


@pytest.fixture
def supervised(county, cast):
    """黎兆梅 leads the groups of 赵家店镇 and 石羊镇, in that order; 桂花镇 has no unit."""
    group = Group.objects.create(
        plan=county.plan, order=4, leader_name="黎兆梅", leader_post="副局长", leader=cast.leader
    )
    for order, (name, township, user) in enumerate(
        [("救助管理站", ZHAOJIADIAN, cast.unit), ("社会救助股", SHIYANG, None)], 1
    ):
        unit = Unit.objects.create(region_id=COUNTY, name=name, order=order)
        UnitMember.objects.create(unit=unit, name="何勇", phone="6222131", user=user, first_day=FIRST_DAY)
        UnitMember.objects.create(unit=unit, name="已调离", first_day=FIRST_DAY, last_day=date(2020, 4, 1))
        Assignment.objects.create(
            group=group, unit=unit, township_id=township, order=order, first_day=FIRST_DAY
        )
    return group


def names(board):
    return [[row.name for row in team.rows] for team in board.teams]


def test_rows_stand_in_the_order_of_the_assignment_table_and_the_unsupervised_last(supervised, county, cast):
    board = build(cast.leader.scope(), county.plan, TODAY)
    assert names(board) == [["赵家店镇", "石羊镇"], ["桂花镇"]]
    assert board.teams[1].leader == "没有带队领导"


def test_the_supervising_unit_sees_its_township_and_no_other(supervised, county, cast):
    board = build(cast.unit.scope(), county.plan, TODAY)
    assert names(board) == [["赵家店镇"]]
    assert (board.whole, board.debts, [row.code for row in board.mine]) == (False, None, [ZHAOJIADIAN])


def test_the_township_head_sees_the_own_row(supervised, county, cast, client_of):
    page = client_of(cast.head).get("/board/").content.decode()
    assert "石羊镇" in page
    assert "赵家店镇" not in page


@pytest.mark.parametrize("who", ["officer", "assistant", "admin", "auditor", "idle"])
def test_the_board_is_refused_to_who_has_no_board(cast, client_of, who):
    assert client_of(getattr(cast, who)).get("/board/").status_code == 403


def test_slow_townships_are_named_slowest_first(county, cast, make_case, make_household):
    for place, number in ((LIUSHUTANG, 4), (DAMAIDI, 9)):
        for _ in range(number):
            make_case(make_household(place))
    board = build(cast.leader.scope(), county.plan, TODAY)
    assert [(row.name, row.main.work.lag, row.main.status.text) for row in board.slow] == [
        ("赵家店镇", 8, "滞后 8 户"),
        ("石羊镇", 3, "滞后 3 户"),
    ]


def test_on_the_last_day_a_township_lags_and_on_the_next_it_is_overdue(county, cast, make_case, settings):
    make_case()
    kinds = []
    for day in (date(2020, 4, 15), date(2020, 4, 16)):
        settings.DABAO_TODAY = day.isoformat()
        board = build(cast.leader.scope(), county.plan, day)
        row = next(row for row in board.rows if row.code == SHIYANG)
        kinds.append(row.cells[0].status.kind)
    assert kinds == ["lag", "over"]


def test_the_phase_of_the_day_stands_in_full(county, cast, settings):
    found = []
    for day in ("2020-03-01", "2020-04-15", "2020-04-16", "2021-01-05"):
        settings.DABAO_TODAY = day
        found.append(build(cast.leader.scope(), county.plan, date.fromisoformat(day)).phase.number)
    assert found == [1, 1, 2, 4]


def test_figures_beside_the_phases_count_what_they_say(county, cast, make_case, make_household):
    make_case(make_household(), state=CaseState.TO_RECHECK, verified_on=TODAY)
    make_case(make_household(), state=CaseState.TO_ENROL, verified_on=TODAY)
    done = {"state": CaseState.CLOSED, "outcome": CaseOutcome.ENROLLED, "closed_on": TODAY}
    make_case(make_household(DAMAIDI), verified_on=TODAY, **done)
    board = build(cast.leader.scope(), county.plan, TODAY)
    row = next(row for row in board.rows if row.code == SHIYANG)
    assert [cell.share for cell in row.shares] == [Share(0, 1), Share(0, 1)]
    assert [cell.share for cell in board.sums.shares] == [Share(1, 2), Share(0, 1)]


def test_what_the_county_owes_a_township_stands_in_its_row(county, cast, owed_answers):
    board = build(cast.leader.scope(), county.plan, TODAY)
    assert [(row.name, row.answers.count) for row in board.rows if row.answers.count] == [("石羊镇", 2)]
    assert board.sums.answers.count == 2
    before = build(cast.leader.scope(), county.plan, date(2020, 3, 25))
    assert before.sums.answers.count == 0


def test_a_missing_report_stands_before_the_one_of_the_month(county, cast):
    MonthlyReport.objects.create(
        plan=county.plan, region_id=GUIHUA, month=date(2020, 4, 1), state="submitted", submitted_on=TODAY
    )
    Flag.objects.create(**MISSING)
    board = build(cast.leader.scope(), county.plan, TODAY)
    row = next(row for row in board.rows if row.code == GUIHUA)
    assert (row.missing.text, row.report.text, board.reports_in) == ("3月缺报 26 天", "4月10日已报", 1)


def test_the_report_of_the_month_is_shown_as_it_stands(county, cast):
    def state():
        board = build(cast.leader.scope(), county.plan, TODAY)
        return next(row for row in board.rows if row.code == SHIYANG).report.text

    assert state() == "未报"
    report = MonthlyReport.objects.create(plan=county.plan, region_id=SHIYANG, month=date(2020, 4, 1))
    assert state() == "草稿"
    report.state, report.submitted_on = ReportState.SUBMITTED, date(2020, 4, 8)
    report.save()
    assert state() == "4月8日已报"


def test_red_flags_say_how_long_and_cleared_ones_are_gone(county, cast):
    flag = Flag.objects.create(**MISSING)
    board = build(cast.leader.scope(), county.plan, TODAY)
    assert [(group.names, group.text) for group in board.flags] == [("桂花", "3月缺报 26 天")]
    flag.cleared_on = TODAY
    flag.save()
    assert build(cast.leader.scope(), county.plan, TODAY).flags == []


def test_unit_names_open_their_members_of_today(supervised, cast, client_of):
    page = client_of(cast.leader).get("/board/").content.decode()
    assert "6222131" in page
    assert "已调离" not in page


def test_the_trend_ends_at_what_is_done_now(county, cast, make_case, make_household):
    for day in (date(2020, 3, 20), date(2020, 4, 9), TODAY):
        make_case(make_household(), state=CaseState.TO_ENROL, verified_on=day)
    trend = build(cast.leader.scope(), county.plan, TODAY).trend
    assert (trend[0], trend[17], trend[18], trend[-2], trend[-1]) == (
        (0, 0),
        (17, 0),
        (18, 1),
        (37, 1),
        (38, 3),
    )


def test_the_number_of_queries_does_not_grow(supervised, cast, client_of, make_case, make_household):
    client = client_of(cast.leader)

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get("/board/").status_code == 200
        return len(found)

    make_case(make_household())
    queries()
    few = queries()
    for number in range(20):
        make_case(make_household((LIUSHUTANG, DAMAIDI)[number % 2]))
    assert queries() == few


def test_what_many_are_late_with_is_said_once(county, cast):
    for code in (SHIYANG, ZHAOJIADIAN, GUIHUA):
        for month in (3, 4) if code == GUIHUA else (3,):
            Flag.objects.create(
                kind=FlagKind.MEETING_MISSING,
                region_id=code,
                subject=f"meeting:2020-0{month}",
                label="缺分析会",
                due_on=date(2020, month, 1),
                raised_on=date(2020, month, 2),
                noticed_on=date(2020, month, 2),
            )
    board = build(cast.leader.scope(), county.plan, TODAY)
    assert [(group.names, group.text) for group in board.flags] == [
        ("桂花", "4月缺分析会 9 天"),
        ("石羊、赵家店、桂花", "3月缺分析会 40 天"),
    ]


def test_flags_that_say_the_same_are_each_counted_and_lead_to_their_list(county, cast, client_of):
    for number, code in enumerate((GUIHUA, GUIHUA, GUIHUA, SHIYANG)):
        Flag.objects.create(
            kind=FlagKind.RECTIFICATION_OVERDUE,
            region_id=code,
            subject=f"finding:{UUID(int=number)}",
            label="整改逾期",
            due_on=date(2020, 4, 7),
            raised_on=date(2020, 4, 8),
            noticed_on=date(2020, 4, 8),
        )
    Flag.objects.create(**MISSING)
    board = build(cast.leader.scope(), county.plan, TODAY)
    row = next(row for row in board.rows if row.code == GUIHUA)
    assert [words for words, _ in row.flag_links] == ["3月缺报 26 天", "整改逾期 3 天（3 面）"]
    assert [said.text for said in row.flags] == ["3月缺报 26 天", "整改逾期 3 天（3 面）"]
    assert len(row.standing) == row.red.count == 4
    several = board.flags[-1]
    assert (several.names, several.text) == ("石羊、桂花", "整改逾期 3 天（4 面）")
    client = client_of(cast.leader)
    for url, number in ((several.url, 4), (row.flag_links[1][1], 3)):
        page = client.get(url)
        assert len(page.context["page"].rows) == number
        assert "整改逾期·4月7日到期" in page.content.decode()
    assert "/reports/2020-03/" in row.flag_links[0][1]


def test_phase_4_is_judged_like_the_others(county, cast, make_case, make_household, settings):
    day = date(2020, 10, 1)
    settings.DABAO_TODAY = day.isoformat()
    household = make_household()
    BenefitRecord.objects.create(person=household.head, scheme="rural_dibao", first_day=date(2020, 1, 1))
    make_case(household)
    board = build(cast.leader.scope(), county.plan, day)
    main = board.sums.main
    assert (main.phase.number, main.work.total, main.line, main.status.text) == (4, 1, 1, "滞后 1 户")
    assert [row.code for row in board.slow] == [SHIYANG]


def test_on_a_past_day_the_board_is_as_it_stood_and_its_figures_name_the_day(county, cast, make_case):
    case = make_case(state=CaseState.TO_ENROL, verified_on=TODAY)
    CaseEvent.objects.create(
        case=case, day=TODAY, kind="verified", from_state="to_verify", to_state="to_enrol", text="核查"
    )
    Flag.objects.create(**MISSING | {"cleared_on": date(2020, 4, 5)})
    before = build(cast.leader.scope(), county.plan, date(2020, 4, 1))
    row = next(row for row in before.rows if row.code == SHIYANG)
    assert (row.main.work.done, row.main.work.total, before.past) == (0, 1, True)
    assert (before.sums.red.count, [cell.share.total for cell in row.shares]) == (1, [0, 0])
    urls = [row.main.total_url, row.shares[0].total_url, row.answers.url, row.url, before.sums.red.url]
    assert all("as_at=2020-04-01" in url for url in urls)
    now = build(cast.leader.scope(), county.plan, TODAY)
    assert now.sums.main.work.done == 1
    assert "as_at" not in now.sums.main.total_url


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("2020-12-01", "2020年12月1日还没到"),
        ("2019-01-01", "方案从3月3日开始，2019年1月1日还没有数"),
        ("2020-13-01", "地址里的日子不对"),
    ],
)
def test_a_day_that_has_no_board_is_today_and_says_so(cast, client_of, asked, words):
    page = client_of(cast.leader).get(f"/board/?as_at={asked}", follow=True).content.decode()
    assert "截至 2020-04-10" in page
    assert words in page


def test_the_sum_of_red_flags_says_which_are_the_countys(county, cast, client_of):
    Flag.objects.create(**MISSING)
    answer_owed = {"kind": "answer_owed", "region_id": COUNTY, "subject": "request:1"}
    Flag.objects.create(**MISSING | answer_owed)
    assert "乡镇 1＋县局 1" in client_of(cast.leader).get("/board/").content.decode()


def test_the_red_count_opens_the_flags_that_stood(county, cast, client_of):
    Flag.objects.create(**MISSING | {"cleared_on": date(2020, 4, 5)})
    client = client_of(cast.leader)
    assert "3月缺报 17 天" in client.get("/board/flags/?as_at=2020-04-01").content.decode()
    assert "没有红旗" in client.get("/board/flags/").content.decode()
    assert "没有红旗" in client.get(f"/board/flags/?region={SHIYANG}&as_at=2020-04-01").content.decode()


def test_every_flag_leads_to_the_work_that_clears_it(county, cast, owed_answers, client_of):
    raise_others(plan=county.plan, day=date(2020, 4, 26))
    client, opened = client_of(cast.county), {}
    for flag in Flag.objects.all():
        url = flag_url(flag)
        opened[flag.kind] = url.split("/")[-2]
        assert client.get(url).status_code == 200
    answer = Flag.objects.filter(kind=FlagKind.ANSWER_OWED).first().subject.removeprefix("request:")
    assert opened["meeting_missing"] == "meeting"
    assert opened["feedback_missing"] == "feedback"
    assert client.get(f"/requests/{answer}/").context["form"] is not None


def test_the_wall_leads_nowhere_and_names_nobody(supervised, cast, client_of, make_case):
    make_case()
    page = client_of(cast.leader).get("/board/wall/").content.decode()
    main = page[page.index("<main") :]
    assert "石羊镇" in main
    assert "<a " not in main
    assert "普有福" not in page


def test_who_has_no_board_has_no_wall(cast, client_of):
    assert client_of(cast.head).get("/board/wall/").status_code == 403
    assert client_of(cast.officer).get("/board/flags/").status_code == 403
