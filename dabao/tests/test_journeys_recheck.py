"""In a real browser: somebody not eligible through the second check to closed, and the days before."""

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import LIUSHUTANG
from screening.choices import Labour
from screening.models import Case

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_ineligible_household_through_the_second_check_to_closed(
    page, sign_in, cast, make_case, make_household
):
    case = make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))
    sign_in(page, cast.officer)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_label("务工工资", exact=True).fill("18000")
    page.get_by_label("务工工资的依据").fill("县内务工 9 个月")
    page.get_by_label("以上都没有").check()
    for group in ("不愁吃", "不愁穿"):
        page.get_by_role("group", name=group).get_by_label("是", exact=True).check()
    page.get_by_role("radio", name="不符合").check()
    page.locator("[name='reason_code']").first.select_option("income_over")
    page.locator("[name='reason_text']").first.fill("两人务工，人均 9,000 元")
    page.get_by_label("理由").fill("收入高于标准。")
    page.get_by_role("button", name="只保存").click()
    expect(page.get_by_text("已保存。")).to_be_visible()

    page.goto("/recheck/")
    expect(page.get_by_text("剩下的都是你做的初核")).to_be_visible()

    sign_in(page, cast.colleague)
    page.goto(f"/recheck/{case.pk}/")
    expect(page.get_by_text("两人务工，人均 9,000 元").first).to_be_visible()
    page.locator("button[value='agree']").click()
    expect(page.get_by_text("同意前至少选一项：你是怎么核的").first).to_be_visible()
    page.get_by_label("看了票据、证明").check()
    page.locator("button[value='agree']").click()
    page.wait_for_load_state()
    assert Case.objects.values_list("state", "outcome").get() == ("closed", "not_eligible")

    page.goto("/cases/?state=not_eligible")
    page.get_by_role("link", name="普有福").first.click()
    page.get_by_role("link", name="看某一天").click()
    page.get_by_label("看哪天").fill("2020-04-09")
    page.get_by_role("button", name="看那天").click()
    expect(page.get_by_role("heading", name="普有福户·2020年4月9日")).to_be_visible()
    expect(page.get_by_text("那一天没有有效的结论")).to_be_visible()
    expect(page.get_by_role("button", name="重新核查")).to_have_count(0)


def test_the_list_of_a_past_day_is_asked_for_above_it(phone, sign_in, cast, make_case):
    make_case()
    sign_in(phone, cast.officer)
    phone.goto("/cases/")
    phone.get_by_label("看哪天").fill("2020-04-01")
    phone.get_by_role("button", name="看那天").click()
    expect(phone.get_by_text("这是 2020年4月1日 当天的样子，只能看。")).to_be_visible()
    phone.get_by_role("link", name="回到今天").click()
    expect(phone.get_by_text("当天的样子")).to_have_count(0)
