"""In a real browser: an officer verifies a household and goes to the next; a second one at the same time."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from dabao.tests.cast import CHAHE, LIUSHUTANG
from screening.choices import Labour
from screening.models import Case, Verification

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def households(make_case, make_household):
    """Two households on the route: 普有福 with two members, then 李桂兰."""
    return [
        make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE))),
        make_case(make_household(CHAHE, ("李桂兰", Labour.NONE))),
    ]


def fill_in(page: Page, wages: str = "7000", *, tabs: bool = False) -> None:
    if tabs:
        page.get_by_role("link", name="收入").click()
    page.get_by_label("务工工资", exact=True).fill(wages)
    page.get_by_label("务工工资的依据").fill("县内务工 7 个月")
    if tabs:
        expect(page.locator("[data-sum]")).to_be_in_viewport()
        page.get_by_role("link", name="结论").click()
    page.get_by_label("以上都没有").check()
    for group in ("不愁吃", "不愁穿"):
        page.get_by_role("group", name=group).get_by_label("是", exact=True).check()
    page.get_by_role("radio", name="低保·整户").check()
    page.get_by_label("理由").fill("配偶无劳动力，靠一人务工。")


def test_an_officer_verifies_and_goes_to_the_next(page, sign_in, cast, households):
    sign_in(page, cast.officer)
    page.goto("/cases/")
    expect(page.get_by_text("2 户 / 3 人")).to_be_visible()
    page.get_by_role("link", name="核查下一户").click()
    expect(page.get_by_role("heading", name="普有福户")).to_be_visible()
    fill_in(page)
    expect(page.locator("[data-sum-each]")).to_have_text("3,500.00")
    expect(page.locator("[data-sum-says]")).to_contain_text("低于农村低保标准")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", name="李桂兰户")).to_be_visible()
    expect(page.get_by_text("还剩 1 户")).to_be_visible()
    assert Case.objects.get(pk=households[0].pk).state == "to_enrol"
    page.get_by_role("button", name="撤回这次核查").click()
    expect(page.get_by_role("heading", name="普有福户")).to_be_visible()
    expect(page.get_by_label("务工工资", exact=True)).to_have_value("7000")


def test_what_is_typed_is_kept_and_what_is_missing_is_named(page, sign_in, cast, households):
    sign_in(page, cast.officer)
    page.goto(f"/cases/{households[0].pk}/")
    page.get_by_label("理由").fill("写到一半")
    expect(page.locator("[data-draft-time]")).to_contain_text("草稿已保存")
    page.reload()
    expect(page.get_by_label("理由")).to_have_value("写到一半")
    page.get_by_role("button", name="只保存").click()
    expect(page.locator("#missing")).to_contain_text("还差")
    assert Verification.objects.get().state == "draft"


def test_on_a_phone_the_sum_stays_in_sight_and_each_member_gets_a_verdict(phone, sign_in, cast, households):
    sign_in(phone, cast.assistant)
    phone.goto("/cases/")
    phone.locator(".card-row").first.click()
    expect(phone.get_by_role("heading", name="普有福户")).to_be_visible()
    fill_in(phone, tabs=True)
    phone.get_by_label("各人不同").check()
    phone.get_by_label("普有福的结论").select_option("不符合")
    phone.get_by_label("普有福不符合的原因").select_option("财政供养人员")
    phone.get_by_label("普有福的具体情况").fill("在编教师")
    phone.get_by_label("罗翠英的结论").select_option("特困供养")
    phone.get_by_role("button", name="只保存").click()
    expect(phone.locator("#missing")).to_contain_text("结论与条件不同")
    phone.get_by_label("结论与条件不同").fill("在编教师不能保；妻子失能，无人供养。")
    phone.get_by_role("button", name="只保存").click()
    expect(phone.get_by_text("在编教师").first).to_be_visible()
    assert Case.objects.get(pk=households[0].pk).state == "to_recheck"


def test_the_second_of_two_officers_chooses_and_nothing_is_lost(page, sign_in, cast, households, browser):
    sign_in(page, cast.officer)
    page.goto(f"/cases/{households[0].pk}/")
    other = browser.new_context(base_url=page.url.split("/cases")[0], locale="zh-CN").new_page()
    sign_in(other, cast.colleague)
    other.goto(f"/cases/{households[0].pk}/")
    fill_in(other, "6000")
    other.get_by_role("button", name="只保存").click()
    expect(other.get_by_role("heading", name="结论")).to_be_visible()
    other.context.close()
    fill_in(page, "8000")
    page.get_by_role("button", name="只保存").click()
    expect(page.get_by_text("周丽萍 ", exact=False).first).to_be_visible()
    page.get_by_label("8000，县内务工 7 个月").check()
    page.get_by_role("button", name="按选的保存").click()
    expect(page.get_by_role("heading", name="结论")).to_be_visible()
    assert Verification.objects.get(state="submitted").per_capita == 4000
    assert Verification.objects.get(state="superseded").per_capita == 3000


def test_a_death_takes_the_tick_away_and_enter_in_a_field_registers_nobody(page, sign_in, cast, households):
    sign_in(page, cast.officer)
    page.goto(f"/cases/{households[0].pk}/")
    expect(page.locator("[data-sum-says]")).to_have_text("还没填收入")
    page.get_by_text("有人迁入、迁出、去世").click()
    page.get_by_label("罗翠英去世日期").fill("2020-03-20")
    expect(page.get_by_role("checkbox", name="罗翠英")).not_to_be_checked()
    expect(page.get_by_label("共同生活", exact=True)).to_have_value("1")
    fill_in(page, "3000")
    page.get_by_label("务工工资", exact=True).press("Enter")
    expect(page.get_by_text("已保存。")).to_be_visible()
    assert households[0].household.memberships.get(person__name="罗翠英").person.died_on is not None


def test_a_stranger_sees_the_same_page_as_for_what_never_was(page, sign_in, cast, households):
    sign_in(page, cast.stranger)
    seen = []
    for pk in (households[0].pk, uuid4()):
        answer = page.goto(f"/cases/{pk}/")
        seen.append((answer.status, page.locator("main").inner_text()))
    assert seen[0] == seen[1]
    assert seen[0][0] == 404
    assert "这里没有你能看的内容" in seen[0][1]
