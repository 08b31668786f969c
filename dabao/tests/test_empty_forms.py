"""An empty form is answered by us: what is wrong, what to do, and above it which fields."""

import pytest
from playwright.sync_api import expect

EMPTY = "这一项空着。请填好再保存。"


@pytest.mark.parametrize(
    ("who", "path", "words"),
    [
        ("admin", "/admin/accounts/new/", EMPTY),
        ("county", "/settings/standards/new/", EMPTY),
        ("officer", "/cases/new/", EMPTY),
        ("officer", "/ledger/export/", "请写用途，例如："),
    ],
)
def test_an_empty_form_comes_back_with_our_sentences(cast, client_of, who, path, words):
    page = client_of(getattr(cast, who)).post(path, {"then": "look", "reason": ""}).content.decode()
    assert words in page
    assert "必填项" not in page
    assert 'role="alert"' in page


@pytest.mark.browser
def test_the_browsers_bubble_does_not_come_before_our_sentence(page, live_server, sign_in, cast):
    sign_in(page, cast.admin)
    page.goto(f"{live_server.url}/admin/accounts/new/")
    page.get_by_role("button", name="建账号").click()
    expect(page.get_by_role("alert")).to_contain_text("没有保存")
    expect(page.get_by_text(EMPTY).first).to_be_visible()
    assert page.evaluate("[...document.forms].every(form => form.noValidate)")
