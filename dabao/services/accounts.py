"""Accounts: made, changed, put out of use, given a new password (A01–A07). What they may do: `postings`."""

import re
import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import FormerPassword, User
from dabao.scope import Right, Role
from dabao.services import signin

USERNAME = re.compile(r"[a-z][a-z0-9._-]{1,29}")
RANDOM_PASSWORD_ITERATIONS = 20_000
NOT_REUSED = 5  # the one in use and the four before
# Without 0 O o 1 l I: a password is read out on the telephone.
_LETTERS = ("ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789")


def may_administer(actor: User | None) -> None:
    """Raise PermissionDenied unless the actor is a system administrator; None is the command line."""
    if actor is not None and not actor.scope().may(Right.ACCOUNTS):
        raise PermissionDenied("只有系统管理员能管理账号。")


def random_password() -> str:
    """Twelve characters of three kinds in groups of four, easy to read out: `Kx7m-4Tqp-92hw`."""
    kinds = "".join(_LETTERS)
    while True:
        letters = [secrets.choice(kinds) for _ in range(12)]
        if all(set(letters) & set(kind) for kind in _LETTERS):
            return "-".join("".join(letters[at : at + 4]) for at in (0, 4, 8))


def _hashed(password: str) -> str:
    """The hash of a random password: 68 bits need no slow stretching, and bulk files hold hundreds of them.

    Django hashes it anew, in full, when its owner first signs in.
    """
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=RANDOM_PASSWORD_ITERATIONS)


@transaction.atomic
def create(
    *, actor: User | None, username: str, name: str, office: str = "", phone: str = "", email: str = ""
) -> tuple[User, str]:
    """A new account without any right, and its first password, which is shown once and must be changed."""
    may_administer(actor)
    user = User(
        username=username.strip().lower(),
        name=name.strip(),
        office=office.strip(),
        phone=phone.strip(),
        email=email.strip(),
    )
    if not USERNAME.fullmatch(user.username):
        raise ValidationError(
            {"username": "账号用 2 至 30 个小写字母、数字或 . _ -，以字母开头，如 luguowei。"}
        )
    password = random_password()
    user.password = _hashed(password)
    user.must_change_password = True
    user.full_clean()
    user.save()
    audit.record("account.create", actor=actor, obj=user, label=audit.COMMAND_LINE)
    return user, password


@transaction.atomic
def change(*, actor: User, user: User, name: str, office: str, phone: str, email: str | None = None) -> None:
    """Correct the name, office, telephone and mail address of an account; no address given = it stays."""
    may_administer(actor)
    new = {"name": name.strip(), "office": office.strip(), "phone": phone.strip()}
    new |= {} if email is None else {"email": email.strip()}
    changed = sorted(field for field, value in new.items() if getattr(user, field) != value)
    if not changed:
        return
    for field in changed:
        setattr(user, field, new[field])
    user.full_clean()
    user.save(update_fields=changed)
    audit.record("account.change", actor=actor, obj=user, fields=changed)


@transaction.atomic
def reset_password(*, actor: User, user: User) -> str:
    """A new password, shown once and to be changed; ends the sessions and a lock (A03, A04, A07)."""
    may_administer(actor)
    if actor == user:
        raise ValidationError("自己的密码不能重设，请用“账号和密码”页换。")
    password = random_password()
    _keep_former(user)
    user.password = _hashed(password)
    user.must_change_password = True
    user.end_sessions()
    user.save(update_fields=["password", "must_change_password", "session_stamp"])
    signin.unlock(user)
    audit.record("account.reset_password", actor=actor, obj=user)
    return password


@transaction.atomic
def change_password(*, user: User, password: str) -> None:
    """One's own new password; the other sessions end. The form has checked it against the rules.

    Raises ValidationError when it is among the last five (A03).
    """
    if user.check_password(password):
        raise ValidationError({"new_password1": "新密码和现在的一样。请换一个没用过的。"})
    if any(check_password(password, former.password) for former in user.former_passwords.all()):
        raise ValidationError({"new_password1": f"最近 {NOT_REUSED} 次用过这个密码。请换一个没用过的。"})
    _keep_former(user)
    user.set_password(password)
    user.must_change_password = False
    user.end_sessions()
    user.save(update_fields=["password", "must_change_password", "session_stamp"])
    audit.record("account.change_password", actor=user, obj=user)


def _keep_former(user: User) -> None:
    """Remember the password in use, about to be replaced; forget those that may come back."""
    FormerPassword.objects.create(user=user, password=user.password)
    too_old = user.former_passwords.values_list("pk", flat=True)[NOT_REUSED - 1 :]
    FormerPassword.objects.filter(pk__in=list(too_old)).delete()


@transaction.atomic
def disable(*, actor: User, user: User) -> None:
    """Put an account out of use: no sign-in, no session. Not oneself, not the last administrator."""
    may_administer(actor)
    if actor == user:
        raise ValidationError("不能停用自己的账号。请另一位系统管理员来办。")
    keep_an_administrator(without=user)
    user.is_active = False
    user.end_sessions()
    user.save(update_fields=["is_active", "session_stamp"])
    audit.record("account.disable", actor=actor, obj=user)


@transaction.atomic
def enable(*, actor: User, user: User) -> None:
    """Put an account back in use, with the postings that it still has."""
    may_administer(actor)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record("account.enable", actor=actor, obj=user)


def keep_an_administrator(*, without: User) -> None:
    """Refuse what would leave nobody to administer accounts."""
    if not without.scope().may(Right.ACCOUNTS):
        return
    others = User.objects.filter(is_active=True, postings__role=Role.SYSTEM_ADMIN).exclude(pk=without.pk)
    if not any(user.scope().may(Right.ACCOUNTS) for user in others.distinct()):
        raise ValidationError("这是最后一位系统管理员。请先另设一位，再办这一步。")
