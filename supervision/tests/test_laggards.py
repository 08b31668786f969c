"""The list of slow townships as a spreadsheet: who answers for them, and nobody of a household (C27)."""

from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from dabao.models import AuditEvent, Unit, UnitMember
from dabao.tests.cast import COUNTY, DAMAIDI, FIRST_DAY, ZHAOJIADIAN
from supervision.models import Assignment, Group

URL = reverse("supervision:laggards")


@pytest.fixture
def slow(county, cast, make_case, make_household):
    """赵家店镇 is two households behind, 石羊镇 one; 救助管理站 supervises 赵家店镇."""
    group = Group.objects.create(plan=county.plan, order=4, leader_name="黎兆梅", leader_post="副局长")
    unit = Unit.objects.create(region_id=COUNTY, name="救助管理站", order=1)
    UnitMember.objects.create(unit=unit, name="何勇", phone="6222131", first_day=FIRST_DAY)
    UnitMember.objects.create(unit=unit, name="张仲品", first_day=FIRST_DAY)
    Assignment.objects.create(group=group, unit=unit, township_id=ZHAOJIADIAN, order=1, first_day=FIRST_DAY)
    cast.head.phone = "6226001"
    cast.head.save()
    make_case()
    for _ in range(2):
        make_case(make_household(DAMAIDI))


def sheet_of(answer):
    return [list(row) for row in load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)]


def test_the_slowest_comes_first_with_unit_members_heads_staff_and_phones(slow, cast, client_of):
    answer = client_of(cast.leader).post(URL)
    heads, first, second, *_ = sheet_of(answer)
    first, second = dict(zip(heads, first, strict=True)), dict(zip(heads, second, strict=True))
    assert (first["乡镇"], first["滞后（户）"], first["督战股室"]) == ("赵家店镇", 2, "救助管理站")
    assert first["股室成员及电话"] == "何勇 6222131；张仲品 电话未录"
    assert (second["乡镇"], second["乡镇负责人及电话"]) == ("石羊镇", "李云飞 6226001")
    assert second["乡镇经办及电话"] == "周丽萍 电话未录；鲁建华 电话未录"
    assert second["督战股室"] == "没有督战股室"


def test_nobody_of_a_household_stands_in_it_and_its_foot_says_whose_it_is(slow, cast, client_of):
    rows = sheet_of(client_of(cast.leader).post(URL))
    assert "普有福" not in str(rows)
    assert "大姚县第1阶段（排查，4月15日截止）滞后或逾期的乡镇 2 个，截至 2020-04-10；黎兆梅" in rows[-1][0]


def test_the_export_is_written_into_the_log(slow, cast, client_of):
    client_of(cast.leader).post(URL)
    event = AuditEvent.objects.get(action="board.export")
    assert (event.actor, event.data) == (cast.leader, {"townships": 2, "as_at": "2020-04-10"})


def test_a_unit_takes_out_its_own_townships_only(slow, cast, client_of):
    rows = sheet_of(client_of(cast.unit).post(URL))
    assert "石羊镇" not in str(rows)
    assert rows[1][4] == "赵家店镇"


def test_a_township_takes_out_nothing(slow, cast, client_of):
    assert client_of(cast.head).post(URL).status_code == 403
