"""The steps that somebody took today and may still take back: nothing followed them (C10)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, OuterRef, Subquery

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import CaseState, StepKind
from screening.models import CaseEvent


@dataclass(frozen=True, slots=True)
class OwnSteps:
    """A step and the households for which it was taken, as (case, head)."""

    kind: StepKind
    households: list[tuple[UUID, str]]


def own_steps(scope: Scope, plan: WorkPlan, day: date) -> list[OwnSteps]:
    """In the order of the steps; a provincial number is never among them."""
    newest = CaseEvent.objects.filter(case=OuterRef("case")).order_by("-day", "-at", "-pk").values("pk")[:1]
    mine = (
        CaseEvent.objects.within(scope)
        .filter(case__plan=plan, case__state=CaseState.TO_ENROL, kind="step", day=day, actor=scope.user_id)
        .filter(data__has_key="step", pk=Subquery(newest))
        .order_by("case__household__head__name_key", "case")
        .annotate(head=F("case__household__head__name"))
    )
    found: dict[str, list[Any]] = defaultdict(list)
    for case, head, data in mine.values_list("case", "head", "data"):
        found[data["step"]].append((case, head or "户主不明"))
    return [OwnSteps(kind, found[kind]) for kind in StepKind if kind in found and kind != StepKind.RECORDED]
