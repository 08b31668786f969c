"""What the base knows of one person by the lists, a line each with the row behind it."""

from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from dabao.scope import Scope
from screening.choices import BenefitScheme
from screening.models import BenefitRecord, DisabilityCertificate, IllnessRecord, ListRow
from screening.models.fact import held_on
from screening.queries.known import Evidence
from screening.rules.wording import certificate_name


def of_person(scope: Scope, person: UUID, day: date) -> list[Evidence]:
    """Certificate, illness (not by name) and benefits that hold on the day (3 queries)."""
    found = []
    for one in _held(DisabilityCertificate.objects.within(scope), person, day):
        found.append(_evidence(f"{certificate_name(one.kind, one.grade, one.parts)}残疾证", one.row))
    for one in _held(IllnessRecord.objects.within(scope), person, day):
        found.append(_evidence(f"重特大疾病，就诊 {one.stays} 次", one.row))
    for one in _held(BenefitRecord.objects.within(scope), person, day):
        found.append(_evidence(f"{BenefitScheme(one.scheme).label}在保", one.row))
    return found


def _held(facts: QuerySet, person: UUID, day: date) -> QuerySet:
    return facts.filter(held_on(day), person=person).select_related("row__source_list")


def _evidence(text: str, row: ListRow | None) -> Evidence:
    source = f"{row.source_list.get_kind_display()}第 {row.line} 行" if row else ""
    return Evidence(text, source, row.pk if row else None)
