"""Recipients on the roll who are in no household here: rows that an import could not match (C03).

They are persons, not households: the roll names them, and nobody's registry does. Each leads to its row.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from dabao import crypto
from dabao.scope import Scope
from screening.choices import BenefitScheme, ListKind, ListState, RowState, SkipReason
from screening.models import ListRow, SourceList

DIBAO = (BenefitScheme.RURAL_DIBAO.value, BenefitScheme.URBAN_DIBAO.value)


@dataclass(frozen=True, slots=True)
class Recipient:
    """One row of the roll as it stands there; the number masked."""

    row: UUID
    name: str
    masked: str
    place: str
    scheme: str
    list_name: str
    as_of: date
    line: int


def unmatched(scope: Scope, region: str = "") -> QuerySet[ListRow]:
    """Rows of 低保 in the newest edition of the roll of their region that match no household."""
    newer = SourceList.objects.filter(
        kind=ListKind.BENEFITS,
        state=ListState.CONFIRMED,
        region=OuterRef("source_list__region"),
        as_of__gt=OuterRef("source_list__as_of"),
    )
    found = ListRow.objects.within(scope).filter(
        ~Exists(newer),
        source_list__kind=ListKind.BENEFITS,
        source_list__state=ListState.CONFIRMED,
        state=RowState.SKIPPED,
        skip=SkipReason.UNMATCHED,
        parsed__scheme__in=DIBAO,
        region__code__startswith=region,
    )
    return found.select_related("region__parent", "source_list").order_by("region_id", "line", "pk")


def recipients(scope: Scope, rows: Any) -> list[Recipient]:  # noqa: ARG001 - `unmatched` cut to it
    """Rows that came from `unmatched`, ready to be shown."""
    return [_recipient(row) for row in rows]


def _recipient(row: ListRow) -> Recipient:
    place = [row.region.parent.name if row.region.parent else "", row.region.name] if row.region else []
    return Recipient(
        row.pk,
        row.name or "没有姓名",
        crypto.mask_id(crypto.unseal(row.id_sealed)) if row.id_sealed else "没有号码",
        "·".join(filter(None, place)),
        BenefitScheme(row.parsed["scheme"]).label,
        row.source_list.get_kind_display(),
        row.source_list.as_of,
        row.line,
    )
