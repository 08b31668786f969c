"""Put regions, plan and standards into the database from the files of `fixtures/` (C01, C25, C27, C28).

Only what is missing is added: a row that somebody has changed since (a confirmed standard, a moved day)
stays as it is, so loading again is safe.
"""

import csv
import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import transaction

from dabao import audit
from dabao.models import LeadingGroupMember, Phase, Region, Standard, User, WorkPlan

DAYS = ("first_day", "last_day", "target_day", "first_report_month", "last_report_month")


def with_days(values: dict[str, Any]) -> dict[str, Any]:
    """The values with ISO days turned into dates."""
    return {
        name: date.fromisoformat(value) if name in DAYS and value else value for name, value in values.items()
    }


def read_regions(path: Path) -> list[Region]:
    """The rows of a regions file as unsaved regions, parents first as the file has them."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Region(
                code=row["code"],
                name=row["short_name"],
                official_name=row["name"],
                aliases=[alias for alias in row["aliases"].split("|") if alias],
                level=row["level"],
                parent_id=row["parent_code"] or None,
                order=order,
            )
            for order, row in enumerate(csv.DictReader(lines), 1)
        ]


@transaction.atomic
def load_regions(*, regions: Iterable[Region], actor: User | None = None) -> int:
    """Add the regions not yet known. How many there were."""
    known = set(Region.objects.values_list("code", flat=True))
    new = [region for region in regions if region.code not in known]
    for region in new:
        region.clean_fields(exclude=["parent"])  # a province has none
    Region.objects.bulk_create(new)
    if new:
        audit.record("region.load", actor=actor, label=audit.COMMAND_LINE, regions=len(new))
    return len(new)


@transaction.atomic
def load_plan(*, path: Path, actor: User | None = None) -> tuple[WorkPlan, bool]:
    """The plan of a plan file with phases, leading group and standards, and whether it was new.

    Raises ValidationError when the file contradicts the rules of the plan's fields.
    """
    data = json.loads(path.read_text(encoding="utf-8"))
    plan = WorkPlan.objects.filter(code=data["plan"]["code"]).first()
    if plan is not None:
        return plan, False
    values = with_days(data["plan"])
    plan = WorkPlan(region_id=values.pop("region"), **values)
    plan.full_clean()
    plan.save()
    for phase in data["phases"]:
        _add(Phase(plan=plan, **with_days(phase)))
    for order, member in enumerate(data["leading_group"], 1):
        _add(LeadingGroupMember(plan=plan, order=order, **member))
    for standard in data["standards"]:
        _add_standard(with_days(standard))
    audit.record(
        "plan.load",
        actor=actor,
        obj=plan,
        label=audit.COMMAND_LINE,
        region_code=plan.region_id,
        phases=len(data["phases"]),
        standards=len(data["standards"]),
    )
    return plan, True


def _add(row: Phase | LeadingGroupMember | Standard) -> None:
    row.full_clean()
    row.save()


def _add_standard(values: dict[str, Any]) -> None:
    region, amount = values.pop("region"), Decimal(values.pop("amount"))
    known = Standard.objects.filter(kind=values["kind"], region_id=region, first_day=values["first_day"])
    if not known.exists():
        _add(Standard(region_id=region, amount=amount, **values))
