"""Signing in and out, with the lock after wrong passwords (A04) and a log of each try (D01).

An account, or an address, with 5 wrong tries inside 15 minutes is locked for 30 minutes from the fifth.
Names that do not exist lock in the same way and get the same answers. Tries while locked count no further.
Of an address, tries of a name that has since signed in from there do not count: colleagues behind one
router do not lock each other out by typing slips, and nobody clears an attack on others by his own sign-in.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from dabao import audit, crypto
from dabao.models import SigninAttempt, User

MOST_FAILURES = 5
WINDOW = timedelta(minutes=15)
LOCK = timedelta(minutes=30)
LONGEST_SESSION = timedelta(hours=12)
SIGNED_IN_AT = "signed_in_at"
SECOND_STEP_TAKEN = "second_step_taken"


def sign_in(request: HttpRequest, *, username: str, password: str) -> User:
    """Sign in with a new session key. Raises ValidationError: wrong (unknown or not, the same), or locked."""
    username = username.strip().lower()
    name = crypto.blind(username)
    address = request.META.get("REMOTE_ADDR")
    with transaction.atomic():
        take_turns(name)
        locked_until = locked_until_of(name, address)
        user = None
        if locked_until is None:
            user = authenticate(request, username=username, password=password)
            SigninAttempt.objects.create(name_index=name, address=address, succeeded=user is not None)
            locked_until = locked_until_of(name, address)
        if user is None:
            known = User.objects.filter(username=username).first()
            reason = "locked" if locked_until else "wrong"
            audit.record(
                "account.sign_in", actor=None, obj=known, label="未登录", result="refused", reason=reason
            )
        else:
            login(request, user)
            request.session[SIGNED_IN_AT] = timezone.now().isoformat()
            request.session.pop(SECOND_STEP_TAKEN, None)
            audit.record("account.sign_in", actor=user, obj=user)
    if user is not None:
        return user
    if locked_until:
        raise ValidationError(locked_words(locked_until), "locked")
    raise ValidationError(
        f"用户名或密码不对。请核对大小写后重输；再错 {tries_left(name)} 次就锁 30 分钟。", "wrong"
    )


def sign_out(request: HttpRequest) -> None:
    """End the session on the server."""
    if request.user.is_authenticated:
        with transaction.atomic():
            audit.record("account.sign_out", actor=request.user, obj=request.user)
    logout(request)


def too_old(signed_in_at: str) -> bool:
    """Whether a session that began then (ISO) has reached its longest age (A06)."""
    return timezone.now() - datetime.fromisoformat(signed_in_at) >= LONGEST_SESSION


def locked_names(usernames: Iterable[str]) -> set[str]:
    """Those of the user names that are locked now, for the administrator's list."""
    recent = timezone.now() - WINDOW - LOCK
    tries = SigninAttempt.objects.filter(at__gte=recent, succeeded=False)
    failed = {bytes(name) for name in tries.values_list("name_index", flat=True)}
    names = {crypto.blind(username.lower()): username for username in usernames} if failed else {}
    return {names[index] for index in failed & set(names) if _lock_end(_failures(name_index=index))}


def unlock(user: User) -> None:
    """Forget the wrong tries of an account; the caller records why."""
    both = (crypto.blind(user.username.lower()), second_step_index(user))
    SigninAttempt.objects.filter(name_index__in=both, succeeded=False).delete()


def second_step_index(user: User) -> bytes:
    """Under which tries of an account's second step are counted, apart from those of its password."""
    return crypto.blind(f"second step:{user.pk}")


def tries_left(name: bytes) -> int:
    """How many more wrong tries before the lock."""
    return MOST_FAILURES - len(_failures(name_index=name))


def take_turns(name: bytes) -> None:
    """Tries at one name wait for each other, so that a burst cannot outrun the count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(name[:8], "big", signed=True)])


def locked_until_of(name: bytes, address: str | None) -> datetime | None:
    """When the lock of a name, or of the address, ends; None when neither is locked."""
    ends = [_lock_end(_failures(name_index=name))]
    if address:
        ends.append(_lock_end(_failures(address=address)))
    return max((end for end in ends if end), default=None)


def _failures(**of: object) -> list[datetime]:
    """Times of the wrong tries that count, oldest first: each since the last success of its name."""
    recent = timezone.now() - WINDOW - LOCK
    failures: dict[bytes, list[datetime]] = {}
    for index, at, succeeded in (
        SigninAttempt.objects.filter(at__gte=recent, **of)
        .order_by("at")
        .values_list("name_index", "at", "succeeded")
    ):
        if succeeded:
            failures.pop(bytes(index), None)
        else:
            failures.setdefault(bytes(index), []).append(at)
    return sorted(at for times in failures.values() for at in times)


def _lock_end(failures: list[datetime]) -> datetime | None:
    """When the lock that these tries brought about ends; None when there is none now."""
    now = timezone.now()
    for first, last in zip(failures, failures[MOST_FAILURES - 1 :], strict=False):
        if last - first <= WINDOW and last + LOCK > now:
            return last + LOCK
    return None


def locked_words(until: datetime) -> str:
    return (
        f"连续 {MOST_FAILURES} 次输错，已锁定到 {timezone.localtime(until):%H:%M}。"
        "到时再试；急用请本单位管理员重设密码。"
    )
