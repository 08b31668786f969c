"""Changes of aid as pages show them: what waits for a decision, and the chain of one household (C17)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.choices import BenefitScheme, ChangeKind, LineSide, Relation
from screening.models import BenefitChange, BenefitLine, Case, Membership, PendingChange, Person
from screening.queries import entitlements
from screening.queries.entitlements import Entitlement
from screening.rules.entitlements import From
from screening.rules.income import able_to_work

SOURCES = {From.ROLL.value: "花名册", From.GRANT.value: "本系统纳入", From.CHANGE.value: "变更"}
OPEN, DECIDED = "open", "decided"
TABS = {OPEN: "等定", DECIDED: "已定"}
_BESIDE = ("household__head", "household__region__parent", "settled_by", "by")
_STATES = {OPEN: Q(settled_on=None), DECIDED: Q(settled_on__isnull=False)}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A household that waits for a decision, or had one."""

    id: UUID
    head: str
    place: str
    kind: str
    text: str
    happened_on: date
    days: int
    monthly: Decimal
    receivers: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """A member and what he receives: one line for each scheme, one without for who receives nothing."""

    id: UUID
    name: str
    relation: str
    about: bool
    scheme: str
    scheme_word: str
    amount: Decimal | None
    since: date | None
    source: str
    able: bool = False
    gone: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One person in a change: yuan a month before and after, None = nothing."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Link:
    """One change of the chain."""

    id: UUID
    kind: str
    day: date
    from_month: date
    reason: str
    by: str
    turns: tuple[Turn, ...]
    other_side: bool


@dataclass(frozen=True, slots=True)
class Aid:
    """What a household receives on a day, how it came to that, and what waits."""

    receivers: list[Receiver]
    total: Decimal
    chain: list[Link]
    waiting: list[PendingChange]

    def __bool__(self) -> bool:
        return bool(self.receivers or self.chain or self.waiting)


def counts(scope: Scope, plan: WorkPlan, region: str = "") -> dict[str, int]:
    """Tab → how many households' changes stand there."""
    return {name: filtered(scope, plan, name, region).count() for name in TABS}


def filtered(scope: Scope, plan: WorkPlan, tab: str, region: str = "") -> QuerySet[PendingChange]:
    """What waits, of every plan, the oldest first; what was decided in this one, the newest first."""
    found = (
        PendingChange.objects.within(scope)
        .filter(_STATES[tab], household__region__code__startswith=region)
        .select_related(*_BESIDE)
    )
    if tab == OPEN:
        return found.order_by("happened_on", "pk")
    return found.filter(plan=plan).order_by("-settled_on", "pk")


def rows(scope: Scope, found: Iterable[PendingChange], day: date) -> list[Waiting]:
    """Rows of a page of `filtered`, in a fixed number of queries."""
    listed = list(found)
    held = entitlements.on(scope, {one.household_id for one in listed}, day)
    return [_waiting(one, held.get(one.household_id, []), day) for one in listed]


def one(scope: Scope, pending_id: UUID) -> PendingChange:
    """One of them. Raises ObjectDoesNotExist outside the scope."""
    return PendingChange.objects.within(scope).select_related(*_BESIDE).get(pk=pending_id)


def case_of(scope: Scope, household_id: UUID) -> UUID | None:
    """The household's newest case, for a link."""
    found = Case.objects.within(scope).filter(household=household_id).order_by("-plan__year")
    return found.values_list("pk", flat=True).first()


def receivers(scope: Scope, household_id: UUID, day: date, about: Iterable[UUID] = ()) -> list[Receiver]:
    """Everybody of a household with what he receives; also who left it and still receives."""
    held: dict[UUID, list[Entitlement]] = defaultdict(list)
    for one in entitlements.on(scope, [household_id], day).get(household_id, ()):
        held[one.person_id].append(one)
    members = Membership.objects.within(scope).filter(household=household_id, last_day=None)
    found, marked = [], set(about)
    for member in members.select_related("person").order_by("relation", "pk"):
        gone = f"{member.person.died_on} 去世" if member.person.died_on else ""
        relation = Relation(member.relation).label
        found += _receives(member.person, relation, held.pop(member.person_id, []), marked, gone)
    for person in Person.objects.filter(pk__in=held).order_by("pk"):
        found += _receives(person, "", held[person.pk], marked, "不在本户了")
    return found


def of_household(scope: Scope, household_id: UUID, day: date) -> Aid:
    """The aid of a household as its page shows it."""
    held = [one for one in receivers(scope, household_id, day) if one.scheme]
    waiting = PendingChange.objects.within(scope).filter(household=household_id, settled_on=None)
    total = sum((one.amount or Decimal(0) for one in held), Decimal(0))
    return Aid(held, total, chain(scope, household_id), list(waiting))


def chain(scope: Scope, household_id: UUID) -> list[Link]:
    """The changes of a household, the newest first."""
    changes = (
        BenefitChange.objects.within(scope)
        .filter(household=household_id)
        .select_related("by")
        .prefetch_related("lines__person")
    )
    return [_link(change) for change in changes.reverse()]


def _link(change: BenefitChange) -> Link:
    lines: dict[UUID, list[BenefitLine]] = defaultdict(list)
    for line in change.lines.all():
        lines[line.person_id].append(line)
    turns = tuple(
        Turn(his[0].person.name, _said(his, LineSide.STOP) or "没有", _said(his, LineSide.START) or "停")
        for his in lines.values()
    )
    return Link(
        id=change.pk,
        kind=ChangeKind(change.kind).label,
        day=change.day,
        from_month=change.from_month,
        reason=change.reason,
        by=change.by.name if change.by else "",
        turns=turns,
        other_side=change.counterpart_id is not None,
    )


def _said(lines: Iterable[BenefitLine], side: str) -> str:
    return "、".join(
        f"{BenefitScheme(line.scheme).label} "
        + ("金额不明" if line.monthly_amount is None else f"{line.monthly_amount:,.2f} 元")
        for line in lines
        if line.side == side
    )


def _receives(
    person: Person, relation: str, held: list[Entitlement], marked: set[UUID], gone: str
) -> list[Receiver]:
    about, able = person.pk in marked, able_to_work(person.labour) is True
    if not held:
        return [Receiver(person.pk, person.name, relation, about, "", "", None, None, "", able, gone)]
    return [
        Receiver(
            person.pk,
            person.name,
            relation,
            about,
            one.scheme,
            BenefitScheme(one.scheme).label,
            one.monthly_amount,
            one.since,
            SOURCES[one.source],
            able,
            gone,
        )
        for one in held
    ]


def _waiting(pending: PendingChange, held: list[Entitlement], day: date) -> Waiting:
    home = pending.household
    place = "·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group]))
    return Waiting(
        id=pending.pk,
        head=home.head.name if home.head else "户主不明",
        place=place,
        kind=ChangeKind(pending.kind).label,
        text=pending.text,
        happened_on=pending.happened_on,
        days=((pending.settled_on or day) - pending.raised_on).days,
        monthly=sum((one.monthly_amount or Decimal(0) for one in held), Decimal(0)),
        receivers=len({one.person_id for one in held}),
        outcome=_outcome(pending),
    )


def _outcome(pending: PendingChange) -> str:
    if pending.settled_by is not None:
        month = pending.settled_by.from_month
        return f"已变更，从 {month.year}年{month.month}月起"
    return f"不用变：{pending.no_change}" if pending.no_change else ""
