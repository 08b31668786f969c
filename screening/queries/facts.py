"""Facts from the database as the rules take them: a fixed number of queries for one household or a county."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, QuerySet

from dabao import plans
from dabao.models import StandardKind, WorkPlan
from dabao.scope import Scope
from screening.choices import BenefitScheme, Scheme
from screening.models import (
    BenefitRecord,
    DisabilityCertificate,
    Enrolment,
    Household,
    IllnessRecord,
    Membership,
    SourceList,
    WatchRecord,
)
from screening.models.fact import held_on
from screening.rules.facts import (
    VALID_STATUSES,
    CertificateFact,
    HouseholdFacts,
    IllnessFact,
    PersonFacts,
    Source,
    StandardFigure,
    Standards,
    WatchFact,
    coverage_of,
)

LASTING = (Scheme.TEKUN, Scheme.DIBAO, Scheme.DIBAO_SINGLE)
COVERING = frozenset({BenefitScheme.RURAL_DIBAO, BenefitScheme.URBAN_DIBAO, BenefitScheme.TEKUN})


@dataclass(frozen=True, slots=True)
class Screenable:
    """A household as screening sees it: its facts, how many live in it, how far the roll covers it."""

    id: UUID
    facts: HouseholdFacts
    living: int
    coverage: str


def standards_on(scope: Scope, plan: WorkPlan, day: date) -> Standards:
    """The standards in force in the plan's region on a day."""
    return Standards(
        rural_dibao=figure(scope, plan, StandardKind.RURAL_DIBAO, day),
        poverty_line=figure(scope, plan, StandardKind.POVERTY_LINE, day),
        near_factor=1 + Decimal(plan.near_miss_percent) / 100,
    )


def screenable(
    scope: Scope, day: date, region_code: str = "", households: Collection[UUID] | None = None
) -> Iterator[Screenable]:
    """Every household of a region in scope (or those named), with the facts in force on the day."""
    chosen = Household.objects.within(scope).filter(region__code__startswith=region_code)
    if households is not None:
        chosen = chosen.filter(pk__in=households)
    sources = _Sources()
    persons = _persons(chosen, households is not None, day, sources)
    watches = _watches(chosen, day, sources)
    covered, incomplete = _covered(chosen, households is not None, day)
    rows = chosen.values_list(
        "pk", "registered", "poverty_status", "income_per_capita", "lifted_year", *_row("row")
    )
    for pk, registered, status, income, lifted_year, *row in rows.iterator(chunk_size=5000):
        members = tuple(persons.pop(pk, ()))
        source = sources.of(*row)
        facts = HouseholdFacts(
            key=str(pk),
            registered=registered,
            poverty_status=status,
            income_per_capita=income,
            members=members,
            watch=tuple(watches.get(pk, ())),
            lifted_year=lifted_year,
            source=source,
            income_source=source,
        )
        living = [person.key for person in members if person.living]
        yield Screenable(pk, facts, len(living), coverage_of(living, covered, incomplete))


def covered_people(scope: Scope, household: UUID, day: date) -> tuple[set[UUID], bool]:
    """Who of a household is on the roll or enrolled, and whether a certificate covers more than it names."""
    return covered_by_home(scope, [household], day)[household]


def covered_by_home(
    scope: Scope, households: Collection[UUID], day: date
) -> dict[UUID, tuple[set[UUID], bool]]:
    """The same for several households at once."""
    members = Membership.objects.within(scope).filter(household__in=households, last_day=None)
    homes = dict(members.values_list("person", "household"))
    covered: dict[UUID, set[UUID]] = {household: set() for household in households}
    more_than_named = dict.fromkeys(households, False)
    held = BenefitRecord.objects.filter(held_on(day), person__in=list(homes), scheme__in=COVERING)
    for person, incomplete in held.values_list("person", "incomplete"):
        covered[homes[person]].add(person)
        more_than_named[homes[person]] |= incomplete
    granted = Enrolment.objects.within(scope).filter(
        case__household__in=households, ended_on=None, next_step="", scheme__in=LASTING
    )
    for household, persons in granted.values_list("case__household", "persons"):
        covered[household].update(persons)
    return {household: (covered[household], more_than_named[household]) for household in households}


def figure(scope: Scope, plan: WorkPlan, kind: StandardKind, day: date) -> StandardFigure | None:  # noqa: ARG001
    """The standard in force in the plan's region on a day, as the rules take it."""
    standard = plans.standard(kind, plan.region_id, day)
    if standard is None:
        return None
    return StandardFigure(standard.amount, standard.first_day, standard.document, standard.confirmed)


class _Sources:
    """Where facts come from: the lists are few and read once, the rows are named by the facts themselves."""

    def __init__(self) -> None:
        self._lists = {
            source.pk: (source.get_kind_display(), source.as_of, source.confirmed_on)
            for source in SourceList.objects.all()
        }

    def of(self, row: UUID | None, source_list: UUID | None, line: int | None) -> Source | None:
        if row is None or source_list is None:
            return None
        kind, as_of, confirmed_on = self._lists[source_list]
        return Source(str(row), kind, line, as_of, confirmed_on)


def _row(path: str) -> tuple[str, str, str]:
    return f"{path}_id", f"{path}__source_list_id", f"{path}__line"


def _persons(chosen: QuerySet, narrow: bool, day: date, sources: _Sources) -> dict[UUID, list[PersonFacts]]:
    living_in = Membership.objects.filter(held_on(day))
    certificates = DisabilityCertificate.objects.filter(held_on(day))
    illnesses = IllnessRecord.objects.filter(held_on(day))
    if narrow:
        living_in = living_in.filter(household__in=chosen)
        ids = living_in.values("person")
        certificates, illnesses = certificates.filter(person__in=ids), illnesses.filter(person__in=ids)
    certificate_facts: dict[UUID, list[CertificateFact]] = defaultdict(list)
    for person, kind, grade, parts, status, first, last, *row in certificates.values_list(
        "person", "kind", "grade", "parts", "status", "first_day", "last_day", *_row("row")
    ):
        certificate_facts[person].append(
            CertificateFact(
                kind, grade, tuple(parts), status in VALID_STATUSES, first, last, sources.of(*row)
            )
        )
    illness_facts: dict[UUID, list[IllnessFact]] = defaultdict(list)
    for person, first, last, *row in illnesses.values_list("person", "first_day", "last_day", *_row("row")):
        illness_facts[person].append(IllnessFact(first, last, sources.of(*row)))
    found: dict[UUID, list[PersonFacts]] = defaultdict(list)
    members = living_in.annotate(
        name=F("person__name"), labour=F("person__labour"), died=F("person__died_on")
    )
    for household, person, name, labour, died, *row in (
        members.order_by("relation")
        .values_list("household", "person", "name", "labour", "died", *_row("person__row"))
        .iterator(chunk_size=5000)
    ):
        found[household].append(
            PersonFacts(
                key=str(person),
                name=name,
                labour=labour,
                living=died is None or died > day,
                certificates=tuple(certificate_facts.get(person, ())),
                illnesses=tuple(illness_facts.get(person, ())),
                source=sources.of(*row),
            )
        )
    return found


def _watches(chosen: QuerySet, day: date, sources: _Sources) -> dict[UUID, list[WatchFact]]:
    found: dict[UUID, list[WatchFact]] = defaultdict(list)
    records = WatchRecord.objects.filter(held_on(day), household__in=chosen)
    for household, kind, first, last, *row in records.values_list(
        "household", "kind", "first_day", "last_day", *_row("row")
    ):
        found[household].append(WatchFact(kind, first, last, sources.of(*row)))
    return found


def _covered(chosen: QuerySet, narrow: bool, day: date) -> tuple[set[str], set[str]]:
    """Keys of the persons the roll covers, and of those whose certificate names fewer than it covers."""
    records = BenefitRecord.objects.filter(held_on(day), scheme__in=COVERING)
    if narrow:
        members = Membership.objects.filter(held_on(day), household__in=chosen)
        records = records.filter(person__in=members.values("person"))
    covered, incomplete = set(), set()
    for person, short in records.values_list("person", "incomplete"):
        covered.add(str(person))
        if short:
            incomplete.add(str(person))
    return covered, incomplete
