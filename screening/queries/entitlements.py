"""Who gets what on a day: the one place that answers it, for one household or a county (C03, C14–C17).

The facts from the database for `screening.rules.entitlements`, in a fixed number of queries.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from dabao.scope import Scope
from screening.choices import LineSide, ListKind, ListState
from screening.models import (
    BenefitLine,
    BenefitRecord,
    Enrolment,
    Household,
    ListRow,
    Membership,
    SourceList,
)
from screening.models.enrolment import FINISHED
from screening.models.fact import held_on
from screening.queries.facts import COVERING, LASTING
from screening.rules.entitlements import SCHEME_OF_GRANT, From, Held, Line, held, shares

Lines = dict[UUID, list[Line]]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Lasting aid of one person: yuan a month (None = the list gives none), since when, by what.

    `enrolment_id` names the grant behind it, None where it is the roll's.
    """

    person_id: UUID
    scheme: str
    monthly_amount: Decimal | None
    since: date
    source: str
    enrolment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A finished grant that begins later: its scheme as the roll names it, yuan a month for all it covers."""

    scheme: str
    persons: int
    monthly_amount: Decimal | None
    from_month: date


def on(scope: Scope, household_ids: Collection[UUID], day: date) -> dict[UUID, list[Entitlement]]:
    """Household → what each of its people receives on the day; households in which nobody does are left out.

    Its people are who lives there that day, and who lived there last and lives nowhere.
    """
    homes = Household.objects.within(scope).filter(pk__in=household_ids)
    regions = dict(homes.values_list("pk", "region_id"))
    grants = list(
        Enrolment.objects.filter(
            Q(ended_on=None) | Q(ended_on__gt=day) | Q(lines__isnull=False),
            next_step="",
            scheme__in=LASTING,
            case__household__in=regions,
        )
        .select_related("case")
        .order_by("from_month", "pk")
        .distinct()
    )
    named = dict(
        BenefitLine.objects.filter(change__household__in=regions).values_list("person", "change__household")
    )
    named |= {person: grant.case.household_id for grant in grants for person in grant.persons}
    people = _people(regions, named, day)
    foreign = _grants_from_elsewhere(people, {grant.pk for grant in grants})
    lines = _lines(people)
    facts = _roll(people, day)
    for grant in [*grants, *foreign]:
        for person, fact in _given(grant, lines, day):
            facts[person].append(fact)
    editions = _editions(regions, facts, lines, day)
    found: dict[UUID, list[Entitlement]] = {}
    for person, home in people.items():
        known = editions.get(home, {})
        for one in held(facts.get(person, ()), lines.get(person, ()), known, day):
            found.setdefault(home, []).append(
                Entitlement(person, one.scheme, one.amount, one.since, one.source.value, one.key)
            )
    return found


def coming(scope: Scope, household_ids: Collection[UUID], day: date) -> dict[UUID, list[Coming]]:
    """Household → its finished grants whose first month lies after the day, which `on` does not have yet."""
    grants = (
        Enrolment.objects.within(scope)
        .filter(FINISHED, scheme__in=LASTING, from_month__gt=day, case__household__in=household_ids)
        .order_by("from_month", "pk")
    )
    lines: dict[UUID, list[BenefitLine]] = defaultdict(list)
    for line in BenefitLine.objects.filter(enrolment__in=grants).select_related("change"):
        if line.enrolment_id is not None:
            lines[line.enrolment_id].append(line)
    found: dict[UUID, list[Coming]] = defaultdict(list)
    for home, grant in ((one.case.household_id, one) for one in grants.select_related("case")):
        shares_now = [one for one in _shares_now(grant, lines[grant.pk]).values() if one is None or one > 0]
        known = [amount for amount in shares_now if amount is not None]
        total = sum(known, Decimal(0)) if len(known) == len(shares_now) else None
        if shares_now and grant.from_month is not None:
            scheme = SCHEME_OF_GRANT[grant.scheme]
            found[home].append(Coming(scheme, len(shares_now), total, grant.from_month))
    return dict(found)


def of_person(scope: Scope, household_id: UUID, person_id: UUID, day: date) -> list[Entitlement]:
    """What one member of a household receives on the day."""
    return [one for one in on(scope, [household_id], day).get(household_id, []) if one.person_id == person_id]


def of_grant(scope: Scope, grant: Enrolment) -> dict[UUID, Decimal | None]:
    """Person → yuan a month of a finished grant after the last change decided, whatever month it begins."""
    return _shares_now(
        grant, BenefitLine.objects.within(scope).filter(enrolment=grant).select_related("change")
    )


def _shares_now(grant: Enrolment, lines: Iterable[BenefitLine]) -> dict[UUID, Decimal | None]:
    touched: dict[UUID, list[Line]] = {}
    for person, his in _by_person(lines).items():
        touched[person] = sorted(his, key=lambda one: one.place)
    now = {person: his[-1].amount for person, his in touched.items() if person in grant.persons}
    return now | _untouched(grant, touched)


def newest_roll(scope: Scope, person_id: UUID, scheme: str) -> date | None:
    """As-of day of the newest roll by which somebody has this aid; None when no roll has him on it now."""
    record = (
        BenefitRecord.objects.within(scope).filter(person=person_id, scheme=scheme, last_day=None).first()
    )
    if record is None:
        return None
    homes = Membership.objects.within(scope).filter(person=person_id, last_day=None)
    regions = dict(homes.values_list("household", "household__region"))
    newest = [
        known[scheme] for known in _rolls(regions, record.first_day, date.max).values() if scheme in known
    ]
    return max([record.first_day, *newest])


def newest_roll_of(scope: Scope, household_id: UUID, scheme: str) -> date | None:
    """As-of day of the newest roll that covers the place of a household and names the scheme."""
    homes = Household.objects.within(scope).filter(pk=household_id)
    known = _rolls(dict(homes.values_list("pk", "region_id")), date.min, date.max)
    return known.get(household_id, {}).get(scheme)


def _people(regions: Collection[UUID], named: dict[UUID, UUID], day: date) -> dict[UUID, UUID]:
    """Person → household: members on the day, the head first; then who lives nowhere, by his last home.

    So that nobody who left receives aid unseen. `named`: home of who is in a grant and never lived there.
    """
    members = Membership.objects.filter(held_on(day), household__in=regions)
    people = dict(members.order_by("relation", "pk").values_list("person", "household"))
    ended = Membership.objects.filter(first_day__lte=day)
    left = ended.filter(household__in=regions, last_day__lt=day).values_list("person", flat=True)
    strangers = (named.keys() | set(left)) - people.keys()
    elsewhere = Membership.objects.filter(held_on(day), person__in=strangers).values_list("person", flat=True)
    nowhere = strangers - set(elsewhere)
    last = dict(ended.filter(person__in=nowhere).order_by("last_day").values_list("person", "household"))
    homes = named | last
    return people | {person: homes[person] for person in nowhere if homes[person] in regions}


def _grants_from_elsewhere(people: Collection[UUID], known: Collection[UUID]) -> list[Enrolment]:
    """Grants of former households that still name these people, or once did."""
    touched = BenefitLine.objects.filter(person__in=people, enrolment__isnull=False)
    return list(
        Enrolment.objects.filter(
            Q(persons__overlap=list(people)) | Q(pk__in=touched.values("enrolment")),
            next_step="",
            scheme__in=LASTING,
        ).exclude(pk__in=known)
    )


def _lines(people: Collection[UUID]) -> Lines:
    return _by_person(BenefitLine.objects.filter(person__in=people).select_related("change"))


def _by_person(rows: Iterable[BenefitLine]) -> Lines:
    found: Lines = defaultdict(list)
    for row in rows:
        place = (row.change.recorded_at, str(row.change_id))
        found[row.person_id].append(
            Line(row.scheme, row.side, row.monthly_amount, row.change.from_month, place, row.enrolment_id)
        )
    return found


def _roll(people: Collection[UUID], day: date) -> dict[UUID, list[Held]]:
    found: dict[UUID, list[Held]] = defaultdict(list)
    records = BenefitRecord.objects.filter(held_on(day), person__in=people, scheme__in=COVERING)
    for one in records.order_by("scheme"):
        since = min(one.from_month or one.first_day, one.first_day)
        fact = Held(one.scheme, one.monthly_amount, since, From.ROLL, said_on=one.first_day)
        found[one.person_id].append(fact)
    return found


def _given(grant: Enrolment, lines: Lines, day: date) -> Iterable[tuple[UUID, Held]]:
    """Each person's share of a grant as first given: what his first line of it stopped, or his part of the
    rest that nobody has touched.
    """
    since = grant.from_month
    if since is None or since > day:
        return
    scheme = SCHEME_OF_GRANT[grant.scheme]
    touched: dict[UUID, list[Line]] = {}
    for person, all_lines in lines.items():
        if his := sorted((one for one in all_lines if one.key == grant.pk), key=lambda one: one.place):
            touched[person] = his
        if his and his[0].side == LineSide.STOP:
            yield person, Held(scheme, his[0].amount, since, From.GRANT, grant.pk)
    if grant.ended_on is not None and grant.ended_on <= day:
        return
    for person, amount in _untouched(grant, touched).items():
        yield person, Held(scheme, amount, since, From.GRANT, grant.pk)


def _untouched(grant: Enrolment, touched: dict[UUID, list[Line]]) -> dict[UUID, Decimal | None]:
    """The people of a grant whom no change has touched, each with his part of what the changed ones leave."""
    untouched = [person for person in grant.persons if person not in touched]
    if not untouched:
        return {}
    if grant.monthly_amount is None:
        return dict.fromkeys(untouched)
    changed = sum(touched[person][-1].amount or Decimal(0) for person in grant.persons if person in touched)
    return dict(zip(untouched, shares(grant.monthly_amount - changed, len(untouched)), strict=True))


def _editions(
    regions: dict[UUID, str], facts: dict[UUID, list[Held]], lines: Lines, day: date
) -> dict[UUID, dict[str, date]]:
    """Household → scheme → day of the newest roll that covers it: asked only where something else speaks."""
    spoken = [line.from_month for his in lines.values() for line in his]
    spoken += [fact.since for his in facts.values() for fact in his if fact.key is not None]
    return _rolls(regions, min(spoken), day) if spoken else {}


def _rolls(regions: dict[UUID, str], first_day: date, last_day: date) -> dict[UUID, dict[str, date]]:
    """Of the rolls of these days: household → scheme → the newest that covers it and names the scheme."""
    lists = SourceList.objects.filter(
        kind=ListKind.BENEFITS, state=ListState.CONFIRMED, as_of__range=(first_day, last_day)
    ).order_by("as_of")
    rows = ListRow.objects.filter(source_list__in=lists)
    schemes: dict[UUID, set[str]] = defaultdict(set)
    for pk, scheme in rows.values_list("source_list", "parsed__scheme").distinct():
        schemes[pk].add(scheme)
    found: dict[UUID, dict[str, date]] = defaultdict(dict)
    for pk, code, as_of in lists.values_list("pk", "region", "as_of"):
        for home, region in regions.items():
            if region.startswith(code):
                found[home] |= dict.fromkeys(schemes[pk], as_of)
    return found
