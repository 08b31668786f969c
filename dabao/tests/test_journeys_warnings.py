"""In a real browser: a warning to temporary aid; a household followed on a phone (C13)."""

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import CHAHE, LIUSHUTANG
from screening.choices import Labour
from screening.models import FollowUp, RiskWarning

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def households(make_case, make_household):
    """Two ledger households on the route: 熊加贵, then 李桂兰."""
    return [
        make_case(make_household(LIUSHUTANG, ("熊加贵", Labour.WEAK))).household,
        make_case(make_household(CHAHE, ("李桂兰", Labour.NONE))).household,
    ]


def test_a_warning_to_temporary_aid(page, sign_in, cast, households):
    sign_in(page, cast.officer)
    page.goto("/warnings/")
    page.get_by_role("link", name="主动发现：报一户").click()
    page.get_by_label("找一户").fill("熊加贵")
    page.get_by_role("button", name="找").click()
    page.get_by_role("link", name="报这一户").click()
    page.get_by_role("radio", name="受灾").check()
    page.get_by_label("写一句话").fill("山洪冲毁水田 1.2 亩，房屋进水")
    page.get_by_role("button", name="报预警").click()
    expect(page.get_by_role("heading", name="熊加贵户·受灾")).to_be_visible()
    expect(page.get_by_role("button", name="定结论")).to_have_count(0)
    page.get_by_label("现在的情况").select_option("有新困难")
    page.get_by_label("看到什么").fill("房屋进水，缺口粮和铺盖")
    page.get_by_role("button", name="保存入户情况").click()
    page.get_by_role("radio", name="临时救助").check()
    page.get_by_role("button", name="定结论").click()
    expect(page.get_by_role("heading", name="结论：临时救助")).to_be_visible()
    assert RiskWarning.objects.get().decision == "temporary"
    page.get_by_role("link", name="回动态监测").click()
    expect(page.get_by_text("预警 1 / 1 条")).to_be_visible()


def test_households_are_followed_one_after_the_other_on_a_phone(phone, sign_in, cast, households, settings):
    settings.DABAO_TODAY = "2020-05-20"
    sign_in(phone, cast.officer)
    phone.goto("/warnings/")
    phone.get_by_role("link", name="跟踪下一户").click()
    expect(phone.get_by_role("heading", name="跟踪熊加贵户")).to_be_visible()
    phone.get_by_role("radio", name="生活平稳").check()
    phone.get_by_role("button", name="保存并下一户").click()
    expect(phone.get_by_role("heading", name="跟踪李桂兰户")).to_be_visible()
    expect(phone.get_by_text("还剩 1 户")).to_be_visible()
    assert FollowUp.objects.get().household == households[0]
