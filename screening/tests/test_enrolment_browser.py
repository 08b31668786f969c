"""In a browser: one household with a 特困 person and an ineligible one, from verdict to 销号."""

import pytest

from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour
from screening.rules.verdicts import Verdict
from screening.services import recheck
from screening.tests.enrolment_cast import NUMBER, RECHECK, verify
from screening.tests.test_verification import people_of

pytestmark = pytest.mark.browser


def fill_and_press(page, button, **fields):
    for name, value in fields.items():
        page.locator(f"form:has(button:text-is('{button}')) [name='{name}']").fill(value)
    page.get_by_role("button", name=button, exact=True).click()
    page.wait_for_load_state()


def test_a_mixed_household_from_verdict_to_closed(page, sign_in, cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG, ("普有福", Labour.NONE), ("普明芬", Labour.SKILLED)))
    old, young = people_of(case)
    refused = Verdict("none", young.pk, False, "public_payroll", "在编教师")
    verify(case, cast.officer, Verdict("tekun", person=old.pk), refused)
    recheck.agree(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        means=["papers"],
        day=RECHECK,
    )
    address = f"/cases/{case.pk}/steps/"

    sign_in(page, cast.officer)
    page.goto("/steps/?stage=applied")
    page.get_by_label("选中 普有福户").first.check()
    assert "所选 1 户：特困 1 人" in page.locator("[data-picked-says]").inner_text()
    page.locator("[name='amount-tekun']").fill("487.50")
    page.locator("[name='day']").fill("2020-03-21")
    page.get_by_role("button", name="提出申请 1 户").click()
    page.get_by_text("提出申请 1 户。").wait_for()

    sign_in(page, cast.colleague)
    page.goto(address)
    assert "财政供养人员：在编教师" in page.content()
    fill_and_press(page, "审核通过", day="2020-03-23")

    sign_in(page, cast.officer)
    page.goto(address)
    fill_and_press(page, "记公示", day="2020-03-24", last_day="2020-03-29", posted_where="柳树塘公开栏")
    page.get_by_text("公示至少 7 天：3月24日贴出，末日最早 3月30日。").wait_for()
    page.goto(address)
    fill_and_press(page, "记公示", day="2020-03-24", last_day="2020-03-30", posted_where="柳树塘公开栏")

    sign_in(page, cast.county)
    page.goto(address)
    fill_and_press(page, "批准", day="2020-03-30")
    page.get_by_text("公示到 3月30日才满，3月31日起才能审批。").wait_for()
    page.goto(address)
    fill_and_press(page, "批准", day="2020-03-31")
    fill_and_press(page, "纳入", day="2020-04-02")
    page.goto("/steps/?stage=recorded")
    page.locator(".number-box").fill(NUMBER[:-1])
    page.get_by_role("button", name="存下编号").click()
    page.get_by_text("应是 16 位，少 1 位。看省系统回执。").wait_for()
    page.locator(".number-box").fill(NUMBER)
    page.get_by_role("button", name="存下编号").click()
    page.get_by_text("存下编号 1 个，销号 1 户。").wait_for()

    case.refresh_from_db()
    assert (case.state, case.outcome) == ("closed", "enrolled")
    page.goto("/ledger/?outcome=enrolled")
    row = page.locator("tbody tr").first.inner_text()
    assert "部分符合" in row
    assert "已纳入" in row
