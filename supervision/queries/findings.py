"""Findings in scope: whose move it is, what is late, what a township still has open (C21)."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Substr
from django.db.models.lookups import Exact

from dabao.models import Posting, Unit, User, WorkPlan
from dabao.scope import Right, Role, Scope
from supervision.choices import FindingState, Move
from supervision.models import Assignment, Finding, FindingTurn
from supervision.rules import rectification as rules

LEADS = Q(state__in=rules.AT_LEADER)
# On the leader's desk the last turn is the first of the two hands: the re-check, or the word on a contest.
_FIRST_HAND = Subquery(FindingTurn.objects.filter(finding=OuterRef("pk")).order_by("-order").values("by")[:1])


def of_scope(scope: Scope, plan: WorkPlan) -> QuerySet[Finding]:
    """All findings of the plan in the scope, the earliest limit first."""
    return Finding.objects.within(scope).filter(plan=plan)


def one(scope: Scope, finding_id: UUID) -> Finding:
    """A finding with what its page names. Raises ObjectDoesNotExist outside the scope."""
    return (
        Finding.objects.within(scope)
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


def turns(finding: Finding) -> list[FindingTurn]:
    """Its turns in their order, with who made them and what came with them."""
    return list(finding.turns.select_related("by").prefetch_related("evidence"))


def as_turns(rows: Iterable[FindingTurn]) -> list[rules.Turn]:
    return [rules.Turn(row.day, row.move, row.to_state, row.due_on) for row in rows]


def late(day: date) -> Q:
    """Past the limit on that day, the township's move."""
    return Q(state__in=rules.AT_TOWNSHIP, due_on__lt=day)


def ended() -> Q:
    return Q(state__in=rules.ENDED)


def mine(scope: Scope, day: date) -> Q:
    """Those whose move is this scope's: to put right, to check again, to decide."""
    found = Q(state__in=rules.AT_TOWNSHIP) & scope.q(Finding.region_path, Right.RECTIFY)
    found |= Q(state__in=rules.AT_UNIT) & scope.q(Finding.region_path, Right.SUPERVISE) & _unit_work(scope)
    second = LEADS & ~Q(Exact(_FIRST_HAND, scope.user_id))
    found |= second & scope.q(Finding.region_path, Right.ORDER)
    for prefix in scope.prefixes(Right.DISPATCH):
        here = Q(**{f"{Finding.region_path}__startswith": prefix})
        others = leaders(prefix, day)
        if not others:
            found |= second & here
        elif len(others) == 1:
            found |= second & here & Q(Exact(_FIRST_HAND, others.pop()))
    return found


def _unit_work(scope: Scope) -> Q:
    """The re-check is the unit's: a leader or the county office may do it, it does not wait for them.

    Without a unit against the township it waits for whoever supervises the county.
    """
    return Q() if Role.SUPERVISION_UNIT in scope.roles else Q(unit=None)


def leaders(region_code: str, day: date) -> set[UUID]:
    """Who decides as a leader there on that day."""
    postings = Posting.objects.on(day).filter(role=Role.BUREAU_LEADER, user__is_active=True)
    held = postings.values_list("user", "region")
    return {user for user, region in held if region and region_code.startswith(region)}


def first_hand(finding: Finding) -> UUID | None:
    """Who made the last turn: on the leader's desk the first of the two hands."""
    return finding.turns.order_by("-order").values_list("by", flat=True).first()


def open_counts(scope: Scope, day: date, plan: WorkPlan | None = None) -> dict[str, tuple[int, int]]:
    """(open, overdue) by township code; townships without any are absent."""
    found = Finding.objects.within(scope).exclude(ended())
    if plan is not None:
        found = found.filter(plan=plan)
    rows = (
        found.values(township=Substr("region_id", 1, 9))
        .annotate(open=Count("pk"), overdue=Count("pk", filter=late(day)))
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
            late=Count("pk", filter=late(day)),
            check=Count("pk", filter=Q(state__in=rules.AT_UNIT)),
            decide=Count("pk", filter=LEADS),
        )
    )


def of_household(scope: Scope, household_id: UUID) -> QuerySet[Finding]:
    """What was found about a household, open ones first."""
    found = Finding.objects.within(scope).filter(household=household_id)
    return found.order_by(F("closed_on").desc(nulls_first=True), "due_on")


def unit_against(plan: WorkPlan, township_code: str, day: date) -> Unit | None:
    """The unit that supervises the township on that day, the first of the table when there are several."""
    found = (
        Assignment.objects.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
        .filter(group__plan=plan, township=township_code)
        .select_related("unit")
        .order_by("group__order", "order")
        .first()
    )
    return found.unit if found else None


def author_of(finding: Finding, *moves: Move) -> User | None:
    """Who made the last turn of one of these kinds."""
    turn = finding.turns.filter(move__in=moves).select_related("by").last()
    return turn.by if turn else None


def people_of(township_code: str, day: date) -> list[UUID]:
    """Staff and heads of a township on that day."""
    postings = Posting.objects.on(day).filter(
        role__in=(Role.TOWNSHIP_STAFF, Role.TOWNSHIP_HEAD), region=township_code, user__is_active=True
    )
    return list(postings.values_list("user", flat=True).distinct())


def state_counts(found: QuerySet[Finding]) -> dict[str, int]:
    """Findings by state; states without any are 0."""
    counted = dict(found.values_list("state").annotate(number=Count("pk")).order_by())
    return {state: counted.get(state, 0) for state in FindingState.values}
