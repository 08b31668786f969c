"""In a browser: employment cost keeps one household; another is tapered, approved, on the list (C14–C16)."""

import os

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import CHAHE, LIUSHUTANG
from screening.choices import Labour
from screening.models import BenefitReview, Taper

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def shot(page, name):
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.fixture
def households(on_dibao):
    """Two households on 低保 along the route: 熊加贵 alone, then 李发祥 and his son."""
    return [
        on_dibao(LIUSHUTANG, ("熊加贵", Labour.ORDINARY), lifted_year=2019),
        on_dibao(CHAHE, ("李发祥", Labour.ORDINARY), ("李建军", Labour.ORDINARY), lifted_year=2019),
    ]


def test_employment_cost_keeps_one_and_another_is_tapered(page, sign_in, cast, households):
    sign_in(page, cast.officer)
    page.goto("/")
    page.locator(".mainnav").get_by_role("link", name="动态核查2").click()
    expect(page.get_by_role("heading", name="动态核查·还没核查")).to_be_visible()
    shot(page, "list")
    page.get_by_role("link", name="核查下一户：熊加贵").click()
    page.get_by_label("务工工资", exact=True).fill("5000")
    page.get_by_label("务工工资的依据").fill("县内工地 4 个月 × 1,250")
    keep = page.locator("label.rad").filter(has_text="脱贫不脱保")
    expect(keep).to_contain_text("本户高出 500.00，不适用")
    page.get_by_label("必要就业成本", exact=True).fill("600")
    page.get_by_label("必要就业成本的依据").fill("车票 12 张")
    expect(keep).to_contain_text("脱了贫，保不断")
    expect(page.get_by_text("不扣就业成本是 5,000.00")).to_be_visible()
    keep.get_by_role("radio").check()
    shot(page, "keep")
    page.get_by_role("button", name="保存并下一户").click()

    expect(page.get_by_role("heading", name="李发祥户")).to_be_visible()
    assert BenefitReview.objects.get().outcome == "keep_lifted"
    page.get_by_label("务工工资", exact=True).fill("9650")
    taper = page.locator("label.rad").filter(has_text="救助渐退")
    expect(taper).to_contain_text("可给 6—12 个月")
    taper.get_by_role("radio").check()
    page.get_by_role("radio", name="7 个月").check()
    expect(page.get_by_text("渐退 7 个月，到 2021-03-31")).to_be_visible()
    page.get_by_role("radio", name="6 个月").check()
    page.get_by_role("textbox", name="理由").fill(
        "长子县内务工，收入刚过标准且不稳，先给 6 个月，到期前再核一次"
    )
    shot(page, "taper")
    page.get_by_role("button", name="只保存").last.click()
    expect(page.get_by_text("等县局审批").first).to_be_visible()
    shot(page, "waiting")

    sign_in(page, cast.county)
    page.goto("/")
    page.locator(".mainnav").get_by_role("link", name="动态核查1").click()
    page.get_by_role("link", name="等审批 1").click()
    page.get_by_role("link", name="李发祥").first.click()
    shot(page, "approve")
    page.get_by_role("button", name="批准救助渐退").click()
    expect(page.get_by_text("已批准")).to_be_visible()
    assert str(Taper.objects.get().last_day) == "2021-02-28"
    page.goto("/reviews/?tab=running")
    expect(page.get_by_role("row").filter(has_text="李发祥")).to_contain_text("6 个月，2021-02-28 到期")
    shot(page, "running")


def test_the_form_and_the_list_fit_a_phone(phone, sign_in, cast, households):
    sign_in(phone, cast.officer)
    phone.goto("/reviews/")
    shot(phone, "list-phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    phone.get_by_role("link", name="核查下一户：熊加贵").click()
    phone.get_by_label("务工工资", exact=True).fill("5000")
    taper = phone.locator("label.rad").filter(has_text="救助渐退")
    expect(taper).to_contain_text("可给 6—12 个月")
    taper.get_by_role("radio").check()
    shot(phone, "form-phone")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
