"""Bulletins as a scope sees them: who writes them all, everybody else those that were issued."""

from uuid import UUID

from django.db.models import QuerySet

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from supervision.models import Bulletin, BulletinState


def visible(scope: Scope, plan: WorkPlan) -> QuerySet[Bulletin]:
    """Newest first, the one in work on top; none for who has no part in supervision."""
    rows = Bulletin.objects.filter(plan=plan).select_related(
        "plan__region", "written_by", "approved_by", "issued_by"
    )
    if scope.may(Right.DISPATCH, plan.region_id):
        return rows.order_by("issued_on", "number").reverse()
    reads = (scope.may(Right.BOARD) or scope.may(Right.RECTIFY)) and scope.touches(plan.region_id)
    issued = rows.filter(state=BulletinState.ISSUED).order_by("-number")
    return issued if reads else issued.none()


def one(scope: Scope, plan: WorkPlan, bulletin_id: UUID) -> Bulletin:
    """Raises Bulletin.DoesNotExist for one that this scope does not see."""
    return visible(scope, plan).get(pk=bulletin_id)


def may_write(scope: Scope, bulletin: Bulletin) -> bool:
    """Whose turn it is: the county office until it is approved; a leader on what waits for him or is his."""
    if not scope.may(Right.DISPATCH, bulletin.region_id):
        return False
    if bulletin.state == BulletinState.TO_APPROVE:
        return True
    office = not scope.may(Right.ORDER, bulletin.region_id)
    return bulletin.state == BulletinState.DRAFT and (office or bulletin.written_by_id == scope.user_id)


def in_work(scope: Scope, plan: WorkPlan) -> Bulletin | None:
    """The one that is being written, or waits; None when there is none or it is none of the viewer's."""
    return visible(scope, plan).exclude(state=BulletinState.ISSUED).first()


def number_of(scope: Scope, bulletin: Bulletin) -> int:
    """Its number, or the one it will have: it is the only one in work."""
    if bulletin.number is not None:
        return bulletin.number
    return visible(scope, bulletin.plan).filter(number__isnull=False).count() + 1


def to_approve(scope: Scope, plan: WorkPlan) -> Bulletin | None:
    """The one that waits for this leader; None when none does."""
    waiting = Bulletin.objects.within(scope, Right.ORDER).select_related("plan")
    return waiting.filter(plan=plan, state=BulletinState.TO_APPROVE).first()
