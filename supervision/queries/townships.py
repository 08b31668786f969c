"""What the board shows of each township beside its phases: who supervises it, what waits, what is flagged."""

from collections import defaultdict
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, Q

from dabao.models import Flag, Posting, UnitMember, User, WorkPlan
from dabao.scope import Role, Scope
from reports.models import MonthlyReport
from supervision.models import Assignment
from supervision.models.assignment import in_force


def assignments(scope: Scope, plan: WorkPlan, day: date) -> list[Assignment]:
    """Who supervises whom on that day, in the order of the assignment table; `unit.working` = its members."""
    members = UnitMember.objects.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day)
    return list(
        Assignment.objects.within(scope)
        .filter(in_force(day), group__plan=plan)
        .select_related("group", "unit", "township")
        .prefetch_related(Prefetch("unit__members", members, to_attr="working"))
        .order_by("group__order", "order")
    )


def accounts(scope: Scope, plan: WorkPlan, day: date) -> dict[str, list[UUID]]:
    """Users who work on that day in the units set against each township, by its code."""
    standing = Q(last_day=None) | Q(last_day__gte=day)
    members = UnitMember.objects.filter(standing, first_day__lte=day, user__is_active=True)
    users: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for unit, user in members.values_list("unit_id", "user_id").order_by("order"):
        users[unit].append(user)
    rows = Assignment.objects.within(scope).filter(in_force(day), group__plan=plan)
    found: dict[str, list[UUID]] = {}
    for unit, township in rows.values_list("unit_id", "township_id"):
        found.setdefault(township, []).extend(users[unit])
    return found


def on_duty(scope: Scope, plan: WorkPlan, day: date) -> dict[str, dict[str, list[User]]]:
    """Heads and staff of the townships in scope on that day: users by township code and role."""
    roles = (Role.TOWNSHIP_HEAD, Role.TOWNSHIP_STAFF)
    posted = Posting.objects.on(day).filter(
        scope.q("region__code"), role__in=roles, region__parent=plan.region_id, user__is_active=True
    )
    found: defaultdict[str, dict[str, list[User]]] = defaultdict(dict)
    for posting in posted.select_related("user").order_by("first_day", "user__username"):
        found[posting.region_id or ""].setdefault(posting.role, []).append(posting.user)
    return found


def open_flags(scope: Scope, day: date) -> list[Flag]:
    """Red flags standing on that day, oldest first."""
    standing = Q(cleared_on=None) | Q(cleared_on__gt=day)
    return list(Flag.objects.within(scope).filter(standing, raised_on__lte=day).select_related("region"))


def reports_of(scope: Scope, plan: WorkPlan, month: date, day: date) -> dict[str, MonthlyReport]:
    """Reports of a month (its first day) by township code, drafts too; one sent in after `day` is not in."""
    late = Q(submitted_on__gt=day)
    rows = MonthlyReport.objects.within(scope).filter(~late, plan=plan, month=month)
    return {report.region_id: report for report in rows.defer("lines", "figures")}
