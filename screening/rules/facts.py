"""What the rules know: facts about persons and households, each with the list row that it came from.

Money is `Decimal` yuan a year; days are `date`, both ends included; keys are whatever the caller
uses to find the thing again (they come back in the grounds as text).
"""

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from screening.choices import Coverage


@dataclass(frozen=True, slots=True)
class Source:
    """The row of a list behind a fact; grounds repeat it, so that a figure leads to its spreadsheet cell."""

    row: str
    list_name: str
    line: int | None = None
    as_of: date | None = None
    imported: date | None = None

    def data(self) -> dict[str, Any]:
        """As JSON-serialisable data."""
        return {
            "row": str(self.row),
            "list": self.list_name,
            "line": self.line,
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "imported": self.imported.isoformat() if self.imported else None,
        }


def in_force(first_day: date | None, last_day: date | None, day: date) -> bool:
    """Whether a fact holds on a day; a missing end is open."""
    return (first_day is None or first_day <= day) and (last_day is None or day <= last_day)


# 状态 of a certificate that counts; 注销, 冻结 and 过期 do not.
VALID_STATUSES = frozenset({"", "正常", "有效"})


@dataclass(frozen=True, slots=True)
class CertificateFact:
    """A disability certificate (残疾人证).

    `kind` 1-7 and `grade` 1-4 (1 the worst), None when the list does not tell; `parts` are the kinds
    of a 多重 certificate, empty when not named; `active` is False when 注销, 冻结 or 过期.
    """

    kind: int | None
    grade: int | None
    parts: tuple[int, ...] = ()
    active: bool = True
    first_day: date | None = None
    last_day: date | None = None
    source: Source | None = None

    def counts_on(self, day: date) -> bool:
        return self.active and in_force(self.first_day, self.last_day, day)


@dataclass(frozen=True, slots=True)
class IllnessFact:
    """Presence on the major-illness list. The illness itself is sealed and no rule needs it."""

    first_day: date | None = None
    last_day: date | None = None
    source: Source | None = None

    def counts_on(self, day: date) -> bool:
        return in_force(self.first_day, self.last_day, day)


@dataclass(frozen=True, slots=True)
class WatchFact:
    """Presence of the household on the monitored or marginal list; `kind` is a `WatchKind` value."""

    kind: str
    first_day: date | None = None
    last_day: date | None = None
    source: Source | None = None

    def counts_on(self, day: date) -> bool:
        return in_force(self.first_day, self.last_day, day)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """A member of a household; `labour` is a `Labour` value, "" when the list leaves it blank."""

    key: str
    name: str
    labour: str = ""
    living: bool = True
    certificates: tuple[CertificateFact, ...] = ()
    illnesses: tuple[IllnessFact, ...] = ()
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household with its members of the day.

    `registered` is 建档立卡; `poverty_status` a `PovertyStatus` value or "" when unknown;
    `income_per_capita` yuan a year, None when unknown (never zero for unknown).
    """

    key: str
    registered: bool
    poverty_status: str = ""
    income_per_capita: Decimal | None = None
    members: tuple[PersonFacts, ...] = ()
    watch: tuple[WatchFact, ...] = ()
    lifted_year: int | None = None
    source: Source | None = None
    income_source: Source | None = None


@dataclass(frozen=True, slots=True)
class StandardFigure:
    """A standard in force: yuan a person a year, from which day, by which document, confirmed or not."""

    amount: Decimal
    first_day: date | None = None
    document: str = ""
    confirmed: bool = True

    def data(self) -> dict[str, Any]:
        """As JSON-serialisable data."""
        return {
            "amount": str(self.amount),
            "first_day": self.first_day.isoformat() if self.first_day else None,
            "document": self.document,
            "confirmed": self.confirmed,
        }


@dataclass(frozen=True, slots=True)
class Standards:
    """The standards that apply to a household on the screening day; None when the plan has none.

    `near_factor`: incomes from the rural standard up to this multiple of it narrowly miss category 4
    (1.10 for ten per cent); None names no income near.
    """

    rural_dibao: StandardFigure | None = None
    poverty_line: StandardFigure | None = None
    near_factor: Decimal | None = None


def source_data(sources: Iterable[Source | None]) -> dict[str, Any] | None:
    """Data of the first known source."""
    return next((source.data() for source in sources if source is not None), None)


def age_on(born: date, day: date) -> int:
    """Full years on a day; somebody born on 29 February is a year older on 1 March of common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def coverage_of(
    living: Collection[Hashable], covered: Collection[Hashable], incomplete: Collection[Hashable]
) -> str:
    """C03: how many of the living are on the roll; unknown when a certificate names too few."""
    named = sum(key in covered for key in living)
    if not named:
        return Coverage.NONE
    if named == len(living):
        return Coverage.ALL
    return Coverage.UNKNOWN if any(key in incomplete for key in living) else Coverage.PART
