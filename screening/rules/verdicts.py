"""What was found at the door, and where its verdicts lead the case (C08, C11; domain, Case states).

Pure: an `Entry` is one verification as filled in; `Verdict` one conclusion, for a member or for all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from screening.choices import CaseOutcome, CaseState, ReasonCode, Scheme, VisitResult
from screening.rules.income import Income, IncomeItem, Place, family_income, position


@dataclass(frozen=True, slots=True)
class Verdict:
    """A conclusion for one person, or for the whole household (`person` None).

    `covered` = maintains the aid the person has; `scheme` then says which. Scheme.NONE needs both reasons.
    """

    scheme: str
    person: UUID | None = None
    covered: bool = False
    reason_code: str = ""
    reason_text: str = ""

    @property
    def eligible(self) -> bool:
        return self.scheme != Scheme.NONE

    @property
    def newly(self) -> bool:
        return self.eligible and not self.covered


@dataclass(frozen=True, slots=True)
class MemberFound:
    """A member as found; `person` None = somebody without an ID number, who does not count.

    `died_on`, `left_on` (out of the household for good) and `named_head` change the registry.
    """

    name: str
    person: UUID | None = None
    living_together: bool = True
    change: str = ""
    died_on: date | None = None
    left_on: date | None = None
    named_head: bool = False


@dataclass(frozen=True, slots=True)
class ObligorFound:
    name: str
    relation: str
    ability: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One verification as filled in. `income`: kind → (yuan over twelve months, its ground)."""

    result: str
    visited_on: date
    role: str
    on_site: bool = True
    companions: str = ""
    members: Sequence[MemberFound] = ()
    income: Mapping[str, tuple[Decimal, str]] = field(default_factory=dict)
    property_held: Sequence[str] = ()
    property_note: str = ""
    obligors: Sequence[ObligorFound] = ()
    food_ok: bool | None = None
    clothing_ok: bool | None = None
    dependent: bool | None = None
    hardship: bool | None = None
    hardship_note: str = ""
    verdicts: Sequence[Verdict] = ()
    grounds: str = ""
    departures: Sequence[str] = ()
    departure_reason: str = ""

    @property
    def concluded(self) -> bool:
        """Whether somebody was met; nobody home or away is a result without a conclusion."""
        return self.result == VisitResult.VISITED

    @property
    def living_together(self) -> int:
        return sum(member.living_together for member in self.members)

    def sum(self) -> Income:
        items = (IncomeItem(kind, amount) for kind, (amount, _) in self.income.items())
        return family_income(items, self.living_together)


@dataclass(frozen=True, slots=True)
class Step:
    """Where a case goes: its next state, and the outcome when that is closed."""

    state: CaseState
    outcome: str = ""


# A person who is not eligible for one of these reasons closes the case with the outcome of its name.
_OUTCOME_BY_REASON = {
    ReasonCode.MOVED_OUT: CaseOutcome.MOVED_OUT,
    ReasonCode.DECEASED: CaseOutcome.DECEASED,
    ReasonCode.DECLINED: CaseOutcome.DECLINED,
}


def after_verification(verdicts: Iterable[Verdict]) -> Step:
    """To recheck with anyone not eligible, to enrolment with anyone newly eligible, else rightly covered."""
    verdicts = list(verdicts)
    if not verdicts:
        raise ValueError("没有结论。请给每个人或整户选一个结论。")
    if any(not verdict.eligible for verdict in verdicts):
        return Step(CaseState.TO_RECHECK)
    if any(verdict.newly for verdict in verdicts):
        return Step(CaseState.TO_ENROL)
    return Step(CaseState.CLOSED, CaseOutcome.COVERED_CONFIRMED)


def after_recheck(verdicts: Iterable[Verdict]) -> Step:
    """When the recheck agrees: enrolment for who is newly eligible, else closed with the reason's outcome."""
    verdicts = list(verdicts)
    if any(verdict.newly for verdict in verdicts):
        return Step(CaseState.TO_ENROL)
    outcomes = {
        _OUTCOME_BY_REASON.get(ReasonCode(verdict.reason_code), CaseOutcome.NOT_ELIGIBLE)
        for verdict in verdicts
        if not verdict.eligible
    }
    return Step(CaseState.CLOSED, outcomes.pop() if len(outcomes) == 1 else CaseOutcome.NOT_ELIGIBLE)


def same_conclusion(first: Iterable[Verdict], second: Iterable[Verdict]) -> bool:
    """Whether two sets of verdicts say the same of the same people; the reason's text may differ."""

    def essence(verdicts: Iterable[Verdict]) -> set[tuple]:
        return {(v.person, v.scheme, v.covered, v.reason_code) for v in verdicts}

    return essence(first) == essence(second)


def faults(entry: Entry, per_capita: Decimal | None, standard: Decimal | None) -> list[tuple[str, str]]:
    """What contradicts the income found, as (field, sentence); empty when nothing does.

    Below the standard nobody is refused for his income; above it no household gets 低保 (C09, domain Money).
    Exactly at it the officer decides and says why, which the form asks for.
    """
    if per_capita is None or standard is None:
        return []
    where = position(per_capita, standard)
    found = []
    for verdict in entry.verdicts:
        if where.place is Place.BELOW and verdict.reason_code == ReasonCode.INCOME_OVER:
            found.append(
                (
                    "reason_code",
                    f"人均 {per_capita:,.2f} 元，比农村低保标准低 {where.gap:,.2f} 元，"
                    "不能按“收入超标准”判不符合。请核对收入，或改选别的原因。",
                )
            )
        if where.place is Place.ABOVE and verdict.newly and verdict.scheme == Scheme.DIBAO:
            found.append(
                (
                    "scheme",
                    f"人均 {per_capita:,.2f} 元，比农村低保标准高 {where.gap:,.2f} 元，"
                    "不能判“低保·整户”。请核对收入和就业成本，或改选单人户、临时救助、不符合。",
                )
            )
    return found[:1]
