"""What a confirmed edition changed: its facts beside those before it, as the rules of warnings take them.

Before and after come from what is kept anyway: rows of earlier editions (income, labour) and the days that
certificates and illnesses held. The number of queries does not grow with the list.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from dabao.models import StandardKind, WorkPlan
from dabao.scope import Scope
from screening.choices import ListKind, ListState, RowState
from screening.models import DisabilityCertificate, IllnessRecord, ListRow, Membership, SourceList
from screening.queries.facts import figure, screenable
from screening.rules.facts import VALID_STATUSES, CertificateFact, Source
from screening.rules.warnings import (
    CertificateChange,
    Change,
    FigureChange,
    LabourChange,
    StatusChange,
    Thresholds,
)

REGISTRIES = (ListKind.REGISTRY, ListKind.MARGINAL)
ONE_DAY = timedelta(days=1)


def thresholds(scope: Scope, plan: WorkPlan, day: Any) -> Thresholds:
    """The figures that raise warnings, in force in the plan's region on the day."""
    return Thresholds(
        figure(scope, plan, StandardKind.RURAL_DIBAO, day),
        figure(scope, plan, StandardKind.MEDICAL_SPENDING, day),
    )


def changes(scope: Scope, source: SourceList) -> Iterator[tuple[UUID, Change]]:
    """(household, what the edition changed for it); lists of other kinds raise nothing."""
    match source.kind:
        case ListKind.REGISTRY | ListKind.MARGINAL:
            return _of_registry(scope, source)
        case ListKind.DISABILITY:
            return _of_certificates(scope, source)
        case ListKind.ILLNESS:
            return _of_illnesses(scope, source)
        case _:
            return iter(())


def _earlier(source: SourceList, kinds: Collection[str]) -> Q:
    """Confirmed lists that stood before this one: of an earlier day, or of the same day and number."""
    same_day = Q(source_list__as_of=source.as_of, source_list__number__lt=source.number)
    return Q(source_list__state=ListState.CONFIRMED, source_list__kind__in=kinds) & (
        Q(source_list__as_of__lt=source.as_of) | same_day
    )


def _source(source: SourceList, row: UUID | None, line: int | None) -> Source | None:
    if row is None:
        return None
    return Source(str(row), source.get_kind_display(), line, source.as_of, source.confirmed_on)


# Income and labour: this edition's rows beside the last earlier ones


@dataclass(slots=True)
class _Known:
    """What rows said of a household: its last known income and status, labour as its last edition had it."""

    income: Decimal | None = None
    status: str = ""
    source: Source | None = None
    status_source: Source | None = None
    edition: UUID | None = None
    labour: dict[UUID, str] = field(default_factory=dict)


def _of_registry(scope: Scope, source: SourceList) -> Iterator[tuple[UUID, Change]]:
    """Households with a row changed: what did not change raises nothing, what is new has no before."""
    mine = ListRow.objects.within(scope).filter(source_list=source, household__isnull=False)
    changed = set(mine.filter(state=RowState.UPDATED).values_list("household", flat=True))
    if not changed:
        return
    now = _known(mine.filter(household__in=changed), source)
    before = _known(
        ListRow.objects.within(scope).filter(_earlier(source, REGISTRIES), household__in=changed), None
    )
    for household in screenable(scope, source.as_of, households=changed):
        was, is_now = before.get(household.id), now[household.id]
        if was is None:
            continue
        members = [person for person in household.facts.members if person.living]
        keys = {person.key for person in members}
        yield (
            household.id,
            Change(
                edition=source.as_of,
                income=FigureChange(was.income, is_now.income, is_now.source),
                status=StatusChange(was.status, is_now.status, is_now.status_source),
                labour=tuple(
                    LabourChange(
                        person.key,
                        person.name,
                        was.labour.get(UUID(person.key), ""),
                        person.labour,
                        person.source,
                    )
                    for person in members
                ),
                gone_labour=tuple(
                    labour for person, labour in was.labour.items() if str(person) not in keys and labour
                ),
            ),
        )


def _known(rows: QuerySet[ListRow], source: SourceList | None) -> dict[UUID, _Known]:
    """By household. Income is the last one known; who was gone before the last edition is not of it."""
    found: dict[UUID, _Known] = defaultdict(_Known)
    listed = (
        rows.exclude(state=RowState.REJECTED)
        .order_by("source_list__as_of", "source_list__number", "line")
        .values_list(
            "household",
            "person",
            KeyTextTransform("labour", "parsed"),
            KeyTextTransform("income_per_capita", KeyTextTransform("h", "parsed")),
            KeyTextTransform("poverty_status", KeyTextTransform("h", "parsed")),
            "pk",
            "line",
            "source_list",
        )
    )
    for household, person, labour, income, status, row, line, edition in listed.iterator(chunk_size=5000):
        known = found[household]
        if known.edition != edition:
            known.edition, known.labour = edition, {}
        if income is not None:
            known.income = Decimal(income)
            known.source = _source(source, row, line) if source else None
        if status:
            known.status = status
            known.status_source = _source(source, row, line) if source else None
        if person is not None and labour is not None:
            known.labour[person] = labour
    return found


# Certificates and illnesses: what the edition began beside what held the day before it


def _homes(scope: Scope, persons: Collection[UUID]) -> dict[UUID, UUID]:
    living = Membership.objects.within(scope).filter(person__in=persons, last_day=None)
    return dict(living.values_list("person", "household"))


def _held_before(source: SourceList) -> Q:
    """Facts in force on the day before the edition."""
    eve = source.as_of - ONE_DAY
    return Q(first_day__lte=eve) & (Q(last_day=None) | Q(last_day__gte=eve))


def _of_certificates(scope: Scope, source: SourceList) -> Iterator[tuple[UUID, Change]]:
    """The first list of a region is where comparing begins: it raises nothing."""
    if not _comparable(source):
        return
    new = list(_certificates(DisabilityCertificate.objects.filter(row__source_list=source, last_day=None)))
    persons = {person for person, _, _ in new} - _unmatched_before(scope, source)
    homes = _homes(scope, persons)
    held = DisabilityCertificate.objects.filter(_held_before(source), person__in=persons)
    before = {person: certificate for person, _, certificate in _certificates(held)}
    found: dict[UUID, list[CertificateChange]] = defaultdict(list)
    for person, name, certificate in new:
        if person in homes:
            found[homes[person]].append(CertificateChange(str(person), name, before.get(person), certificate))
    for household, certificates in found.items():
        yield household, Change(edition=source.as_of, certificates=tuple(certificates))


def _certificates(rows: QuerySet) -> Iterator[tuple[UUID, str, CertificateFact]]:
    lists = {one.pk: one for one in SourceList.objects.filter(kind=ListKind.DISABILITY)}
    values = rows.values_list(
        "person", "person__name", "kind", "grade", "parts", "status", "row", "row__line", "row__source_list"
    )
    for person, name, kind, grade, parts, status, row, line, about in values:
        origin = _source(lists[about], row, line) if about in lists else None
        yield (
            person,
            name,
            CertificateFact(kind, grade, tuple(parts), status in VALID_STATUSES, source=origin),
        )


def _comparable(source: SourceList) -> bool:
    """Whether an earlier edition covers the whole region of this one."""
    above = [source.region_id[:digits] for digits in (2, 4, 6, 9, 12) if digits <= len(source.region_id)]
    return SourceList.objects.filter(
        kind=source.kind, state=ListState.CONFIRMED, as_of__lt=source.as_of, region__in=above
    ).exists()


def _unmatched_before(scope: Scope, source: SourceList) -> set[UUID]:
    """Persons whom an earlier edition had, but who were in no household then: no news of theirs."""
    earlier = ListRow.objects.within(scope).filter(
        _earlier(source, [source.kind]), household=None, id_index__isnull=False
    )
    mine = ListRow.objects.within(scope).filter(source_list=source, id_index__in=earlier.values("id_index"))
    return set(mine.filter(person__isnull=False).values_list("person", flat=True))


def _of_illnesses(scope: Scope, source: SourceList) -> Iterator[tuple[UUID, Change]]:
    """Own payments of a household's members in sum: a bill burdens the whole household.

    As with certificates, comparing begins with a region's first list: its bills are screened, not news.
    """
    if not _comparable(source):
        return
    touched = IllnessRecord.objects.filter(row__source_list=source, last_day=None).values_list(
        "person", flat=True
    )
    households = set(_homes(scope, set(touched)).values())
    members = dict(
        Membership.objects.within(scope)
        .filter(household__in=households, last_day=None, person__died_on=None)
        .values_list("person", "household")
    )
    records = IllnessRecord.objects.filter(person__in=members, own_paid__isnull=False)
    now: dict[UUID, Decimal] = defaultdict(Decimal)
    largest: dict[UUID, tuple[Decimal, Source | None]] = {}
    lists = {one.pk: one for one in SourceList.objects.filter(kind=ListKind.ILLNESS)}
    listed = records.filter(last_day=None).values_list(
        "person", "own_paid", "row", "row__line", "row__source_list"
    )
    for person, paid, row, line, about in listed:
        household = members[person]
        now[household] += paid or 0
        if household not in largest or (paid or 0) > largest[household][0]:
            origin = _source(lists[about], row, line) if about in lists else None
            largest[household] = (paid or Decimal(0), origin)
    before: dict[UUID, Decimal] = defaultdict(Decimal)
    for person, paid in records.filter(_held_before(source)).values_list("person", "own_paid"):
        before[members[person]] += paid or 0
    for household, paid in now.items():
        change = FigureChange(before.get(household), paid, largest[household][1])
        yield household, Change(edition=source.as_of, spending=change)
