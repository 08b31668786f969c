"""The second step of signing in (A05): no page without it, each code once, codes on paper, the lock."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dabao import keys, totp
from dabao.models import AuditEvent, RecoveryCode, SecondFactor, SigninAttempt, User
from dabao.services import accounts, second_factor
from dabao.tests.cast import PASSWORD

SECRET = b"12345678901234567890"


# --- The digits ---


@pytest.mark.parametrize(
    ("second", "digits"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_digits_are_those_of_the_standard(second, digits):
    """RFC 6238, appendix B, the last six of its eight digits."""
    assert totp.code(SECRET, totp.step_of(datetime.fromtimestamp(second, UTC))) == digits


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_phone_may_be_half_a_minute_off_and_no_more(steps, right):
    now = timezone.now()
    typed = totp.code(SECRET, totp.step_of(now) + steps)
    assert (totp.matching_step(SECRET, typed, at=now, after=0) is not None) is right


def test_the_picture_holds_secret_account_and_system():
    address = totp.address(SECRET, issuer="督战", account="duan")
    assert address == (
        f"otpauth://totp/%E7%9D%A3%E6%88%98:duan?secret={base64.b32encode(SECRET).decode()}"
        "&issuer=%E7%9D%A3%E6%88%98"
    )


# --- Signing in ---


@pytest.fixture(autouse=True)
def two_steps(settings):
    settings.SECOND_FACTOR = "county"


@pytest.fixture
def leader(cast) -> User:
    cast.county.set_password(PASSWORD)
    cast.county.save()
    return cast.county


def signed_in(user: User) -> Client:
    client = Client()
    answer = client.post("/signin/", {"username": user.username, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def secret_of(client: Client) -> bytes:
    """The secret on the page, as the person would type it in."""
    return base64.b32decode(client.get("/account/phone/").context["secret"].replace(" ", ""))


def digits(secret: bytes, later: int = 0) -> str:
    return totp.code(secret, totp.step_of(timezone.now()) + later)


@pytest.fixture
def bound(leader) -> tuple[User, bytes, list[str]]:
    """Somebody with a phone: the account, its secret, the codes on paper."""
    client = signed_in(leader)
    secret = secret_of(client)
    # The step before, so that a code of this moment is still unused.
    answer = client.post("/account/phone/", {"code": digits(secret, -1)})
    return leader, secret, answer.context["codes"]


def test_who_has_no_phone_yet_is_sent_to_bind_one_from_every_page(leader):
    client = signed_in(leader)
    for address in ("/", "/cases/", "/account/", "/account/password/", "/help/"):
        assert client.get(address).url == "/account/phone/"
    assert client.get("/cases/", headers={"hx-request": "true"}).headers["HX-Redirect"] == "/account/phone/"


def test_the_password_alone_reaches_no_page(bound):
    client = signed_in(bound[0])
    for name in ("supervision:home", "screening:cases", "dabao:password", "dabao:second-step-bind"):
        assert client.get(reverse(name)).url.startswith("/signin/code/?next=")
    assert client.post("/account/phone/", {"code": "000000"}).status_code == 302


def test_the_phones_code_leads_to_the_page_that_was_asked_for(bound):
    user, secret, _ = bound
    client = signed_in(user)
    before = client.session.session_key
    answer = client.post(
        "/signin/code/", {"code": f" {digits(secret)[:3]} {digits(secret)[3:]}", "next": "/account/"}
    )
    assert (answer.status_code, answer.url) == (302, "/account/")
    assert client.session.session_key != before
    assert client.get("/account/").status_code == 200
    assert signed_in(user).get("/account/").status_code == 302, "the next sign-in asks again"


def test_a_code_that_was_used_is_refused(bound):
    user, secret, _ = bound
    typed = {"code": digits(secret)}
    assert signed_in(user).post("/signin/code/", typed).status_code == 302
    assert "不对或已用过" in signed_in(user).post("/signin/code/", typed).content.decode()


def test_a_code_on_paper_works_once(bound):
    user, _, codes = bound
    assert len(codes) == 10
    typed = {"code": codes[0].lower().replace("-", " ")}
    assert signed_in(user).post("/signin/code/", typed).status_code == 302
    assert "不对或已用过" in signed_in(user).post("/signin/code/", typed).content.decode()
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


def test_five_wrong_codes_lock_and_right_passwords_between_do_not_help(bound):
    user, secret, codes = bound
    client = signed_in(user)
    for _ in range(5):
        answer = signed_in(user).post("/signin/code/", {"code": "wrong"})
    assert "已锁定到" in answer.content.decode()
    for typed in (digits(secret), codes[0]):
        assert "已锁定到" in client.post("/signin/code/", {"code": typed}).content.decode()
    SigninAttempt.objects.update(at=timezone.now() - timedelta(minutes=31))
    assert client.post("/signin/code/", {"code": codes[0]}).status_code == 302


def test_the_log_tells_of_each_try_and_holds_no_code(bound):
    user, secret, codes = bound
    client = signed_in(user)
    client.post("/signin/code/", {"code": "wrong"})
    client.post("/signin/code/", {"code": codes[0]})
    events = AuditEvent.objects.filter(action="account.second_factor").order_by("pk")
    assert [event.result for event in events] == ["refused", "ok"]
    everything = str(list(AuditEvent.objects.values()))
    assert all(code not in everything for code in [*codes, digits(secret)])


def test_the_secret_is_sealed(bound):
    assert bound[1] not in bytes(SecondFactor.objects.get().secret_sealed)


def test_people_of_the_townships_sign_in_by_one_step_unless_all_must(cast, settings):
    for user in (cast.officer, cast.head, cast.assistant):
        assert not second_factor.is_needed(user)
    for user in (cast.county, cast.leader, cast.admin, cast.auditor, cast.unit):
        assert second_factor.is_needed(user)
    settings.SECOND_FACTOR = "all"
    assert second_factor.is_needed(cast.officer)
    settings.SECOND_FACTOR = "off"
    assert not second_factor.is_needed(cast.admin)


# --- A lost phone ---


def test_the_administrator_unbinds_a_lost_phone_and_its_sessions_end(bound, cast):
    user, secret, _ = bound
    client = signed_in(user)
    client.post("/signin/code/", {"code": digits(secret)})
    second_factor.reset(actor=cast.admin, user=user)
    assert client.get("/account/").url.startswith("/signin/?next=")
    assert signed_in(user).get("/").url == "/account/phone/"
    event = AuditEvent.objects.get(action="account.reset_second_factor")
    assert (event.actor, event.object_id) == (cast.admin, str(user.pk))


def test_nobody_unbinds_his_own_phone_or_one_that_is_not_bound(bound, cast):
    with pytest.raises(ValidationError, match="另一位系统管理员"):
        second_factor.reset(actor=cast.admin, user=cast.admin)
    with pytest.raises(ValidationError, match="还没有绑定"):
        second_factor.reset(actor=cast.admin, user=cast.leader)


def test_a_password_reset_leaves_the_phone_bound(bound, cast):
    accounts.reset_password(actor=cast.admin, user=bound[0])
    assert second_factor.is_bound(bound[0])


@pytest.mark.parametrize(
    ("text", "production", "chosen"),
    [
        ("", False, "off"),
        ("", True, "county"),
        ("all", True, "all"),
        ("off", True, None),
        ("of", False, None),
    ],
)
def test_production_cannot_switch_it_off(text, production, chosen):
    if chosen is None:
        with pytest.raises(ImproperlyConfigured, match="DABAO_SECOND_FACTOR"):
            keys.second_factor(text, production=production)
    else:
        assert keys.second_factor(text, production=production) == chosen
