"""The first page by role: what needs me now, nothing that is finished, every line with its verb."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dabao.models import Flag, FlagKind
from dabao.tests.cast import CHAHE, DAMAIDI, LIUSHUTANG, SHIYANG, TODAY
from reports.models import MonthlyReport, ReportState
from screening.choices import CaseState, ListKind, ListState
from screening.models import SourceList
from screening.rules.phases import PhaseSpan, work_of_phase
from screening.services import warning_flags
from supervision.homes import county as county_home
from supervision.homes import leader, officer


def test_the_officer_sees_what_is_left_by_when_and_how_many_a_day(county, cast, make_case, make_household):
    for _ in range(13):
        make_case(make_household())
    make_case(make_household(), state=CaseState.TO_ENROL, verified_on=date(2020, 4, 8))
    shown = officer.build(cast.officer.scope(), county.plan, TODAY)
    work = shown["work"]
    assert (work.left, work.total, work.days_left, work.pace) == (13, 14, 6, 3)
    assert shown["pace_words"] == "含今天还有 6 天，13 ÷ 6 进位为 3；最近 7 天平均每天 0.1 户"


def test_the_next_household_goes_by_village_and_returned_ones_stand_apart(
    county, cast, make_case, make_household
):
    make_case(make_household(CHAHE, ("李桂兰", "weak")))
    make_case(make_household(LIUSHUTANG, ("普有福", "weak")))
    make_case(
        make_household(LIUSHUTANG, ("起文林", "weak")),
        returned_on=date(2020, 4, 5),
        due_on=date(2020, 4, 8),
        return_note="务工成本没有依据",
    )
    shown = officer.build(cast.officer.scope(), county.plan, TODAY)
    assert [row.head for row in shown["upcoming"]] == ["普有福", "李桂兰"]
    assert [(one.head, one.note, one.late) for one in shown["returned"]] == [
        ("起文林", "务工成本没有依据", "逾期 2 天")
    ]
    assert shown["returned_late"] == 1


def test_the_six_categories_end_in_the_households_there_are(county, cast, make_case, make_household):
    make_case(make_household(), categories=[2, 3])
    make_case(make_household(), categories=[3, 4], state=CaseState.TO_ENROL, verified_on=TODAY)
    make_case(make_household(), categories=[])
    shown = officer.build(cast.officer.scope(), county.plan, TODAY)
    lines = {line.category: (line.done, line.total, line.left) for line in shown["categories"]}
    assert (lines[3], lines[4], lines[1]) == ((1, 2, 1), (1, 1, 0), (0, 0, 0))
    visits, outside, double = shown["visits"], shown["outside"], shown["double"]
    assert (visits, outside, double) == ((2, 4, 2), (0, 1, 1), (1, 2, 1))
    work = shown["work"]
    assert visits[1] + outside[1] - double[1] == work.total == 3
    assert visits[2] + outside[2] - double[2] == work.left == 2


def test_in_phase_3_warnings_are_work_and_the_categories_still_end_in_households(
    county, cast, make_case, report, client_of, settings
):
    day = date(2020, 5, 20)
    settings.DABAO_TODAY = day.isoformat()
    report(make_case().household, day=day)
    shown = officer.build(cast.officer.scope(), county.plan, day)
    assert (shown["work"].total, shown["actual"]) == (2, (0, 1, 1))
    client = client_of(cast.officer)
    assert client.get(shown["urls"]["total"]).context["total"] == 2
    assert client.get(shown["actual_urls"]["total"]).context["households"] == 1


def test_the_flag_of_a_warning_opens_it(county, cast, report):
    warning = report()
    late = warning.due_on + timedelta(days=1)
    warning_flags.raise_overdue(plan=county.plan, day=late, noticed_on=late)
    (line,) = [
        one for one in officer.build(cast.officer.scope(), county.plan, late)["to_do"] if one.label == "红旗"
    ]
    assert line.url == reverse("screening:warning", args=[warning.pk])


def test_a_sent_report_is_not_shown_and_an_unsent_one_says_what_to_do(county, cast):
    def verbs():
        return [one.verb for one in officer.build(cast.head.scope(), county.plan, TODAY)["to_do"]]

    assert verbs() == ["去写"]
    report = MonthlyReport.objects.create(plan=county.plan, region_id=SHIYANG, month=date(2020, 4, 1))
    assert verbs() == ["接着写"]
    report.state, report.submitted_on = ReportState.SUBMITTED, TODAY
    report.save()
    assert verbs() == []


def test_a_red_flag_stands_first_until_it_is_cleared(county, cast):
    flag = Flag.objects.create(
        kind=FlagKind.REPORT_MISSING, region_id=SHIYANG, subject="report:2020-03", label="3月月报缺报",
        due_on=date(2020, 3, 15), raised_on=date(2020, 3, 16), noticed_on=date(2020, 3, 16),
    )  # fmt: skip
    first = officer.build(cast.officer.scope(), county.plan, TODAY)["to_do"][0]
    assert (first.status.text, first.verb) == ("3月缺报 26 天", "去补报")
    flag.cleared_on = TODAY
    flag.save()
    found = officer.build(cast.officer.scope(), county.plan, TODAY)["to_do"]
    assert all(one.label != "红旗" for one in found)


def test_the_assistant_is_not_asked_for_reports(county, cast):
    assert officer.build(cast.assistant.scope(), county.plan, TODAY)["to_do"] == []


def test_the_leader_reads_the_slowest_first_with_its_forecast(county, cast, make_case, make_household):
    for number in range(20):
        make_case(make_household((LIUSHUTANG, DAMAIDI)[number % 4 == 0]))
    for day in range(3, 10):
        make_case(make_household(), state=CaseState.TO_ENROL, verified_on=date(2020, 4, day))
    shown = leader.build(cast.leader.scope(), county.plan, TODAY)
    slowest = shown["slowest"]
    assert (slowest.row.name, slowest.recent, slowest.per_day) == ("石羊镇", 7, "1.0")
    assert slowest.short == slowest.cell.work.left - 6


@pytest.mark.parametrize(
    ("recent", "day", "expected"),
    [
        (0, TODAY, 37),
        (21, TODAY, 19),
        (700, TODAY, 0),
        (7, date(2020, 4, 16), None),
        (7, date(2020, 3, 2), None),
    ],
)
def test_the_forecast_is_the_last_days_pace_over_the_days_left(county, recent, day, expected):
    phase = county.plan.phases.get(number=1)
    work = work_of_phase(163, 126, PhaseSpan(phase.first_day, phase.last_day), day)
    assert leader.forecast(work, phase, recent, day) == expected


def test_the_county_home_counts_lists_standards_reports_and_flags(county, cast):
    SourceList.objects.create(
        kind=ListKind.REGISTRY,
        as_of=date(2020, 3, 31),
        region=county.region,
        file_name="a.xlsx",
        state=ListState.STAGED,
    )
    shown = county_home.build(cast.county.scope(), county.plan, TODAY)
    counts = {one.label: one.number for one in shown["counts"]}
    assert (counts["入库等确认"], counts["标准待确认"], counts["4月月报没到"], counts["红旗"]) == (1, 2, 3, 0)


def test_who_gets_done_in_time_at_this_pace_is_nothing_to_do(
    county, cast, make_case, make_household, client_of
):
    for _ in range(30):
        make_case(make_household())
    for _ in range(60):
        make_case(make_household(), state=CaseState.TO_ENROL, verified_on=date(2020, 4, 9))
    shown = leader.build(cast.leader.scope(), county.plan, TODAY)
    behind = [(line.row.name, line.short) for line in shown["lines"] if line.cell.status.kind == "lag"]
    assert behind == [("石羊镇", 0)]
    assert shown["slowest"] is None
    assert "照这样能按期办完" in client_of(cast.leader).get("/").content.decode()


def test_answers_owed_are_the_same_on_homes_board_and_list(county, cast, client_of, owed_answers):
    words = "欠答复 2 条，最久 16 天"
    for user, path in ((cast.leader, "/"), (cast.leader, "/board/"), (cast.county, "/board/")):
        page = client_of(user).get(path).content.decode()
        assert page.count(words) == 1
        assert '<a class="t-red b" href="/requests/">' in page
    shown = county_home.build(cast.county.scope(), county.plan, TODAY)
    counts = {one.label: (one.number, one.detail, one.url) for one in shown["counts"]}
    assert counts["欠答复"] == (2, "条请求，最久 16 天", "/requests/")
    assert counts["红旗"][:2] == (2, "面，其中县局 2 面")
    listed = client_of(cast.county).get("/requests/").context["counts"]
    assert ("县局欠答复", 2, "over") in listed


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("assistant", "还剩"),
        ("officer", "还剩"),
        ("head", "还剩"),
        ("county", "县局今天要办的"),
        ("unit", "今天要你办的"),
        ("leader", "今天要你办的"),
        ("idle", "没有任职"),
    ],
)
def test_each_role_has_its_home(cast, client_of, make_case, who, words):
    make_case()
    page = client_of(getattr(cast, who)).get("/")
    assert page.status_code == 200
    assert words in page.content.decode()


def test_the_number_of_queries_does_not_grow(county, cast, client_of, make_case, make_household):
    make_case(make_household())
    for user in (cast.officer, cast.county, cast.leader):
        client = client_of(user)
        client.get("/")
        seen = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as found:
                client.get("/")
            seen.append(len(found))
            for _ in range(4):
                make_case(make_household())
        assert seen[0] == seen[1]


def test_a_township_that_is_done_has_no_forecast(county):
    phase = county.plan.phases.get(number=1)
    work = work_of_phase(163, 163, PhaseSpan(phase.first_day, phase.last_day), TODAY)
    assert leader.forecast(work, phase, 38, TODAY) is None
