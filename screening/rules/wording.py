"""Sentences in the plan's words for the grounds of the categories: worklist lines and why-panel lines.

Grounds are the data that `categories` makes, fresh or read back from the database.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from screening.choices import (
    BenefitScheme,
    CaseOutcome,
    CaseState,
    Category,
    Coverage,
    DisabilityKind,
    Labour,
    PovertyStatus,
    WatchKind,
)
from screening.rules.categories import LIFTED, MIND_KINDS, NEAR, UNKNOWN, YES, Ground

GRADES = {1: "一级", 2: "二级", 3: "三级", 4: "四级"}

_MISSING_WORDS = {
    "grade": "残疾等级不明",
    "kind": "残疾类别不明",
    "parts": "多重残疾没有列明类别",
}


@dataclass(frozen=True, slots=True)
class WhyLine:
    """One line of the why-panel: the fact in bold, the rest, and where it stands.

    `source` is the ground's source data (row, list, line, as_of, imported) for a link, `source_line`
    the same in words, `column` the key of the list's column when one cell holds the fact; `note` a line
    on the standard, `to_confirm` when that is not confirmed.
    """

    category: int
    says: str
    strong: str
    text: str = ""
    source: dict[str, Any] | None = None
    source_line: str = ""
    column: str = ""
    note: str = ""
    to_confirm: bool = False

    @property
    def sentence(self) -> str:
        return self.strong + self.text


def yuan(amount: Decimal | str) -> str:
    """An amount as people write it: 4,260 or 4,260.50."""
    value = Decimal(amount)
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value:,.2f}"


SHORT_SCHEMES = {
    BenefitScheme.TEKUN: "特困",
    BenefitScheme.RURAL_DIBAO: "低保",
    BenefitScheme.URBAN_DIBAO: "城市低保",
}


def coverage_word(coverage: str, schemes: Iterable[str]) -> str:
    """未保, 低保, 特困, 低保·部分; from the roll, never typed."""
    named = "·".join(SHORT_SCHEMES[BenefitScheme(scheme)] for scheme in schemes)
    if coverage == Coverage.ALL and named:
        return named
    if coverage == Coverage.PART and named:
        return f"{named}·部分"
    return Coverage(coverage).label


def coming_words(amount: Decimal | None, from_month: date, day: date) -> str:
    """已纳入，从5月起领 645 元; with the year when it is another. `amount`: a month, None = not known."""
    year = "" if from_month.year == day.year else f"{from_month.year}年"
    paid = "" if amount is None else f" {yuan(amount)} 元"
    return f"已纳入，从{year}{from_month.month}月起领{paid}"


def case_status(state: str, outcome: str, due_on: date, day: date, *, returned: bool) -> tuple[str, str]:
    """Shape and words of a case's state: red only when its own limit has passed."""
    if state == CaseState.TO_VERIFY:
        late = (day - due_on).days
        if late > 0:
            return "over", f"{'退回·' if returned else ''}逾期 {late} 天"
        if returned:
            return "back", f"退回·限 {due_on.month}月{due_on.day}日"
        return "todo", CaseState(state).label
    if state == CaseState.CLOSED:
        return "done", CaseOutcome(outcome).label
    return "prog", CaseState(state).label


def certificate_name(kind: int | None, grade: int | None, parts: Sequence[int] = ()) -> str:
    """肢体二级; 多重（肢体、智力）三级; 残疾二级 when the kind is not known."""
    kind_name = DisabilityKind(kind).label if kind else "残疾"
    if parts:
        kind_name += "（" + "、".join(DisabilityKind(part).label for part in parts) + "）"
    return kind_name + GRADES.get(grade or 0, "（等级不明）")


def short_line(grounds: Iterable[Ground]) -> str:
    """The facts in one line for the worklist: 肢体二级 1 人；人均 4,260 元，低于 4,500.

    Narrow misses are left out; what is unknown is said. Equal facts of several persons are counted.
    """
    persons_by_phrase: dict[str, set[str]] = {}
    for ground in grounds:
        if ground["says"] in (YES, UNKNOWN):
            persons = persons_by_phrase.setdefault(_SHORT[ground["fact"]](ground), set())
            if "person" in ground:
                persons.add(ground["person"])
    return "；".join(
        f"{phrase} {len(persons)} 人" if persons else phrase for phrase, persons in persons_by_phrase.items()
    )


_COLUMNS = {
    "poverty_status": "poverty_status",
    "certificate": "grade",
    "illness": "illness",
    "income": "income",
    "watch": "watch_type",
}


def why_lines(grounds: Iterable[Ground]) -> tuple[WhyLine, ...]:
    """The why-panel: a line for every ground, hits first, then what cannot be told, then narrow misses."""
    order = {YES: 0, UNKNOWN: 1, NEAR: 2}
    ordered = sorted(grounds, key=lambda ground: (order.get(ground["says"], len(order)), ground["category"]))
    return tuple(why_line(ground) for ground in ordered)


def why_line(ground: Ground) -> WhyLine:
    """One ground in full words, with its list, row and days."""
    strong, text = _FULL[ground["fact"]](ground)
    standard: dict[str, Any] = ground.get("standard") or {}
    return WhyLine(
        category=ground["category"],
        says=ground["says"],
        strong=strong,
        text=text,
        source=ground.get("source"),
        source_line=source_line(ground.get("source")),
        column=_COLUMNS.get(ground["fact"], ""),
        note=_standard_note(standard) if standard else "",
        to_confirm=bool(standard) and not standard["confirmed"],
    )


def source_line(source: dict[str, Any] | None) -> str:
    """残联名单第 412 行·截至 3月20日·3月24日导入."""
    if not source:
        return ""
    words = [source["list"] + (f"第 {source['line']:,} 行" if source.get("line") else "")]
    if source.get("as_of"):
        words.append(f"截至 {_day(source['as_of'])}")
    if source.get("imported"):
        words.append(f"{_day(source['imported'])}导入")
    return "·".join(words)


def _day(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.month}月{day.day}日"


def _standard_note(standard: dict[str, Any]) -> str:
    note = f"农村低保标准 {yuan(standard['amount'])} 元/年"
    if standard["first_day"]:
        note += f"，{standard['first_day']} 起"
    if standard["document"]:
        note += f"（{standard['document']}）"
    return note


# Short phrases


def _short_status(ground: Ground) -> str:
    return PovertyStatus(ground["value"]).label if ground["says"] == YES else "脱贫属性空白"


def _short_no_labour(ground: Ground) -> str:
    size = ground["size"]
    return f"{size} 人都无劳动力" if size > 1 else "1 人，无劳动力"


def _short_labour_blank(ground: Ground) -> str:
    return f"{len(ground['people'])} 人劳动技能空白"


def _short_members(_ground: Ground) -> str:
    return "家庭成员不明"


def _short_certificate(ground: Ground) -> str:
    name = certificate_name(ground["kind"], ground["grade"], ground["parts"])
    return name if ground["says"] == YES else f"{name}待查"


def _short_illness(_ground: Ground) -> str:
    return "重特大疾病"


def _short_income(ground: Ground) -> str:
    missing = ground.get("missing", ())
    if "income" in missing:
        return "人均收入不明"
    if "standard" in missing:
        return f"人均 {yuan(ground['value'])} 元，没有低保标准可比"
    return f"人均 {yuan(ground['value'])} 元，低于 {yuan(ground['standard']['amount'])}"


def _short_watch(ground: Ground) -> str:
    return WatchKind(ground["kind"]).label


_SHORT = {
    "poverty_status": _short_status,
    "no_labour": _short_no_labour,
    "labour_blank": _short_labour_blank,
    "members": _short_members,
    "certificate": _short_certificate,
    "illness": _short_illness,
    "income": _short_income,
    "watch": _short_watch,
}


# Full lines: (what stands in bold, the rest of the sentence)


def _full_status(ground: Ground) -> tuple[str, str]:
    if ground["says"] == UNKNOWN:
        return "脱贫属性空白", "，判断不了：请向扶贫部门核实是否已脱贫"
    return f"扶贫系统脱贫属性：{PovertyStatus(ground['value']).label}", "，属“未脱贫建档立卡对象”"


def _people(ground: Ground, *, with_labour: bool = False) -> str:
    return "、".join(
        f"{person['name']}（{Labour(person['labour']).label}）" if with_labour else person["name"]
        for person in ground["people"]
    )


def _full_no_labour(ground: Ground) -> tuple[str, str]:
    who = "全家" if ground["size"] > 1 else "全户"
    return f"{who} {ground['size']} 人都无劳动力", f"：{_people(ground, with_labour=True)}"


def _full_labour_blank(ground: Ground) -> tuple[str, str]:
    others = "，其余都无劳动力" if ground["size"] > len(ground["people"]) else ""
    return "劳动技能空白，判断不了", f"：{_people(ground)}{others}；入户时请查明"


def _full_one_with_labour(ground: Ground) -> tuple[str, str]:
    return (
        f"只有 {_people(ground, with_labour=True)}有劳动力",
        f"，其余 {ground['size'] - 1} 人都无劳动力，所以不算“整户无劳动力”",
    )


def _full_members(_ground: Ground) -> tuple[str, str]:
    return "家庭成员不明，判断不了", "：名单上没有这一户的成员，入户时请登记"


def _full_certificate(ground: Ground) -> tuple[str, str]:
    name = certificate_name(ground["kind"], ground["grade"], ground["parts"])
    strong = f"{ground['name']}：{name}"
    match ground["says"], ground["reason"]:
        case "yes", "severe":
            return strong, "，属“一级、二级重度残疾人”"
        case "yes", _:
            parts = "" if ground["kind"] in MIND_KINDS else "，其中有智力或精神残疾"
            return strong, f"{parts}，属“三级、四级智力、精神残疾人”"
        case "near", _:
            return strong, "，差一级：一级、二级，或智力、精神残疾才在范围内"
    return strong, f"，{_MISSING_WORDS[ground['reason']]}，判断不了：请看残疾证"


def _full_illness(ground: Ground) -> tuple[str, str]:
    return f"{ground['name']}：在医保重特大疾病名单上", "，属“重特大疾病患者”"


def _lifted(ground: Ground) -> str:
    if ground["poverty_status"] != LIFTED:
        return ""
    return f"（{ground['lifted_year']} 年已脱贫）" if ground["lifted_year"] else "（已脱贫）"


def _full_income(ground: Ground) -> tuple[str, str]:
    missing = ground.get("missing", ())
    if missing:
        return _full_income_unknown(ground, missing)
    income, standard = Decimal(ground["value"]), Decimal(ground["standard"]["amount"])
    strong = f"家庭年人均 {yuan(income)} 元"
    if ground["says"] == YES:
        return f"{strong} < {yuan(standard)} 元", _lifted(ground)
    if income == standard:
        return f"{strong}，正好等于低保标准", f"{_lifted(ground)}，不算低于标准"
    return f"{strong}，高出低保标准 {yuan(income - standard)} 元", f"{_lifted(ground)}，不在范围内，但很接近"


def _full_income_unknown(ground: Ground, missing: Sequence[str]) -> tuple[str, str]:
    advice = {
        "income": ("人均收入空白", "入户时请算清收入"),
        "standard": ("没有现行农村低保标准", "请县局在方案里填上标准"),
        "poverty_status": ("脱贫属性空白", "请向扶贫部门核实是否已脱贫"),
    }
    lacking = "、".join(advice[fact][0] for fact in missing)
    known = f"家庭年人均 {yuan(ground['value'])} 元；" if ground["value"] is not None else ""
    return f"{lacking}，判断不了", f"：{known}{'；'.join(advice[fact][1] for fact in missing)}"


def _full_watch(ground: Ground) -> tuple[str, str]:
    label = WatchKind(ground["kind"]).label
    text = f"，{ground['since']} 识别" if ground["since"] else ""
    if ground["category"] == Category.MARGINAL and ground["registered"]:
        text += "；同时是建档立卡户，请核对两份名单"
    return f"在{label}名单上", text


def _full_no_living_member(_ground: Ground) -> tuple[str, str]:
    return "登记的家庭成员都已去世", "，不再列入"


_FULL = {
    "poverty_status": _full_status,
    "no_labour": _full_no_labour,
    "labour_blank": _full_labour_blank,
    "one_with_labour": _full_one_with_labour,
    "members": _full_members,
    "certificate": _full_certificate,
    "illness": _full_illness,
    "income": _full_income,
    "watch": _full_watch,
    "no_living_member": _full_no_living_member,
}
