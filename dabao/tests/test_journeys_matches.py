"""In a real browser: a certificate whose number has a wrong digit finds its person, by the keyboard."""

import pytest
from playwright.sync_api import expect

from screening.models import DisabilityCertificate
from screening.tests.imports import sheets
from screening.tests.imports.sheets import DISABILITY, REGISTRY, number, person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def wrong_numbers(county, tmp_path, settings):
    """Two certificates, each with one digit wrong, one of them under a name of the same sound."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    family = [person(1, 1, 姓名="杨桂芝"), person(2, 2, 姓名="李国华")]
    sheets.bring_in(tmp_path, "registry", (REGISTRY, family))
    rows = [
        [name, good[:15] + str((int(good[15]) + 1) % 10) + good[16:], "", "视力", "二级", "正常"]
        for name, good in (("杨桂枝", number(3)), ("李国华", number(5)))
    ]
    sheets.bring_in(tmp_path, "disability", (DISABILITY, rows))


def test_a_pair_is_recognised_and_taken_back_by_the_keyboard(page, sign_in, cast, wrong_numbers):
    sign_in(page, cast.county)
    page.goto("/matches/")
    expect(page.get_by_role("link", name="三部门比对").first).to_contain_text("2")
    expect(page.get_by_role("heading", name="待认 2 对")).to_be_visible()
    page.keyboard.press("y")
    expect(page.get_by_text("已记住")).to_be_visible()
    expect(page.get_by_role("heading", name="待认 1 对")).to_be_visible()
    assert DisabilityCertificate.objects.count() == 1
    page.keyboard.press("n")
    expect(page.get_by_text("要写一句说明")).to_be_visible()
    page.goto("/matches/?tab=decided")
    page.get_by_role("button", name="撤回").click()
    expect(page.get_by_text("已撤回")).to_be_visible()
    assert not DisabilityCertificate.objects.exists()


def test_on_a_phone_the_pair_fits(phone, sign_in, cast, wrong_numbers):
    sign_in(phone, cast.county)
    phone.goto("/matches/")
    expect(phone.get_by_role("button", name="是同一人")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
