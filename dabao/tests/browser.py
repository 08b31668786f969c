"""Fixtures for tests in a real browser (marker `browser`): Debian's Chromium, driven by Playwright.

A page fails its test at the end when it broke the content security policy, raised a script error or
asked another machine for anything (W02, P07).
"""

import shutil
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Faults:
    """What a page did that no page of ours may do."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.found: list[str] = []

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.found.append(message.text)

    def request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https") and address.netloc != self.host:
            self.found.append(f"asked {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("没有 Chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


def _open(browser: Browser, address: str, **options: object) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="zh-CN", timezone_id="Asia/Shanghai", **options)
    context.set_default_timeout(10_000)
    faults = Faults(urlsplit(address).netloc)
    context.on("console", faults.console)
    context.on("request", faults.request)
    context.on("weberror", lambda error: faults.found.append(str(error.error)))
    yield context.new_page()
    context.close()
    assert faults.found == []


@pytest.fixture
def page(browser: Browser, live_server) -> Iterator[Page]:
    """A page on a desk, 1440 × 900; `page.goto("/cases/")` opens the project's own server."""
    yield from _open(browser, live_server.url, viewport=DESK)


@pytest.fixture
def phone(browser: Browser, live_server) -> Iterator[Page]:
    """A page on a phone, 390 × 844, with touch."""
    yield from _open(browser, live_server.url, viewport=PHONE, is_mobile=True, has_touch=True)


@pytest.fixture
def sign_in(live_server) -> Callable[[Page, AbstractBaseUser], None]:
    """`sign_in(page, user)`: the session of that user, without the way over the sign-in page."""

    def sign_in(page: Page, user: AbstractBaseUser) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return sign_in
