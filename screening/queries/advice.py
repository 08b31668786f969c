"""Facts under each conclusion to choose: what the circulars' tests say. Nothing is chosen for anyone.

Income, property and obligors come from the form as far as it is filled in; else from the lists or unknown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from dabao.scope import Scope
from screening.choices import INCOME_SIGNS, Answer, IncomeKind, PropertyKind, Scheme
from screening.queries.households import HouseholdPage
from screening.queries.known import Member
from screening.rules import assistance, departures
from screening.rules.assistance import MISSING_WORDS, SchemeAdvice, Situation
from screening.rules.categories import WITH_LABOUR
from screening.rules.income import IncomeItem, family_income
from screening.rules.verdicts import Verdict
from screening.services.answers import KEEP

Test = Callable[[Situation], SchemeAdvice]
KEEP_WORDS = "现在享受的不变：名单上在保，入户看也该保"
_PERSONAL = (Scheme.TEKUN, Scheme.DIBAO_SINGLE)
_YES_NO = {"yes": True, "no": False}
PLAIN = {
    Scheme.TEKUN: "个人：无劳动能力、无收入来源、无赡养人",
    Scheme.DIBAO: "全家按农村低保",
    Scheme.DIBAO_SINGLE: "重残、重病等，按规定单独施保",
    Scheme.TEMPORARY: "遇到急难，一次性",
    Scheme.NONE: "选原因并写明；由另一人复核",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A conclusion to choose, with its facts in words."""

    value: str
    label: str
    facts: str


def choices(
    scope: Scope, page: HouseholdPage, answers: Mapping[str, Any], offered: list[tuple[str, str]], day: date
) -> list[Choice]:
    """The offered conclusions with facts; the order is the plan's."""
    income = _income(scope, page, answers)
    found = []
    for value, label in offered:
        match value:
            case _ if value == KEEP:
                facts = KEEP_WORDS
            case Scheme.DIBAO:
                facts = _words(assistance.dibao(_situation(page, None, answers, income, day)))
            case Scheme.TEMPORARY:
                facts = _words(assistance.temporary(_situation(page, None, answers, income, day)))
            case Scheme.TEKUN:
                facts = _persons(page, answers, income, day, assistance.tekun)
            case Scheme.DIBAO_SINGLE:
                facts = _persons(page, answers, income, day, assistance.dibao_single)
            case _:
                facts = ""
        found.append(Choice(value, label, facts or PLAIN[Scheme(value)]))
    return found


def departing(
    scope: Scope, page: HouseholdPage, answers: Mapping[str, Any], verdicts: Iterable[Verdict], day: date
) -> list[str]:
    """Where conclusions as filled in go against the advice, in words.

    Keeping what one has does not; nor does 低保 exactly at the standard (the officer decides).
    """
    income, found = _income(scope, page, answers), []
    at_standard = page.standard is not None and income == page.standard.amount
    for verdict in verdicts:
        if verdict.covered or (at_standard and verdict.scheme == Scheme.DIBAO):
            continue
        whom = [member for member in page.living if verdict.person in (None, member.id)]
        seen: set[str] = set()
        for member in whom:
            tests = assistance.advise(_situation(page, member, answers, income, day)).tests
            against = departures.departure(tests, verdict.scheme)
            if against is None or (verdict.person is None and _for_one(against, verdict)):
                continue
            seen.add(f"{member.name if against.scheme in _PERSONAL else ''}{_against(against, verdict)}")
        found += sorted(seen)
    return found


def _against(test: SchemeAdvice, verdict: Verdict) -> str:
    return departures.words(test, verdict.scheme)


def _for_one(test: SchemeAdvice, verdict: Verdict) -> bool:
    """A person's own test says nothing of the household as a whole, unless it is met and nobody gets it."""
    return test.scheme in _PERSONAL and not (test.answer == Answer.YES and verdict.scheme == Scheme.NONE)


def typed_income(
    scope: Scope,  # noqa: ARG001 - one's own form
    answers: Mapping[str, Any],
) -> tuple[Decimal | None, Decimal | None]:
    """Family income and its share a head as typed so far; unreadable items count as blank.

    Before anything is typed both are unknown: that is not zero.
    """
    items = []
    for kind in INCOME_SIGNS:
        amount = _decimal(answers.get(f"income-{kind}"))
        if amount is not None:
            items.append(IncomeItem(kind, amount))
    if not items and not answers.get("no_income"):
        return None, None
    people = str(answers.get("living") or "")
    found = family_income(items, int(people) if people.isdigit() else 0)
    return found.family, found.per_capita


def _decimal(text: Any) -> Decimal | None:
    try:
        return Decimal(str(text).replace(",", "").strip()) if text not in (None, "") else None
    except InvalidOperation:
        return None


def _income(scope: Scope, page: HouseholdPage, answers: Mapping[str, Any]) -> Decimal | None:
    if answers.get("no_income") or any(answers.get(f"income-{kind}") for kind in IncomeKind):
        return typed_income(scope, answers)[1]
    return page.case.household.income_per_capita


def _situation(
    page: HouseholdPage, member: Member | None, answers: Mapping[str, Any], income: Decimal | None, day: date
) -> Situation:
    held = answers.get("holds") or []
    obligors = tuple(
        str(answers.get(f"obligor-{number}-ability") or "")
        for number in range(10)
        if answers.get(f"obligor-{number}-name")
    )
    return Situation(
        day=day,
        rural_dibao=page.standard.amount if page.standard else None,
        low_income_factor=page.factor.amount if page.factor else None,
        registered=page.case.household.registered,
        poverty_status=page.case.household.poverty_status,
        income=income,
        properties=tuple(one for one in held if one in PropertyKind.values) if held else None,
        born=member.born if member else None,
        labour=member.labour if member else "",
        certificates=member.certificates if member else (),
        major_illness=member.ill if member else False,
        obligors=obligors or None,
        dependent=_YES_NO.get(answers.get("dependent", "")),
        hardship=_YES_NO.get(answers.get("hardship", "")),
        on_tekun=member.id in page.on_tekun if member else False,
    )


def _persons(
    page: HouseholdPage, answers: Mapping[str, Any], income: Decimal | None, day: date, test: Test
) -> str:
    """Of whom the test holds, or what is missing to tell; nothing when it holds of nobody.

    What is missing is said only where nobody with labour lives who would be the first to support them.
    """
    supported = any(member.labour in WITH_LABOUR for member in page.living)
    said: dict[str, list[str]] = {}
    for member in page.living:
        advice = test(_situation(page, member, answers, income, day))
        if advice.answer == Answer.YES or (advice.answer == Answer.UNKNOWN and not supported):
            said.setdefault(_words(advice), []).append(member.name)
    return "；".join(f"{'、'.join(names)}：{words}" for words, names in said.items())


def _words(advice: SchemeAdvice) -> str:
    if advice.answer == Answer.UNKNOWN:
        return "还要查明" + "、".join(MISSING_WORDS[name] for name in advice.missing)
    return "，".join(advice.why)
