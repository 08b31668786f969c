"""Who lives in a household, as found at the door: deaths, departures, a new head, a member no list has (C08).

A submission makes the registry say what was found and keeps each field's old and new value in
`Verification.family`; taking it back, correcting it or verifying again gives the old values back first.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit, crypto
from dabao.models import User
from dabao.scope import Right, Scope
from screening.choices import CaseState, ChangeKind, Relation
from screening.models import Case, Household, Membership, Person, Verification
from screening.rules.verdicts import Entry
from screening.services import pending_changes
from screening.services.by_hand import NewMember, new_person
from screening.services.cases import Kind, lock, note
from screening.services.list_confirming import match_waiting
from screening.services.screening import rescreen

_MODELS: dict[str, Any] = {"household": Household, "membership": Membership, "person": Person}


@dataclass
class _Changes:
    """Fields written, each as [what, id, field, old, new]."""

    told: list[list[Any]]

    def set(self, row: Household | Membership | Person, field: str, new: Any) -> None:
        old = getattr(row, field)
        if old == new:
            return
        setattr(row, field, new)
        row.save(update_fields=[field])
        self.told.append([row._meta.model_name, str(row.pk), field, _plain(old), _plain(new)])


def apply(*, case: Case, verification: Verification, entry: Entry, actor: User, day: date) -> None:
    """Write what was found of the members into the registry, in the transaction of the submission."""
    living = Membership.objects.filter(household=case.household_id, last_day=None).select_related("person")
    members: dict[UUID | None, Membership] = {member.person_id: member for member in living}
    changes = _Changes([])
    for found in entry.members:
        if (member := members.get(found.person)) is None:
            continue
        changes.set(member.person, "died_on", found.died_on)
        if found.left_on is not None:
            changes.set(member, "last_day", max(found.left_on, member.first_day))
    for found in entry.members:
        if found.named_head and found.person in members:
            _name_head(changes, case.household, list(members.values()), members[found.person])
    if not changes.told:
        return
    _settle(case, verification, changes.told, actor, day, "household.family")
    changed = {pk for _, pk, _, _, _ in changes.told}
    pending_changes.put_found(
        household=case.household,
        verification=verification,
        entry=entry,
        names={
            one.person_id: one.person.name
            for one in members.values()
            if {str(one.pk), str(one.person_id)} & changed
        },
        actor=actor,
        day=day,
    )


def undo(*, case: Case, verification: Verification, actor: User, day: date, retracted: bool = True) -> None:
    """Give the registry back what a verification changed, where nobody changed it since.

    `retracted`: it is withdrawn or corrected, not followed by another visit.
    """
    pending_changes.take_back(verification=verification, actor=actor, day=day, retracted=retracted)
    if not verification.family:
        return
    for what, pk, field, old, new in reversed(verification.family):
        rows = _MODELS[what].objects.filter(pk=pk, **{field: new})
        if what == "membership" and not _may_be_again(pk, field, old):
            continue
        rows.update(**{field: old})
    _settle(case, verification, [], actor, day, "household.family_undone")


@transaction.atomic
def add_member(
    *, scope: Scope, case_id: UUID, actor: User, member: NewMember, since: date, day: date
) -> Case:
    """Register somebody found living there whom no list has; he needs an ID number and a relation.

    Raises ValidationError when he lives in another household, or the household is not to be verified now.
    """
    case = lock(scope, case_id, Right.VERIFY)
    if case.state != CaseState.TO_VERIFY:
        raise ValidationError("这一户已有结论。要登记新的成员，请先撤回、由复核人退回，或重新核查。")
    if not member.number:
        raise ValidationError({"number": "登记成员要有身份证号。还没有号码的，写在备注里，暂不计人数。"})
    if since > day:
        raise ValidationError({"since": "从哪天起，不能晚于今天。"})
    person = Person.objects.filter(id_index=crypto.blind(member.number)).first()
    _refuse_if_elsewhere(scope, case, person, member.name)
    person = person or new_person(member, day)
    membership = Membership(
        household=case.household, person=person, relation=member.relation, first_day=since
    )
    membership.full_clean(exclude=["row"])
    membership.save()
    count_living(case.household)
    match_waiting(region_code=case.household.region_id, numbers=[crypto.blind(member.number)])
    told = f"登记成员：{person.name}（{Relation(member.relation).label}）"
    note(case=case, kind=Kind.NOTE, actor=actor, day=day, text=told, person=str(person.pk))
    pending_changes.put(
        household=case.household,
        kind=ChangeKind.MEMBER_IN,
        persons=[person.pk],
        text=f"{person.name} {since} 起住在本户",
        happened_on=since,
        day=day,
        actor=actor,
    )
    rescreen(plan=case.plan, household=case.household, day=day)
    return case


def _refuse_if_elsewhere(scope: Scope, case: Case, person: Person | None, name: str) -> None:
    if person is None:
        return
    home = Membership.objects.filter(person=person, last_day=None).select_related("household__region").first()
    if home is None and person.name == name:
        return
    if home is None:
        raise ValidationError({"number": "库里这个号码是另一个姓名。请核对号码和姓名，确有更名请找县局。"})
    if home.household_id == case.household_id:
        raise ValidationError({"number": "这个号码已经是本户成员。请核对号码。"})
    seen = Household.objects.within(scope).filter(pk=home.household_id).exists()
    where = home.household.region.name if seen else "另一乡镇"
    raise ValidationError(
        {"number": f"这个号码已登记在{where}的另一户，不能同时在两户。确已迁来，请那一户先提“迁移”。"}
    )


def _name_head(changes: _Changes, household: Household, members: list[Membership], new: Membership) -> None:
    """The old head becomes 其他, for a household has one."""
    for member in members:
        if member.relation == Relation.HEAD and member.pk != new.pk:
            changes.set(member, "relation", Relation.OTHER)
    changes.set(new, "relation", Relation.HEAD)
    changes.set(household, "head_id", new.person_id)


def _may_be_again(pk: str, field: str, old: Any) -> bool:
    """Whether a membership may have its old value without two homes for a person or two heads in a home."""
    member = Membership.objects.get(pk=pk)
    if field == "last_day":
        return not Membership.objects.filter(person=member.person_id, last_day=None).exists()
    heads = Membership.objects.filter(household=member.household_id, last_day=None, relation=Relation.HEAD)
    return old != Relation.HEAD or not heads.exists()


def _settle(
    case: Case, verification: Verification, told: list[list[Any]], actor: User, day: date, action: str
) -> None:
    audited = told or verification.family
    verification.family = told
    verification.save(update_fields=["family"])
    case.household.refresh_from_db(fields=["head"])
    count_living(case.household)
    audit.record(
        action, actor=actor, obj=case.household, region_code=case.household.region_id, changed=audited
    )
    rescreen(plan=case.plan, household=case.household, day=day)
    case.refresh_from_db(fields=["categories", "unknown", "coverage", "why"])


def count_living(household: Household) -> None:
    """Write how many living people a household has now, which it repeats for lists of thousands."""
    household.size = Membership.objects.filter(
        household=household, last_day=None, person__died_on=None
    ).count()
    household.save(update_fields=["size"])


def _plain(value: Any) -> str | None:
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
