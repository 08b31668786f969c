"""The demo's accounts: offered at sign-in in demo mode, refused in production (A01)."""

from dataclasses import dataclass

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Role


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account to try: user name, the person's name and office, the role in words."""

    username: str
    name: str
    office: str
    role: str


def demo_accounts() -> list[DemoAccount]:
    """The demo accounts in the order of the roles; none in production."""
    if settings.PRODUCTION:
        return []
    order = list(Role)
    found = []
    for user in User.objects.filter(is_demo=True, is_active=True).order_by("username"):
        roles = sorted((Role(role) for role in user.scope().roles), key=order.index)
        if roles:
            words = "、".join(str(role.label) for role in roles)
            found.append((order.index(roles[0]), DemoAccount(user.username, user.name, user.office, words)))
    return [account for _, account in sorted(found, key=lambda pair: pair[0])]


def refuse_demo_accounts() -> None:
    """Raise ImproperlyConfigured when production would offer accounts whose password everybody knows."""
    if settings.PRODUCTION and (number := User.objects.filter(is_demo=True, is_active=True).count()):
        raise ImproperlyConfigured(
            f"正式环境不能启动：数据库里有 {number} 个启用的演示账号，密码是公开的。"
            "请换用新数据库；或先停用这些账号（manage.py demo_accounts --disable）。"
        )


@register(Tags.database, deploy=True)
def check_no_demo_accounts(databases: list[str] | None = None, **_: object) -> list[CheckMessage]:
    """`manage.py check --deploy --database default` fails while demo accounts can sign in."""
    if not databases:
        return []
    try:
        refuse_demo_accounts()
    except ImproperlyConfigured as refusal:
        return [Error(str(refusal), id="dabao.E001")]
    return []


@transaction.atomic
def disable_demo_accounts() -> int:
    """Take the demo accounts out of use and end their sessions. How many there were."""
    users = list(User.objects.filter(is_demo=True, is_active=True))
    for user in users:
        user.is_active = False
        user.end_sessions()
        user.set_unusable_password()
        user.save()
        audit.record("account.disable", actor=None, obj=user, label=audit.COMMAND_LINE, demo=True)
    return len(users)
