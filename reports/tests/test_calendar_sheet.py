"""The calendar as xlsx: what the page shows, for whom (C20, C23)."""

from io import BytesIO

from openpyxl import load_workbook

from dabao.tests.cast import TODAY
from reports.calendar_sheet import AMBER, RED
from reports.tests.conftest import MARCH

URL = "/reports/export/"


def rows(client):
    sheet = load_workbook(BytesIO(client.get(URL).content)).active
    return {row[0].value: row[1:] for row in sheet.iter_rows(min_row=2)}


def test_the_sheet_says_what_the_page_says(client_of, cast, send):
    send(TODAY.replace(month=3, day=18), MARCH)
    send(TODAY)
    found = rows(client_of(cast.county))
    assert [cell.value for cell in found["石羊镇"]] == [
        "缺",
        "3/18 晚3天",
        "—",
        "没登记",
        "4/10",
        "4/25 前",
    ]
    assert found["桂花镇"][1].value == "缺 26 天"
    assert [cell.value for cell in found["乡镇"]][::3] == ["3月", "4月"]
    assert found["3 个乡镇"][1].value == "1 / 3，晚 1"


def test_missing_is_red_and_late_is_amber(client_of, cast, send):
    send(TODAY.replace(month=3, day=18), MARCH)
    found = rows(client_of(cast.county))
    colours = [found[name][1].fill.fgColor.rgb[2:] for name in ("石羊镇", "桂花镇")]
    assert colours == [AMBER.fgColor.rgb[2:], RED.fgColor.rgb[2:]]
    assert found["石羊镇"][4].fill.fill_type is None


def test_a_township_gets_its_own_row_only(client_of, cast):
    assert set(rows(client_of(cast.officer))) == {"乡镇", None, "石羊镇"}


def test_an_assistant_gets_no_calendar(client_of, cast):
    assert client_of(cast.assistant).get(URL).status_code == 403
