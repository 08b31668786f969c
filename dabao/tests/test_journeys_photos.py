"""In a real browser: a photo taken at the door on a phone, and the second person who sees it (C08, C11)."""

import pytest
from playwright.sync_api import expect

from dabao.tests.cast import LIUSHUTANG
from dabao.tests.test_pictures import HERE, photo
from screening.choices import Labour
from screening.models import Photo
from screening.rules.verdicts import Verdict
from screening.tests.test_verification import NOT, entry_of, submit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    backend = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": backend}


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


def picture(name="IMG_1.jpg", **values):
    return {"name": name, "mimeType": "image/jpeg", "buffer": photo(**({"gps": HERE} | values))}


def shown(part):
    """Whether the first small picture really came."""
    expect(part.locator("img").first).to_be_visible()
    return part.locator("img").first.evaluate("image => image.decode().then(() => image.naturalWidth)")


def test_a_photo_taken_at_the_door_is_seen_by_the_second_person(phone, sign_in, cast, case, browser):
    sign_in(phone, cast.assistant)
    phone.goto(f"/cases/{case.pk}/")
    phone.get_by_role("link", name="结论").click()
    phone.get_by_label("理由").fill("写到一半，没有保存")
    phone.get_by_role("link", name="情况").click()
    part = phone.locator("#photos")
    part.get_by_label("户牌").check()
    part.get_by_label("拍照").set_input_files(picture())
    expect(part.get_by_role("heading", name="照片 1")).to_be_visible()
    expect(part.get_by_text("拍摄于 3月29日 10:12，有位置")).to_be_visible()
    expect(part.get_by_text("不是入户那天（4月10日）拍的")).to_be_visible()
    assert shown(part) == 320
    assert Photo.objects.get().kind == "doorplate"
    phone.get_by_role("link", name="结论").click()
    expect(phone.get_by_label("理由")).to_have_value("写到一半，没有保存")
    submit(case, cast.assistant, entry_of(case, NOT))
    desk = browser.new_context(base_url=phone.url.split("/cases")[0], locale="zh-CN").new_page()
    sign_in(desk, cast.officer)
    desk.goto("/recheck/")
    expect(desk.get_by_text("照片 1 张，没有房屋、没有材料")).to_be_visible()
    assert shown(desk.locator(".evidence")) == 320
    desk.context.close()


def test_several_at_once_say_what_was_not_kept(page, sign_in, cast, case):
    sign_in(page, cast.officer)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_label("理由").fill("还没保存")
    part = page.locator("#photos")
    program = {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": b"MZ program"}
    part.get_by_label("从相册、文件里选").set_input_files([picture(), program, picture(size=(90, 60))])
    expect(part.get_by_role("heading", name="照片 2")).to_be_visible()
    expect(part.get_by_role("alert")).to_contain_text("这个文件不是照片")
    expect(page.get_by_label("理由")).to_have_value("还没保存")
    part.get_by_text("删除", exact=True).first.click()
    part.get_by_role("button", name="删除这张").first.click()
    expect(page.get_by_role("heading", name="照片 1")).to_be_visible()
    expect(page.get_by_label("理由")).to_have_value("还没保存")


def test_without_scripts_the_button_sends_them_and_keeps_what_is_typed(
    browser, live_server, sign_in, cast, case
):
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, cast.officer)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_label("理由").fill("没有脚本")
    page.get_by_label("从相册、文件里选").set_input_files([picture(), picture(size=(90, 60))])
    page.get_by_role("button", name="存照片").click()
    expect(page.get_by_text("存了 2 张照片")).to_be_visible()
    expect(page.get_by_label("理由")).to_have_value("没有脚本")
    context.close()


def test_on_the_record_photos_go_by_a_form_of_their_own(page, sign_in, cast, case):
    submit(case, cast.officer, entry_of(case, Verdict("dibao")))
    sign_in(page, cast.colleague)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_label("从相册、文件里选").set_input_files(picture())
    expect(page.get_by_role("heading", name="照片 1")).to_be_visible()
    assert Photo.objects.get().by == cast.colleague
