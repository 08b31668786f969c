"""The page of a household in Django's client: filled in, corrected, in conflict, read, revealed."""

import pytest

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE
from screening.models import Verification
from screening.rules.verdicts import Verdict
from screening.tests.case_pages import filled, url
from screening.tests.test_verification import NOT, entry_of, submit


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
