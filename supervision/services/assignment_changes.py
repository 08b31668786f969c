"""Changes of the assignment table by the county office: from a day on, never backwards (C19, C26).

What was stays as history; the members' scope moves with the day, because postings are read by the day.
"""

from datetime import date, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q

from dabao import audit
from dabao.models import Posting, Region, Unit, User, WorkPlan
from dabao.scope import Right, Scope
from supervision.models import Assignment, Group
from supervision.services.assignments import assign, end_assignment

_DAY = timedelta(days=1)


@transaction.atomic
def set_up(
    *,
    scope: Scope,
    actor: User,
    plan: WorkPlan,
    township_code: str,
    unit_id: UUID,
    group_id: UUID,
    first_day: date,
    day: date,
) -> Assignment:
    """A unit for a township that has none on `first_day` or later. Raises ObjectDoesNotExist outside the
    plan, ValidationError when the township has one then, or the day is over.
    """
    scope.require(Right.PLAN, township_code)
    township = Region.objects.get(code=township_code, parent=plan.region_id)
    _not_over(first_day, day)
    _nobody_else(township, plan.pk, first_day)
    last = Assignment.objects.filter(group__plan=plan).aggregate(last=Max("order"))["last"] or 0
    return assign(
        group=Group.objects.get(pk=group_id, plan=plan),
        unit=Unit.objects.get(pk=unit_id, region=plan.region_id),
        township=township,
        first_day=first_day,
        order=last + 1,
        actor=actor,
    )


@transaction.atomic
def replace(
    *,
    scope: Scope,
    actor: User,
    assignment_id: UUID,
    version: int,
    unit_id: UUID,
    group_id: UUID,
    first_day: date,
    day: date,
) -> Assignment:
    """Another unit or group from `first_day` on; the one before ends the day before. Its place in the table
    stays.
    """
    before = _open(scope, assignment_id, version)
    _not_over(first_day, day)
    if first_day <= before.first_day:
        raise ValidationError(
            {"first_day": f"原来的挂包 {before.first_day:%Y-%m-%d} 才开始。请选更晚的日子，或先取消它。"}
        )
    if before.last_day is not None and before.last_day < first_day - _DAY:
        raise ValidationError(
            {"first_day": f"原来的挂包到 {before.last_day:%Y-%m-%d} 为止，中间会空着。请选它的第二天或更早。"}
        )
    if (before.unit_id, before.group_id) == (unit_id, group_id):
        raise ValidationError("股室和带队领导都没有变。要换请选别的，不换就不用存。")
    _nobody_else(before.township, before.group.plan_id, first_day, besides=before)
    end_assignment(assignment=before, last_day=first_day - _DAY, actor=actor)
    return assign(
        group=Group.objects.get(pk=group_id, plan=before.group.plan_id),
        unit=Unit.objects.get(pk=unit_id, region=before.group.plan.region_id),
        township=before.township,
        first_day=first_day,
        order=before.order,
        actor=actor,
    )


@transaction.atomic
def end(
    *, scope: Scope, actor: User, assignment_id: UUID, version: int, last_day: date, day: date
) -> Assignment:
    """The last day of an assignment; until another begins the township is shown without a unit.

    A day that was set may be moved while it is not over, up to where another unit begins.
    """
    assignment = _open(scope, assignment_id, version)
    if last_day < day:
        raise ValidationError(f"最后一天不能早于今天 {day:%Y-%m-%d}：以前谁看得到已经是事实。")
    if (set_before := assignment.last_day) is not None:
        if set_before < day:
            raise ValidationError(f"这条挂包到 {set_before:%Y-%m-%d} 已经结束。要再挂，请点“安排一个乡镇”。")
        plan_id = assignment.group.plan_id
        _nobody_else(assignment.township, plan_id, set_before + _DAY, last_day, besides=assignment)
    return end_assignment(assignment=assignment, last_day=last_day, actor=actor)


@transaction.atomic
def withdraw(*, scope: Scope, actor: User, assignment_id: UUID, version: int, day: date) -> None:
    """Take back an assignment that has not begun: nobody has seen anything by it, the log alone tells."""
    assignment = _open(scope, assignment_id, version)
    if assignment.first_day <= day:
        raise ValidationError("这条挂包已经开始，不能取消。请定它的最后一天。")
    audit.record(
        "assignment.withdraw",
        actor=actor,
        obj=assignment,
        region_code=assignment.township_id,
        unit=str(assignment.unit_id),
        first_day=assignment.first_day.isoformat(),
    )
    Posting.objects.filter(assignment=assignment.pk).delete()
    assignment.delete()


def _open(scope: Scope, assignment_id: UUID, version: int) -> Assignment:
    """The locked assignment. Raises ObjectDoesNotExist outside the scope, ValidationError when somebody was
    faster.
    """
    assignment = (
        Assignment.objects.within(scope)
        .select_related("group__plan", "unit", "township")
        .select_for_update(of=("self",))
        .get(pk=assignment_id)
    )
    scope.require(Right.PLAN, assignment.township_id)
    if assignment.version != version:
        raise ValidationError("你打开以后这一条又有改动。请刷新页面，看过新的再定。")
    return assignment


def _nobody_else(
    township: Region,
    plan_id: UUID,
    first_day: date,
    last_day: date = date.max,
    besides: Assignment | None = None,
) -> None:
    """Lock the township; raise ValidationError when a unit (`besides` this one) has it on such a day."""
    Region.objects.select_for_update().get(pk=township.pk)
    then = Q(last_day=None) | Q(last_day__gte=first_day)
    standing = Assignment.objects.filter(
        then, township=township, group__plan=plan_id, first_day__lte=last_day
    )
    if besides is not None:
        standing = standing.exclude(pk=besides.pk)
    if (other := standing.select_related("unit").order_by("first_day").first()) is not None:
        raise ValidationError(
            f"{township.name}从 {max(first_day, other.first_day):%Y-%m-%d} 起已由{other.unit.name}挂包。"
            "要换股室，请在那一行点“换”；还没开始的，先取消；要撤，先定它的最后一天。"
        )


def _not_over(first_day: date, day: date) -> None:
    if first_day < day:
        raise ValidationError(
            {"first_day": f"起日不能早于今天 {day:%Y-%m-%d}：以前谁看得到已经是事实，不能倒改。"}
        )
