"""In a real browser: a leader follows a figure to a household and its spreadsheet row; flags on the board."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.models import Case
from screening.services.screening import screen_region
from screening.tests.imports.sheets import REGISTRY, bring_in, person
from supervision.services.daily import run_daily

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def screened(county, tmp_path):
    """Two households of 石羊镇 came in with the registry; the one without labour is in the list."""
    rows = [
        person(1, 1, 姓名="普有福", 劳动技能="无劳动力"),
        person(2, 2, 姓名="罗翠英", 劳动技能="普通劳动力"),
    ]
    bring_in(tmp_path, "registry", (REGISTRY, rows))
    screen_region(plan=county.plan, region_code=county.code, day=TODAY)


def test_a_leader_follows_a_figure_to_a_household_and_its_spreadsheet_row(page, sign_in, cast, screened):
    sign_in(page, cast.leader)
    page.goto("/board/")
    row = page.get_by_role("row").filter(has_text="石羊镇")
    row.get_by_role("link", name="1", exact=True).first.click()
    expect(page.get_by_text("1 户 / 1 人")).to_be_visible()
    page.get_by_role("link", name="普有福").click()
    expect(page.get_by_role("heading", name="普有福户")).to_be_visible()
    page.get_by_role("link", name=re.compile("第 ?2 ?行")).first.click()
    expect(page.get_by_role("heading", name="原样和读成什么")).to_be_visible()
    expect(page.get_by_text("无劳动力").first).to_be_visible()


def test_the_day_after_the_last_day_the_flag_stands_on_the_board(page, sign_in, cast, screened, settings):
    settings.DABAO_TODAY = "2020-04-16"
    run_daily(day=date(2020, 4, 16))
    sign_in(page, cast.leader)
    page.goto("/board/")
    row = page.get_by_role("row").filter(has_text="石羊镇")
    expect(row.get_by_text("逾期 1 户").first).to_be_visible()
    row.get_by_role("link", name=re.compile(r"^\d$")).last.click()
    expect(page.get_by_role("heading", name="红旗")).to_be_visible()
    expect(page.get_by_role("table").get_by_text("第一阶段逾期 1 天")).to_be_visible()


def test_the_board_fits_a_phone(phone, sign_in, cast, screened):
    sign_in(phone, cast.leader)
    phone.goto("/board/")
    expect(phone.get_by_text("滞后 1 户").first).to_be_visible()
    phone.get_by_role("link", name="全部 3").click()
    expect(phone.locator(".board-line")).to_have_count(3)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_officers_phone_leads_to_the_next_household(phone, sign_in, cast, make_case, make_household):
    case = make_case(make_household(LIUSHUTANG))
    sign_in(phone, cast.officer)
    phone.goto("/")
    phone.get_by_role("link", name="核查下一户：普有福").click()
    expect(phone).to_have_url(re.compile(str(case.pk)))
    assert Case.objects.count() == 1


def test_the_wall_refreshes_itself_and_keeps_what_it_has_when_no_answer_comes(
    page, sign_in, cast, make_case, make_household
):
    page.set_viewport_size({"width": 1920, "height": 1080})
    page.clock.install()
    make_case(make_household(LIUSHUTANG))
    sign_in(page, cast.leader)
    page.goto("/board/")
    page.keyboard.press("f")
    expect(page).to_have_url(re.compile("/board/wall/$"))
    left = page.locator(".key").first
    expect(left).to_contain_text("还剩 1 户")
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    assert page.locator("main a").count() == 0

    make_case(make_household(LIUSHUTANG))
    page.clock.run_for(60_000)
    expect(left).to_contain_text("还剩 2 户")

    said = page.locator("[data-wall-time]")
    as_at = said.inner_text().removeprefix("数据时点 ")
    page.route("**/board/wall/", lambda route: route.abort())
    make_case(make_household(LIUSHUTANG))
    page.clock.run_for(60_000)
    expect(said).to_have_text(f"更新中断 {as_at}")
    expect(left).to_contain_text("还剩 2 户")

    page.unroute("**/board/wall/")
    page.clock.run_for(60_000)
    expect(left).to_contain_text("还剩 3 户")
    expect(said).to_contain_text("数据时点")

    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/board/$"))


def test_signed_out_the_wall_says_that_it_stands_still(page, sign_in, cast, make_case):
    page.clock.install()
    make_case()
    sign_in(page, cast.leader)
    page.goto("/board/wall/")
    cast.leader.end_sessions()
    cast.leader.save()
    page.clock.run_for(60_000)
    expect(page.locator("[data-wall-time]")).to_contain_text("更新中断")
    expect(page.locator(".key").first).to_contain_text("还剩 1 户")


def test_a_past_day_is_chosen_in_the_heading(page, sign_in, cast, screened):
    sign_in(page, cast.leader)
    page.goto("/board/")
    page.get_by_label("看哪天").fill("2020-04-01")
    expect(page.get_by_text("4月1日当天的样子")).to_be_visible()
    page.get_by_role("link", name="回今天").click()
    expect(page.get_by_text("截至 2020-04-10")).to_be_visible()
