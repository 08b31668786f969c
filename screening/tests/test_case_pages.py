"""The pages of cases in Django's client: they answer, keep their query count, and hide what they must."""

import re
import uuid
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from dabao import crypto
from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, LIUSHUTANG, TODAY, make_id
from screening import names
from screening.choices import Labour
from screening.models import Case, Household, ListRow, SourceList, Verification
from screening.rules.verdicts import Verdict
from screening.services import cases as case_services
from screening.tests.test_verification import NOT, entry_of, submit


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def url(name, case=None):
    return reverse(f"screening:{name}", args=[case.pk] if case else [])


def filled(case, **changes):
    """A form filled in for everybody, with the same verdict for the whole household."""
    people = [m.person for m in case.household.memberships.all()]
    return {
        "version": case.version,
        "submission_key": str(uuid.uuid4()),
        "on_site": "on",
        "visited_on": TODAY.isoformat(),
        "role": "township",
        "companions": "",
        "result": "visited",
        "living": str(len(people)),
        **{f"lives-{person.pk}": "on" for person in people},
        "income-wages": "８,０00",
        "income-wages-note": "县内务工",
        "holds": ["none"],
        "food_ok": "yes",
        "clothing_ok": "yes",
        "for_whom": "whole",
        "scheme": "dibao",
        "grounds": "配偶需照料",
        "then": "stay",
    } | changes


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured)


# --- Worklist ---


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


def test_search_by_get_is_refused_and_a_stranger_finds_nothing(cast, officer, client_of, case):
    assert officer.get(url("case-search")).status_code == 405
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


# --- Household ---


def test_filled_in_and_saved_it_leads_to_the_next_household(officer, case, make_case, make_household):
    other = make_case(make_household(CHAHE, ("丙", "")))
    answer = officer.post(url("case", case), filled(case, then="next"))
    assert answer.url == f"{url('case', other)}?done={case.pk}"
    case.refresh_from_db()
    assert case.state == "to_enrol"
    record = Verification.objects.get()
    assert (record.per_capita, record.income.get().note) == (4000, "县内务工")
    assert "撤回这次核查" in officer.get(answer.url).content.decode()


def test_sent_twice_the_same_answer_and_one_record(officer, case):
    form = filled(case, then="next")
    first, second = officer.post(url("case", case), form), officer.post(url("case", case), form)
    assert (first.status_code, first.url) == (second.status_code, second.url)
    assert Verification.objects.count() == 1


def test_a_form_with_faults_names_them_and_keeps_what_was_typed(officer, case):
    answer = officer.post(url("case", case), filled(case, scheme="", grounds="写到一半"))
    text = answer.content.decode()
    assert (answer.status_code, "还差 1 项" in text, "还没选结论" in text) == (422, True, True)
    assert Verification.objects.get(state="draft").draft["grounds"] == "写到一半"
    assert "写到一半" in officer.get(url("case", case)).content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"income-wages": "八千"}, "这里要填数字"),
        ({"income-wages": "-5"}, "金额不能是负数"),
        ({"income-wages": "", "income-wages-note": ""}, "收入一项都没填"),
        ({"income-employment_cost": "500"}, "就业成本要写依据"),
        ({"income-employment_cost": "9000"}, "成本比工资还多"),
        ({"holds": []}, "还没查财产"),
        ({"holds": ["none", "vehicle"]}, "又勾“以上都没有”"),
        ({"obligor-0-name": "王秀莲"}, "王秀莲还没选能力"),
        ({"food_ok": ""}, "还没答“不愁吃”"),
        ({"living": "3"}, "下面勾的是 2 人"),
        ({"scheme": "none"}, "不符合的，要选原因"),
        ({"income-wages": "9000"}, "正好等于低保标准"),
        ({"income-wages": "9000.02"}, "不能判“低保·整户”"),
        ({"visited_on": "2020-04-11"}, "不能晚于今天"),
        ({"grounds": ""}, "还没写理由"),
    ],
)
def test_each_fault_is_said_in_words(officer, case, changes, sentence):
    answer = officer.post(url("case", case), filled(case, **changes))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "to_verify"


def test_exactly_at_the_standard_with_a_reason_is_the_officers_to_decide(officer, case):
    officer.post(url("case", case), filled(case, **{"income-wages": "9000", "at_standard": "务工不稳定"}))
    assert Verification.objects.get(state="submitted").grounds == "配偶需照料（务工不稳定）"


def test_each_member_may_have_a_verdict_of_his_own(officer, case):
    head, wife = [m.person for m in case.household.memberships.order_by("relation")]
    form = filled(case, for_whom="each", scheme="")
    form |= {
        f"scheme-{head.pk}": "none",
        f"reason_code-{head.pk}": "vehicle",
        f"reason_text-{head.pk}": "面包车",
    }
    form |= {f"scheme-{wife.pk}": "tekun", "departure_reason": "车是营运的，妻子失能"}
    officer.post(url("case", case), form)
    case.refresh_from_db()
    assert case.state == "to_recheck"
    assert Verification.objects.get().decisions.count() == 2


def test_nobody_home_asks_for_nothing_else(officer, case):
    form = filled(case, result="nobody_home", scheme="", grounds="", holds=[])
    answer = officer.post(url("case", case), form, follow=True)
    assert "记下了：家中无人" in answer.content.decode()
    assert "撤回这次核查" not in answer.content.decode()
    assert Verification.objects.get(state="submitted").result == "nobody_home"


def test_the_draft_is_kept_while_typing(officer, case):
    assert officer.post(url("case-draft", case), filled(case)).status_code == 204
    assert "草稿已保存" in officer.get(url("case", case)).content.decode()
    assert "csrfmiddlewaretoken" not in Verification.objects.get().draft


def test_fields_that_nobody_offered_change_nothing(officer, cast, case):
    extra = {
        "state": "closed",
        "assigned_to": str(cast.stranger.pk),
        "household": "1",
        "by": str(cast.head.pk),
    }
    officer.post(url("case", case), filled(case, **extra))
    case.refresh_from_db()
    assert (case.state, case.assigned_to) == ("to_enrol", None)
    assert Verification.objects.get().by == cast.officer


def test_two_officers_the_second_chooses_item_by_item(officer, cast, client_of, case):
    second = client_of(cast.colleague)
    theirs, mine = filled(case, grounds="甲写的"), filled(case, grounds="乙写的", **{"income-wages": "8600"})
    officer.post(url("case", case), theirs)
    answer = second.post(url("case", case), mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "甲写的" in text
    assert "乙写的" in text
    assert second.post(url("case-draft", case), mine).status_code == 409
    case.refresh_from_db()
    choice = {"keep-grounds": "theirs", "keep-income-wages": "mine", "version": case.version}
    assert second.post(url("case-resolve", case), mine | choice).status_code == 302
    standing = Verification.objects.get(state="submitted")
    assert (standing.grounds, standing.per_capita, standing.by) == ("甲写的", 4300, cast.colleague)
    assert Verification.objects.get(state="superseded").by == cast.officer


def test_after_a_return_the_second_still_sees_both_and_his_choice_is_a_new_verification(
    officer, cast, client_of, case
):
    opened = filled(case, grounds="乙写的")
    submit(case, cast.officer, entry_of(case, NOT, grounds="甲写的"))
    case.refresh_from_db()
    form = {"version": case.version, "action": "return", "note": "缺车辆登记页"}
    client_of(cast.head).post(url("recheck-case", case), form)
    second = client_of(cast.colleague)
    assert second.post(url("case", case), opened).status_code == 409
    case.refresh_from_db()
    second.post(url("case-resolve", case), opened | {"version": case.version, "keep-verdict": "mine"})
    case.refresh_from_db()
    assert case.state == "to_enrol"


def test_who_only_reads_gets_the_record_without_any_form(cast, client_of, case):
    submit(case, cast.officer, entry_of(case, NOT))
    text = client_of(cast.leader).get(url("case", case)).content.decode()
    assert "你只能看" in text
    assert "有面包车一辆" in text
    assert 'name="scheme"' not in text
    assert client_of(cast.leader).post(url("case", case), filled(case)).status_code == 403


def test_whole_numbers_come_by_post_with_a_reason_in_the_log(officer, cast, client_of, case):
    number = case.household.head.id_number
    text = officer.post(url("case-reveal", case), {"reason": "check"}).content.decode()
    assert number in text
    event = AuditEvent.objects.get(action="case.reveal")
    assert event.data["reason"] == "check"
    assert number not in str(event.data)
    assert number not in officer.get(url("case", case)).content.decode()
    assert client_of(cast.unit).post(url("case-reveal", case), {"reason": "check"}).status_code == 404
    assert officer.post(url("case-reveal", case), {"reason": "because"}).status_code == 302
    assert AuditEvent.objects.filter(action="case.reveal").count() == 1


def test_a_mixed_households_grounds_stand_once_and_what_was_taken_back_in_a_part_of_its_own(
    officer, cast, case
):
    head, wife = (m.person for m in case.household.memberships.order_by("pk"))
    paid = Verdict("none", person=head.pk, reason_code="public_payroll", reason_text="在编教师")
    entry = entry_of(case, paid, Verdict("dibao_single", person=wife.pk), grounds="一人重残，其余有工作。")
    submit(case, cast.officer, entry)
    case.refresh_from_db()
    text = officer.get(url("case", case)).content.decode()
    assert text.count("一人重残，其余有工作。") == 1
    assert "以前的记录" not in text
    officer.post(url("case-withdraw", case), {"version": case.version})
    case.refresh_from_db()
    submit(case, cast.officer)
    assert "以前的记录" in officer.get(url("case", case)).content.decode()


def test_taken_back_corrected_reopened_by_their_buttons(officer, cast, case):
    officer.post(url("case", case), filled(case))
    officer.post(url("case-withdraw", case))
    case.refresh_from_db()
    assert case.state == "to_verify"
    officer.post(url("case", case), filled(case))
    assert officer.get(url("case-correct", case)).status_code == 200
    case.refresh_from_db()
    assert officer.post(url("case-correct", case), filled(case)).status_code == 422
    corrected = filled(case, correction_reason="漏算补贴", **{"income-wages": "8400"})
    assert officer.post(url("case-correct", case), corrected).status_code == 302
    assert Verification.objects.get(state="submitted").correction_reason == "漏算补贴"


# --- Recheck ---


@pytest.fixture
def waiting(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    case.refresh_from_db()
    return case


def test_the_desk_shows_the_verdict_and_locks_ones_own(officer, cast, client_of, waiting):
    assert "你做的初核，要别人复核" in officer.get(url("recheck")).content.decode()
    text = client_of(cast.colleague).get(url("recheck")).content.decode()
    assert "有面包车一辆" in text
    assert 'value="agree"' in text


def test_agreeing_needs_a_way_and_then_closes(cast, client_of, waiting):
    colleague, form = client_of(cast.colleague), {"version": waiting.version, "action": "agree"}
    refused = colleague.post(url("recheck-case", waiting), form)
    assert "至少选一项" in refused.content.decode()
    colleague.post(url("recheck-case", waiting), form | {"means": ["phone"]})
    waiting.refresh_from_db()
    assert (waiting.state, waiting.outcome) == ("closed", "not_eligible")
    assert colleague.get(url("recheck-case", waiting)).status_code == 302


def test_returned_it_stands_in_the_worklist_with_its_note(officer, cast, client_of, waiting):
    form = {"version": waiting.version, "action": "return", "note": "缺车辆登记页"}
    client_of(cast.colleague).post(url("recheck-case", waiting), form)
    assert "缺车辆登记页" in officer.get(url("case", waiting)).content.decode()


def test_a_second_visit_begins_with_today_and_what_was_found(officer, waiting):
    waiting.verifications.update(visited_on=date(2020, 3, 29))
    Case.objects.filter(pk=waiting.pk).update(state="to_verify", returned_on=TODAY, verified_on=None)
    start = officer.get(url("case", waiting)).context["form"]
    assert start["visited_on"].value() == TODAY
    assert start["grounds"].value() == waiting.verifications.get().grounds != ""


def test_one_does_not_recheck_oneself_by_address(officer, waiting):
    form = {"version": waiting.version, "action": "agree", "means": ["phone"]}
    officer.post(url("recheck-case", waiting), form)
    waiting.refresh_from_db()
    assert waiting.state == "to_recheck"


def test_hints_name_what_is_thin_and_the_desk_keeps_its_queries(cast, client_of, make_case, make_household):
    over = Verdict("none", reason_code="income_over", reason_text="人均高")
    thin = {"wages": (Decimal("4512"), "省外务工")}

    def judged(name):
        one = make_case(make_household(LIUSHUTANG, (name, "")))
        submit(one, cast.officer, entry_of(one, over, income=thin, grounds="人均超过标准。"))

    judged("甲")
    colleague = client_of(cast.colleague)
    one = queries(colleague, url("recheck"))
    for name in ("乙", "丙", "丁"):
        judged(name)
    assert queries(colleague, url("recheck")) == one
    text = colleague.get(url("recheck")).content.decode()
    for hint in ("线上 12 元", "没扣就业成本", "同一句 4 次"):
        assert hint in text
    agreed = Case.objects.filter(state="to_recheck").first()
    form = {"version": agreed.version, "action": "agree", "means": ["phone"]}
    answer = colleague.post(url("recheck-case", agreed), form, follow=True).content.decode()
    assert "已同意，这一户现在是「不符合·已标注」" in answer
    assert "同一句 4 次" in answer


# --- The row behind a figure ---


def test_a_source_row_leads_back_to_the_household_and_marks_the_cell_asked_for(officer, case):
    source = SourceList.objects.create(
        kind="disability", as_of=date(2020, 3, 20), region_id=case.household.region_id[:9],
        file_name="残联.xlsx", sha256="0" * 64, state="confirmed",
        columns={"Sheet1": [["姓名", "name"], ["残疾等级", "grade"]]},
    )  # fmt: skip
    row = ListRow.objects.create(
        source_list=source, sheet="Sheet1", line=5, region_id=case.household.region_id,
        household=case.household, raw=crypto.seal('["普有福", "一级"]'),
    )  # fmt: skip
    text = officer.get(reverse("screening:row", args=[row.pk]) + "?column=grade").content.decode()
    assert url("case", case) in text
    assert "第 5 行 B 列" in text
    assert "<mark>" in text
    assert "人均收入" not in text


# --- Added by hand ---


def new_form(**changes):
    return {
        "village": LIUSHUTANG,
        "group": "二组",
        "reason": "走访发现",
        "name-0": "李桂兰",
        "number-0": "532326195203040028",
        "then": "look",
    } | changes


def good_number():
    return make_id("532326", date(1952, 3, 4), 2)


def test_a_new_household_is_looked_for_first_then_added(officer):
    form = new_form(**{"number-0": good_number()})
    looked = officer.post(url("case-new"), form)
    assert "可以新增" in looked.content.decode()
    assert AuditEvent.objects.get(action="case.look").data == {"certain": 0, "near": 0}
    assert not Household.objects.exists()
    added = officer.post(url("case-new"), form | {"then": "add"})
    case = Case.objects.get()
    assert added.url == url("case", case)
    assert (case.origin, case.household.registered, case.household.head.initials) == ("by_hand", False, "lgl")
    assert AuditEvent.objects.filter(action="household.add", data__persons=1).count() == 1


def test_a_wrong_number_says_what_to_do(officer):
    answer = officer.post(url("case-new"), new_form(**{"number-0": good_number()[:17] + "?"}))
    assert answer.status_code == 200
    assert answer.context["form"].errors["number-0"]


def test_somebody_already_registered_is_shown_and_not_added_again(officer, case):
    number = case.household.head.id_number
    form = new_form(**{"number-0": number, "name-0": "普有福"})
    text = officer.post(url("case-new"), form).content.decode()
    assert "身份证号相同" in text
    assert url("case", case) in text
    assert "不能另建一户" in text
    assert "新增这一户" not in text
    officer.post(url("case-new"), form | {"then": "add", "looked_at_near": "on"})
    assert Household.objects.count() == 1


def test_somebody_of_another_township_is_only_another_township(cast, client_of, case):
    form = new_form(**{"number-0": case.household.head.id_number, "village": "532326108001"})
    text = client_of(cast.stranger).post(url("case-new"), form).content.decode()
    assert "另一乡镇" in text
    assert "柳树塘" not in text
    assert "普有福" not in text


def test_a_near_name_must_be_looked_at(officer, case):
    person = case.household.head
    person.name_key = names.name_key("普有福")
    person.save()
    form = new_form(**{"number-0": good_number(), "name-0": "普又福", "then": "add"})
    assert "同村同音" in officer.post(url("case-new"), form).content.decode()
    assert Household.objects.count() == 1
    officer.post(url("case-new"), form | {"looked_at_near": "on"})
    assert Household.objects.count() == 2


def test_a_household_of_the_registry_without_case_gets_one(officer, make_household):
    known = make_household(LIUSHUTANG, ("李桂兰", Labour.NONE))
    officer.post(url("case-new"), {"known": known.pk, "reason": "群众反映"})
    assert Case.objects.get().household == known
