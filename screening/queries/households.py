"""One household as its page shows it: members, evidence with rows, why it is listed, what happened.

A fixed number of queries, however many members, facts, events and records there are.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
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
    CaseOrigin,
    Coverage,
    IncomeKind,
    Scheme,
    VerificationState,
    VisitResult,
)
from screening.models import (
    Case,
    CaseEvent,
    CategoryMatch,
    IncomeItem,
    Membership,
    PriorFinding,
    Verification,
)
from screening.queries import entitlements, facts
from screening.queries.known import Evidence, Held, Known, Member, held_by, with_person
from screening.rules import categories
from screening.rules.categories import NEAR
from screening.rules.wording import (
    WhyLine,
    case_status,
    coming_words,
    coverage_word,
    why_lines,
)

HEALTHY = "健康"


@dataclass(frozen=True, slots=True)
class Passed:
    """A line of 经过. `other`: the case of the household that split off, or that it split off from."""

    day: date
    text: str
    who: str = ""
    other: UUID | None = None


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
    pages = households(scope, [case_id], day)
    if not pages:
        raise Case.DoesNotExist
    return pages[0]


def households(scope: Scope, case_ids: Sequence[UUID], day: date) -> list[HouseholdPage]:
    """The pages of several cases in that order, with as many queries as for one; none outside the scope."""
    cases = (
        Case.objects.within(scope)
        .select_related("household__region__parent", "household__head", "assigned_to", "plan")
        .select_related("household__row__source_list")
        .in_bulk(case_ids)
    )
    read = _read(scope, cases.values(), day)
    return [_page(scope, cases[case_id], read, day) for case_id in case_ids if case_id in cases]


@dataclass(frozen=True, slots=True)
class _Read:
    """What the pages of some cases are made of, by household, by case, or (`standards`) by village."""

    living: dict[UUID, list[Membership]]
    held: Held
    ahead: dict[UUID, list[entitlements.Coming]]
    paid: dict[UUID, list[entitlements.Entitlement]]
    reasons: dict[UUID, list[WhyLine]]
    earlier: dict[UUID, list[PriorFinding]]
    events: dict[UUID, list[CaseEvent]]
    records: dict[UUID, list[Verification]]
    drafts: dict[UUID, Verification]
    standards: dict[str, tuple[Standard | None, ...]]
    split_from: dict[UUID, UUID]


def _read(scope: Scope, cases: Collection[Case], day: date) -> _Read:
    homes = [case.household_id for case in cases]
    records = _records(cases)
    living = _living(scope, homes, records)
    people = [member.person_id for members in living.values() for member in members]
    held = held_by(scope, homes, people, day)
    granted = [home for home, (covered, _) in held.covered.items() if covered]
    uncovered = [case.household_id for case in cases if case.coverage in (Coverage.NONE, Coverage.UNKNOWN)]
    begun = set(granted) & set(uncovered)
    return _Read(
        living,
        held,
        entitlements.coming(scope, granted, day) if granted else {},
        entitlements.on(scope, begun, day) if begun else {},
        _reasons(scope, cases, day),
        _grouped(PriorFinding.objects.filter(household__in=homes).order_by("-found_on"), "household_id"),
        _grouped(CaseEvent.objects.filter(case__in=[case.pk for case in cases]), "case_id"),
        records,
        _drafts(scope, cases),
        _standards({case.household.region_id for case in cases}, day),
        _split_from(scope, cases),
    )


def _grouped(rows: Iterable[Any], by: str) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[getattr(row, by)].append(row)
    return found


def _standards(regions: Collection[str], day: date) -> dict[str, tuple[Standard | None, ...]]:
    """Village → the three amounts in force there."""
    kinds = (StandardKind.RURAL_DIBAO, StandardKind.POVERTY_LINE, StandardKind.MARGINAL_FACTOR)
    return {region: tuple(plans.standard(kind, region, day) for kind in kinds) for region in regions}


def _page(scope: Scope, case: Case, read: _Read, day: date) -> HouseholdPage:
    home = case.household
    known = Known(scope, case, day, read.living.get(home.pk, []), held=read.held)
    standard, line, factor = read.standards[home.region_id]
    status, words = case_status(case.state, case.outcome, case.due_on, day, returned=bool(case.returned_on))
    coverage, covered = _coverage(case, known, read, day)
    return HouseholdPage(
        case=case,
        name=home.head.name if home.head else "户主不明",
        place="·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group])),
        coverage=coverage,
        covered=covered,
        status=status,
        status_text=f"{words}·在名单 {(day - case.opened_on).days} 天",
        members=known.members(),
        reasons=read.reasons.get(home.pk, []),
        conflicts=known.conflicts(),
        evidence=known.evidence(),
        earlier=read.earlier.get(home.pk, []),
        events=_events(read.events.get(case.pk, []), known.lists, read.split_from.get(case.pk)),
        records=read.records.get(case.pk, []),
        draft=read.drafts.get(case.pk),
        standard=standard,
        line=line,
        factor=factor,
        phone_masked=crypto.mask_phone(home.phone) if home.phone_sealed else "",
        on_tekun=known.on(BenefitScheme.TEKUN),
        more_than_named=known.more_than_named,
    )


def _coverage(case: Case, known: Known, read: _Read, day: date) -> tuple[str, bool]:
    """The word for its cover and whether it has any: the roll's, or what it was granted beside the roll."""
    schemes = sorted({one.scheme for records in known.benefits.values() for one in records})
    roll = coverage_word(case.coverage, [scheme for scheme in schemes if scheme in facts.COVERING])
    on_roll = case.coverage in (Coverage.ALL, Coverage.PART)
    home = case.household_id
    if case.coverage == Coverage.ALL:
        return roll, True
    if ahead := read.ahead.get(home):
        granted = "；".join(coming_words(one.monthly_amount, one.from_month, day) for one in ahead)
        return (f"{roll}，{granted}" if on_roll else granted), True
    if paid := read.paid.get(home):
        return coverage_word(Coverage.ALL, sorted({one.scheme for one in paid})), True
    return roll, on_roll


def whole_numbers(scope: Scope, case_id: UUID) -> dict[str, str]:
    """Whole ID numbers of the members, and the phone under "phone". The caller writes the audit line."""
    case = Case.objects.within(scope, Right.REVEAL).select_related("household").get(pk=case_id)
    people = Membership.objects.filter(household=case.household, last_day=None).select_related("person")
    found = {str(member.person_id): member.person.id_number for member in people}
    return found | ({"phone": case.household.phone} if case.household.phone_sealed else {})


def _living(
    scope: Scope, homes: Collection[UUID], records: dict[UUID, list[Verification]]
) -> dict[UUID, list[Membership]]:
    """Who lives there now, and whom the standing verification found gone: a correction shows them."""
    gone = [pk for told in records.values() if (last := _standing(told)) for pk in _moved_out(last)]
    members = Membership.objects.within(scope).filter(Q(last_day=None) | Q(pk__in=gone), household__in=homes)
    return _grouped(with_person(scope, members), "household_id")


def _standing(records: Sequence[Verification]) -> Verification | None:
    return next((record for record in reversed(records) if record.concluded), None)


def _moved_out(standing: Verification) -> list[str]:
    """Memberships that a verification ended."""
    return [pk for what, pk, field, _, _ in standing.family if (what, field) == ("membership", "last_day")]


def _reasons(scope: Scope, cases: Collection[Case], day: date) -> dict[UUID, list[WhyLine]]:
    """Grounds of the live matches, then what was narrowly missed by the facts of today."""
    plan_of = {case.household_id: case.plan for case in cases}
    grounds: dict[UUID, list[Any]] = defaultdict(list)
    for match in CategoryMatch.objects.filter(household__in=plan_of, last_day=None).order_by("category"):
        if match.plan_id == plan_of[match.household_id].pk:
            grounds[match.household_id] += match.grounds
    standards = {plan.pk: facts.standards_on(scope, plan, day) for plan in {*plan_of.values()}}
    for one in facts.screenable(scope, day, households=list(plan_of)):
        plan = plan_of[one.id]
        for answer in categories.screen(one.facts, standards[plan.pk], plan.categories, day):
            if answer.answer == Answer.NO:
                grounds[one.id] += [ground for ground in answer.grounds if ground["says"] == NEAR]
    return {home: list(why_lines(told)) for home, told in grounds.items()}


def _events(
    told_of_case: Iterable[CaseEvent], lists: dict[UUID, Any], split_from: UUID | None
) -> list[Passed]:
    """Steps of the case and the imports it rests on, newest first."""
    told = [
        (
            event.day,
            event.at.timestamp(),
            Passed(event.day, event.text, event.actor_label, _other(event, split_from)),
        )
        for event in told_of_case
    ]
    told += [
        (one.confirmed_on, 0.0, Passed(one.confirmed_on, f"{one.get_kind_display()}导入，截至 {one.as_of}"))
        for one in lists.values()
        if one.confirmed_on
    ]
    return [passed for _, _, passed in sorted(told, key=lambda each: each[:2], reverse=True)]


def _other(event: CaseEvent, split_from: UUID | None) -> UUID | None:
    if event.kind == "opened":
        return split_from
    new_case = event.data.get("new_case")
    return UUID(new_case) if new_case else None


def _split_from(scope: Scope, cases: Collection[Case]) -> dict[UUID, UUID]:
    """Case of a household that split off → the case that it split off from."""
    new = [str(case.pk) for case in cases if case.origin == CaseOrigin.SPLIT]
    if not new:
        return {}
    told = CaseEvent.objects.within(scope).filter(data__new_case__in=new)
    return {UUID(data["new_case"]): old for old, data in told.values_list("case", "data")}


def _records(cases: Collection[Case]) -> dict[UUID, list[Verification]]:
    """Everything submitted, withdrawn or superseded, oldest first, with its rows."""
    found = (
        Verification.objects.filter(case__in=[case.pk for case in cases])
        .exclude(state=VerificationState.DRAFT)
        .select_related("by")
        .prefetch_related("members", "income", "obligors", "decisions__person")
        .order_by("submitted_at")
    )
    return _grouped(found, "case_id")


def _drafts(scope: Scope, cases: Collection[Case]) -> dict[UUID, Verification]:
    """The viewer's own drafts of the first round."""
    found = Verification.objects.filter(
        case__in=[case.pk for case in cases], state=VerificationState.DRAFT, by=scope.user_id, round=1
    )
    return {draft.case_id: draft for draft in found}
