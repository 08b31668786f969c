"""Orders as a scope sees them: the county all of them, a township its own row of those that were issued."""

from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from dabao.models import Posting, Region, User, WorkPlan
from dabao.scope import Right, Role, Scope
from supervision.models import Dispatch, DispatchPlace, DispatchTurn


def visible(scope: Scope, plan: WorkPlan) -> QuerySet[Dispatch]:
    """Issued orders to a place in the scope, newest first; drafts and all places for who writes orders."""
    rows = Dispatch.objects.filter(plan=plan).select_related("issued_by", "written_by", "plan")
    if scope.may(Right.DISPATCH, plan.region_id):
        return rows
    own = DispatchPlace.objects.within(scope).filter(dispatch__plan=plan)
    return rows.filter(pk__in=own.values("dispatch"), number__isnull=False)


def one(scope: Scope, plan: WorkPlan, dispatch_id: UUID) -> Dispatch:
    """Raises Dispatch.DoesNotExist for one that this scope does not see."""
    return visible(scope, plan).get(pk=dispatch_id)


def places(scope: Scope, plan: WorkPlan) -> QuerySet[DispatchPlace]:
    """The rows of townships in the scope with their turns, in the county's order; drafts as in `visible`."""
    turns = DispatchTurn.objects.select_related("by").order_by("at")
    return (
        DispatchPlace.objects.within(scope)
        .filter(dispatch__in=visible(scope, plan))
        .select_related("township", "dispatch", "dispatch__issued_by", "read_by")
        .prefetch_related(Prefetch("turns", turns))
        .order_by("township__order", "township__code")
    )


def turn(scope: Scope, turn_id: UUID) -> DispatchTurn:
    """A turn with a file. Raises DispatchTurn.DoesNotExist outside the scope."""
    return DispatchTurn.objects.within(scope).select_related("place").exclude(stored_as="").get(pk=turn_id)


def to_answer(scope: Scope, plan: WorkPlan) -> QuerySet[DispatchPlace]:
    """Places where the next word is the viewer's township's: to reply, or to get it done."""
    open_duty = Q(replied_on=None) | Q(finish_by__isnull=False, finished_on=None)
    return (
        DispatchPlace.objects.within(scope, Right.RECTIFY)
        .filter(open_duty, dispatch__plan=plan, dispatch__number__isnull=False, done_on=None)
        .select_related("dispatch", "township")
        .order_by("reply_by", "dispatch__number")
    )


def to_look_at(scope: Scope, plan: WorkPlan) -> QuerySet[DispatchPlace]:
    """Places where the next word is the sender's: a reply, work said to be done, a longer limit asked for."""
    word = Q(replied_on__isnull=False, accepted_on=None) | Q(finished_on__isnull=False)
    asked = Q(asked_until__isnull=False)
    if not scope.may(Right.ORDER):
        asked &= Q(dispatch__by_leader=False)
    return DispatchPlace.objects.within(scope, Right.DISPATCH).filter(
        word | asked, dispatch__plan=plan, dispatch__number__isnull=False, done_on=None
    )


def waiting(scope: Scope, plan: WorkPlan) -> int:
    """Orders in townships that wait for this scope's word."""
    found = to_answer(scope, plan).count() if scope.may(Right.RECTIFY) else 0
    return found + (to_look_at(scope, plan).count() if scope.may(Right.DISPATCH) else 0)


def leaders(scope: Scope, day: date) -> list[User]:
    """The bureau's leaders, who may get a copy; none for who writes no orders."""
    if not scope.may(Right.DISPATCH):
        return []
    posted = Posting.objects.on(day).filter(role=Role.BUREAU_LEADER).values("user")
    return list(User.objects.filter(pk__in=posted, is_active=True).order_by("username"))


def contacts(scope: Scope, codes: list[str], day: date) -> dict[str, list[User]]:
    """Staff on duty by township, with their telephones at the office; only of townships in the scope."""
    known = list(Region.objects.filter(scope.q("code"), code__in=codes).values_list("code", flat=True))
    postings = Posting.objects.on(day).filter(
        role__in=(Role.TOWNSHIP_STAFF, Role.TOWNSHIP_HEAD), region_id__in=known, user__is_active=True
    )
    found: dict[str, list[User]] = {}
    for posting in postings.select_related("user").order_by("role", "user__username").distinct():
        found.setdefault(posting.region_id or "", []).append(posting.user)
    return found
