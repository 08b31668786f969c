"""What the page of a source row shows to whom (P04)."""

from datetime import date

from screening.choices import ListKind
from screening.imports.reading import read_cells

COLUMNS = [["姓名", "name"], ["病种名称", "illness"], ["病种代码", "icd"], ["入院日期", None]]
CELLS = ["李英菊", "胃恶性肿瘤", "C16.900", "2019-05-24"]


def shown(*, verifies: bool) -> str:
    cells = read_cells(ListKind.ILLNESS, date(2020, 3, 31), COLUMNS, CELLS, verifies)
    return " ".join(f"{cell}" for cell in cells)


def test_neither_name_nor_code_of_an_illness_is_shown_to_who_only_reads():
    assert "肿瘤" not in shown(verifies=False)
    assert "C16" not in shown(verifies=False)


def test_who_verifies_sees_both():
    assert "胃恶性肿瘤" in shown(verifies=True)
    assert "C16.900" in shown(verifies=True)
