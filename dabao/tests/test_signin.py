"""Signing in, the lock, sessions and the password that must be changed (A02–A07)."""

import re
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dabao import crypto
from dabao.models import AuditEvent, SigninAttempt
from dabao.services import accounts, signin
from dabao.tests.cast import PASSWORD

NEW_PASSWORD = "Jinsha-jiang-77"


@pytest.fixture
def officer(cast):
    cast.officer.set_password(PASSWORD)
    cast.officer.save()
    return cast.officer


def try_in(client, username, password, **headers):
    return client.post("/signin/", {"username": username, "password": password}, **headers)


def said(answer) -> str:
    return " ".join(answer.context["form"].non_field_errors())


def test_the_right_password_signs_in_and_leads_home(client, officer):
    answer = try_in(client, officer.username, PASSWORD)
    assert (answer.status_code, answer.url) == (302, "/")
    event = AuditEvent.objects.get(action="account.sign_in")
    assert (event.actor, event.result) == (officer, "ok")


def test_capitals_and_spaces_around_the_user_name_do_not_matter(client, officer):
    assert try_in(client, f" {officer.username.capitalize()} ", PASSWORD).status_code == 302


def test_next_leads_to_a_page_of_this_site_and_to_no_other(client, officer):
    data = {"username": officer.username, "password": PASSWORD}
    assert client.post("/signin/", data | {"next": "/account/"}).url == "/account/"
    assert client.post("/signin/", data | {"next": "https://example.org/"}).url == "/"
    assert client.post("/signin/", data | {"next": "//example.org"}).url == "/"


def test_an_unknown_name_gets_the_same_words_as_a_wrong_password(client, officer):
    wrong = said(try_in(client, officer.username, "Wrong-2020-x"))
    SigninAttempt.objects.all().delete()
    unknown = said(try_in(client, "nobody-here", "Wrong-2020-x"))
    assert wrong == unknown
    assert "再错 4 次" in wrong


def test_a_disabled_account_gets_the_same_words_too(client, officer):
    officer.is_active = False
    officer.save()
    assert "用户名或密码不对" in said(try_in(client, officer.username, PASSWORD))


def test_the_sixth_try_fails_even_with_the_right_password(client, officer):
    for _ in range(5):
        answer = try_in(client, officer.username, "Wrong-2020-x")
    assert "已锁定到" in said(answer)
    assert "已锁定到" in said(try_in(client, officer.username, PASSWORD))
    refused = AuditEvent.objects.filter(action="account.sign_in", result="refused")
    assert [(event.actor, event.object_id) for event in refused] == [(None, str(officer.pk))] * 6


def test_a_name_that_does_not_exist_locks_alike(client, cast):
    for _ in range(6):
        answer = try_in(client, "nobody-here", "Wrong-2020-x")
    assert "已锁定到" in said(answer)


@pytest.mark.parametrize(("minutes", "locked"), [(29, True), (31, False)])
def test_the_lock_lasts_half_an_hour(client, officer, minutes, locked):
    for _ in range(5):
        try_in(client, officer.username, "Wrong-2020-x")
    SigninAttempt.objects.update(at=timezone.now() - timedelta(minutes=minutes))
    assert (try_in(client, officer.username, PASSWORD).status_code == 200) is locked


def test_five_slips_spread_over_more_than_a_quarter_of_an_hour_do_not_lock(client, officer):
    for minutes in (24, 18, 12, 6):
        SigninAttempt.objects.create(
            name_index=crypto.blind(officer.username),
            at=timezone.now() - timedelta(minutes=minutes),
            succeeded=False,
        )
    assert "用户名或密码不对" in said(try_in(client, officer.username, "Wrong-2020-x"))
    assert try_in(client, officer.username, PASSWORD).status_code == 302


def test_an_address_that_tries_many_names_is_locked_and_another_is_not(client, officer):
    for number in range(5):
        try_in(client, f"guess{number}", "Wrong-2020-x", REMOTE_ADDR="10.12.3.64")
    assert "已锁定到" in said(try_in(client, officer.username, PASSWORD, REMOTE_ADDR="10.12.3.64"))
    assert try_in(client, officer.username, PASSWORD, REMOTE_ADDR="10.12.3.65").status_code == 302


def test_a_forwarded_for_header_does_not_change_the_address(client, officer):
    for number in range(5):
        try_in(client, f"guess{number}", "Wrong-2020-x", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")
    assert "已锁定到" in said(try_in(client, officer.username, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.9"))


def test_behind_our_proxy_the_address_is_the_one_the_proxy_saw(client, officer, settings):
    settings.BEHIND_PROXY = True
    for number in range(5):
        forged = f"10.0.0.{number}, 10.12.3.64"
        try_in(client, f"guess{number}", "Wrong-2020-x", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=forged)
    locked = try_in(client, officer.username, PASSWORD, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="10.12.3.64")
    assert "已锁定到" in said(locked)
    other = try_in(client, officer.username, PASSWORD, REMOTE_ADDR="", HTTP_X_FORWARDED_FOR="10.12.3.65")
    assert other.status_code == 302
    assert AuditEvent.objects.filter(action="account.sign_in", result="ok").get().address == "10.12.3.65"


def test_slips_of_colleagues_who_then_signed_in_do_not_lock_their_router(client, officer):
    for _ in range(4):
        try_in(client, officer.username, "Wrong-2020-x")
    assert try_in(client, officer.username, PASSWORD).status_code == 302
    client.logout()
    assert "用户名或密码不对" in said(try_in(client, "colleague-two", "Wrong-2020-x"))


def test_the_session_key_changes_at_sign_in_and_dies_at_sign_out(client, officer):
    client.get("/signin/")
    session = client.session
    session["seen"] = 1
    session.save()
    before = session.session_key
    try_in(client, officer.username, PASSWORD)
    key = client.session.session_key
    assert key != before
    answer = client.post("/signout/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    client.cookies["sessionid"] = key
    assert client.get("/account/").status_code == 302
    assert AuditEvent.objects.filter(action="account.sign_out", actor=officer).count() == 1


def test_sign_out_wants_a_post(client, officer):
    client.force_login(officer)
    assert client.get("/signout/").status_code == 405
    assert client.get("/account/").status_code == 200


def test_a_session_ends_after_twelve_hours_of_work(client, officer):
    client.force_login(officer)
    session = client.session
    session[signin.SIGNED_IN_AT] = (timezone.now() - timedelta(hours=11, minutes=59)).isoformat()
    session.save()
    assert client.get("/account/").status_code == 200
    session[signin.SIGNED_IN_AT] = (timezone.now() - timedelta(hours=12, minutes=1)).isoformat()
    session.save()
    answer = client.get("/account/")
    assert answer.url.startswith("/signin/?next=/account/")
    assert "12 小时" in str(next(iter(get_messages(answer.wsgi_request))))


def test_pages_of_signed_in_people_are_not_kept(client, officer):
    client.force_login(officer)
    assert client.get("/account/").headers["Cache-Control"] == "no-store"


# --- Passwords ---


def change(client, old, new):
    return client.post(
        "/account/password/", {"old_password": old, "new_password1": new, "new_password2": new}
    )


def test_a_new_password_ends_the_other_sessions_and_not_this_one(client, officer):
    other = Client()
    other.force_login(officer)
    client.force_login(officer)
    assert change(client, PASSWORD, NEW_PASSWORD).status_code == 302
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == 302
    officer.refresh_from_db()
    assert officer.check_password(NEW_PASSWORD)


@pytest.mark.parametrize("weak", ["short-1A", "alllowercase1", "Dayao-2020-abc", "Minzheng#2020", PASSWORD])
def test_a_weak_password_or_the_old_one_is_refused(client, officer, weak):
    client.force_login(officer)
    assert change(client, PASSWORD, weak).context["form"].errors
    officer.refresh_from_db()
    assert officer.check_password(PASSWORD)


def test_who_must_change_his_password_is_sent_there_from_every_address(client, officer):
    officer.must_change_password = True
    officer.save()
    client.force_login(officer)
    for url in ("/", "/account/", "/cases/", "/board/", "/no-such-page/", "/audit/"):
        assert client.get(url).headers["Location"] == reverse("dabao:password"), url
        assert client.post(url).headers["Location"] == reverse("dabao:password"), url
    part = client.get("/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == reverse("dabao:password")
    change(client, PASSWORD, NEW_PASSWORD)
    assert client.get("/account/").status_code == 200


def test_a_part_of_a_page_asked_for_after_the_session_ended_leads_the_whole_page_to_sign_in(client, cast):
    answer = client.get("/account/", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/signin/")


def test_a_random_password_passes_our_own_rules(officer):
    from django.contrib.auth.password_validation import validate_password

    for _ in range(50):
        password = accounts.random_password()
        validate_password(password, officer)
        assert re.fullmatch(r"(\w{4}-){2}\w{4}", password)


# --- Refusals are events ---


def test_a_refused_page_shows_nothing_and_is_an_event(client, cast):
    client.force_login(cast.idle)
    answer = client.get("/admin/accounts/")
    assert answer.status_code == 403
    assert cast.officer.name not in answer.content.decode()
    event = AuditEvent.objects.get(action="page.refuse")
    assert (event.actor, event.result, event.data["page"]) == (cast.idle, "refused", "dabao:accounts")


def test_a_form_without_its_token_is_refused_and_is_an_event(officer):
    client = Client(enforce_csrf_checks=True)
    client.force_login(officer)
    answer = client.post("/account/password/", {"old_password": PASSWORD})
    assert answer.status_code == 403
    assert AuditEvent.objects.get(action="page.no_token").actor == officer


def test_a_failure_tells_a_reference_number_and_nothing_of_the_program(client, officer, monkeypatch):
    def fail(scope):
        raise RuntimeError("SELECT secret FROM somewhere")

    monkeypatch.setattr("dabao.queries.accounts.own_postings", fail)
    client.force_login(officer)
    client.raise_request_exception = False
    answer = client.get("/account/")
    page = answer.content.decode()
    assert answer.status_code == 500
    assert answer.wsgi_request.request_id in page
    assert "系统出错了" in page
    assert "SELECT" not in page
    assert "Traceback" not in page


@pytest.mark.parametrize("who", ["admin", "auditor"])
def test_administrator_and_auditor_see_no_case(client, cast, make_case, who):
    case = make_case()
    client.force_login(getattr(cast, who))
    for url in ("/cases/", f"/cases/{case.pk}/"):
        answer = client.get(url)
        assert answer.status_code in (403, 404), url
        assert case.household.head.name not in answer.content.decode()


def test_a_missing_page_has_no_trace_of_the_program(client, officer):
    client.force_login(officer)
    answer = client.get("/no-such-page/")
    assert answer.status_code == 404
    assert "这里没有你能看的内容" in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_none_of_the_last_five_passwords_comes_back(cast):
    """The one in use and the four before it; the fifth before may."""
    passwords = [f"Jinsha-jiang-{number}" for number in range(6)]
    for password in passwords:
        accounts.change_password(user=cast.officer, password=password)
    for number, password in enumerate(reversed(passwords), 1):
        if number <= 5:
            with pytest.raises(ValidationError, match="现在的一样" if number == 1 else "最近 5 次用过"):
                accounts.change_password(user=cast.officer, password=password)
    accounts.change_password(user=cast.officer, password=passwords[0])
    assert cast.officer.former_passwords.count() == 4


def test_a_reset_does_not_let_the_former_password_come_back(client, cast, officer):
    accounts.change_password(user=officer, password=NEW_PASSWORD)
    given = accounts.reset_password(actor=cast.admin, user=officer)
    try_in(client, officer.username, given)
    assert "最近 5 次用过这个密码" in change(client, given, NEW_PASSWORD).content.decode()
    assert change(client, given, f"{NEW_PASSWORD}-8").status_code == 302
