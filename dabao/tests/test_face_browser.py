"""The face in a browser: keys and dialogs work, sums are right, nothing overflows.

Breaking the security policy or a script error fails each of these tests by itself (`browser.py`).
"""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def components(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/help/components/")
    expect(page.get_by_role("heading", name="构件与状态")).to_be_visible()


def test_nothing_is_wider_than_a_phone(phone, live_server):
    components(phone, live_server)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_buttons_are_large_enough_for_a_thumb(phone, live_server):
    components(phone, live_server)
    heights = phone.eval_on_selector_all(
        ".btn, .form-control, .form-select", "all => all.map(each => each.offsetHeight).filter(Boolean)"
    )
    assert heights
    assert min(heights) >= 44


def test_j_and_k_move_the_current_row_but_not_while_typing(page, live_server):
    components(page, live_server)
    current = page.locator("[data-rows] > .cur")
    page.locator("h1").first.click()
    expect(current).to_contain_text("自发旺")
    page.keyboard.press("j")
    expect(current).to_contain_text("李桂兰")
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(current).to_contain_text("罗开明")
    page.locator("#x1").focus()
    page.keyboard.press("j")
    expect(current).to_contain_text("罗开明")


def test_the_question_mark_lists_the_keys_and_escape_closes(page, live_server):
    components(page, live_server)
    page.locator("h1").first.click()
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_dangerous_step_asks_with_the_focus_on_the_safe_button(page, live_server):
    components(page, live_server)
    page.get_by_role("button", name="撤回导入").click()
    expect(page.get_by_role("dialog")).to_contain_text("撤回这次导入？")
    expect(page.get_by_role("dialog").get_by_role("button", name="关闭")).to_be_focused()


def test_a_red_message_stays_until_it_is_dismissed(page, live_server):
    components(page, live_server)
    red = page.locator(".flash.err")
    red.get_by_role("button", name="知道了").click()
    expect(red).to_have_count(0)


@pytest.mark.parametrize(
    ("typed", "each", "says"),
    [
        (("20,400", "4"), "4,500.00", "正好等于农村低保标准，请写明理由（标准待确认）"),
        (("20,399.99", "4"), "4,500.00", "正好等于农村低保标准，请写明理由（标准待确认）"),
        (("20,399.96", "4"), "4,499.99", "低于农村低保标准，高于扶贫标准（标准待确认）"),
        (("12,400", "3"), "3,333.33", "低于农村低保标准，也低于扶贫标准（标准待确认）"),
        (("400", "2"), "-1,000.00", "低于农村低保标准，也低于扶贫标准（标准待确认）"),
        (("20,404", "4"), "4,501.00", "高于农村低保标准（标准待确认）"),
    ],
)
def test_the_sum_follows_every_key(page, live_server, typed, each, says):
    components(page, live_server)
    income, people = typed
    page.fill("#y1", income)
    page.fill("#y3", people)
    expect(page.locator("[data-sum-each]")).to_have_text(each)
    expect(page.locator("[data-sum-says]")).to_have_text(says)
    expect(page.locator("[data-sum-scale] .own")).to_have_text(f"本户 {each}")


def test_without_people_there_is_no_sum(page, live_server):
    components(page, live_server)
    page.fill("#y3", "")
    expect(page.locator("[data-sum-each]")).to_have_text("—")
    expect(page.locator("[data-sum-says]")).to_have_text("先填共同生活人数")
