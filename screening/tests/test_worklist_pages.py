"""The worklist in Django's client: tabs, filters, search, export; its queries, and what it hides."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, LIUSHUTANG, TODAY
from screening.choices import Labour
from screening.services import cases as case_services
from screening.tests.case_pages import queries, url


def test_the_tabs_add_up_to_all(officer, make_case, make_household):
    for state, outcome in [
        *((state, "") for state in ("to_verify", "to_recheck", "to_enrol")),
        *(("closed", outcome) for outcome in ("enrolled", "not_eligible", "covered_confirmed", "deceased")),
    ]:
        make_case(make_household(LIUSHUTANG, (state + outcome, "")), state=state, outcome=outcome)
    tabs = officer.get(url("cases")).context["tabs"]
    *parts, whole = [tab.count for tab in tabs]
    assert (sum(parts), whole) == (7, 7)
    assert [tab.label for tab in tabs if tab.current] == ["待核查"]


def test_the_worklist_keeps_its_number_of_queries(officer, make_case, make_household):
    make_case()
    one = queries(officer, url("cases"))
    for number in range(12):
        make_case(make_household(CHAHE, (f"甲{number}", Labour.NONE), ("乙", Labour.NONE)))
    assert queries(officer, url("cases")) == one


def test_the_household_page_keeps_its_number_of_queries(officer, cast, make_case, make_household):
    few = make_case(make_household(LIUSHUTANG, ("甲", Labour.NONE)))
    many = make_case(make_household(LIUSHUTANG, *[(f"丙{n}", Labour.NONE) for n in range(8)]))
    for _ in range(6):
        case_services.note(case=many, kind="note", actor=cast.officer, day=TODAY, text="经过")
    assert queries(officer, url("case", few)) == queries(officer, url("case", many))


def test_returned_ones_stand_first_and_red_only_past_their_limit(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("甲", "")))
    make_case(make_household(LIUSHUTANG, ("乙", "")), returned_on=TODAY, due_on=date(2020, 4, 13))
    make_case(make_household(LIUSHUTANG, ("丙", "")), returned_on=date(2020, 4, 5), due_on=date(2020, 4, 8))
    rows = list(officer.get(url("cases")).context["page"])
    assert [(row.head, row.status, row.status_text) for row in rows] == [
        ("丙", "over", "退回·逾期 2 天"),
        ("乙", "back", "退回·限 4月13日"),
        ("甲", "todo", "待核查"),
    ]


def test_closed_in_whatever_way_marks_its_three_tabs(officer, case):
    answer = officer.get(url("cases") + "?state=closed")
    marked = [tab.label for tab in answer.context["tabs"] if tab.current]
    assert marked == ["已销号", "不符合·已标注", "在保·已核"]
    assert "三类一起列在这里" in answer.content.decode()


def test_the_button_says_whom_it_opens(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("甲", "")))
    assert "核查下一户：甲" in officer.get(url("cases")).content.decode()
    back = make_case(make_household(LIUSHUTANG, ("乙", "")), returned_on=TODAY, due_on=date(2020, 4, 13))
    assert "先补退回的：乙" in officer.get(url("cases")).content.decode()
    assert officer.get(url("case-next")).url == url("case", back)


def test_groups_are_walked_in_their_number(officer, make_case, make_household):
    for group in ("十一组", "二组", "十组", "一组", "三组"):
        make_case(make_household(LIUSHUTANG, (group, ""), group=group))
    rows = officer.get(url("cases") + "?state=to_verify&sort=route").context["page"]
    assert [row.group for row in rows] == ["一组", "二组", "三组", "十组", "十一组"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("category=2", {"甲", "乙"}),
        ("category=4&category=2", {"甲", "乙", "丙"}),
        ("covered=all", {"丙"}),
        ("unknown=1", {"乙"}),
        ("village=" + CHAHE, {"丙"}),
        ("assigned=none", {"甲", "乙", "丙"}),
        ("phase=1&work=left", {"甲", "乙", "丙"}),
        ("phase=1&work=done", set()),
        ("region=532326102002", {"丙"}),
        ("category=9&state=nonsense", {"甲", "乙", "丙"}),
    ],
)
def test_filters_leave_what_they_say(officer, make_case, make_household, query, expected):
    make_case(make_household(LIUSHUTANG, ("甲", "")), categories=[2])
    make_case(make_household(LIUSHUTANG, ("乙", "")), categories=[2], unknown=[4])
    make_case(make_household(CHAHE, ("丙", "")), categories=[4], coverage="all")
    answer = officer.get(url("cases") + "?" + query)
    assert {row.head for row in answer.context["page"]} == expected
    assert answer.context["households"] == len(expected)


def test_a_region_of_others_in_the_address_is_missing(officer, make_case):
    make_case()
    assert officer.get(url("cases") + "?region=532326106").status_code == 404


def test_facets_count_what_the_other_groups_leave(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("甲", "")), categories=[2])
    make_case(make_household(CHAHE, ("丙", "")), categories=[4], coverage="all")
    facets = officer.get(url("cases") + "?state=to_verify&category=2").context["facets"]
    counts = {facet.title: {option.label: option.count for option in facet.options} for facet in facets}
    assert counts["类别（一户可多类）"] == {"② 零劳力": 1, "④ 低于低保线": 1}
    assert counts["低保/特困"] == {"未保": 1}


def test_a_village_assistant_sees_only_his_village(cast, client_of, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("甲", "")))
    make_case(make_household(CHAHE, ("丙", "")))
    page = client_of(cast.assistant).get(url("cases"))
    assert [row.head for row in page.context["page"]] == ["甲"]


@pytest.mark.parametrize("said", ["普有福", "有福", "pyf", "罗翠英"])
def test_search_finds_by_name_and_initials_of_any_member(officer, case, said):
    for member in case.household.memberships.all():
        member.person.initials = {"普有福": "pyf", "罗翠英": "lcy"}[member.person.name]
        member.person.save()
    assert [row.head for row in officer.post(url("case-search"), {"q": said}).context["page"]] == ["普有福"]


def test_search_finds_by_whole_number_and_last_four_and_leaves_no_trace_of_it(officer, case):
    number = case.household.head.id_number
    for said in (number, number[-4:], number.lower()):
        answer = officer.post(url("case-search"), {"q": said})
        assert [row.head for row in answer.context["page"]] == ["普有福"]
    assert number[-4:] not in str(list(AuditEvent.objects.filter(action="case.search").values_list("data")))


def test_search_by_get_searches_nothing_and_a_stranger_finds_nothing(cast, officer, client_of, case):
    assert officer.get(url("case-search"), {"q": "普有福"}).headers["Location"] == url("cases")
    found = client_of(cast.stranger).post(url("case-search"), {"q": "普有福"})
    assert found.context["households"] == 0


def test_no_page_shows_a_whole_number(officer, case):
    number = case.household.head.id_number
    for address in (url("cases"), url("case", case)):
        assert number not in officer.get(address).content.decode()


def test_export_has_the_rows_of_the_list_masked_and_no_formula(officer, make_case, make_household):
    make_case(make_household(LIUSHUTANG, ("=1+1", "")), why="@SUM(A1)")
    answer = officer.post(url("cases-export"), {"state": "to_verify"})
    sheet = load_workbook(BytesIO(answer.content)).active
    row = [cell.value for cell in sheet[2]]
    assert (row[4], row[8]) == ("'=1+1", "'@SUM(A1)")
    assert re.fullmatch(r"\d{6}\*{8}\w{4}", row[5])
    assert all(cell.data_type != "f" for line in sheet for cell in line)
    assert "鲁建华" in sheet.cell(sheet.max_row, 1).value
    assert AuditEvent.objects.filter(action="case.export", data__households=1).exists()


def test_ticked_households_are_handed_out(officer, cast, case):
    officer.post(url("cases-assign"), {"case": [case.pk], "assignee": cast.assistant.pk})
    case.refresh_from_db()
    assert case.assigned_to == cast.assistant
