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
    expect(row.get_by_text("第一阶段逾期 1 天")).to_be_visible()
    expect(row.get_by_text("逾期 1 户").first).to_be_visible()


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
