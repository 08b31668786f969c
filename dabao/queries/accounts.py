"""Accounts and postings as the system administrator sees them; one's own postings for everybody."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet

from dabao import clock
from dabao.models import Posting, SecondFactor, User
from dabao.scope import Right, Role, Scope
from dabao.services import signin

ENDS_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class OwnPosting:
    """A posting in words."""

    role: str
    place: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True, slots=True)
class AccountFilters:
    """What the list of accounts is cut to: by query string, the text by POST; unknown values are ignored."""

    text: str = ""
    role: str = ""
    region: str = ""
    status: str = ""

    STATUSES = {"ending": "就要到期", "locked": "锁定", "disabled": "已停用", "none": "没有任职"}

    @classmethod
    def from_query(cls, query: Any, text: str = "") -> "AccountFilters":
        role, status = query.get("role", ""), query.get("status", "")
        region = query.get("region", "")
        return cls(
            text.strip()[:40],
            role if role in Role.values else "",
            region if region.isdigit() else "",
            status if status in cls.STATUSES else "",
        )


@dataclass(slots=True)
class PostingLine:
    """One posting as a row: `mark` is (kind, words) for a status mark."""

    id: UUID
    role: str
    place: str
    first_day: date
    last_day: date | None
    mark: tuple[str, str]
    open: bool
    waits: bool
    from_assignment: bool


@dataclass(slots=True)
class AccountLine:
    """One account with its postings, as the list shows it."""

    id: UUID
    username: str
    name: str
    office: str
    phone: str
    email: str
    last_login: datetime | None
    mark: tuple[str, str]
    is_active: bool
    phone_bound_at: datetime | None = None
    postings: list[PostingLine] = field(default_factory=list)


def own_postings(scope: Scope) -> list[OwnPosting]:
    """The postings in force today of whoever the scope belongs to."""
    rows = Posting.objects.on(clock.today()).filter(user=scope.user_id).select_related("region")
    return [
        OwnPosting(row.get_role_display(), row.region.name if row.region else "", row.first_day, row.last_day)
        for row in rows
    ]


def accounts(scope: Scope, filters: AccountFilters) -> list[AccountLine]:
    """The accounts that the filters keep, with the postings that are not over, by name."""
    scope.require(Right.ACCOUNTS)
    today = clock.today()
    not_over = Posting.objects.filter(_not_over(today)).select_related("region").order_by("first_day")
    found = _filtered(filters, today).prefetch_related(Prefetch("postings", not_over)).distinct()
    users = list(found.order_by("office", "username"))
    locked = signin.locked_names(user.username for user in users)
    if filters.status == "locked":
        users = [user for user in users if user.username in locked]
    return [_account_line(user, today, locked) for user in users]


def numbers(scope: Scope) -> dict[str, int]:
    """How many accounts there are: total = active + locked + disabled; and what waits."""
    scope.require(Right.ACCOUNTS)
    names = list(User.objects.filter(is_active=True).values_list("username", flat=True))
    locked, total = len(signin.locked_names(names)), User.objects.count()
    today = clock.today()
    return {
        "total": total,
        "active": len(names) - locked,
        "locked": locked,
        "disabled": total - len(names),
        "ending": User.objects.filter(_ends_soon(today)).distinct().count(),
        "waiting": Posting.objects.filter(confirmed=False).count(),
    }


def account(scope: Scope, account_id: UUID) -> AccountLine:
    """One account with all its postings, those that are over too. Raises ObjectDoesNotExist."""
    scope.require(Right.ACCOUNTS)
    postings = Posting.objects.select_related("region").order_by("-first_day")
    user = User.objects.prefetch_related(Prefetch("postings", postings)).get(pk=account_id)
    line = _account_line(user, clock.today(), signin.locked_names([user.username]))
    phone = SecondFactor.objects.filter(pk=account_id).first()
    line.phone_bound_at = phone.since if phone else None
    return line


def user(scope: Scope, account_id: UUID) -> User:
    """The account itself, for a service to change. Raises ObjectDoesNotExist."""
    scope.require(Right.ACCOUNTS)
    return User.objects.get(pk=account_id)


def posting(scope: Scope, posting_id: UUID) -> Posting:
    """One posting, with account and region. Raises ObjectDoesNotExist."""
    if not scope.may(Right.ACCOUNTS):
        return waiting(scope).get(pk=posting_id)
    return Posting.objects.select_related("user", "region", "granted_by").get(pk=posting_id)


def waiting(scope: Scope) -> QuerySet[Posting]:
    """Postings that wait for a second person: all for an administrator, the county's for its leader."""
    rows = Posting.objects.filter(confirmed=False).select_related("user", "region", "granted_by")
    if scope.may(Right.ACCOUNTS):
        return rows.order_by("first_day")
    if not scope.may(Right.ORDER):
        raise PermissionDenied("只有系统管理员和局领导能确认任职。")
    return rows.filter(scope.q("region__code", Right.ORDER) | Q(region=None)).order_by("first_day")


def _filtered(filters: AccountFilters, today: date) -> QuerySet[User]:
    found = User.objects.all()
    if filters.text:
        text = filters.text
        found = found.filter(
            Q(name__icontains=text) | Q(office__icontains=text) | Q(username__icontains=text)
        )
    held = _not_over(today, "postings__")
    if filters.role:
        found = found.filter(held, postings__role=filters.role)
    if filters.region:
        found = found.filter(held, postings__region__code__startswith=filters.region)
    if filters.status == "disabled":
        found = found.filter(is_active=False)
    elif filters.status == "ending":
        found = found.filter(_ends_soon(today))
    elif filters.status == "none":
        found = found.exclude(pk__in=Posting.objects.filter(_not_over(today)).values("user"))
    return found


def _not_over(today: date, path: str = "") -> Q:
    return Q(**{f"{path}last_day": None}) | Q(**{f"{path}last_day__gte": today})


def _ends_soon(today: date) -> Q:
    return Q(postings__last_day__gte=today, postings__last_day__lte=today + ENDS_SOON)


def _account_line(user: User, today: date, locked: set[str]) -> AccountLine:
    line = AccountLine(
        user.pk,
        user.username,
        user.name,
        user.office,
        user.phone,
        user.email,
        user.last_login,
        _account_mark(user, locked),
        user.is_active,
    )
    line.postings = [_posting_line(posting, today) for posting in user.postings.all()]
    return line


def _account_mark(user: User, locked: set[str]) -> tuple[str, str]:
    if not user.is_active:
        return "none", "已停用"
    if user.username in locked:
        return "over", f"连错 {signin.MOST_FAILURES} 次，锁定"
    return "done", "在用"


def _posting_line(posting: Posting, today: date) -> PostingLine:
    over = posting.last_day is not None and posting.last_day < today
    return PostingLine(
        posting.pk,
        posting.get_role_display(),
        _place(posting),
        posting.first_day,
        posting.last_day,
        _posting_mark(posting, today),
        not over,
        not posting.confirmed,
        posting.assignment is not None,
    )


def _posting_mark(posting: Posting, today: date) -> tuple[str, str]:
    if not posting.confirmed:
        return "prog", "等第二人确认"
    if posting.first_day > today:
        return "none", f"{posting.first_day.month}月{posting.first_day.day}日起"
    if posting.last_day is None:
        return "done", "在任"
    last = f"{posting.last_day.month}月{posting.last_day.day}日"
    if posting.last_day < today:
        return "none", f"{last}已止"
    return ("lag", f"{last}到期") if posting.last_day <= today + ENDS_SOON else ("done", "在任")


def _place(posting: Posting) -> str:
    return posting.region.name if posting.region else "—"
