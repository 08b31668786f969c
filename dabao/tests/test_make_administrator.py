"""`manage.py make_administrator`: how an installation without accounts gets its first one."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from dabao.models import AuditEvent, User
from dabao.scope import Right

pytestmark = pytest.mark.django_db


def made(*arguments: str) -> str:
    out = StringIO()
    call_command("make_administrator", *arguments, stdout=out)
    return out.getvalue()


def test_the_first_administrator_signs_in_with_the_password_shown_and_changes_it(client):
    words = made("duanzhiqiang", "段志强")
    password = re.search(r"初始密码 (\S+?)，", words)[1]
    answer = client.post("/signin/", {"username": "duanzhiqiang", "password": password}, follow=True)
    assert answer.redirect_chain[-1][0] == "/account/password/"


def test_he_administers_accounts_sees_no_household_and_stands_in_the_log():
    made("duanzhiqiang", "段志强")
    user = User.objects.get(username="duanzhiqiang")
    assert user.scope().may(Right.ACCOUNTS)
    assert not user.scope().may(Right.READ)
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {"account.create", "posting.grant"}


def test_a_name_taken_or_unfit_is_refused_and_leaves_nothing():
    made("duanzhiqiang", "段志强")
    with pytest.raises(CommandError) as taken:
        made("duanzhiqiang", "别人")
    with pytest.raises(CommandError):
        made("段", "段志强")
    assert taken.value.returncode == 2
    assert User.objects.count() == 1
