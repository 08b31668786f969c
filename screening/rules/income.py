"""Family income, where it stands against the standards, taper and refusals (C14, C15, C16; Plan 二(四)).

Money is `Decimal` yuan over twelve months; amounts are rounded half up to two places at the end only.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from screening.choices import INCOME_SIGNS, IncomeKind, Labour

CENT = Decimal("0.01")
MONTHS_A_YEAR = 12
REFUSALS_IN_A_ROW = 3  # 连续 3 次, Plan 二(四)
_WITH_LABOUR = frozenset({Labour.SKILLED, Labour.ORDINARY})
_WITHOUT = frozenset({Labour.LOST, Labour.NONE})


class Place(StrEnum):
    """Where an amount stands against a standard."""

    BELOW = "below"
    AT = "at"
    ABOVE = "above"


class Reply(StrEnum):
    """What became of one offer of a job or project; pending while not answered or its reason not judged."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED_WITH_REASON = "refused_with_reason"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class IncomeItem:
    """One item: `kind` an `IncomeKind` value, `amount` yuan over twelve months, never negative."""

    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Income:
    """Family income with its sum by kind; `family` and `per_capita` in yuan and cents.

    `per_capita` is None while the number of members living together is not known.
    """

    family: Decimal
    members: int
    per_capita: Decimal | None
    by_kind: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Position:
    """An income against one standard; `difference` = income - standard, negative below."""

    place: Place
    difference: Decimal
    standard: Decimal

    @property
    def gap(self) -> Decimal:
        """Yuan to the standard, without sign."""
        return abs(self.difference)


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a job or project to one person; `order` breaks ties of the same day."""

    day: date
    reply: str
    order: int = 0


def rounded(amount: Decimal) -> Decimal:
    """Half up to cents, away from zero for losses too."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def family_income(items: Iterable[IncomeItem], members: int) -> Income:
    """Sum of the items with their signs, and its share for each of the members living together.

    wages - employment cost + business - its cost + property + transfers received - transfers paid (C16).
    """
    by_kind: dict[str, Decimal] = {}
    for item in items:
        by_kind[item.kind] = by_kind.get(item.kind, Decimal(0)) + item.amount
    family = sum((INCOME_SIGNS[IncomeKind(kind)] * amount for kind, amount in by_kind.items()), Decimal(0))
    per_capita = rounded(family / members) if members > 0 else None
    return Income(rounded(family), members, per_capita, by_kind)


def position(income: Decimal, standard: Decimal) -> Position:
    """Below, exactly at or above a standard, with the difference."""
    difference = income - standard
    place = Place.BELOW if difference < 0 else Place.ABOVE if difference > 0 else Place.AT
    return Position(place, difference, standard)


def income_window(day: date) -> str:
    """The twelve months before the month of the day: 2019年4月—2020年3月."""
    last_year, last_month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    first_year, first_month = (last_year, 1) if last_month == 12 else (last_year - 1, last_month + 1)
    return f"{first_year}年{first_month}月—{last_year}年{last_month}月"


def low_income_limit(rural_dibao: Decimal, factor: Decimal) -> Decimal:
    """Yuan a year below which, from the standard up, a household is of low income (民发〔2020〕69号)."""
    return rural_dibao * factor


def may_keep_dibao(income: Decimal, poverty_line: Decimal, rural_dibao: Decimal) -> bool:
    """脱贫不脱保: above the poverty line and below the 低保 standard, both strictly (C14)."""
    return poverty_line < income < rural_dibao


def may_taper(income: Decimal, rural_dibao: Decimal) -> bool:
    """Above the 低保 standard: a taper may be given (可给予). Exactly at it the officer decides (C15)."""
    return income > rural_dibao


def add_months(day: date, months: int) -> date:
    """The same day so many calendar months later; the last of the month where there is none (31 Aug + 6)."""
    years, month = divmod(day.month - 1 + months, MONTHS_A_YEAR)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def taper_end(first_day: date, months: int, *, shortest: int, longest: int) -> date:
    """Last day of a taper begun on `first_day`, as long as the plan allows (6 to 12 months)."""
    if not shortest <= months <= longest:
        message = f"渐退期应为 {shortest} 至 {longest} 个月，现在填的是 {months} 个月。请改正月数。"
        raise ValueError(message)
    return add_months(first_day, months)


def able_to_work(labour: str) -> bool | None:
    """有劳动能力 by 劳动技能: weak or half labour and a blank are not known, somebody must look (C17)."""
    return True if labour in _WITH_LABOUR else False if labour in _WITHOUT else None


def refusal_runs(offers: Sequence[Offer]) -> list[int]:
    """The run after each offer, in the order given; offers recorded late have theirs in their place."""
    return [refusal_run(one for one in offers if (one.day, one.order) <= (to.day, to.order)) for to in offers]


def refusal_run(offers: Iterable[Offer]) -> int:
    """Refusals without valid reason in a row up to the last offer, in the order of their days (C16).

    Accepting, or refusing with a valid reason, sets it back to 0; a pending offer changes nothing.
    Offers recorded late fall into their place.
    """
    run = 0
    for offer in sorted(offers, key=lambda offer: (offer.day, offer.order)):
        if offer.reply == Reply.REFUSED:
            run += 1
        elif offer.reply != Reply.PENDING:
            run = 0
    return run


def may_propose_cut(
    offers: Iterable[Offer], threshold: int, *, registered: bool, able: bool | None, employed: bool | None
) -> bool:
    """Whether a cut of this person's own share may be proposed: `threshold` refusals in a row.

    Only for somebody of a registered household (建档立卡), able to work and not employed; not while one of
    these is unknown (None).
    """
    return registered and able is True and employed is False and refusal_run(offers) >= threshold
