"""Moves between villages as both sides see them (C17)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet

from dabao.models import Region, RegionLevel, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import MoveState
from screening.models import Case, HouseholdMove

OPEN, DONE = "open", "done"
TABS = {OPEN: "等接收", DONE: "办完"}
_BESIDE = ("household__head", "person", "from_region__parent", "to_region__parent", "asked_by", "decided_by")


@dataclass(frozen=True, slots=True)
class Row:
    """One move. Who has given a household up, or never got it, reads no name and no case of it any more."""

    id: UUID
    who: str
    persons: int
    origin: str
    target: str
    reason: str
    asked_on: date
    asked_by: str
    days: int
    state: str
    state_word: str
    decided_on: date | None
    decided_by: str
    note: str
    case_id: UUID | None


def visible(scope: Scope) -> QuerySet[HouseholdMove]:
    """Those that leave a place of the scope, or come to one."""
    sides = scope.q("from_region__code") | scope.q("to_region__code")
    return HouseholdMove.objects.filter(sides)


def listed(scope: Scope, plan: WorkPlan, tab: str) -> QuerySet[HouseholdMove]:
    """What waits to be accepted, of any plan, the oldest first; what this one has done, the newest first."""
    order = ("asked_on", "pk") if tab == OPEN else ("-decided_on", "pk")
    return visible(scope).filter(_belongs(tab, plan)).select_related(*_BESIDE).order_by(*order)


def _belongs(tab: str, plan: WorkPlan) -> Q:
    """What is open stays in the list whatever plan it began in."""
    return Q(state=MoveState.OPEN) if tab == OPEN else Q(plan=plan) & ~Q(state=MoveState.OPEN)


def counts(scope: Scope, plan: WorkPlan) -> dict[str, int]:
    """Tab → moves."""
    return {tab: visible(scope).filter(_belongs(tab, plan)).count() for tab in TABS}


def rows(scope: Scope, found: Iterable[HouseholdMove], day: date) -> list[Row]:
    """Rows of a page of `listed`."""
    moves = list(found)
    homes = [move.household_id for move in moves]
    cases = Case.objects.within(scope).filter(household__in=homes).order_by("plan__year")  # the newest wins
    links = dict(cases.values_list("household", "pk"))
    return [_row(move, scope, links, day) for move in moves]


def one(scope: Scope, move_id: UUID) -> HouseholdMove:
    """A move of either side. Raises ObjectDoesNotExist outside both."""
    return visible(scope).select_related(*_BESIDE).get(pk=move_id)


def open_of(scope: Scope, household_id: UUID) -> HouseholdMove | None:
    """The move of a household, or of one of its people, that waits to be accepted."""
    found = visible(scope).filter(household=household_id, state=MoveState.OPEN)
    return found.select_related(*_BESIDE).order_by("asked_on", "pk").first()


def villages(scope: Scope, plan: WorkPlan, without: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Every village of the county by township but one, to choose from; names of places are public."""
    if not scope:
        return []
    found: dict[str, list[tuple[str, str]]] = {}
    regions = Region.objects.filter(level=RegionLevel.VILLAGE, code__startswith=plan.region_id).exclude(
        code=without
    )
    for village in regions.select_related("parent").order_by("parent__order", "parent__code", "code"):
        found.setdefault(str(village.parent or ""), []).append((village.code, village.name))
    return list(found.items())


def _row(move: HouseholdMove, scope: Scope, links: dict[UUID, UUID], day: date) -> Row:
    sees = _sees(move, scope)
    return Row(
        id=move.pk,
        who=_who(move, named=sees),
        persons=move.persons,
        origin=_place(move.from_region),
        target=_place(move.to_region),
        reason=move.reason if sees else "",
        asked_on=move.asked_on,
        asked_by=move.asked_by.name,
        days=((move.decided_on or day) - move.asked_on).days,
        state=move.state,
        state_word=move.get_state_display(),
        decided_on=move.decided_on,
        decided_by=move.decided_by.name if move.decided_by else "",
        note=move.note if sees else "",
        case_id=links.get(move.household_id),
    )


def _place(village: Region) -> str:
    return "·".join(filter(None, [str(village.parent or ""), village.name]))


def _sees(move: HouseholdMove, scope: Scope) -> bool:
    """Who reads the name: both while it is open, then only the side where the household stays."""
    stays = move.state in (MoveState.DECLINED, MoveState.WITHDRAWN)
    gone = move.state == MoveState.ACCEPTED
    giver, taker = scope.may(Right.READ, move.from_region_id), scope.may(Right.READ, move.to_region_id)
    return (giver and not gone) or (taker and not stays)


def _who(move: HouseholdMove, *, named: bool) -> str:
    """李发祥户 · 李建华（李发祥户）; a surname is left to the side without them."""
    head = move.household.head.name if move.household.head else "户主不明"
    if move.person is None:
        return f"{head}户" if named else f"{head[:1]}某户"
    return f"{move.person.name}（{head}户）" if named else f"{move.person.name[:1]}某"
