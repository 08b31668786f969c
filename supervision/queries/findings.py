"""Findings in scope: whose move it is, what is late, what a township still has open (C21)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.db.models.lookups import Exact

from dabao.models import Posting, Region, RegionLevel, Unit, User, WorkPlan
from dabao.scope import Right, Role, Scope
from screening.models import Case, Household
from supervision.choices import Move
from supervision.models import Assignment, Finding, FindingTurn
from supervision.rules import rectification as rules


class Standing:
    """Conditions of how a finding stands."""

    ENDED = Q(state__in=rules.ENDED)
    AT_LEADER = Q(state__in=rules.AT_LEADER)

    @staticmethod
    def late(day: date) -> Q:
        """Past the limit on that day, the township's move."""
        return Q(state__in=rules.AT_TOWNSHIP, due_on__lt=day)


# On the leader's desk the last turn is the first of the two hands: the re-check, or the word on a contest.
_FIRST_HAND = Subquery(FindingTurn.objects.filter(finding=OuterRef("pk")).order_by("-order").values("by")[:1])


def of_scope(scope: Scope, plan: WorkPlan) -> QuerySet[Finding]:
    """All findings of the plan in the scope, the earliest limit first."""
    return _told(scope).filter(plan=plan)


def _told(scope: Scope) -> QuerySet[Finding]:
    """Findings in the scope with `reopened_on`, the day of the last reopening (None for none)."""
    back = FindingTurn.objects.filter(finding=OuterRef("pk"), move=Move.REOPEN).order_by("-order")
    return Finding.objects.within(scope).annotate(reopened_on=Subquery(back.values("day")[:1]))


def one(scope: Scope, finding_id: UUID) -> Finding:
    """A finding with what its page names. Raises ObjectDoesNotExist outside the scope."""
    return (
        _told(scope)
        .select_related(
            "plan",
            "region__parent",
            "household__head",
            "household__region",
            "unit",
            "accepted_by",
            "limit_by",
        )
        .get(pk=finding_id)
    )


def turns(scope: Scope, finding: Finding) -> list[FindingTurn]:
    """Its turns in their order, with who made them and what came with them."""
    found = FindingTurn.objects.within(scope).filter(finding=finding).order_by("order")
    return list(found.select_related("by").prefetch_related("evidence"))


def mine(scope: Scope, day: date) -> Q:
    """Those whose move is this scope's: to put right, to check again, to decide."""
    found = Q(state__in=rules.AT_TOWNSHIP) & scope.q(Finding.region_path, Right.RECTIFY)
    found |= Q(state__in=rules.AT_UNIT) & _to_check(scope, day)
    second = Standing.AT_LEADER & ~Q(Exact(_FIRST_HAND, scope.user_id))
    found |= second & scope.q(Finding.region_path, Right.ORDER)
    for prefix in scope.prefixes(Right.DISPATCH):
        here = _under({prefix})
        others = _leaders(prefix, day)
        if not others:
            found |= second & here
        elif len(others) == 1:
            found |= second & here & Q(Exact(_FIRST_HAND, others.pop()))
    return found


def _to_check(scope: Scope, day: date) -> Q:
    """Where the re-check waits for this scope: a unit's own townships; for the county office those in which
    nobody is posted as unit. A leader may do it as well, it does not wait for him.
    """
    own = {code for role, code in scope.grants if role == Role.SUPERVISION_UNIT}
    posted = Posting.objects.on(day).filter(role=Role.SUPERVISION_UNIT, user__is_active=True)
    others = set(posted.values_list("region", flat=True)) - own
    found = _under(own)
    for prefix in scope.prefixes(Right.SUPERVISE):
        if prefix not in own and not scope.may(Right.ORDER, prefix):
            found |= _under({prefix}) & ~_under(others)
    return found


def _under(codes: Iterable[str]) -> Q:
    """In one of the regions; nowhere for none."""
    found = Q(pk__in=[])
    for code in codes:
        found |= Q(**{f"{Finding.region_path}__startswith": code})
    return found


def _leaders(region_code: str, day: date) -> set[UUID]:
    """Who decides as a leader there on that day."""
    postings = Posting.objects.on(day).filter(role=Role.BUREAU_LEADER, user__is_active=True)
    held = postings.values_list("user", "region")
    return {user for user, region in held if region and region_code.startswith(region)}


def leader_there(scope: Scope, finding: Finding, day: date) -> bool:
    """Whether any leader decides where the finding is; for a scope that has nothing to do with it, none."""
    return scope.touches(finding.region_id) and bool(_leaders(finding.region_id, day))


def leader_besides(scope: Scope, finding: Finding, day: date) -> bool:
    """Whether a leader can take the second hand of a finding: one who did not make its last turn."""
    last = FindingTurn.objects.within(scope).filter(finding=finding).order_by("order").last()
    return bool(_leaders(finding.region_id, day) - {last.by_id if last else None})


def open_counts(scope: Scope, day: date, plan: WorkPlan | None = None) -> dict[str, tuple[int, int]]:
    """(open, overdue) by township code; townships without any are absent."""
    found = Finding.objects.within(scope).exclude(Standing.ENDED)
    if plan is not None:
        found = found.filter(plan=plan)
    rows = (
        found.values(township=Substr("region_id", 1, 9))
        .annotate(open=Count("pk"), overdue=Count("pk", filter=Standing.late(day)))
        .order_by()
    )
    return {row["township"]: (row["open"], row["overdue"]) for row in rows}


def waiting_for_me(scope: Scope, plan: WorkPlan, day: date) -> dict[str, int]:
    """Findings whose move is this scope's: `fix` (township), `late` of these, `check` (unit), `decide`."""
    return (
        of_scope(scope, plan)
        .filter(mine(scope, day))
        .aggregate(
            fix=Count("pk", filter=Q(state__in=rules.AT_TOWNSHIP)),
            late=Count("pk", filter=Standing.late(day)),
            check=Count("pk", filter=Q(state__in=rules.AT_UNIT)),
            decide=Count("pk", filter=Standing.AT_LEADER),
        )
    )


def of_household(scope: Scope, household_id: UUID) -> QuerySet[Finding]:
    """What was found about a household, open ones first."""
    found = Finding.objects.within(scope).filter(household=household_id)
    return found.order_by(F("closed_on").desc(nulls_first=True), "due_on")


def unit_against(scope: Scope, plan: WorkPlan, township_code: str, day: date) -> Unit | None:
    """The unit that supervises the township on that day, the first of the table when there are several."""
    found = (
        Assignment.objects.within(scope)
        .filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
        .filter(group__plan=plan, township=township_code)
        .select_related("unit")
        .order_by("group__order", "order")
        .first()
    )
    return found.unit if found else None


def case_of(scope: Scope, finding: Finding) -> Case | None:
    """The case of its household in its plan; None without one."""
    found = Case.objects.within(scope).filter(plan=finding.plan, household=finding.household_id)
    return found.first() if finding.household_id else None


def household(scope: Scope, household_id: str) -> Household | None:
    """The household that an address names; None when it names none. ObjectDoesNotExist outside the scope."""
    if not household_id:
        return None
    try:
        pk = UUID(household_id)
    except ValueError:
        raise Household.DoesNotExist from None
    return Household.objects.within(scope).select_related("region__parent", "head").get(pk=pk)


def places_to_supervise(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """Townships to open a finding in, each with itself and its villages: (name, [(code, words)])."""
    regions = Region.objects.within(scope, Right.SUPERVISE)
    villages: dict[str, list[tuple[str, str]]] = {}
    for code, name in regions.filter(level=RegionLevel.VILLAGE).values_list("code", "name"):
        villages.setdefault(code[:9], []).append((code, name))
    townships = regions.filter(level=RegionLevel.TOWNSHIP).values_list("code", "name")
    return [(name, [(code, f"{name}（不到村）"), *villages.get(code, [])]) for code, name in townships]


def author_of(scope: Scope, finding: Finding, move: Move) -> User | None:
    """Who made the last turn of that kind."""
    found = FindingTurn.objects.within(scope).filter(finding=finding, move=move).select_related("by")
    turn = found.order_by("order").last()
    return turn.by if turn else None
