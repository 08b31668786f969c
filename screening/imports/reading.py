"""A source row for people: every cell as it came (masked where it identifies), what was understood, what
it served.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dabao import crypto
from screening.choices import BenefitScheme, DisabilityKind, Labour, ListKind, PovertyStatus, Relation, Sex
from screening.imports.check import read_identity
from screening.imports.container import column_letters
from screening.imports.kinds import KINDS
from screening.imports.problems import display, mask
from screening.imports.row_checks import disability_kind
from screening.models import ListRow

NOT_USED = "只存原样，没用"
HIDDEN = "（病种只给核查的人看）"
ILLNESS = ("illness", "icd")  # the code tells the name

_LABELS: dict[str, dict[Any, str]] = {
    "labour": dict(Labour.choices),
    "relation": dict(Relation.choices),
    "sex": dict(Sex.choices),
    "poverty_status": dict(PovertyStatus.choices),
    "scheme": dict(BenefitScheme.choices),
    "grade": dict(enumerate(("一级", "二级", "三级", "四级"), start=1)),
}
_UNITS = {
    "income": "元/年",
    "monthly": "元/月",
    "total_cost": "元",
    "own_cost": "元",
    "work_months": "个月",
    "size": "人",
    "covered_people": "人",
    "lifted_year": "年",
}
_USES = {
    "household_number": "认户",
    "id": "认人",
    "certificate": "认人、③",
    "name": "认人",
    "relation": "家庭成员",
    "township": "归属乡镇",
    "village": "归属村",
    "labour": "② 依据",
    "poverty_status": "①④ 依据",
    "income": "④ 依据",
    "kind": "③ 依据",
    "grade": "③ 依据",
    "status": "③ 依据",
    "illness": "③ 依据",
    "filing": "③ 取舍",
    "scheme": "在保",
    "monthly": "在保",
    "covered_people": "在保",
    "watch_type": "⑤⑥ 依据",
    "health": "提示，不作依据",
}
_LONG_NUMBER = re.compile(r"(?<!\d)\d{15,22}[\dXx]?(?!\d)")
_PHONE = re.compile(r"(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


def raw_cells(row: ListRow) -> list[Any]:
    """The cells of a row as they came, unsealed; none for a blank row."""
    return json.loads(crypto.unseal(row.raw)) if row.raw else []


@dataclass(frozen=True)
class ReadCell:
    """One cell: `column` as Excel letters it; `changed` marks it against the edition before."""

    column: str
    key: str
    heading: str
    raw: str
    understood: str
    use: str
    used: bool


def read_cells(
    kind: str, as_of: date, columns: list[list[Any]], cells: list[Any], verifies: bool
) -> list[ReadCell]:
    """The cells of a row under the headings of its sheet; `verifies`: the viewer may see names of
    illnesses.
    """
    result = []
    for position, (heading, key) in enumerate(columns):
        raw = cells[position] if position < len(cells) else ""
        if not heading and raw == "":
            continue
        hidden = key in ILLNESS and not verifies and raw != ""
        result.append(
            ReadCell(
                column_letters(position + 1),
                key or "",
                str(heading).replace("\n", ""),
                HIDDEN if hidden else shown(raw, key),
                HIDDEN if hidden else understood(kind, as_of, key, raw),
                _USES.get(key or "", "—"),
                key in _USES,
            )
        )
    return result


def shown(raw: Any, key: str | None) -> str:
    """A raw cell with what identifies a person masked; of a birth date the year stays."""
    if raw == "":
        return ""
    if key == "birth":
        text = display(raw)
        return f"{text[:4]}-**-**" if text[:4].isdigit() else "**"
    text = mask(raw, key or "")
    if key in (None, "remark", "sequence"):
        text = _PHONE.sub(r"\1****\2", _LONG_NUMBER.sub(lambda found: mask(found[0], "id"), text))
    return text


def understood(kind: str, as_of: date, key: str | None, raw: Any) -> str:
    """What was read from a cell, in words."""
    if key is None or key in ("remark", "sequence"):
        return NOT_USED
    if raw == "":
        return "空白，按未知" if key in ("income", "labour") else "空白"
    if key in ("id", "certificate"):
        return _identity_words(raw, as_of)
    if key == "kind" and kind == ListKind.DISABILITY:
        number, parts = disability_kind(display(raw))
        label = DisabilityKind(number).label if number else "读不出"
        return label + (f"（{'、'.join(DisabilityKind(part).label for part in parts)}）" if parts else "")
    value = KINDS[kind].column(key).parser(as_of)(raw)
    problem = getattr(value, "problem", None)
    if problem is not None:
        if problem.level == "error":
            return "读不出"
        value = value.value
    return _value_words(key, value)


def _identity_words(raw: Any, as_of: date) -> str:
    reading = read_identity(raw, as_of)
    if not reading.ok:
        return reading.message.partition("。")[0]
    words = f"18 位，校验位对；{'男' if reading.sex == 'm' else '女'}，{reading.born.year} 年生"
    if reading.kind:
        words += f"；残疾证末尾：{DisabilityKind(reading.kind).label}{'一二三四'[(reading.grade or 1) - 1]}级"
    return words


def _value_words(key: str, value: Any) -> str:
    if value is None:
        return "未知" if key in ("income", "labour") else "空白"
    if key in _LABELS:
        return _LABELS[key].get(value, str(value))
    if key == "status":
        return value or "有效"
    if key == "birth":
        return f"{value.year} 年生"
    if key == "phone":
        return mask(value, "phone")
    if key in ("household_number", "person_number"):
        return mask(value, key)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value} {_UNITS.get(key, '')}".strip()
    return f"{value} {_UNITS[key]}" if key in _UNITS else str(value)


def differences(now: list[ReadCell], before: list[ReadCell]) -> tuple[list[tuple[str, str, str]], int]:
    """([(heading, before, now)…] of the columns whose understanding differs, number of the same ones)."""
    known = {cell.key: cell for cell in before if cell.key}
    changed, same = [], 0
    for cell in now:
        other = known.get(cell.key) if cell.key else None
        if other is None or cell.key == "sequence":
            continue
        if (other.understood, other.raw) != (
            cell.understood,
            cell.raw,
        ) and other.understood != cell.understood:
            changed.append((cell.heading, other.raw or "空白", cell.raw or "空白"))
        else:
            same += 1
    return changed, same
