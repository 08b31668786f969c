"""What the lists say of one household on a day: its members and their facts, each with its row.

Taken by the page of the household as it is (`households`) and as it stood on a day (`history`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from dabao import crypto
from dabao.scope import Right, Scope
from screening.choices import BenefitScheme, Labour, PovertyStatus, Relation, Sex, WatchKind
from screening.models import (
    BenefitRecord,
    Case,
    DisabilityCertificate,
    IllnessRecord,
    ListRow,
    Membership,
    WatchRecord,
)
from screening.models.fact import held_on
from screening.queries import facts
from screening.rules.facts import CertificateFact, age_on
from screening.rules.wording import certificate_name, source_line, yuan

HEALTHY = "健康"
ANY = Q()


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the lists have him, the number masked; also who moved out by the last verification."""

    id: UUID
    name: str
    relation: str
    masked: str
    sex: str
    age: int | None
    born: date | None
    labour: str
    labour_word: str
    state: str
    matters: bool
    has_phone: bool
    on_roll: str
    row: UUID | None
    certificates: tuple[CertificateFact, ...] = ()
    ill: bool = False
    died_on: date | None = None
    left_on: date | None = None
    covered: bool = False

    @property
    def gone(self) -> bool:
        return self.died_on is not None or self.left_on is not None


@dataclass(frozen=True, slots=True)
class Evidence:
    """A fact from a list, in words, with its source line and its row."""

    text: str
    source: str
    row: UUID | None


def with_person(scope: Scope, members: QuerySet[Membership]) -> QuerySet[Membership]:  # noqa: ARG001 - cut to it before
    """The memberships as `Known` takes them, the head first."""
    return members.select_related("person__row__source_list").order_by("relation", "person__birth_date", "pk")


@dataclass(frozen=True, slots=True)
class Held:
    """What the lists say of some households on a day: facts by person, watches and cover by household."""

    certificates: dict[UUID, list[Any]]
    illnesses: dict[UUID, list[Any]]
    benefits: dict[UUID, list[Any]]
    watches: dict[UUID, list[WatchRecord]]
    covered: dict[UUID, tuple[set[UUID], bool]]


def held_by(
    scope: Scope, homes: Collection[UUID], people: Collection[UUID], day: date, recorded: Q = ANY
) -> Held:
    """For households and everybody whom their pages show: a fixed number of queries."""
    watches: dict[UUID, list[WatchRecord]] = defaultdict(list)
    for watch in WatchRecord.objects.filter(held_on(day), recorded, household__in=homes).select_related(
        "row__source_list"
    ):
        watches[watch.household_id].append(watch)
    return Held(
        _by_person(DisabilityCertificate, people, day, recorded),
        _by_person(IllnessRecord, people, day, recorded),
        _by_person(BenefitRecord, people, day, recorded),
        watches,
        facts.covered_by_home(scope, homes, day),
    )


class Known:
    """Members of a household (those given, with person and row) and what the lists say of them on a day.

    `recorded` limits the facts to those recorded by a day, for a household as it stood. `held`: the facts,
    where they were read for several households at once.
    """

    def __init__(
        self,
        scope: Scope,
        case: Case,
        day: date,
        living: list[Membership],
        recorded: Q = ANY,
        held: Held | None = None,
    ) -> None:
        self.home, self.day, self.living = case.household, day, living
        self.names_illness = scope.may(Right.VERIFY, self.home.region_id)
        ids = [member.person_id for member in self.living]
        held = held or held_by(scope, [self.home.pk], ids, day, recorded)
        self.certificates = _of(held.certificates, ids)
        self.illnesses = _of(held.illnesses, ids)
        self.benefits = _of(held.benefits, ids)
        self.watches = held.watches.get(self.home.pk, [])
        self.covered, self.more_than_named = held.covered[self.home.pk]
        self.lists = self._lists()

    def _lists(self) -> dict[UUID, Any]:
        rows = [self.home.row, *(member.person.row for member in self.living)]
        for facts_by_person in (self.certificates, self.illnesses, self.benefits):
            rows += [fact.row for held in facts_by_person.values() for fact in held]
        rows += [watch.row for watch in self.watches]
        return {row.source_list_id: row.source_list for row in rows if row}

    def on(self, scheme: str) -> set[UUID]:
        """Who is on the roll of a scheme."""
        return {person for person, held in self.benefits.items() if scheme in [one.scheme for one in held]}

    def members(self) -> list[Member]:
        return [self._member(one) for one in self.living]

    def _member(self, member: Membership) -> Member:
        person = member.person
        held = self.certificates.get(person.pk, [])
        ill = self.illness(person.pk)
        marks = [certificate_name(one.kind, one.grade, one.parts) for one in held] + ([ill] if ill else [])
        on_roll = [BenefitScheme(one.scheme).label for one in self.benefits.get(person.pk, [])]
        return Member(
            id=person.pk,
            name=person.name,
            relation=Relation(member.relation).label,
            masked=crypto.mask_id(person.id_number) if person.id_sealed else "没有号码",
            sex=Sex(person.sex).label if person.sex else "",
            age=age_on(person.birth_date, self.day) if person.birth_date else None,
            born=person.birth_date,
            labour=person.labour,
            labour_word=Labour(person.labour).label if person.labour else "劳动技能空白",
            state=self._gone(member) or "、".join(marks) or person.health or "—",
            matters=bool(marks),
            has_phone=bool(person.phone_sealed),
            on_roll="、".join(on_roll),
            row=person.row_id,
            certificates=tuple(CertificateFact(c.kind, c.grade, tuple(c.parts)) for c in held),
            ill=bool(ill),
            died_on=self._by_then(person.died_on),
            left_on=self._by_then(member.last_day),
            covered=person.pk in self.covered,
        )

    def _by_then(self, happened_on: date | None) -> date | None:
        """A day that had come; what happens later is not known yet."""
        return happened_on if happened_on and happened_on <= self.day else None

    def _gone(self, member: Membership) -> str:
        if died_on := self._by_then(member.person.died_on):
            return f"{died_on} 去世"
        left_on = self._by_then(member.last_day)
        return f"{left_on} 迁出" if left_on else ""

    def illness(self, person: UUID) -> str:
        """大病 by name for who verifies, 大病（有） for everybody else; nothing when there is none."""
        held = self.illnesses.get(person)
        if not held:
            return ""
        return f"大病（{'、'.join(one.diagnosis for one in held)}）" if self.names_illness else "大病（有）"

    def conflicts(self) -> list[str]:
        """Two lists that say different things of a person, and which wins."""
        found = []
        for member in self.living:
            for one in self.certificates.get(member.person_id, []):
                if member.person.health == HEALTHY:
                    found.append(
                        f"{member.person.name}：残联写“{certificate_name(one.kind, one.grade, one.parts)}”，"
                        f"扶贫系统“健康状况”写“{HEALTHY}”。以残联为准，入户时请看证。"
                    )
        return found

    def evidence(self) -> list[Evidence]:
        """What each list says, the registry first."""
        home, income = self.home, self.home.income_per_capita
        found = []
        if home.row:
            said = [
                PovertyStatus(home.poverty_status).label if home.poverty_status else "",
                f"{home.lifted_year} 年脱贫" if home.lifted_year else "",
                "人均纯收入空白" if income is None else f"人均纯收入 {yuan(income)} 元",
                home.cause,
                {True: "危房户", None: "", False: ""}[home.unsafe_house],
                {True: "", None: "", False: "饮水不安全"}[home.safe_water],
            ]
            found.append(_evidence("、".join(filter(None, said)), home.row))
        for member in self.living:
            name = member.person.name
            for one in self.certificates.get(member.person_id, []):
                held = certificate_name(one.kind, one.grade, one.parts)
                found.append(_evidence(f"{name}：{held}残疾证", one.row))
            if ill := self.illnesses.get(member.person_id):
                words = f"{name}：在重特大疾病名单上，{self.illness(member.person_id)}"
                found.append(_evidence(words, ill[0].row))
            for one in self.benefits.get(member.person_id, []):
                amount = f"，每月 {yuan(one.monthly_amount)} 元" if one.monthly_amount else ""
                tier = f" {one.tier}" if one.tier else ""
                found.append(_evidence(f"{name}：{BenefitScheme(one.scheme).label}{tier}{amount}", one.row))
            if member.person.work:
                months = member.person.work_months
                spent = f" {months.normalize():f} 个月" if months else ""
                found.append(_evidence(f"{name}：{member.person.work}{spent}", member.person.row))
        found += [_evidence(WatchKind(one.kind).label, one.row) for one in self.watches]
        return found


def _evidence(text: str, row: ListRow | None) -> Evidence:
    return Evidence(text, source_line(_source_data(row)), row.pk if row else None)


def _source_data(row: ListRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    about = row.source_list
    return {
        "list": about.get_kind_display(),
        "line": row.line,
        "as_of": about.as_of.isoformat(),
        "imported": about.confirmed_on.isoformat() if about.confirmed_on else None,
    }


def _of(found: dict[UUID, list[Any]], people: Iterable[UUID]) -> dict[UUID, list[Any]]:
    return {person: found[person] for person in people if person in found}


def _by_person(model: Any, ids: Iterable[UUID], day: date, recorded: Q) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for one in model.objects.filter(held_on(day), recorded, person__in=ids).select_related(
        "row__source_list"
    ):
        found[one.person_id].append(one)
    return found
