"""The ledger as a file: official columns, masked unless whole by right and reason (C12, P04)."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from screening import exports
from screening.models import Case
from screening.queries import ledger
from screening.queries.cases import CaseFilters, ordered, places

CHUNK = 500


@transaction.atomic
def export(
    *,
    scope: Scope,
    plan: WorkPlan,
    filters: CaseFilters,
    actor: User | None,
    day: date,
    purpose: str,
    whole: bool = False,
    label: str = "",
) -> bytes:
    """The ledger as xlsx, as the filters leave it; its last line says filter, day, purpose and who.

    Whole numbers and illnesses need the right to reveal everywhere they come from, and the purpose is logged.
    """
    if not purpose.strip():
        raise ValidationError({"purpose": "请写用途，会印在文件里，也记入日志。"})
    cases = ledger.listed(scope, plan, filters, day)
    if whole and cases.exclude(scope.q(Case.region_path, Right.EXPORT_WHOLE)).exists():
        raise ValidationError("完整号码要有查看权限。请改选“号码遮住”，或请有权限的人导出。")
    lines = list(_lines(scope, ordered(scope, cases, "route", day), day, whole=whole))
    audit.record(
        "ledger.export",
        actor=actor,
        label=label,
        filters=filters.query_string(),
        households=len(lines),
        whole=whole,
        reason=purpose.strip(),
    )
    who = actor.name if actor else label
    masked = "完整号码" if whole else "号码已遮"
    words = filters.describe(places(scope))
    foot = (
        f"{words}，{len(lines)} 户，截至 {day}；用途：{purpose.strip()}；"
        f"{who} {timezone.localtime():%Y-%m-%d %H:%M} 导出，{masked}"
    )
    heads, widths = zip(*ledger.COLUMNS, strict=True)
    return exports.workbook("排查台账", list(heads), lines, foot, list(widths))


def _lines(scope: Scope, cases: QuerySet[Case], day: date, *, whole: bool) -> Iterator[list[Any]]:
    """Numbered lines, a slice of households at a time."""
    keys = list(cases.values_list("pk", flat=True))
    number = 0
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        found = {
            case.pk: case for case in ledger.for_rows(scope, Case.objects.within(scope).filter(pk__in=part))
        }
        for line in ledger.official(scope, [found[key] for key in part], day, whole=whole):
            number += 1
            yield [number, *line[1:]]
