"""One household as its page shows it: members, evidence with rows, why it is listed, what happened.

A fixed number of queries, however many members, facts, events and records there are.
"""

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
from screening.queries import facts
from screening.queries.known import Evidence, Known, Member, with_person
from screening.rules import categories
from screening.rules.categories import NEAR
from screening.rules.wording import (
    WhyLine,
    case_status,
    coverage_word,
    why_lines,
)

HEALTHY = "健康"


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
    known = Known(scope, case, day, _living(scope, case))
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


def _living(scope: Scope, case: Case) -> list[Membership]:
    """Who lives there now, and whom the verification that stands found gone."""
    members = Membership.objects.within(scope).filter(
        Q(last_day=None) | Q(pk__in=_moved_out(case)), household=case.household_id
    )
    return list(with_person(scope, members))


def _moved_out(case: Case) -> list[str]:
    """Memberships that the verification that stands ended: its correction shows them again."""
    standing = case.verifications.standing()
    changed = standing.family if standing else []
    return [pk for what, pk, field, _, _ in changed if (what, field) == ("membership", "last_day")]


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
