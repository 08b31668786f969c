"""In a real browser: from the board's red township to an order, and the township's reply on a phone."""

import re

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import DAMAIDI, TODAY
from supervision.models import Bulletin, DispatchPlace

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_from_the_red_township_to_an_order_and_its_reply(
    page, phone, sign_in, cast, make_case, make_household
):
    make_case()
    make_case(make_household(DAMAIDI))
    sign_in(page, cast.leader)
    page.goto("/board/")
    expect(page.get_by_role("row").filter(has_text="石羊镇").get_by_text("滞后 1 户")).to_be_visible()
    page.get_by_role("link", name="发调度").click()
    expect(page.get_by_label("石羊镇")).to_be_checked()
    expect(page.get_by_label("桂花镇")).not_to_be_checked()
    page.get_by_label("赵家店镇").uncheck()
    page.get_by_label("标题").fill("石羊镇4月15日前查完")
    page.get_by_role("button", name="发出").click()
    expect(page.get_by_role("heading", name="调度第 1 号：石羊镇4月15日前查完")).to_be_visible()
    expect(page.get_by_role("table").get_by_text("没读")).to_be_visible()

    sign_in(phone, cast.officer)
    phone.goto("/")
    phone.get_by_role("link", name="去回复").click()
    phone.get_by_label("怎么办的、怎么排的").fill("明天 1 户，鲁建华去")
    phone.get_by_role("button", name="回复县局").click()
    expect(phone.get_by_text("已记下：回复")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390

    page.reload()
    row = page.get_by_role("row").filter(has_text="石羊镇")
    expect(row.get_by_text("明天 1 户，鲁建华去")).to_be_visible()
    row.get_by_role("link", name="去看、去定").click()
    page.get_by_role("button", name="认可回复").click()
    expect(page.get_by_role("table").get_by_text("4月15日前办完")).to_be_visible()
    place = DispatchPlace.objects.get()
    assert (place.read_by, place.replied_on, place.accepted_on) == (cast.officer, TODAY, TODAY)


def test_words_changed_in_a_bulletin_are_lit_and_survive_a_new_draft(page, sign_in, cast, make_case):
    make_case()
    sign_in(page, cast.county)
    page.goto("/bulletins/")
    page.get_by_role("button", name="起草第一期").click()
    problems = page.get_by_label("二、问题")
    problems.fill(problems.input_value() + "责令重查。")
    page.get_by_role("button", name="按今天的数重新起草").click()
    expect(page.locator("mark")).to_have_text("责令重查。")
    page.get_by_role("button", name="送局领导批").click()
    expect(page.get_by_text("待批").first).to_be_visible()
    assert Bulletin.objects.get().texts["problems"].endswith("责令重查。")


def test_orders_and_bulletins_fit_a_phone(phone, sign_in, cast, make_case):
    make_case()
    sign_in(phone, cast.leader)
    for address in ("/dispatches/", "/dispatches/new/", "/bulletins/", "/digest/"):
        phone.goto(address)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, address
    phone.goto("/bulletins/")
    phone.get_by_role("button", name="起草第一期").click()
    expect(phone).to_have_url(re.compile("/bulletins/.+/"))
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
