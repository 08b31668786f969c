"""What an officer finds at the door of an invented household: members, income items, a fitting conclusion."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from screening.choices import IncomeKind, ObligorAbility, PropertyKind, ReasonCode, Scheme, VisitResult
from screening.models import Person
from screening.rules.verdicts import Entry, MemberFound, ObligorFound, Verdict

COVERED, ELIGIBLE, NOT_ELIGIBLE = "covered", "eligible", "not_eligible"

_GROUNDS = {
    COVERED: (
        "看了存折和低保证，情况没有变化",
        "在保情况与花名册一致，收入核算后仍低于标准",
        "入户核实，继续保障",
    ),
    ELIGIBLE: (
        "主要靠亲戚帮补和零工，核算后低于标准",
        "家里有人常年吃药，地里收成只够口粮",
        "收入不稳定，核算后低于标准",
    ),
    NOT_ELIGIBLE: (
        "核算后不符合，已向本人说明",
        "入户看了账目和房屋，不符合条件",
        "村民小组评议意见：不符合",
    ),
}
_NOT_ELIGIBLE_BELOW = (
    (ReasonCode.OBLIGORS_ABLE, "儿子在县城有固定工作，每月给生活费，有赡养能力"),
    (ReasonCode.VEHICLE, "名下有营运小货车一辆，2018年登记"),
    (ReasonCode.HOUSE, "2017年在县城购有商品房一套"),
    (ReasonCode.BUSINESS, "登记有小卖部，正常经营"),
)
_PROPERTY = {
    ReasonCode.VEHICLE: PropertyKind.VEHICLE,
    ReasonCode.HOUSE: PropertyKind.HOUSE,
    ReasonCode.BUSINESS: PropertyKind.BUSINESS,
}
_COMPANIONS = ("村委会文书", "驻村工作队员", "村民小组长", "")


@dataclass(frozen=True)
class Home:
    """A household as its verifier knows it: living members, whether anybody can work, the aid it has."""

    members: Sequence[Person]
    can_work: bool
    oldest: int
    aid: Scheme | None


def entry(
    *, home: Home, conclusion: str, visited_on: date, role: str, standard: int, rng: random.Random
) -> Entry:
    """One filled-in verification that leads to the conclusion; amounts are whole yuan."""
    verdict, per_head, property_held, obligors = _conclude(home, conclusion, standard, rng)
    return Entry(
        result=VisitResult.VISITED,
        visited_on=visited_on,
        role=role,
        companions=rng.choice(_COMPANIONS),
        members=[MemberFound(person.name, person.pk) for person in home.members],
        income=_income(per_head * len(home.members), home.can_work, rng),
        property_held=property_held,
        obligors=obligors,
        food_ok=True,
        clothing_ok=rng.random() > 0.02,
        verdicts=[verdict],
        grounds=rng.choice(_GROUNDS[conclusion]),
    )


def _conclude(
    home: Home, conclusion: str, standard: int, rng: random.Random
) -> tuple[Verdict, int, list[PropertyKind], list[ObligorFound]]:
    below = rng.randrange(int(standard * 0.55), standard - 60)
    if conclusion == COVERED:
        return Verdict(home.aid or Scheme.DIBAO, covered=True), below, [], []
    if conclusion == ELIGIBLE:
        alone = len(home.members) == 1 and home.oldest >= 60 and not home.can_work
        return Verdict(Scheme.TEKUN if alone else Scheme.DIBAO), below, [], _unable(alone)
    if home.can_work or home.aid or rng.random() < 0.5:
        above = rng.randrange(standard + 40, standard * 2)
        text = f"核算人均 {above:,} 元左右，高于农村低保标准"
        return Verdict(Scheme.NONE, reason_code=ReasonCode.INCOME_OVER, reason_text=text), above, [], []
    code, text = rng.choice(_NOT_ELIGIBLE_BELOW)
    held = [_PROPERTY[code]] if code in _PROPERTY else []
    able = [ObligorFound("长子", "之子", ObligorAbility.ABLE, "在县城务工")]
    obligors = able if code == ReasonCode.OBLIGORS_ABLE else []
    return Verdict(Scheme.NONE, reason_code=code, reason_text=text), below, held, obligors


def _unable(alone: bool) -> list[ObligorFound]:
    return [ObligorFound("侄子", "其他亲属", ObligorAbility.UNABLE, "不是法定赡养人")] if alone else []


def _income(family: int, can_work: bool, rng: random.Random) -> dict[str, tuple[Decimal, str]]:
    """Items that add up to the family's yuan of twelve months."""
    transfers = min(family, rng.randrange(12, 32) * 100)
    rest = family - transfers
    found = {IncomeKind.TRANSFERS_IN: (transfers, "耕地补贴、退耕还林、养老金")}
    if not can_work:
        found[IncomeKind.PROPERTY] = (rest, "土地流转和林地分红")
    else:
        wages = rest * rng.randrange(40, 70) // 100
        cost, work_cost = rng.randrange(4, 16) * 100, rng.randrange(2, 9) * 100
        found |= {
            IncomeKind.WAGES: (wages + work_cost, "零工、务工"),
            IncomeKind.EMPLOYMENT_COST: (work_cost, "往返车费和伙食"),
            IncomeKind.BUSINESS: (rest - wages + cost, "玉米、烤烟、养猪"),
            IncomeKind.BUSINESS_COST: (cost, "化肥、饲料"),
        }
    return {kind: (Decimal(amount), ground) for kind, (amount, ground) in found.items() if amount > 0}
