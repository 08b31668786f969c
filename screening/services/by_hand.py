"""A household that no screening found, added by a person (主动发现) after a look for the same (C08)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit, crypto
from dabao.models import Region, User, WorkPlan
from dabao.scope import Right, Scope
from screening import names
from screening.choices import CaseOrigin, Relation, Sex
from screening.models import Case, Household, Membership, Person
from screening.queries import facts
from screening.queries.duplicates import duplicates
from screening.rules.identity import birth_of, sex_of
from screening.services.cases import open_case
from screening.services.list_confirming import match_waiting


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member as typed; the first is the householder. `number` is a checked ID number."""

    name: str
    number: str
    relation: str = Relation.HEAD
    labour: str = ""


@transaction.atomic
def add_household(
    *,
    scope: Scope,
    plan: WorkPlan,
    village: str,
    group: str,
    phone: str,
    members: Sequence[NewMember],
    reason: str,
    looked_at_near: bool,
    actor: User,
    day: date,
) -> Case:
    """A new household with its members and its case; lists that waited for one of them are matched.

    Refused when a member lives in another household already, and, until somebody has looked at them, when
    there are near matches.
    """
    region = Region.objects.within(scope).get(pk=village, level="village")
    scope.require(Right.ADD_HOUSEHOLD, region.code)
    if not reason.strip():
        raise ValidationError({"reason": "请写明怎么发现的，例如：群众反映、走访时看到。"})
    same = duplicates(scope, plan, village, [(m.name, m.number) for m in members])
    if any(one.certain for one in same):
        raise ValidationError("有人已经登记在别的户里，不能另建一户。请打开那一户，办分户或迁移。")
    if same and not looked_at_near:
        raise ValidationError({"looked_at_near": "有相近的户。请逐户看过，确实不是同一户再勾选。"})
    household = Household(
        region=region,
        group=group.strip(),
        registered=False,
        size=len(members),
        phone_sealed=crypto.seal(phone) if phone else None,
        added_on=day,
    )
    household.full_clean(exclude=["head", "row"])
    household.save()
    for place, member in enumerate(members):
        person = new_person(member, day)
        relation = Relation.HEAD if place == 0 else member.relation
        membership = Membership(household=household, person=person, relation=relation, first_day=day)
        membership.full_clean(exclude=["row"])
        membership.save()
        if place == 0:
            household.head = person
    household.save(update_fields=["head"])
    audit.record("household.add", actor=actor, obj=household, region_code=region.code, persons=len(members))
    numbers = [crypto.blind(member.number) for member in members if member.number]
    match_waiting(region_code=region.code, numbers=numbers)
    known = next(iter(facts.screenable(scope, day, households=[household.pk])))
    return open_case(
        plan=plan,
        household=household,
        origin=CaseOrigin.BY_HAND,
        day=day,
        actor=actor,
        coverage=known.coverage,
        why=reason.strip(),
    )


@transaction.atomic
def open_for_known(
    *, scope: Scope, plan: WorkPlan, household_id: UUID, reason: str, actor: User, day: date
) -> Case:
    """A case for a household of the registry that screening did not list."""
    household = Household.objects.within(scope).select_related("region").get(pk=household_id)
    scope.require(Right.ADD_HOUSEHOLD, household.region_id)
    if not reason.strip():
        raise ValidationError({"reason": "请写明怎么发现的，例如：群众反映、走访时看到。"})
    known = next(iter(facts.screenable(scope, day, households=[household.pk])))
    return open_case(
        plan=plan,
        household=household,
        origin=CaseOrigin.BY_HAND,
        day=day,
        actor=actor,
        coverage=known.coverage,
        why=reason.strip(),
    )


def new_person(member: NewMember, day: date) -> Person:
    """A person that no list has, as typed."""
    person = Person(
        name=member.name,
        initials=names.initials(member.name),
        name_key=names.name_key(member.name),
        labour=member.labour,
        id_sealed=crypto.seal(member.number) if member.number else None,
        id_index=crypto.blind(member.number) if member.number else None,
        id_last4_index=crypto.blind_last4(member.number) if member.number else None,
        sex=Sex(sex_of(member.number)) if member.number else "",
        birth_date=birth_of(member.number, day) if member.number else None,
    )
    person.full_clean(exclude=["row"])
    person.save()
    return person
