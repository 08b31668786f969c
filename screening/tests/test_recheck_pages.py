"""The recheck desk in Django's client: what it shows, locks and hints at."""

from datetime import date
from decimal import Decimal

import pytest

from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.models import Case
from screening.rules.verdicts import Verdict
from screening.tests.case_pages import queries, url
from screening.tests.test_verification import NOT, entry_of, submit


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
