"""Two forms of one household side by side (F06): items, both values in words, and the merged answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from screening.choices import (
    IncomeKind,
    ObligorAbility,
    PropertyKind,
    ReasonCode,
    Scheme,
    VerifierRole,
    VisitResult,
)
from screening.services.answers import EACH, KEEP, NO_INCOME, NO_PROPERTY

Answers = Mapping[str, Any]
_WORDS: dict[str, dict[str, str]] = {
    "role": dict(VerifierRole.choices),
    "result": dict(VisitResult.choices),
    "ability": dict(ObligorAbility.choices),
    "holds": {**dict(PropertyKind.choices), NO_PROPERTY: "都没有"},
    "scheme": {KEEP: "维持在保", **dict(Scheme.choices)},
    "reason_code": dict(ReasonCode.choices),
    "yes_no": {"yes": "是", "no": "否"},
}


@dataclass(frozen=True, slots=True)
class Item:
    """One line to choose from; `fields` are the name prefixes of the form fields it stands for."""

    name: str
    label: str
    fields: tuple[str, ...]
    mine: str = ""
    theirs: str = ""

    @property
    def same(self) -> bool:
        return self.mine == self.theirs


_ITEMS = (
    Item("visit", "入户", ("on_site", "visited_on", "companions", "role", "result")),
    Item("members", "共同生活", ("living", "lives-", "change-", "died-", "left-", "head", "added-")),
    *(Item(f"income-{kind}", kind.label, (f"income-{kind}", f"income-{kind}-note")) for kind in IncomeKind),
    Item("no_income", NO_INCOME, ("no_income",)),
    Item("property", "财产", ("holds", "property_note")),
    Item("obligors", "义务人", ("obligor-",)),
    Item("two", "不愁吃、不愁穿", ("food_ok", "clothing_ok")),
    Item("asked", "靠家庭供养、急难", ("dependent", "hardship", "hardship_note")),
    Item("verdict", "结论", ("for_whom", "scheme", "scheme-", "reason_code", "reason_text")),
    Item("grounds", "理由", ("grounds", "at_standard", "departure_reason")),
)


def items(mine: Answers, theirs: Answers) -> list[Item]:
    """Every item that either of them filled in, with both values in words."""
    both = (
        Item(item.name, item.label, item.fields, _words(item, mine), _words(item, theirs)) for item in _ITEMS
    )
    return [item for item in both if item.mine or item.theirs]


def merged(mine: Answers, theirs: Answers, keep: Mapping[str, str]) -> dict[str, Any]:
    """My answers with theirs in place of every item kept from them."""
    found = dict(mine)
    for item in _ITEMS:
        if keep.get(f"keep-{item.name}") == "theirs":
            found = {name: value for name, value in found.items() if not _belongs(item, name)}
            found |= {name: value for name, value in theirs.items() if _belongs(item, name)}
    return found


def _belongs(item: Item, name: str) -> bool:
    return any(
        name == field or (name.startswith(field) and field.endswith("-")) or _of_person(name, field)
        for field in item.fields
    )


def _of_person(name: str, field: str) -> bool:
    return field in ("reason_code", "reason_text") and name.startswith(f"{field}-")


def _words(item: Item, answers: Answers) -> str:
    match item.name:
        case "visit":
            met = _WORDS["result"].get(answers.get("result", ""), "")
            site = "实地" if answers.get("on_site") else "没有实地入户"
            return "，".join(
                filter(None, [answers.get("visited_on", ""), met, site, answers.get("companions")])
            )
        case "members":
            changes = [
                f"{word}{value}"
                for name, value in answers.items()
                for start, word in (("change-", ""), ("died-", "去世 "), ("left-", "迁出 "))
                if name.startswith(start) and value
            ]
            head = ["户主改为另一人"] if answers.get("head") else []
            return "，".join([f"{answers.get('living') or '—'} 人", *changes, *head])
        case "no_income":
            return "是" if answers.get("no_income") else ""
        case "asked":
            said = [_WORDS["yes_no"].get(answers.get(name, ""), "") for name in ("dependent", "hardship")]
            words = (("靠家庭供养", said[0]), ("急难", said[1]))
            told = [f"{word}：{answer}" for word, answer in words if answer]
            return "，".join(filter(None, [*told, answers.get("hardship_note", "")]))
        case "property":
            held = [_WORDS["holds"].get(one, one) for one in answers.get("holds") or []]
            return "，".join(filter(None, ["、".join(held), answers.get("property_note")]))
        case "obligors":
            return _obligors(answers)
        case "two":
            return "，".join(
                f"{word}：{_WORDS['yes_no'].get(answers.get(name, ''), '—')}"
                for name, word in (("food_ok", "吃"), ("clothing_ok", "穿"))
            )
        case "verdict":
            return _verdict(answers)
    said = [str(answers.get(name) or "").strip() for name in item.fields]
    if item.name.startswith("income-"):
        said[0] = said[0].replace(",", "")
    return "，".join(filter(None, said))


def _obligors(answers: Answers) -> str:
    found = []
    for number in range(10):
        if name := answers.get(f"obligor-{number}-name"):
            ability = _WORDS["ability"].get(answers.get(f"obligor-{number}-ability", ""), "没选")
            found.append(f"{name}（{ability}）")
    return "、".join(found)


def _verdict(answers: Answers) -> str:
    if answers.get("for_whom") != EACH:
        return _one_verdict(answers, "")
    people = [name.removeprefix("scheme-") for name in answers if name.startswith("scheme-")]
    return "；".join(sorted(filter(None, (_one_verdict(answers, f"-{person}") for person in people))))


def _one_verdict(answers: Answers, suffix: str) -> str:
    choice = answers.get(f"scheme{suffix}", "")
    words = [_WORDS["scheme"].get(choice, "")]
    if choice == Scheme.NONE:
        words += [_WORDS["reason_code"].get(answers.get(f"reason_code{suffix}", ""), "")]
        words += [answers.get(f"reason_text{suffix}", "")]
    return "，".join(filter(None, words))
