"""The second step of signing in (A05): who needs one, binding a phone, the code each time, starting anew.

Wrong codes lock as wrong passwords do, in a count of their own: a right password does not clear it.
"""

import secrets
from typing import cast

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from dabao import audit, crypto, totp
from dabao.models import RecoveryCode, SecondFactor, SigninAttempt, User
from dabao.scope import Role
from dabao.services import accounts, signin

OFF, COUNTY, ALL = "off", "county", "all"
OFFERED = "second_factor_offered"  # the sealed secret of a phone not bound yet
RECOVERY_CODES = 10
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
IN_TOWNSHIPS = frozenset({Role.VILLAGE_ASSISTANT, Role.TOWNSHIP_STAFF, Role.TOWNSHIP_HEAD})


def is_needed(user: User) -> bool:
    """Whether the account signs in by two steps: everybody but the townships' people, or all, by setting."""
    if settings.SECOND_FACTOR == COUNTY:
        return bool(user.scope().roles - IN_TOWNSHIPS)
    return settings.SECOND_FACTOR == ALL


def is_bound(user: User) -> bool:
    return SecondFactor.objects.filter(pk=user.pk).exists()


def _who(request: HttpRequest) -> User:
    """Whoever has taken the first step: no page asks for the second before."""
    return cast(User, request.user)


def is_owed(request: HttpRequest) -> bool:
    """Whether this session has yet to take the second step."""
    return not request.session.get(signin.SECOND_STEP_TAKEN) and is_needed(_who(request))


def offered_secret(request: HttpRequest) -> bytes:
    """The secret of the phone being bound: the same for as long as the session has not bound it."""
    if OFFERED not in request.session:
        request.session[OFFERED] = crypto.seal(totp.new_secret()).hex()
    return crypto.unseal_bytes(bytes.fromhex(request.session[OFFERED]))


@transaction.atomic
def bind(request: HttpRequest, *, code: str) -> list[str]:
    """Bind the offered phone, whose code was typed; gives the recovery codes, which are shown once."""
    user, secret = _who(request), offered_secret(request)
    if is_owed(request) and is_bound(user):
        raise PermissionDenied("先输已绑定手机上的动态码，再换手机。")
    step = totp.matching_step(secret, _digits(code), at=timezone.now(), after=0)
    if step is None:
        raise ValidationError("动态码不对。请核对手机时间是不是自动校准，再输手机上现在的 6 位数。")
    SecondFactor.objects.update_or_create(
        user=user,
        defaults={"secret_sealed": crypto.seal(secret), "last_step": step, "since": timezone.now()},
    )
    codes = ["-".join(_random(4) for _ in range(3)) for _ in range(RECOVERY_CODES)]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_index=_index(code)) for code in codes)
    audit.record("account.bind_second_factor", actor=user, obj=user)
    del request.session[OFFERED]
    _let_in(request)
    return codes


def take(request: HttpRequest, *, code: str) -> int | None:
    """Take the second step by a code of the phone, or by one on paper: then how many of those are left.

    Raises ValidationError: wrong, or locked after five.
    """
    user, address = _who(request), request.META.get("REMOTE_ADDR")
    name = signin.second_step_index(user)
    with transaction.atomic():
        signin.take_turns(name)
        locked_until = signin.locked_until_of(name, address)
        right, left = (False, None) if locked_until else _try(user, code)
        if not locked_until:
            SigninAttempt.objects.create(name_index=name, address=address, succeeded=right)
            locked_until = signin.locked_until_of(name, address)
        if right:
            audit.record("account.second_factor", actor=user, obj=user, recovery=left is not None)
        else:
            reason = "locked" if locked_until else "wrong_code"
            audit.record("account.second_factor", actor=user, obj=user, result="refused", reason=reason)
    if right:
        _let_in(request)
        return left
    if locked_until:
        raise ValidationError(signin.locked_words(locked_until), "locked")
    raise ValidationError(
        f"动态码不对或已用过。请输手机上现在的 6 位数；再错 {signin.tries_left(name)} 次就锁 30 分钟。"
    )


@transaction.atomic
def reset(*, actor: User, user: User) -> None:
    """Unbind a lost phone: the person binds another at the next sign-in; the sessions end."""
    accounts.may_administer(actor)
    if actor == user:
        raise ValidationError("自己的动态码不能解绑，请另一位系统管理员来办。")
    if not is_bound(user):
        raise ValidationError("他还没有绑定动态码，不用解绑。")
    SecondFactor.objects.filter(pk=user.pk).delete()
    user.recovery_codes.all().delete()
    user.end_sessions()
    user.save(update_fields=["session_stamp"])
    signin.unlock(user)
    audit.record("account.reset_second_factor", actor=actor, obj=user)


def _try(user: User, typed: str) -> tuple[bool, int | None]:
    """Whether the code is right, and the recovery codes left when it was one of those. Uses it up."""
    factor = SecondFactor.objects.select_for_update().get(pk=user.pk)
    secret = crypto.unseal_bytes(factor.secret_sealed)
    step = totp.matching_step(secret, _digits(typed), at=timezone.now(), after=factor.last_step)
    if step is not None:
        factor.last_step = step
        factor.save(update_fields=["last_step"])
        return True, None
    unused = user.recovery_codes.filter(used_at=None)
    if unused.filter(code_index=_index(typed)).update(used_at=timezone.now()):
        return True, unused.count()
    return False, None


def _let_in(request: HttpRequest) -> None:
    """The session goes on under another key, as after the password."""
    request.session.cycle_key()
    request.session[signin.SECOND_STEP_TAKEN] = True


def _digits(typed: str) -> str:
    return "".join(typed.split())


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _index(code: str) -> bytes:
    return crypto.blind("recovery:" + "".join(letter for letter in code.upper() if letter.isalnum()))
