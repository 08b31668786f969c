"""In a real browser: a new account with its posting, the first password changed, and the way out."""

import pytest

from dabao.models import User
from dabao.tests.cast import SHIYANG

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_new_officer_gets_an_account_changes_the_password_and_is_in(page, sign_in, cast):
    sign_in(page, cast.admin)
    page.goto("/admin/accounts/")
    page.get_by_role("link", name="建一个账号").click()
    page.get_by_label("账号", exact=True).fill("puxiaomei")
    page.get_by_label("姓名").fill("普晓梅")
    page.get_by_label("单位").fill("石羊镇社会事务办")
    page.get_by_role("button", name="建账号").click()
    password = page.locator(".once-password").inner_text()
    page.get_by_role("link", name="已经告诉他，去加任职").click()
    page.get_by_label("岗位").select_option("township_staff")
    page.get_by_label("范围").select_option(SHIYANG)
    page.get_by_role("button", name="加任职").click()
    page.get_by_text("任职已加").wait_for()

    page.context.clear_cookies()
    page.goto("/signin/?next=/account/")
    page.get_by_label("用户名").fill("puxiaomei")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()
    page.get_by_text("先换一个自己的密码").wait_for()
    page.get_by_label("现在的密码").fill(password)
    page.get_by_label("新密码", exact=True).fill("Jinsha-jiang-77")
    page.get_by_label("再输一次新密码").fill("Jinsha-jiang-77")
    page.get_by_role("button", name="换成新密码").click()
    page.get_by_text("密码已换").wait_for()
    assert not User.objects.get(username="puxiaomei").must_change_password


def test_back_after_signing_out_shows_the_sign_in_page(page, sign_in, cast):
    sign_in(page, cast.officer)
    page.goto("/account/")
    page.get_by_role("button", name="退出").click()
    page.wait_for_url("**/signin/")
    page.go_back()
    page.wait_for_url("**/signin/**")
    assert cast.officer.name not in page.content()


def test_the_administration_fits_a_phone(phone, sign_in, cast):
    sign_in(phone, cast.admin)
    for url in (
        "/admin/accounts/",
        f"/admin/accounts/{cast.officer.pk}/",
        "/admin/units/",
        "/admin/accounts/bulk/",
    ):
        phone.goto(url)
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390, url
