"""The dated circulars behind the advice on assistance: who counts as unable to work, who for 单人户.

Ages and grades are those of the documents named; a new document is a new row with its first day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product

from screening.choices import DisabilityKind

Grades = frozenset[tuple[int, int]]
"""Pairs of disability kind and grade."""


def _grades(kinds: Iterable[int], grades: Iterable[int]) -> Grades:
    return frozenset(product(kinds, grades))


ALL_KINDS = tuple(DisabilityKind.values)
_VISUAL, _PHYSICAL = DisabilityKind.VISUAL.value, DisabilityKind.PHYSICAL.value
_MIND = (DisabilityKind.INTELLECTUAL.value, DisabilityKind.MENTAL.value)
_SEVERE = _grades(ALL_KINDS, (1, 2))


@dataclass(frozen=True, slots=True)
class TekunRule:
    """Who has no ability to work by the 特困 rules: of `old_age` or more, under `child_age`, or disabled."""

    document: str
    first_day: date
    last_day: date | None
    old_age: int
    child_age: int
    disabled: Grades


@dataclass(frozen=True, slots=True)
class SingleRule:
    """Who may get 低保 alone (单人户).

    `not_lifted`: only for registered households that have not left poverty; `low_income`: only for
    families above the standard and below the low-income multiple of it, their property in order;
    `dependent`: the person lives on the family and cannot form a household.
    """

    document: str
    first_day: date
    last_day: date | None
    disabled: Grades
    lost_labour: bool
    not_lifted: bool
    low_income: bool
    dependent: bool


TEKUN_RULES = (
    TekunRule(
        "民发〔2016〕178号",
        date(2016, 10, 10),
        date(2021, 6, 30),
        old_age=60,
        child_age=16,
        disabled=_grades(_MIND, (1, 2)) | {(_PHYSICAL, 1)},
    ),
    TekunRule(
        "民发〔2021〕43号",
        date(2021, 7, 1),
        None,
        old_age=60,
        child_age=16,
        disabled=_grades(_MIND, (1, 2, 3)) | _grades((_PHYSICAL,), (1, 2)) | {(_VISUAL, 1)},
    ),
)

SINGLE_RULES = (
    SingleRule(
        "民发〔2018〕90号",
        date(2018, 7, 12),
        date(2020, 12, 31),
        disabled=_SEVERE,
        lost_labour=True,
        not_lifted=True,
        low_income=False,
        dependent=True,
    ),
    SingleRule(
        "民发〔2020〕69号",
        date(2020, 6, 3),
        None,
        disabled=_SEVERE | _grades(_MIND, (3,)),
        lost_labour=False,
        not_lifted=False,
        low_income=True,
        dependent=False,
    ),
)
