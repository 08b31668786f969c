"""Whether a household that somebody wants to add is there already (主动发现, C08).

By the ID number county-wide, whatever the scope: outside it only 另一乡镇 is said, no name and no village.
By name and near names in the same village.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from dabao import crypto
from dabao.models import WorkPlan
from dabao.scope import Scope, ScopedQuerySet
from screening import names
from screening.models import Case, Membership


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A household that may be the same. `certain` = the same ID number; blank when it is elsewhere."""

    certain: bool
    why: str
    household: UUID | None = None
    head: str = ""
    place: str = ""
    size: int = 0
    case: UUID | None = None
    elsewhere: bool = False


def duplicates(
    scope: Scope, plan: WorkPlan, village: str, people: Collection[tuple[str, str]]
) -> list[Duplicate]:
    """Households that may be the same as one of these (name, ID number or ""), the certain ones first."""
    numbers = {crypto.blind(number) for _, number in people if number}
    keys = {names.name_key(name): name for name, _ in people}
    by_number = _living().filter(person__id_index__in=numbers)
    by_name = _living().within(scope).filter(person__name_key__in=keys, household__region__code=village)
    visible = {
        member.pk for member in _living().within(scope).filter(pk__in=[member.pk for member in by_number])
    }
    found: dict[UUID, tuple[int, Membership, str]] = {}
    for member in by_number:
        _keep(found, 0, member, "身份证号相同")
    for member in by_name:
        typed = keys[member.person.name_key]
        why = "同村同名" if typed == member.person.name else f"同村同音：{member.person.name}"
        _keep(found, 1, member, why)
    cases = dict(
        Case.objects.within(scope)
        .filter(plan=plan, household__in=list(found))
        .values_list("household_id", "pk")
    )
    known_here = visible | {member.pk for member in by_name}
    return [
        _duplicate(rank, member, why, cases, elsewhere=member.pk not in known_here)
        for rank, member, why in sorted(found.values(), key=lambda each: each[0])
    ]


def _living() -> ScopedQuerySet:
    return Membership.objects.filter(last_day=None).select_related(
        "person", "household__head", "household__region__parent"
    )


def _keep(found: dict[UUID, tuple[int, Membership, str]], rank: int, member: Membership, why: str) -> None:
    if member.household_id not in found or rank < found[member.household_id][0]:
        found[member.household_id] = (rank, member, why)


def _duplicate(
    rank: int, member: Membership, why: str, cases: dict[UUID, UUID], *, elsewhere: bool
) -> Duplicate:
    if elsewhere:
        return Duplicate(certain=rank == 0, why=why, place="另一乡镇", elsewhere=True)
    home = member.household
    return Duplicate(
        certain=rank == 0,
        why=why,
        household=home.pk,
        head=home.head.name if home.head else "户主不明",
        place="·".join(filter(None, [str(home.region.parent or ""), home.region.name, home.group])),
        size=home.size,
        case=cases.get(home.pk),
    )
