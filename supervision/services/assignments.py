"""Units and their townships (C19, C26). Making or ending an assignment writes the members' postings."""

import json
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import Region, Unit, UnitMember, User, WorkPlan
from supervision.models import Assignment, Group
from supervision.services.members import post_members


@transaction.atomic
def assign(
    *,
    group: Group,
    unit: Unit,
    township: Region,
    first_day: date,
    actor: User | None = None,
    label: str = "",
    order: int = 0,
) -> Assignment:
    """Set a unit against a township from a day on, and post its members there.

    Raises ValidationError when the unit already has that township.
    """
    if Assignment.objects.filter(unit=unit, township=township, last_day=None).exists():
        raise ValidationError(f"{unit.name}已经挂包{township.name}。要换人或换组，请先结束原来的挂包。")
    assignment = Assignment(group=group, unit=unit, township=township, first_day=first_day, order=order)
    assignment.full_clean()
    assignment.save()
    audit.record(
        "assignment.make",
        actor=actor,
        obj=assignment,
        label=label,
        region_code=township.code,
        unit=str(unit.pk),
        first_day=first_day.isoformat(),
    )
    post_members(unit=unit, actor=actor, label=label)
    return assignment


@transaction.atomic
def end_assignment(*, assignment: Assignment, last_day: date, actor: User | None = None) -> Assignment:
    """Give an assignment its last day, or another one; its postings follow.

    Raises ValidationError for a day before its first.
    """
    if last_day < assignment.first_day:
        raise ValidationError("止日早于起日，请改正。")
    assignment.last_day = last_day
    assignment.version += 1
    assignment.full_clean()
    assignment.save()
    audit.record(
        "assignment.end",
        actor=actor,
        obj=assignment,
        region_code=assignment.township_id,
        last_day=last_day.isoformat(),
    )
    post_members(unit=assignment.unit, actor=actor)
    return assignment


@transaction.atomic
def load_supervision(*, plan: WorkPlan, path: Path, actor: User | None = None) -> int:
    """Groups, units with their members, and assignments of a supervision file; how many assignments were new.

    What stands already stays as it is. Villages of `exited_villages` are marked 出列村.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    first_day, made, order = date.fromisoformat(data["first_day"]), 0, 0
    for row in data["groups"]:
        group, _ = Group.objects.get_or_create(
            plan=plan,
            order=row["number"],
            defaults={"leader_name": row["leader"], "leader_post": row["post"]},
        )
        for line in row["assignments"]:
            order += 1
            unit = _unit(plan, line, order, first_day)
            if not Assignment.objects.filter(unit=unit, township_id=line["region"]).exists():
                township = Region.objects.get(code=line["region"])
                assign(
                    group=group,
                    unit=unit,
                    township=township,
                    first_day=first_day,
                    order=order,
                    actor=actor,
                    label=audit.COMMAND_LINE,
                )
                made += 1
    Region.objects.filter(code__in=data["exited_villages"]).update(delisted_village=True)
    return made


def _unit(plan: WorkPlan, line: dict, order: int, first_day: date) -> Unit:
    unit, new = Unit.objects.get_or_create(
        region=plan.region, name=line["unit"], defaults={"aliases": line["aliases"], "order": order}
    )
    if new:
        for place, name in enumerate(line["members"], 1):
            UnitMember.objects.create(unit=unit, name=name, order=place, first_day=first_day)
    return unit
