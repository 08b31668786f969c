"""Jobs and projects offered, person by person, with the run of refusals and what was proposed (C17)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import BenefitScheme, Labour, OfferReply, ProposalState
from screening.models import Case, JobOffer, Membership, Person, ShareProposal
from screening.queries import entitlements
from screening.queries.entitlements import Entitlement
from screening.rules.facts import age_on
from screening.rules.income import REFUSALS_IN_A_ROW, Offer, able_to_work, refusal_runs

ALL, THREE, SOME, PENDING, SIGNING, CUT, AGAIN = (
    "all",
    "three",
    "some",
    "pending",
    "signing",
    "cut",
    "again",
)
TABS = {
    ALL: "给过项目的人",
    THREE: "连续 3 次",
    SOME: "连续 1—2 次",
    PENDING: "等答复",
    SIGNING: "等县局签",
    CUT: "已减停",
    AGAIN: "要再看一眼",
}
DIBAO = (BenefitScheme.RURAL_DIBAO.value, BenefitScheme.URBAN_DIBAO.value)
FOUND = 20
LIVE = Q(state=ProposalState.PROPOSED) | Q(state=ProposalState.APPROVED, resumed=None)


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list."""

    id: UUID
    name: str
    place: str
    head: str
    offers: int
    last_day: date
    last_project: str
    last_reply: str
    run: int
    pending: int
    proposal: str
    again: bool
    tabs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Given:
    """One offer in the ledger of a person, with the run after it."""

    offer: JobOffer
    run: int
    late: bool
    recomputed: bool


@dataclass(frozen=True, slots=True)
class Family:
    """One person's own 低保 beside the rest of the family's aid, yuan a month.

    `share` None: he has none, or nobody knows how much it is; `held` is what he has.
    """

    held: Entitlement | None
    others: int
    others_amount: Decimal

    @property
    def share(self) -> Decimal | None:
        return self.held.monthly_amount if self.held else None


@dataclass(frozen=True, slots=True)
class PersonPage:
    """Everything about one person's offers."""

    person: Person
    household_id: UUID
    region_code: str
    case_id: UUID | None
    head: str
    place: str
    relation: str
    age: int | None
    labour: str
    registered: bool
    able: bool | None
    work: str
    offers: list[Given]
    run: int
    family: Family
    proposals: list[ShareProposal]

    @property
    def live(self) -> ShareProposal | None:
        """The proposal that is being signed or in effect."""
        return next((one for one in self.proposals if one.live), None)

    @property
    def again(self) -> bool:
        """要再看一眼: something was signed, and the refusals in a row are fewer than it takes."""
        return self.live is not None and self.run < REFUSALS_IN_A_ROW


def rows(scope: Scope, region: str = "") -> list[Row]:
    """Everybody in scope to whom something was offered, the longest run first; a fixed number of queries."""
    members = Membership.objects.within(scope).filter(
        last_day=None, household__region__code__startswith=region
    )
    given: dict[UUID, list[JobOffer]] = defaultdict(list)
    for offer in JobOffer.objects.filter(person__in=members.values("person")):
        given[offer.person_id].append(offer)
    proposals = {one.person_id: one for one in ShareProposal.objects.filter(LIVE, person__in=given)}
    homes = members.filter(person__in=given).select_related(
        "person", "household__head", "household__region__parent"
    )
    found = [_row(home, given[home.person_id], proposals.get(home.person_id)) for home in homes]
    return sorted(found, key=lambda row: (-row.run, -row.last_day.toordinal(), row.place, row.name))


def person(scope: Scope, plan: WorkPlan, person_id: UUID, day: date) -> PersonPage:
    """One person's ledger. Raises ObjectDoesNotExist outside the scope."""
    home = (
        Membership.objects.within(scope)
        .select_related("person", "household__head", "household__region__parent")
        .get(person=person_id, last_day=None)
    )
    offers = list(JobOffer.objects.within(scope).filter(person=person_id).select_related("by"))
    runs = _runs(offers)
    cases = Case.objects.within(scope).filter(plan=plan, household=home.household_id)
    household = home.household
    return PersonPage(
        person=home.person,
        household_id=household.pk,
        region_code=household.region_id,
        case_id=cases.values_list("pk", flat=True).first(),
        head=_head(home),
        place=_place(home),
        relation=home.get_relation_display(),
        age=age_on(home.person.birth_date, day) if home.person.birth_date else None,
        labour=Labour(home.person.labour).label if home.person.labour else "劳动技能空白",
        registered=household.registered,
        able=able_to_work(home.person.labour),
        work=home.person.work,
        offers=[_given(one, run, offers) for one, run in zip(offers, runs, strict=True)],
        run=runs[-1] if runs else 0,
        family=family_of(scope, household.pk, person_id, day),
        proposals=list(
            ShareProposal.objects.within(scope)
            .filter(person=person_id)
            .select_related("proposed_by", "decided_by", "change", "resumed__by")
            .reverse()
        ),
    )


def run_of(scope: Scope, person_id: UUID) -> int:
    """Refusals in a row of one person now; a new plan does not begin them anew."""
    runs = _runs(JobOffer.objects.within(scope).filter(person=person_id))
    return runs[-1] if runs else 0


def family_of(scope: Scope, household_id: UUID, person_id: UUID, day: date) -> Family:
    """His own 低保 and what the others of the household receive."""
    held = entitlements.on(scope, [household_id], day).get(household_id, [])
    others = [one for one in held if one.person_id != person_id]
    return Family(
        held=next((one for one in held if one.person_id == person_id and one.scheme in DIBAO), None),
        others=len({one.person_id for one in others}),
        others_amount=sum((one.monthly_amount or Decimal(0) for one in others), Decimal(0)),
    )


@dataclass(frozen=True, slots=True)
class Hit:
    """Somebody found by name, to open his ledger."""

    id: UUID
    name: str
    head: str
    place: str


def found(scope: Scope, text: str) -> list[Hit]:
    """Who is meant by a name, initials or number; at most a page of them."""
    members = Membership.objects.within(scope).known_as(text).filter(person__died_on=None)
    shown = members.select_related("person", "household__head", "household__region__parent")
    return [
        Hit(one.person_id, one.person.name, _head(one), _place(one))
        for one in shown.order_by("person__name", "pk")[:FOUND]
    ]


def one_proposal(scope: Scope, proposal_id: UUID) -> ShareProposal:
    """A proposal. Raises ObjectDoesNotExist outside the scope."""
    return ShareProposal.objects.within(scope).get(pk=proposal_id)


def _runs(offers: Iterable[JobOffer]) -> list[int]:
    """Refusals in a row after each of one person's offers, which come in the order of their days."""
    return refusal_runs([Offer(one.day, one.reply, place) for place, one in enumerate(offers)])


def _row(home: Membership, offers: list[JobOffer], proposal: ShareProposal | None) -> Row:
    run, last = _runs(offers)[-1], offers[-1]
    pending = sum(one.reply == OfferReply.PENDING for one in offers)
    again = proposal is not None and run < REFUSALS_IN_A_ROW
    tabs = {
        ALL: True,
        THREE: run >= REFUSALS_IN_A_ROW,
        SOME: 0 < run < REFUSALS_IN_A_ROW,
        PENDING: pending > 0,
        SIGNING: proposal is not None and proposal.state == ProposalState.PROPOSED,
        CUT: proposal is not None and proposal.state == ProposalState.APPROVED,
        AGAIN: again,
    }
    return Row(
        id=home.person_id,
        name=home.person.name,
        place=_place(home),
        head=_head(home),
        offers=len(offers),
        last_day=last.day,
        last_project=last.project,
        last_reply=OfferReply(last.reply).label,
        run=run,
        pending=pending,
        proposal=proposal.get_state_display() if proposal else "",
        again=again,
        tabs=frozenset(name for name, belongs in tabs.items() if belongs),
    )


def _given(offer: JobOffer, run: int, offers: Iterable[JobOffer]) -> Given:
    """Recorded late: after its day; recomputed: when a later offer stood already."""
    later = any(one.day > offer.day and one.recorded_on < offer.recorded_on for one in offers)
    return Given(offer, run, late=offer.recorded_on > offer.day, recomputed=later)


def _head(home: Membership) -> str:
    return home.household.head.name if home.household.head else "户主不明"


def _place(home: Membership) -> str:
    region = home.household.region
    return "·".join(filter(None, [str(region.parent or ""), region.name, home.household.group]))
