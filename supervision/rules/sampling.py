"""Drawing a sample that anybody can draw again, and the error rate of what was found (C21, Plan 三(三)).

Pure: ids and code-list values in, answers out; no database, no clock.
"""

import random
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

LEFT, BEGUN, DONE, NOT_HOME, REFUSED = "left", "begun", "done", "not_home", "refused"
_MET, _SAME, _DIFFERS = "met", "same", "differs"


def order_of(seed: str, stratum: str, frame: Iterable[str]) -> list[str]:
    """A whole stratum in the order of the seed: the first n are the sample, those after them stand by.

    The same seed over the same households gives the same order on any machine and in any order of asking.
    """
    households = sorted(set(frame))
    shuffler = random.Random(f"{seed}/{stratum}")  # noqa: S311 - no secret: anybody may draw again
    return shuffler.sample(households, len(households))


def draw(seed: str, frames: Mapping[str, Iterable[str]], sizes: Mapping[str, int]) -> dict[str, list[str]]:
    """The households of each stratum, as many as its size says; all of a stratum that has fewer."""
    return {
        stratum: order_of(seed, stratum, frame)[: sizes.get(stratum, 0)] for stratum, frame in frames.items()
    }


def is_draw_of(kept: Mapping[tuple[str, int], str], seed: str, frames: Mapping[str, Iterable[str]]) -> bool:
    """Whether households, by (stratum, place from 1), stand where the seed puts them."""
    drawn = {
        (stratum, place): household
        for stratum, frame in frames.items()
        for place, household in enumerate(order_of(seed, stratum, frame), 1)
    }
    return all(drawn.get(where) == household for where, household in kept.items())


def next_in(order: Sequence[str], used: Collection[str]) -> str | None:
    """The household that takes a place in a sample: the first not used yet. None: the stratum is used up."""
    return next((household for household in order if household not in used), None)


def state_of(met: str, matches: Mapping[str, str], items: Collection[str]) -> str:
    """How far a visit is: gone to and met, every item answered and at least one of them asked = done."""
    if met in (NOT_HOME, REFUSED):
        return met
    if met != _MET:
        return LEFT
    asked = any(matches.get(item) in (_SAME, _DIFFERS) for item in items)
    return DONE if asked and all(matches.get(item) for item in items) else BEGUN


@dataclass(frozen=True, slots=True)
class Checked:
    """One household of a sample: its stratum, how far the visit is, the items that differ from the record."""

    stratum: str
    state: str
    wrong: bool


@dataclass(frozen=True, slots=True)
class Rate:
    """n/N of a stratum or of all: N = households met and checked; the others are named, not counted in."""

    stratum: str
    drawn: int
    checked: int
    wrong: int
    not_home: int
    refused: int
    left: int

    @property
    def percent(self) -> Decimal | None:
        """n/N in per cent to one place, half up; None while nobody has been checked."""
        if not self.checked:
            return None
        return (Decimal(self.wrong * 100) / self.checked).quantize(Decimal("0.1"), ROUND_HALF_UP)


def rate(stratum: str, visits: Iterable[Checked]) -> Rate:
    """The rate over these visits; one that is only begun counts as left."""
    found = list(visits)

    def count(*states: str) -> int:
        return sum(visit.state in states for visit in found)

    return Rate(
        stratum,
        drawn=len(found),
        checked=count(DONE),
        wrong=sum(visit.state == DONE and visit.wrong for visit in found),
        not_home=count(NOT_HOME),
        refused=count(REFUSED),
        left=count(LEFT, BEGUN),
    )


def rates(visits: Iterable[Checked], strata: Iterable[str]) -> list[Rate]:
    """One line a stratum, in the order given; they add up to `rate("", visits)`."""
    found = list(visits)
    return [rate(stratum, [one for one in found if one.stratum == stratum]) for stratum in strata]


def differs(matches: Mapping[str, str]) -> bool:
    """Whether any item is not as the record has it."""
    return _DIFFERS in matches.values()
