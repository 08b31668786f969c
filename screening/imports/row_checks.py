"""Checks over several columns or several rows: sex and birth against the ID, twice in the file, households.

Every function takes the `Checked` list and adds problems to it; one function a subject.
"""

import re
import unicodedata
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

from screening.choices import DisabilityKind, Labour, ListKind, Relation
from screening.imports import values
from screening.imports.parse import squeeze
from screening.imports.problems import WARNING, display, printable

if TYPE_CHECKING:
    from screening.imports.check import Checked

HEAD = Relation.HEAD.value
RETIREMENT_AGE = 60
_MULTIPLE = re.compile(r"多重(?:残疾)?(?:人)?[(\[:]?(.*?)[)\]]?").fullmatch


def check_rows(checked: "Checked", as_of: date) -> None:
    """All checks that a kind of list calls for, in the order in which their problems are shown."""
    _against_the_number(checked)
    kind = checked.kind.code
    if kind == ListKind.REGISTRY:
        _labour_and_kin(checked, as_of)
        checked.values["household"] = list(checked.column("household_number"))
        _persons_in_households(checked)
        _heads_and_sizes(checked, strict=True)
    elif kind in (ListKind.MONITORED, ListKind.MARGINAL):
        _labour_and_kin(checked, as_of)
        checked.values["household"] = _households_by_head(checked)
        _persons_in_households(checked)
        _heads_and_sizes(checked, strict=False)
    elif kind == ListKind.DISABILITY:
        _certificates(checked)
        _persons_twice(checked, [None] * checked.size)
    elif kind == ListKind.BENEFITS:
        _persons_twice(checked, checked.column("scheme"))
    elif kind == ListKind.FINDINGS:
        _finding_needs_household(checked)


def _against_the_number(checked: "Checked") -> None:
    """SEX_ID, BIRTH_ID: what the row says against what the number tells. A month alone compares by month."""
    births, sexes = checked.column("birth"), checked.column("sex")
    for i, reading in enumerate(checked.identities):
        if reading is None or not reading.ok:
            continue
        if sexes[i] is not None and sexes[i] != reading.sex:
            told = "男" if reading.sex == "m" else "女"
            message = f"性别与证件号码不符，号码第 17 位说是{told}。请核对后改一处。"
            checked.add(i, "sex", "SEX_ID", message)
        birth = births[i]
        if (
            birth is not None
            and birth != reading.born
            and not _same_month(checked.raw(i, "birth"), birth, reading.born)
        ):
            message = f"与证件号里的 {reading.born} 不同。请核对后改一处。"
            checked.add(i, "birth", "BIRTH_ID", message)


def _same_month(raw: Any, birth: date, born: date | None) -> bool:
    only_month = (
        raw.__class__ is str and len(re.findall(r"\d+", raw)) < 3 and len(re.sub(r"\D", "", raw)) <= 6
    )
    return only_month and born is not None and (birth.year, birth.month) == (born.year, born.month)


def _labour_and_kin(checked: "Checked", as_of: date) -> None:
    """AGE_LABOUR, KIN_SEX, SUFFIX_TEXT of the registry's hints: suspect, shown, not dropped."""
    labours, relations = checked.column("labour"), checked.column("relation")
    kinds, grades = checked.column("disability_kind"), checked.column("disability_grade")
    able = (Labour.SKILLED.value, Labour.ORDINARY.value)
    for i, reading in enumerate(checked.identities):
        if reading is None or not reading.ok:
            continue
        born = reading.born
        if labours[i] in able and born is not None:
            age = as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
            if age >= RETIREMENT_AGE:
                message = f"{age} 岁仍填有劳动力。先照收，请核对劳动技能是否过时。"
                checked.add(i, "labour", "AGE_LABOUR", message, WARNING)
        relation = relations[i]
        if (relation in values.MALE_RELATIONS and reading.sex == "f") or (
            relation in values.FEMALE_RELATIONS and reading.sex == "m"
        ):
            message = "与户主关系和号码里的性别对不上。先照收，请核对关系或号码。"
            checked.add(i, "relation", "KIN_SEX", message, WARNING)
        if reading.kind is not None and (kinds[i] or grades[i]):
            kind, _parts = disability_kind(kinds[i])
            _suffix_against_text(checked, i, "disability_kind", kind, _grade(grades[i]))


def _suffix_against_text(
    checked: "Checked", i: int, column: str, kind: int | None, grade: int | None
) -> None:
    reading = checked.identities[i]
    if reading is None or reading.kind is None:
        return
    if (kind is not None and kind != reading.kind) or (grade is not None and grade != reading.grade):
        told = f"{DisabilityKind(reading.kind).label}{'一二三四'[(reading.grade or 1) - 1]}级"
        message = f"残疾证号末尾说是{told}，与类别、等级列不同。先按列里的文字收，请核对残疾证。"
        checked.add(i, column, "SUFFIX_TEXT", message, WARNING)


def _grade(text: str | None) -> int | None:
    return values.DISABILITY_GRADE.get(squeeze(text)) if text else None


def disability_kind(text: str | None) -> tuple[int | None, list[int]]:
    """(type 1–7, parts of 多重) of a text like 肢体残疾人 or 多重（智力、肢体）; (None, []) when not
    known.
    """
    if not text:
        return None, []
    plain = squeeze(text)
    if plain in values.DISABILITY_KIND:
        return values.DISABILITY_KIND[plain], []
    multiple = _MULTIPLE(plain)
    if multiple:
        parts = [values.DISABILITY_KIND.get(part) for part in re.split(r"[、,，+/和;]", multiple[1]) if part]
        return (
            (DisabilityKind.MULTIPLE.value, sorted(part for part in parts if part))
            if None not in parts
            else (None, [])
        )
    if plain == str(DisabilityKind.MULTIPLE.value):
        return DisabilityKind.MULTIPLE.value, []
    parts = [values.DISABILITY_KIND.get(part) for part in re.split(r"[、,+/和;]", plain) if part]
    if len(parts) > 1 and None not in parts:
        return DisabilityKind.MULTIPLE.value, sorted(part for part in parts if part)
    return None, []


def _certificates(checked: "Checked") -> None:
    """Type and grade of each certificate: from the text, else from the number's suffix; one of them must
    tell.
    """
    grades = list(checked.column("grade"))
    kinds: list[int | None] = []
    parts_of: list[list[int]] = []
    for i, reading in enumerate(checked.identities):
        raw = checked.raw(i, "kind")
        text = printable(unicodedata.normalize("NFC", display(raw))).strip()
        kind, parts = disability_kind(text)
        if text and kind is None:
            message = (
                f"残疾类别里没有“{text[:20]}”这种写法。"
                "请改成：视力、听力、言语、肢体、智力、精神、多重（写明各类）。"
            )
            checked.add(i, "kind", "VALUE_UNKNOWN", message)
        _suffix_against_text(checked, i, "kind", kind, grades[i])
        if reading is not None and reading.kind is not None:
            kind = kind or (reading.kind if not text else None)
            grades[i] = grades[i] or reading.grade
        if kind is None and not text:
            checked.add(i, "kind", "FIELD_MISSING", "残疾类别没有填，残疾证号末尾也看不出。请补上再导入。")
        if grades[i] is None and not any(
            p.column == checked.title(i, "grade") for p in checked.problems.get(i, ())
        ):
            checked.add(i, "grade", "FIELD_MISSING", "残疾等级没有填，残疾证号末尾也看不出。请补上再导入。")
        kinds.append(kind)
        parts_of.append(parts)
    checked.values |= {"kind": kinds, "grade": grades, "parts": parts_of}


def _persons_twice(checked: "Checked", subjects: list[Any]) -> None:
    """PERSON_TWICE on every row of a person who stands twice for the same subject (a scheme, or the list)."""
    rows = defaultdict(list)
    for i, reading in enumerate(checked.identities):
        if reading is not None and reading.ok:
            rows[reading.number, subjects[i]].append(i)
    for same in rows.values():
        if len(same) > 1:
            _twice(checked, same)


def _twice(checked: "Checked", rows: list[int]) -> None:
    for i in rows:
        others = "、".join(_where(checked, i, j) for j in rows if j != i)
        checked.add(i, "id", "PERSON_TWICE", f"与{others}是同一号码。请分清是谁，只留一行或改正号码。")


def _where(checked: "Checked", i: int, j: int) -> str:
    here, there = checked.line_of[i], checked.line_of[j]
    sheet = "" if here.sheet == there.sheet else f"工作表“{checked.segments[there.sheet].sheet.name}”"
    return f"{sheet}第 {there.number} 行"


def _persons_in_households(checked: "Checked") -> None:
    """PERSON_TWICE inside one household, PERSON_TWO_HOUSEHOLDS across two, on every row of the person."""
    households = checked.values["household"]
    rows = defaultdict(list)
    for i, reading in enumerate(checked.identities):
        if reading is not None and reading.ok:
            rows[reading.number].append(i)
    for same in rows.values():
        if len(same) < 2:
            continue
        if len({households[i] for i in same}) == 1:
            _twice(checked, same)
            continue
        for i in same:
            others = "、".join(_where(checked, i, j) for j in same if j != i)
            message = f"同一个人在两户里（另见{others}）。请核实他现在住哪一户，只留一处。"
            checked.add(i, "id", "PERSON_TWO_HOUSEHOLDS", message)


def _heads_and_sizes(checked: "Checked", strict: bool) -> None:
    """HOUSEHOLD_NO_HEAD, HOUSEHOLD_TWO_HEADS, HOUSEHOLD_SIZE. A list of heads alone (not strict) names no
    members.
    """
    households, relations, sizes = (
        checked.values["household"],
        checked.column("relation"),
        checked.column("size"),
    )
    members = defaultdict(list)
    for i, household in enumerate(households):
        if household is not None:
            members[household].append(i)
    for rows in members.values():
        heads = [i for i in rows if relations[i] == HEAD]
        if len(heads) > 1:
            for i in heads:
                others = "、".join(_where(checked, i, j) for j in heads if j != i)
                message = f"一户有两个户主（{others}也是）。请留一个，另一个改成实际关系。"
                checked.add(i, "relation", "HOUSEHOLD_TWO_HEADS", message)
        elif not heads and (strict or len(rows) > 1) and all(relations[i] is not None for i in rows):
            for i in rows:
                message = "这一户没有户主。请把其中一人的关系改成户主，或补上户主一行。"
                checked.add(i, "relation", "HOUSEHOLD_NO_HEAD", message)
        lead = heads[0] if heads else rows[0]
        size = sizes[lead]
        if size is not None and size != len(rows) and (strict or len(rows) > 1):
            message = f"写 {size} 人，本户有 {len(rows)} 行。先照行收，请补一行或把人数改成 {len(rows)}。"
            checked.add(lead, "size", "HOUSEHOLD_SIZE", message, WARNING)


def _households_by_head(checked: "Checked") -> list[Any]:
    """Key of each row's household: its 户编号, else the number of the head whose row it follows.

    A row without 与户主关系 is a head (a row a household). A member before any head stands alone.
    """
    numbers, relations = checked.column("household_number"), checked.column("relation")
    keys: list[Any] = []
    head_key: str | None = None
    for i, reading in enumerate(checked.identities):
        if numbers[i] is not None:
            head_key = None
            keys.append(numbers[i])
            continue
        if relations[i] in (None, HEAD) or head_key is None:
            own = reading.number if reading is not None and reading.ok else f"第{i}行"
            head_key = f"head:{own}"
        keys.append(head_key)
    return keys


def _finding_needs_household(checked: "Checked") -> None:
    numbers = checked.column("household_number")
    for i, reading in enumerate(checked.identities):
        if numbers[i] is None and reading is None:
            message = "户编号和身份证号都没有填，不知道是哪一户。请至少填一个。"
            checked.add(i, "household_number", "FIELD_MISSING", message)
