"""Who may see and do what, where: the lowest layer, known to every other one and knowing none of them.

A `Scope` is a frozen set of (role, region-code prefix) pairs taken from the postings of one user on one day.
`queryset.within(scope)` is the only row permission in the project: no role, no rows. A stranger's row is
missing (404), the same as one that never was; a right missing inside one's own scope is refused (403).

Worked example: 何勇 is posted as supervision unit to 赵家店镇 (532326106). His scope is
`Scope(user_id, {("supervision_unit", "532326106")})`; `Case.objects.within(scope)` gives the cases of that
township's villages and no other, and `scope.may(Right.VERIFY)` is false.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, TextChoices
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject


class Role(TextChoices):
    VILLAGE_ASSISTANT = "village_assistant", "村级协理员"
    TOWNSHIP_STAFF = "township_staff", "乡镇经办"
    TOWNSHIP_HEAD = "township_head", "乡镇负责人"
    COUNTY_OFFICE = "county_office", "县局业务（督战办）"
    SUPERVISION_UNIT = "supervision_unit", "督战股室"
    BUREAU_LEADER = "bureau_leader", "局领导"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    AUDITOR = "auditor", "审计员"


class Right(StrEnum):
    """What a role may do; pages, services and navigation ask for these, never for roles."""

    READ = "read"  # cases, households, lists' rows in scope
    VERIFY = "verify"
    ADD_HOUSEHOLD = "add_household"
    ASSIGN = "assign"
    RECHECK = "recheck"
    APPLY = "apply"
    APPROVE = "approve"
    APPROVE_DELEGATED = "approve_delegated"  # where the plan lets townships approve
    IMPORT = "import"
    PLAN = "plan"
    BOARD = "board"
    SUPERVISE = "supervise"
    ORDER = "order"
    DISPATCH = (
        "dispatch"  # orders to townships, bulletins; the leader's part of a finding while there is none
    )
    ACCOUNT = "account"  # sees and keeps accountability: leaders and the county office only
    RECTIFY = "rectify"
    READ_REPORT = "read_report"
    WRITE_REPORT = "write_report"
    SIGN_REPORT = "sign_report"
    ANSWER = "answer"  # for the county: answers requests, returns reports, writes the county's own
    REVEAL = "reveal"  # one whole ID number or phone, with a reason
    EXPORT_WHOLE = "export_whole"  # many of them in a file, with a reason
    ACCOUNTS = "accounts"
    AUDIT = "audit"


_VERIFIER = {Right.READ, Right.VERIFY, Right.REVEAL}
_TOWNSHIP = _VERIFIER | {
    Right.ADD_HOUSEHOLD,
    Right.ASSIGN,
    Right.EXPORT_WHOLE,
    Right.RECHECK,
    Right.APPLY,
    Right.RECTIFY,
    Right.READ_REPORT,
    Right.WRITE_REPORT,
}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VILLAGE_ASSISTANT: frozenset(_VERIFIER | {Right.ADD_HOUSEHOLD}),
    Role.TOWNSHIP_STAFF: frozenset(_TOWNSHIP),
    Role.TOWNSHIP_HEAD: frozenset(_TOWNSHIP | {Right.APPROVE_DELEGATED, Right.SIGN_REPORT}),
    Role.COUNTY_OFFICE: frozenset(
        {
            Right.READ,
            Right.ADD_HOUSEHOLD,
            Right.RECHECK,
            Right.APPROVE,
            Right.IMPORT,
            Right.PLAN,
            Right.BOARD,
            Right.SUPERVISE,
            Right.DISPATCH,
            Right.ACCOUNT,
            Right.READ_REPORT,
            Right.ANSWER,
            Right.REVEAL,
            Right.EXPORT_WHOLE,
        }
    ),
    Role.SUPERVISION_UNIT: frozenset({Right.READ, Right.BOARD, Right.SUPERVISE, Right.READ_REPORT}),
    Role.BUREAU_LEADER: frozenset(
        {
            Right.READ,
            Right.BOARD,
            Right.SUPERVISE,
            Right.ORDER,
            Right.DISPATCH,
            Right.ACCOUNT,
            Right.READ_REPORT,
            Right.REVEAL,
            Right.EXPORT_WHOLE,
        }
    ),
    Role.SYSTEM_ADMIN: frozenset({Right.ACCOUNTS}),
    Role.AUDITOR: frozenset({Right.AUDIT}),
}
# Roles that nobody may hold together with any other (domain, "Who may do what"; B08).
ALONE = frozenset({Role.SYSTEM_ADMIN, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Scope:
    """The postings of one user on one day, as (role, region-code prefix) pairs; empty means sees nothing."""

    user_id: UUID | None = None
    grants: frozenset[tuple[str, str]] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.grants)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(role for role, _ in self.grants)

    def prefixes(self, right: Right = Right.READ) -> tuple[str, ...]:
        """Region-code prefixes in which the right is held, shortest first, none inside another."""
        found = sorted({prefix for role, prefix in self.grants if right in RIGHTS[Role(role)]}, key=len)
        kept: list[str] = []
        for prefix in found:
            if not prefix.startswith(tuple(kept)):
                kept.append(prefix)
        return tuple(kept)

    def may(self, right: Right, region_code: str | None = None) -> bool:
        """Whether the right is held: in that region if one is given, else anywhere."""
        prefixes = self.prefixes(right)
        return bool(prefixes) if region_code is None else region_code.startswith(prefixes)

    def touches(self, region_code: str) -> bool:
        """Whether a region lies in one of the postings, or around one."""
        return any(
            region_code.startswith(prefix) or prefix.startswith(region_code) for _, prefix in self.grants
        )

    def require(self, right: Right, region_code: str | None = None) -> None:
        """Raise PermissionDenied (403) unless the right is held there."""
        if not self.may(right, region_code):
            raise PermissionDenied("你的岗位没有这项权限。需要时请联系县局系统管理员调整任职。")

    def q(self, path: str, right: Right = Right.READ) -> Q:
        """The filter `path starts with one of my prefixes`; matches nothing when there are none."""
        condition = Q(pk__in=[])
        for prefix in self.prefixes(right):
            condition |= Q(**{f"{path}__startswith": prefix})
        return condition


NOTHING = Scope()


def whole(region_code: str) -> Scope:
    """The scope of the system's own work in a region (jobs, commands): reads all of it."""
    return Scope(None, frozenset({(Role.COUNTY_OFFICE.value, region_code)}))


class ScopedQuerySet(QuerySet):
    """Rows of a model that names in `region_path` the lookup to the code of the region it belongs to.

    Where the path goes through something that ends (a person's memberships), `region_when` says which of
    them counts, so that a row is met once and a township someone left sees him no more.
    """

    def within(self, scope: Scope, right: Right = Right.READ) -> Self:
        """The rows whose region lies in the scope (for the right given)."""
        condition = scope.q(self.model.region_path, right)
        when = getattr(self.model, "region_when", None)
        return self.filter(condition & when if when else condition)


class ScopeMiddleware:
    """Gives every request its `scope`, read from the user's postings at first use."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.scope = SimpleLazyObject(lambda: user.scope() if user.is_authenticated else NOTHING)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """A `region` in the address that the viewer has nothing in is missing, as a stranger's row is: a list
        of it would say 0 where there is something. The county of one's township is no such region.
        """
        region = request.GET.get("region", "")
        if region.isdigit() and request.scope and not request.scope.touches(region):
            raise Http404
