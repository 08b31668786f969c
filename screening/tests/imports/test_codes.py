"""Every code of the desk, with the smallest file that calls it (interfaces, code table)."""

from pathlib import Path
from typing import Any

import pytest

from screening.rules.identity import check_character
from screening.tests.imports import sheets
from screening.tests.imports.sheets import adds_up, bring_in, codes, number, person

pytestmark = pytest.mark.django_db

GOOD = number(3)
SLIP = GOOD[:-1] + ("1" if GOOD[-1] != "1" else "2")
WOMAN = number(4)
IMPOSSIBLE = "53232620191340123" + check_character("53232620191340123")


@pytest.fixture
def desk(county: Any, tmp_path: Path) -> Any:
    def run(kind: str, rows: Any, **options: Any) -> dict[str, Any]:
        headings = options.pop("headings", getattr(sheets, kind.upper()))
        return bring_in(tmp_path, kind, (headings, rows), dry_run=True, **options)

    return run


def two(**second: Any) -> list[dict[str, Any]]:
    return [person(1, 1, 人数="2"), person(2, 1, **({"与户主关系": "之子", "人数": "2"} | second))]


WITH_SEX = [*sheets.REGISTRY, "性别", "出生日期"]

ERRORS = {
    "ID_FORMAT": [person(1, 1, 证件号码="53232619700101")],
    "ID_CHECK": [person(1, 1, 证件号码=SLIP)],
    "ID_BIRTH": [person(1, 1, 证件号码=IMPOSSIBLE)],
    "ID_15": [person(1, 1, 证件号码=GOOD[:6] + GOOD[8:17])],
    "ID_NUMBER": [person(1, 1, 证件号码=5.32326197002011e17)],
    "ID_MISSING": [person(1, 1, 证件号码="无")],
    "FIELD_MISSING": [person(1, 1, 户编号="")],
    "PERSON_TWICE": [person(1, 1, 人数="2"), person(2, 1, "之子", 证件号码=GOOD, 人数="2")],
    "PERSON_TWO_HOUSEHOLDS": [person(1, 1), person(1, 2)],
    "HOUSEHOLD_NO_HEAD": [person(1, 1, "之子")],
    "HOUSEHOLD_TWO_HEADS": two(**{"与户主关系": "户主"}),
    "PLACE_UNKNOWN": [person(1, 1, 行政村="龙泉湾")],
    "PLACE_MISMATCH": [person(1, 1, 行政村="大麦地村")],
    "PLACE_OUTSIDE": [person(1, 1, **{"县(市、区、旗)": "姚安县"})],
    "VALUE_UNKNOWN": [person(1, 1, 劳动技能="有一点")],
    "VALUE_RANGE": [person(1, 1, 人均纯收入="-5")],
    "VALUE_TYPE": [person(1, 1, 人均纯收入="约四千")],
    "VALUE_LONG": [person(1, 1, 主要致贫原因="因" * 61)],
    "TEXT_CONTROL": None,  # openpyxl writes no control characters: below, as CSV
    "SEX_ID": [person(1, 1, 性别="女")],
    "BIRTH_ID": [person(1, 1, 出生日期="1971-01-01")],
    "CELL_ERROR": [person(1, 1, 人均纯收入="#REF!")],
    "FORMULA_NO_VALUE": [person(1, 1, 人均纯收入="=1+1")],
}
WARNINGS = {
    "ID_AREA": [person(1, 1, 证件号码=sheets.make_id("992326", sheets.date(1970, 1, 1), 1))],
    "HOUSEHOLD_SIZE": [person(1, 1, 人数="4")],
    "AGE_LABOUR": [person(1, 1, 证件号码=sheets.make_id("532326", sheets.date(1950, 1, 1), 1))],
    "KIN_SEX": two(证件号码=WOMAN),
    "INCOME_UNKNOWN": [person(1, 1, 人均纯收入="/")],
}


@pytest.mark.parametrize("code", [code for code, rows in ERRORS.items() if rows])
def test_an_error_rejects_its_row_and_says_what_to_do(desk: Any, code: str) -> None:
    result = desk("registry", [*ERRORS[code], person(9, 9)], headings=WITH_SEX)
    assert code in codes(result)
    assert result["created"] == 1
    assert adds_up(result)
    problem = next(problem for problem in result["errors"] if problem["code"] == code)
    what, _, then = problem["message"].partition("。")
    assert what
    assert then
    assert problem["row"] in (2, 3)


@pytest.mark.parametrize("code", WARNINGS)
def test_a_warning_lets_its_row_in(desk: Any, code: str) -> None:
    result = desk("registry", WARNINGS[code])
    assert code in codes(result, "warnings")
    assert codes(result) == []
    assert result["created"] == len(WARNINGS[code])


def test_control_characters_are_refused_and_unseen_ones_dropped(county: Any, tmp_path: Path) -> None:
    lines = [sheets.REGISTRY]
    for n, name in ((1, "普\x07有"), (2, "普有\u200b福")):
        row = person(n, n, 姓名=name)
        lines.append([str(row[heading]) for heading in sheets.REGISTRY])
    content = "\n".join(",".join(line) for line in [[f'"{cell}"' for cell in line] for line in lines])
    result = bring_in(tmp_path, "registry", content.encode(), name="名单.csv", dry_run=True)
    assert codes(result) == ["TEXT_CONTROL"]
    assert codes(result, "warnings") == ["TEXT_CONTROL"]
    assert result["created"] == 1


def test_the_certificate_number_against_its_text_is_a_warning(desk: Any) -> None:
    result = desk("disability", [["甲", "", GOOD + "44", "视力", "一级", ""]])
    assert codes(result, "warnings") == ["SUFFIX_TEXT"]


def test_type_and_grade_come_from_the_number_when_the_list_has_no_text(desk: Any) -> None:
    result = desk("disability", [["甲", "", GOOD + "63B1", "", "", ""], ["乙", "", number(5), "", "", ""]])
    assert sorted(codes(result)) == ["FIELD_MISSING", "FIELD_MISSING"]
    assert result["unmatched"] == 1


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 53232619700201００３X", None),
        ("'" + GOOD, True),
        (GOOD[:6] + " " + GOOD[6:], True),
        (GOOD + "44", True),
        ("".join(chr(ord(c) + 0xFEE0) for c in GOOD), True),
        (GOOD + "\u200b", True),
        (GOOD.lower() + "\u00a0", True),
    ],
)
def test_numbers_are_normalised_never_repaired(desk: Any, written: str, read: bool | None) -> None:
    result = desk("registry", [person(1, 1, 证件号码=written)])
    assert result["created"] == (1 if read else 0)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3,500元", "3500.00"),
        ("1.2万", "12000.00"),
        ("0.35万", "3500.00"),
        (4120.5, "4120.50"),
        ("４０００", "4000.00"),
    ],
)
def test_money_in_its_usual_spellings(county: Any, tmp_path: Path, written: Any, read: str) -> None:
    from screening.models import Household

    bring_in(tmp_path, "registry", (sheets.REGISTRY, [person(1, 1, 人均纯收入=written)]))
    assert str(Household.objects.get().income_per_capita) == read


def test_values_that_identify_are_shown_masked_only(desk: Any) -> None:
    result = desk("registry", [person(1, 1, 证件号码=SLIP), person(2, 2, 证件号码=GOOD[:6] + GOOD[8:17])])
    assert SLIP not in str(result)
    assert GOOD not in str(result)
    assert result["errors"][0]["value_masked"].startswith("532326****")


def test_a_chronic_illness_is_not_major(desk: Any) -> None:
    result = desk("illness", [["甲", GOOD, "糖尿病", "门诊慢性病", "", "", ""]])
    assert result["skipped_why"] == {"not_major": 1}


def test_an_unknown_scheme_and_a_row_twice_on_the_roll(desk: Any) -> None:
    rows = [
        ["甲", GOOD, "优抚", "", "", "", ""],
        ["乙", number(5), "低保", "A", "", "", ""],
        ["乙", number(5), "低保", "B", "", "", ""],
    ]
    assert sorted(codes(desk("benefits", rows))) == ["PERSON_TWICE", "PERSON_TWICE", "VALUE_UNKNOWN"]


def test_an_exact_repeat_is_skipped_not_twice(desk: Any) -> None:
    result = desk("registry", [person(1, 1), person(1, 1, 序号="2")])
    assert (result["created"], result["skipped_why"]) == (1, {"repeat": 1})
