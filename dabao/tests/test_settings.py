"""What the environment decides, and what production refuses (A01, G02)."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from dabao import keys
from dabao.demo import demo_accounts, disable_demo_accounts, refuse_demo_accounts
from dabao.models import User

SOUND = {
    "DABAO_MODE": "production",
    "SECRET_KEY": "k" * 64,
    "DABAO_FIELD_KEY": "0f" * 32,
    "DATABASE_URL": "postgres://dabao@127.0.0.1/dabao",
    "REDIS_URL": "redis://127.0.0.1",
    "ALLOWED_HOSTS": "dabao.example",
}


def start(
    *, says: str = "settings.SECURE_HSTS_SECONDS", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process with nothing but this environment; it prints what it is to say."""
    script = f"import django; django.setup(); from django.conf import settings; print({says})"
    whole = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "dabao.settings", **environment}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=whole,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_starts_with_all_its_secrets():
    assert start(**SOUND).stdout == f"{365 * 24 * 3600}\n"


def test_a_mail_server_is_named_by_one_address():
    says = "settings.MAIL_ON, settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS"
    named = start(says=says, DABAO_EMAIL_URL="smtp+tls://dabao:secret@mail.example:587", **SOUND)
    assert named.stdout == "True mail.example 587 True\n"
    assert start(says="settings.MAIL_ON", **SOUND).stdout == "False\n"


@pytest.mark.parametrize(
    "missing", ["SECRET_KEY", "DABAO_FIELD_KEY", "DATABASE_URL", "REDIS_URL", "ALLOWED_HOSTS"]
)
def test_production_names_the_secret_that_it_misses(missing):
    environment = {name: value for name, value in SOUND.items() if name != missing}
    with pytest.raises(ImproperlyConfigured, match=f"正式环境不能启动.*缺少 {missing}"):
        keys.refuse_unfit_for_production(environment)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("DABAO_TODAY", "2020-04-10", "不能设置 DABAO_TODAY"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS 不能是"),
        ("SECRET_KEY", "short", "不足 50 个字符"),
    ],
)
def test_production_refuses_what_only_a_demo_may_have(name, value, reason):
    with pytest.raises(ImproperlyConfigured, match=reason):
        keys.refuse_unfit_for_production(SOUND | {name: value})


def test_the_refusal_reaches_whoever_starts_the_program():
    refused = start(**SOUND | {"DABAO_TODAY": "2020-04-10"})
    assert refused.returncode != 0
    assert "不能设置 DABAO_TODAY" in refused.stderr


def test_an_unknown_mode_is_refused():
    assert "只能是 demo 或 production" in start(DABAO_MODE="prod").stderr


@pytest.mark.parametrize("key", ["", "0f" * 31, "zz" * 32])
def test_a_field_key_of_another_form_is_refused(key):
    with pytest.raises(ImproperlyConfigured, match="64 位十六进制"):
        keys.field_key(key)


def test_the_demo_keeps_its_keys_for_its_owner_only(tmp_path):
    first = keys.kept(tmp_path, "secret_key")
    path = tmp_path / "keys" / "secret_key"
    assert keys.kept(tmp_path, "secret_key") == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["secret_key"]


@pytest.mark.django_db
@override_settings(PRODUCTION=True)
def test_production_refuses_demo_accounts_until_they_are_disabled():
    user = User.objects.create(username="yanshi", name="演示", is_demo=True)
    with pytest.raises(ImproperlyConfigured, match="1 个启用的演示账号"):
        refuse_demo_accounts()
    assert demo_accounts() == []
    assert disable_demo_accounts() == 1
    refuse_demo_accounts()
    user.refresh_from_db()
    assert not user.has_usable_password()
