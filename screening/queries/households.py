"""One household as its page shows it: members, evidence with rows, why it is listed, what happened.

A fixed number of queries, however many members, facts, events and records there are.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from dabao import crypto, plans
from dabao.models import Standard, StandardKind
from dabao.scope import Right, Scope
from screening.choices import (
    Answer,
    BenefitScheme,
    Coverage,
    IncomeKind,
    Labour,
    PovertyStatus,
    Relation,
    Scheme,
    Sex,
    VerificationState,
    VisitResult,
    WatchKind,
)
from screening.models import (
    BenefitRecord,
    Case,
    CaseEvent,
    CategoryMatch,
    DisabilityCertificate,
    IllnessRecord,
    IncomeItem,
    ListRow,
    Membership,
    PriorFinding,
    Verification,
    WatchRecord,
)
from screening.queries import facts
from screening.rules import categories
from screening.rules.categories import NEAR
from screening.rules.facts import CertificateFact, age_on
from screening.rules.wording import (
    WhyLine,
    case_status,
    certificate_name,
    coverage_word,
    source_line,
    why_lines,
    yuan,
)

HEALTHY = "健康"


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


@dataclass(frozen=True, slots=True)
class Passed:
    """A line of 经过."""

    day: date
    text: str
    who: str = ""


@dataclass(slots=True)
class HouseholdPage:
    """Everything about a household and its case."""

    case: Case
    name: str
    place: str
    coverage: str
    covered: bool
    status: str
    status_text: str
    members: list[Member]
    reasons: list[WhyLine]
    conflicts: list[str]
    evidence: list[Evidence]
    earlier: list[PriorFinding]
    events: list[Passed]
    records: list[Verification]
    draft: Verification | None
    standard: Standard | None
    line: Standard | None
    factor: Standard | None
    phone_masked: str = ""
    on_tekun: set[UUID] = field(default_factory=set)
    more_than_named: bool = False

    @property
    def living(self) -> list[Member]:
        return [member for member in self.members if not member.gone]

    @property
    def current(self) -> Verification | None:
        """The conclusion that stands."""
        return next((record for record in reversed(self.records) if record.concluded), None)

    @property
    def granted(self) -> bool:
        """Whether its conclusion finds anybody eligible; the grounds stand beside that verdict."""
        decisions = self.current.decisions.all() if self.current else []
        return any(decision.scheme != Scheme.NONE for decision in decisions)

    @property
    def former(self) -> bool:
        """Whether there are records beside the conclusion: taken back, corrected, or nobody met."""
        told = (VerificationState.SUPERSEDED, VerificationState.WITHDRAWN)
        return any(
            one.state in told or (one.round == 1 and one.result != VisitResult.VISITED)
            for one in self.records
        )

    @property
    def income(self) -> list[IncomeItem]:
        """Its income items in the order of the form."""
        order = IncomeKind.values
        items = self.current.income.all() if self.current else []
        return sorted(items, key=lambda item: order.index(item.kind))

    @property
    def rechecks(self) -> list[Verification]:
        return [record for record in self.records if record.round == 2]


def household(scope: Scope, case_id: UUID, day: date) -> HouseholdPage:
    """The page of one case. Raises ObjectDoesNotExist outside the scope."""
    case = (
        Case.objects.within(scope)
        .select_related("household__region__parent", "household__head", "assigned_to", "plan")
        .select_related("household__row__source_list")
        .get(pk=case_id)
    )
    known = _Known(scope, case, day)
    home = case.household
    status, words = case_status(case.state, case.outcome, case.due_on, day, returned=bool(case.returned_on))
    schemes = sorted({one.scheme for records in known.benefits.values() for one in records})
    return HouseholdPage(
        case=case,
        name=home.head.name if home.head else "户主不明",
        place="·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group])),
        coverage=coverage_word(case.coverage, [s for s in schemes if s in facts.COVERING]),
        covered=case.coverage in (Coverage.ALL, Coverage.PART),
        status=status,
        status_text=f"{words}·在名单 {(day - case.opened_on).days} 天",
        members=known.members(),
        reasons=_reasons(scope, case, day),
        conflicts=known.conflicts(),
        evidence=known.evidence(),
        earlier=list(PriorFinding.objects.filter(household=home).order_by("-found_on")),
        events=_events(case, known.lists),
        records=_records(case),
        draft=_draft(scope, case),
        standard=plans.standard(StandardKind.RURAL_DIBAO, home.region_id, day),
        line=plans.standard(StandardKind.POVERTY_LINE, home.region_id, day),
        factor=plans.standard(StandardKind.MARGINAL_FACTOR, home.region_id, day),
        phone_masked=crypto.mask_phone(home.phone) if home.phone_sealed else "",
        on_tekun=known.on(BenefitScheme.TEKUN),
        more_than_named=known.more_than_named,
    )


def whole_numbers(scope: Scope, case_id: UUID) -> dict[str, str]:
    """Whole ID numbers of the members, and the phone under "phone". The caller writes the audit line."""
    case = Case.objects.within(scope, Right.REVEAL).select_related("household").get(pk=case_id)
    people = Membership.objects.filter(household=case.household, last_day=None).select_related("person")
    found = {str(member.person_id): member.person.id_number for member in people}
    return found | ({"phone": case.household.phone} if case.household.phone_sealed else {})


class _Known:
    """Live members of a household and what the lists say of them."""

    def __init__(self, scope: Scope, case: Case, day: date) -> None:
        self.home, self.day = case.household, day
        self.names_illness = scope.may(Right.VERIFY, self.home.region_id)
        self.living = list(
            Membership.objects.within(scope)
            .filter(Q(last_day=None) | Q(pk__in=_moved_out(case)), household=self.home)
            .select_related("person", "person__row", "person__row__source_list")
            .order_by("relation", "person__birth_date", "pk")
        )
        ids = [member.person_id for member in self.living]
        self.certificates = _by_person(DisabilityCertificate, ids, day)
        self.illnesses = _by_person(IllnessRecord, ids, day)
        self.benefits = _by_person(BenefitRecord, ids, day)
        self.watches = list(
            WatchRecord.objects.filter(_on(day), household=self.home).select_related("row__source_list")
        )
        self.covered, self.more_than_named = facts.covered_people(scope, self.home.pk, day)
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
            state=_gone(member) or "、".join(marks) or person.health or "—",
            matters=bool(marks),
            has_phone=bool(person.phone_sealed),
            on_roll="、".join(on_roll),
            row=person.row_id,
            certificates=tuple(CertificateFact(c.kind, c.grade, tuple(c.parts)) for c in held),
            ill=bool(ill),
            died_on=person.died_on,
            left_on=member.last_day,
            covered=person.pk in self.covered,
        )

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


def _moved_out(case: Case) -> list[str]:
    """Memberships that the verification that stands ended: its correction shows them again."""
    standing = case.verifications.standing()
    changed = standing.family if standing else []
    return [pk for what, pk, field, _, _ in changed if (what, field) == ("membership", "last_day")]


def _gone(member: Membership) -> str:
    if member.person.died_on:
        return f"{member.person.died_on} 去世"
    return f"{member.last_day} 迁出" if member.last_day else ""


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


def _on(day: date) -> Q:
    return (Q(last_day=None) | Q(last_day__gte=day)) & Q(first_day__lte=day)


def _by_person(model: Any, ids: Iterable[UUID], day: date) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for one in model.objects.filter(_on(day), person__in=ids).select_related("row__source_list"):
        found[one.person_id].append(one)
    return found


def _reasons(scope: Scope, case: Case, day: date) -> list[WhyLine]:
    """Grounds of the live matches, then what was narrowly missed by the facts of today."""
    live = CategoryMatch.objects.filter(plan=case.plan, household=case.household, last_day=None)
    grounds = [ground for match in live.order_by("category") for ground in match.grounds]
    standards = facts.standards_on(scope, case.plan, day)
    for one in facts.screenable(scope, day, households=[case.household_id]):
        for answer in categories.screen(one.facts, standards, case.plan.categories, day):
            if answer.answer == Answer.NO:
                grounds += [ground for ground in answer.grounds if ground["says"] == NEAR]
    return list(why_lines(grounds))


def _events(case: Case, lists: dict[UUID, Any]) -> list[Passed]:
    """Steps of the case and the imports it rests on, newest first."""
    told = [
        (event.day, event.at.timestamp(), Passed(event.day, event.text, event.actor_label))
        for event in CaseEvent.objects.filter(case=case)
    ]
    told += [
        (one.confirmed_on, 0.0, Passed(one.confirmed_on, f"{one.get_kind_display()}导入，截至 {one.as_of}"))
        for one in lists.values()
        if one.confirmed_on
    ]
    return [passed for _, _, passed in sorted(told, key=lambda each: each[:2], reverse=True)]


def _records(case: Case) -> list[Verification]:
    """Everything submitted, withdrawn or superseded, oldest first, with its rows."""
    return list(
        case.verifications.exclude(state=VerificationState.DRAFT)
        .select_related("by")
        .prefetch_related("members", "income", "obligors", "decisions__person")
        .order_by("submitted_at")
    )


def _draft(scope: Scope, case: Case) -> Verification | None:
    return case.verifications.filter(state=VerificationState.DRAFT, by=scope.user_id, round=1).first()
