"""A report in a browser: sent on the 15th by one township, missing on the 16th in the others (C23)."""

from datetime import date

import pytest

from dabao.models import Flag, Unit
from dabao.tests.cast import SHIYANG, ZHAOJIADIAN
from reports.models import MonthlyReport
from supervision.services.daily import run_daily

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
URL = f"/reports/2020-04/{SHIYANG}/"


def test_a_report_sent_on_the_fifteenth_is_on_time_and_the_missing_ones_are_flagged_on_the_sixteenth(
    page, sign_in, cast, make_case, settings
):
    settings.DABAO_TODAY = "2020-04-15"
    make_case()
    sign_in(page, cast.officer)
    page.goto("/reports/")
    page.get_by_role("row", name="石羊镇").get_by_role("link", name="未报").click()
    page.get_by_label("二、存在问题及困难").fill("外出务工户多，入户约不到人。")
    page.get_by_role("button", name="请李云飞签字").click()
    page.get_by_text("已请负责人签字。").wait_for()

    page.context.clear_cookies()
    sign_in(page, cast.head)
    page.goto(URL)
    assert page.get_by_label("一、工作进展情况").input_value().startswith("截至4月15日，石羊镇应排查1户1人")
    page.get_by_role("button", name="签字报送县局").click()
    page.get_by_text("已签字报送县局").wait_for()
    assert not MonthlyReport.objects.get(region=SHIYANG).late

    settings.DABAO_TODAY = "2020-04-16"
    run_daily(day=date(2020, 4, 16))
    april = Flag.objects.filter(kind="report_missing", subject="report:2020-04", cleared_on=None)
    assert SHIYANG not in april.values_list("region", flat=True)
    assert april.get(region=ZHAOJIADIAN).raised_on == date(2020, 4, 16)
    page.context.clear_cookies()
    sign_in(page, cast.county)
    page.goto("/reports/")
    page.get_by_role("row", name="石羊镇").get_by_text("4/15").wait_for()
    page.get_by_role("row", name="赵家店镇").get_by_text("缺 1 天").wait_for()


def test_a_request_goes_from_the_township_to_the_county_and_back(page, sign_in, cast, county):
    Unit.objects.create(region=county.region, name="社会救助股")
    sign_in(page, cast.officer)
    page.goto(URL)
    page.get_by_label("二、存在问题及困难").fill("人手不够。")
    page.get_by_text("加一条").click()
    page.get_by_label("事项").fill("增加 1 名村协理员")
    page.get_by_label("希望何时前").fill("2020-04-20")
    page.get_by_role("button", name="加上这一条").click()
    page.get_by_role("button", name="去掉：增加 1 名村协理员").wait_for()
    assert page.get_by_label("二、存在问题及困难").input_value() == "人手不够。"
    page.get_by_role("button", name="请李云飞签字").click()

    as_another(page, sign_in, cast.head, URL)
    page.get_by_role("button", name="签字报送县局").click()

    as_another(page, sign_in, cast.county, "/requests/")
    page.get_by_role("link", name="去答复").click()
    page.get_by_label("县局答复").fill("4月20日前配齐。")
    page.get_by_role("button", name="答复石羊镇").click()
    page.get_by_role("row", name="石羊镇").get_by_text("已答复，等乡镇回话").wait_for()

    as_another(page, sign_in, cast.officer, "/requests/")
    page.get_by_role("link", name="去看答复").click()
    page.get_by_label("解决了", exact=True).check()
    page.get_by_role("button", name="回话给县局").click()
    page.get_by_role("row", name="石羊镇").get_by_text("解决了").wait_for()


def as_another(page, sign_in, user, url):
    page.wait_for_load_state()
    page.context.clear_cookies()
    sign_in(page, user)
    page.goto(url)


def test_what_was_typed_is_there_again_after_the_page_was_left(page, sign_in, cast):
    sign_in(page, cast.officer)
    page.goto(URL)
    page.get_by_label("二、存在问题及困难").fill("写到一半")
    page.get_by_text("草稿已保存").wait_for()
    page.goto("/reports/")
    page.goto(URL)
    assert page.get_by_label("二、存在问题及困难").input_value() == "写到一半"


def test_the_report_fits_a_phone(phone, sign_in, cast, make_case):
    make_case()
    sign_in(phone, cast.officer)
    for url in (URL, "/reports/", f"{URL}cases/?figure=to_screen"):
        phone.goto(url)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
