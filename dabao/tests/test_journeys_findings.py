"""In a real browser: a finding through a contest to 销号; a reply with a photo from a phone (C21)."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from dabao.models import User
from supervision.choices import FindingState, Move
from supervision.models import Finding, FindingEvidence

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def photo() -> dict:
    target = BytesIO()
    Image.new("RGB", (400, 300), "#c9bfa9").save(target, "JPEG")
    return {"name": "入户.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


@pytest.fixture
def turn(page: Page, sign_in, desk):
    """One person's turn: sign in, open the finding, choose the move, write, save."""

    def take(who: str, move: Move, text: str, due: str = "", files: list | None = None) -> None:
        sign_in(page, desk.people[who])
        page.goto(f"/findings/{Finding.objects.get().pk}/")
        box = page.locator(f"details.move:has(summary:text-is('{move.label}'))")
        if box.get_attribute("open") is None:
            box.locator("summary").click()
        box.locator("textarea").fill(text)
        if due:
            box.locator("input[type=date]").fill(due)
        if files:
            box.locator("input[type=file]").set_input_files(files)
        box.get_by_role("button", name=move.label, exact=True).click()
        expect(page.locator(".flashes .flash")).to_be_visible()

    return take


def test_a_finding_through_a_contest_to_its_end(page, sign_in, desk, make_case, turn):
    case = make_case()
    unit: User = desk.people["unit"]
    sign_in(page, unit)
    page.goto(f"/cases/{case.pk}/")
    page.get_by_role("link", name="督战问题").click()
    page.get_by_role("radio", name="漏保").check()
    page.get_by_label("发现来源").select_option("督战")
    page.get_by_label("来源说明").fill("暗访")
    page.get_by_label("问题表述").fill("七十八岁独居，没有列入特困")
    page.get_by_label("整改措施").fill("重新入户，按特困研判")
    page.get_by_label("整改时限").fill("2020-04-15")
    page.get_by_role("button", name="交办").click()
    expect(page.get_by_text("督改〔2020〕1号").first).to_be_visible()

    turn("officer", Move.CONTEST, "户口 3 月已迁到三台乡")
    expect(page.get_by_text("有异议").first).to_be_visible()
    turn("unit", Move.WEIGH, "派出所证明没有迁出，异议站不住")
    turn("leader", Move.UPHOLD, "户口没有迁，按原措施改", due="2020-04-20")
    turn("officer", Move.REPLY, "已按特困研判，等村里评议", files=[photo()])
    turn("unit", Move.ACCEPT, "入户记录和依据都在")
    sign_in(page, desk.people["county"])
    page.goto(f"/findings/{Finding.objects.get().pk}/")
    expect(page.get_by_role("button", name="销号", exact=True)).to_have_count(0)
    turn("leader", Move.CLOSE, "材料都看过，同意销号")

    finding = Finding.objects.get()
    assert finding.state == FindingState.CLOSED
    assert finding.accepted_by == unit != finding.closed_by
    expect(page.get_by_text("入户.jpg").first).to_be_visible()
    page.goto("/findings/?tab=closed")
    expect(page.get_by_role("link", name="石羊镇")).to_be_visible()
    sign_in(page, desk.people["officer"])
    page.goto(f"/cases/{case.pk}/")
    expect(page.get_by_text("督战问题 督改〔2020〕1号 销号")).to_be_visible()


def test_a_township_replies_with_a_photo_from_a_phone(phone, sign_in, desk):
    finding = desk.open()
    sign_in(phone, desk.people["officer"])
    phone.goto("/findings/?mine=1")
    phone.get_by_role("link", name="石羊镇").click()
    box = phone.locator("details.move").first
    box.locator("textarea").fill("已停发，追回 215 元")
    box.get_by_role("button", name="回复整改").click()
    expect(phone.get_by_text("回复整改要有依据").first).to_be_visible()
    expect(phone.locator("details.move[open] textarea")).to_have_value("已停发，追回 215 元")
    phone.locator("details.move[open] input[type=file]").set_input_files([photo()])
    phone.get_by_role("button", name="回复整改").click()
    expect(phone.get_by_text("待复查").first).to_be_visible()
    assert FindingEvidence.objects.get(turn__finding=finding).file_name == "入户.jpg"
    overflow = phone.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert not overflow
