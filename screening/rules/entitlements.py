"""Who receives what on a day: what was granted and what the roll says, then the changes in effect (C17).

Money is `Decimal` yuan a month for one person. A holding has a key: the grant it comes from, or None for the
roll. Lines change the holding of their own key; a newer edition of the roll takes the place of older lines
without a grant, for it says what is paid now.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from screening.choices import BenefitScheme, LineSide, Scheme

CENT = Decimal("0.01")
# A grant of this project is rural aid; the roll tells 低保 by where it is paid.
SCHEME_OF_GRANT = {
    Scheme.TEKUN.value: BenefitScheme.TEKUN.value,
    Scheme.DIBAO.value: BenefitScheme.RURAL_DIBAO.value,
    Scheme.DIBAO_SINGLE.value: BenefitScheme.RURAL_DIBAO.value,
}


class From(StrEnum):
    """Where an amount comes from."""

    ROLL = "roll"
    GRANT = "grant"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Held:
    """What one person has: `amount` None = not known; `key` the grant it comes from, None = the roll.

    `said_on`: of a roll fact, the day of the first edition that had it.
    """

    scheme: str
    amount: Decimal | None
    since: date
    source: From
    key: UUID | None = None
    said_on: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a change. `order` tells changes of the same month apart."""

    scheme: str
    side: str
    amount: Decimal | None
    from_month: date
    order: tuple
    key: UUID | None = None

    @property
    def place(self) -> tuple:
        """Stops come before starts of the same change."""
        return (self.from_month, self.order, self.side == LineSide.START)


@dataclass(frozen=True, slots=True)
class _Said:
    """The last word of a key: on which day it was said, and what it leaves him with."""

    day: date
    roll: bool
    holds: tuple[Held, ...]


def shares(total: Decimal, persons: int) -> list[Decimal]:
    """An amount for several people, cent by cent: the first ones get the cents that are left over."""
    cents, over = divmod(int(total / CENT), persons)
    return [(cents + (place < over)) * CENT for place in range(persons)]


def next_month(day: date) -> date:
    """The first day of the month after."""
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def held(
    facts: Iterable[Held], lines: Sequence[Line], editions: dict[str, date], day: date
) -> tuple[Held, ...]:
    """What one person has on the day.

    `facts`: his roll facts (key None) and shares of grants that hold on the day, as first given. `editions`:
    by scheme the day of the newest roll that covers his home. What was said last counts, the roll's word
    before a grant's of the same day.
    """
    said: dict[UUID | None, list[Held]] = {}
    known = dict(editions)
    for fact in facts:
        if fact.since <= day:
            said.setdefault(fact.key, []).append(fact)
        if fact.said_on is not None:
            known[fact.scheme] = max(fact.said_on, known.get(fact.scheme, fact.said_on))
    for line in lines:
        if line.from_month <= day:
            said.setdefault(line.key, [])
    words = [_word(key, given, lines, known, day) for key, given in said.items()]
    spoken = [word for word in words if word is not None]
    return max(spoken, key=lambda word: (word.day, word.roll)).holds if spoken else ()


def _word(
    key: UUID | None, given: list[Held], lines: Sequence[Line], editions: dict[str, date], day: date
) -> _Said | None:
    holds: dict[str, Held] = {fact.scheme: fact for fact in given}
    days = [editions[fact.scheme] if key is None else fact.since for fact in given]
    for line in sorted((one for one in lines if one.key == key), key=lambda one: one.place):
        superseded = key is None and line.from_month <= editions.get(line.scheme, date.min)
        if line.from_month > day or superseded:
            continue
        days.append(line.from_month)
        if line.side == LineSide.STOP:
            holds.pop(line.scheme, None)
        else:
            holds[line.scheme] = Held(line.scheme, line.amount, line.from_month, From.CHANGE, key)
    if not days:
        return None
    return _Said(max(days), key is None, tuple(holds.values()))
