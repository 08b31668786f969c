"""Files: messy ones are read whole, hostile ones refused with advice of their own (W05–W07, traps of the
readers).
"""

import io
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from screening.choices import SkipReason
from screening.imports.check import check
from screening.imports.kinds import KINDS
from screening.imports.limits import Limits
from screening.imports.places import Place, PlaceIndex
from screening.imports.read import RawSheet, RefusedError, read_file
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, adds_up, bring_in, codes, person, workbook

LIMITS = Limits()
PLACES = PlaceIndex(
    Place("532326", "大姚县", "大姚县", ()),
    [
        Place("532326102", "石羊镇", "石羊镇", ()),
        Place("532326206", "湾碧乡", "湾碧傣族傈僳族乡", ("湾碧",)),
        Place("532326102001", "柳树塘村", "柳树塘村民委员会", ()),
        Place("532326206001", "碧么村", "碧么村民委员会", ("么村",)),
    ],
)


def read(folder: Path, content: bytes, name: str = "名单.xlsx", **limits: int) -> list[RawSheet]:
    path = folder / "file"
    path.write_bytes(content)
    return read_file(path, name, replace(LIMITS, **limits))


def refusal(folder: Path, content: bytes, name: str = "名单.xlsx", **limits: int) -> str:
    with pytest.raises(RefusedError) as refused:
        read(folder, content, name, **limits)
    return refused.value.message


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def altered(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    return zipped(parts)


SMALL = workbook(["姓名", "身份证号"], [["普有福", "1"]])
SHEET = "xl/worksheets/sheet1.xml"
HOSTILE = {
    "网页": (b"<html><table><tr><td>1</td></tr></table></html>", "名单.xls"),
    "Word": (zipped({"word/document.xml": "<w/>", "[Content_Types].xml": "<t/>"}), "名单.xlsx"),
    "密码": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"),
        "名单.xlsx",
    ),
    "PDF": (b"%PDF-1.4", "名单.xlsx"),
    "空的": (b"", "名单.csv"),
    "压缩包": (zipped({"a.txt": "x"}), "名单.xlsx"),
    "损坏": (SMALL[:200], "名单.xlsx"),
    "宏": (
        altered(
            zipped({"xl/workbook.xml": "<w/>", "xl/vbaProject.bin": "m"}),
            "xl/workbook.xml",
            b"<w/>",
            b"<w />",
        ),
        "名单.xlsx",
    ),
    "两者不一致": (SMALL, "名单.xls"),
    "扩展名": (SMALL, "名单.exe"),
    "外部引用": (
        altered(
            SMALL, SHEET, b"<worksheet", b'<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/hostname">]><worksheet'
        ),
        "名单.xlsx",
    ),
    "编码": ("姓名".encode() + b"\xff\xff\x80\x00", "名单.csv"),
}


@pytest.mark.parametrize("word", HOSTILE)
def test_a_file_that_is_no_list_is_refused_with_its_own_advice(tmp_path: Path, word: str) -> None:
    content, name = HOSTILE[word]
    message = refusal(tmp_path, content, name)
    assert word in message
    assert "请" in message


def test_a_stray_cell_at_the_far_corner_is_named(tmp_path: Path) -> None:
    book = Workbook()
    book.active["A1"] = "姓名"
    book.active.cell(1_048_576, 1, "x")
    stream = io.BytesIO()
    book.save(stream)
    assert "1048576 行" in refusal(tmp_path, stream.getvalue())
    book.active.delete_rows(1_048_576)
    book.active.cell(1, 16_384, "x")
    stream = io.BytesIO()
    book.save(stream)
    assert "列" in refusal(tmp_path, stream.getvalue())


def test_blank_formatted_cells_far_away_do_no_harm(tmp_path: Path) -> None:
    content = altered(
        SMALL, SHEET, b"</sheetData>", b'<row r="900000"><c r="A900000" s="0"/></row></sheetData>'
    )
    assert len(read(tmp_path, content)[0].rows) == 2


def test_a_reader_out_of_memory_or_time_is_a_refusal_and_not_a_crash(tmp_path: Path) -> None:
    big = workbook(["姓名"], [[f"名{n}" * 50] for n in range(3000)])
    assert "内存或时间" in refusal(tmp_path, big, memory=20 * 1024 * 1024)
    assert "内存或时间" in refusal(tmp_path, big, seconds=0)


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("packed", len(SMALL)),
        ("parts", len(zipfile.ZipFile(io.BytesIO(SMALL)).namelist())),
        ("rows", 2),
        ("columns", 2),
    ],
    ids=("packed", "parts", "rows", "columns"),
)
def test_limits_are_reached_and_not_passed(tmp_path: Path, limit: str, value: int) -> None:
    assert read(tmp_path, SMALL, **{limit: value})
    assert read(tmp_path, SMALL, **{limit: value + 1})
    refusal(tmp_path, SMALL, **{limit: value - 1})


def test_what_unpacks_beyond_the_limit_is_refused_whatever_it_declares(tmp_path: Path) -> None:
    assert "展开" in refusal(tmp_path, SMALL, unpacked=1000)


def test_error_cells_and_formulas_without_value_are_seen(tmp_path: Path) -> None:
    content = workbook(["姓名", "收入", "备用"], [["甲", "=1+1", "#REF!"]])
    assert read(tmp_path, content)[0].marks == {(1, 1): "FORMULA_NO_VALUE", (1, 2): "CELL_ERROR"}


def test_a_formula_with_its_value_is_a_value(tmp_path: Path) -> None:
    content = altered(workbook(["收入"], [["=1+1"]]), SHEET, b"<v></v>", b"<v>2</v>")
    sheet = read(tmp_path, content)[0]
    assert sheet.marks == {}
    assert sheet.rows[1] == [2.0]


def test_the_reading_process_has_no_keys_and_no_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from screening.imports import read as module

    seen: dict[str, Any] = {}
    real = module.subprocess.run
    monkeypatch.setattr(module.subprocess, "run", lambda *a, **k: seen.update(k) or real(*a, **k))
    monkeypatch.setenv("DABAO_FIELD_KEY", "secret")
    read(tmp_path, SMALL)
    assert set(seen["env"]) == {"PATH", "LANG", "PYTHONPATH"}
    assert sys.executable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_csv_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    text = '姓名,身份证号\n普有福,="532326"\n"两\n行",2\n'
    rows = read(tmp_path, text.encode(encoding), "名单.csv")[0].rows
    assert rows == [["姓名", "身份证号"], ["普有福", "532326"], ["两\n行", "2"]]


def test_merged_cells_count_for_every_row_they_cover(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in (["户编号", "姓名"], ["1", "甲"], ["", "乙"], ["", "丙"]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    stream = io.BytesIO()
    book.save(stream)
    assert [row[0] for row in read(tmp_path, stream.getvalue())[0].rows] == ["户编号", "1", "1", ""]


def test_titles_two_line_headers_footers_and_repeated_headers(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    upper = ["序号", "地址", "", "户编号", "家庭成员", "", "", "劳动技能"]
    lower = ["", "乡（镇）", "行政村", "", "姓  名", "身份证号码\n(18位)", "与户主的关系", ""]
    sheet.append(["大姚县贫困人口信息表"])
    sheet.append(["填报单位：扶贫办"])
    sheet.append(upper)
    sheet.append(lower)
    one = person(1, 1)
    row = ["1", "石羊镇", "柳树塘", one["户编号"], "李  明", one["证件号码"], "户主", "普通劳动力"]
    sheet.append(row)
    sheet.append(["", "乡（镇）", "行政村", "户编号", "姓  名", "身份证号码", "与户主的关系", "劳动技能"])
    sheet.append([])
    sheet.append(["合计", "", "", "", "1"])
    sheet.append(["填表人：某某", "", "", "审核人：某某"])
    sheet.merge_cells("B3:C3")
    sheet.merge_cells("E3:G3")
    sheet.merge_cells("D3:D4")
    stream = io.BytesIO()
    book.save(stream)
    checked = check(KINDS["registry"], read(tmp_path, stream.getvalue()), {}, PLACES, "532326", AS_OF)
    assert [(line.number, line.skip) for line in checked.lines] == [
        (5, None),
        (6, SkipReason.HEADER),
        (7, SkipReason.BLANK),
        (8, SkipReason.FOOTER),
        (9, SkipReason.FOOTER),
    ]
    assert checked.values["name"] == ["李明"]
    assert checked.problems == {}


def test_township_and_village_in_their_spellings() -> None:
    assert (
        PLACES.township("湾碧傣族傈僳族乡")
        == PLACES.township("湾碧乡")
        == PLACES.township(" 湾碧")
        == "532326206"
    )
    for spelling in ("柳树塘", "柳树塘村", "柳树塘村委会", "柳树塘村民委员会"):
        assert PLACES.villages_named(spelling) == ["532326102001"]
    assert PLACES.villages_named("么村委会") == ["532326206001"]


@pytest.mark.django_db
def test_a_file_without_the_needed_columns_says_which(county: Any, tmp_path: Path) -> None:
    headings = [heading for heading in sheets.REGISTRY if heading != "证件号码"]
    result = bring_in(tmp_path, "registry", (headings, [person(1, 1)]))
    assert "缺少：证件号码" in result["refused"]
    assert result["rows_read"] == 0


@pytest.mark.django_db
def test_all_sheets_are_read_and_hidden_ones_are_named(county: Any, tmp_path: Path) -> None:
    book = Workbook()
    for n, title in ((1, "石羊"), (2, "石羊二"), (3, "隐藏")):
        sheet = book.create_sheet(title)
        sheet.append(sheets.REGISTRY)
        sheet.append([person(n, n)[heading] for heading in sheets.REGISTRY])
    book["隐藏"].sheet_state = "hidden"
    del book["Sheet"]
    stream = io.BytesIO()
    book.save(stream)
    result = bring_in(tmp_path, "registry", stream.getvalue())
    assert result["created"] == 2
    from screening.models import SourceList

    assert SourceList.objects.get().totals["unread_sheets"] == ["隐藏"]


@pytest.mark.django_db
def test_blank_rows_after_the_last_value_do_not_count(county: Any, tmp_path: Path) -> None:
    result = bring_in(tmp_path, "registry", (sheets.REGISTRY, [person(1, 1), {}, person(2, 2), {}, {}]))
    assert result["rows_read"] == 3
    assert result["skipped_why"] == {"blank": 1}


CELLS = st.one_of(
    st.sampled_from(
        ["", "", "户主", "之子", "石羊镇", "柳树塘", "合计", "填表人", "姓名", "证件号码", "无", "1.2万"]
    ),
    st.text(max_size=8),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-10, 10**19).map(float),
    st.integers(1, 5).map(lambda n: person(n, n)["证件号码"]),
    st.integers(1, 3).map(lambda n: person(n, n)["户编号"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(CELLS, max_size=len(sheets.REGISTRY) + 2), max_size=25))
def test_no_line_is_lost_whatever_stands_in_it(rows: list[list[Any]]) -> None:
    width = max((len(row) for row in rows), default=0)
    sheet = RawSheet("S", False, [list(sheets.REGISTRY), *(row + [""] * (width - len(row)) for row in rows)])
    checked = check(KINDS["registry"], [sheet], {}, PLACES, "532326", AS_OF)
    last = max((n for n, row in enumerate(rows, start=2) if any(cell != "" for cell in row)), default=1)
    assert [line.number for line in checked.lines] == list(range(2, last + 1))
    data = [line.data for line in checked.lines if line.skip is None]
    assert data == list(range(checked.size))
    assert all(len(column) == checked.size for column in checked.values.values())


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.dictionaries(st.sampled_from(sheets.REGISTRY), CELLS, max_size=6), max_size=8))
def test_the_totals_of_a_messy_list_add_up(county: Any, tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    lines = [sheets.REGISTRY] + [
        [str((person(n % 4, n % 3) | row)[heading]) for heading in sheets.REGISTRY]
        for n, row in enumerate(rows)
    ]
    text = "\n".join(",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines)
    result = bring_in(tmp_path, "registry", text.encode("utf-8", "replace"), name="名单.csv", dry_run=True)
    assert result["refused"] is None
    assert adds_up(result)
    assert result["rows_read"] >= sum(1 for row in rows if row.get("姓名") not in ("", None))
    assert len(codes(result)) >= result["rejected"]
