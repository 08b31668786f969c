"""An import taken back: the base is as before; refused once somebody worked on what it brought."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.core.management import call_command
from django.db import connection

from dabao import clock
from dabao.scope import whole
from dabao.tests.cast import Cast
from screening.models import Case, CaseEvent, Household, ListRow, Membership, Person, SourceList
from screening.services import list_undo
from screening.services.screening import screen_region
from screening.tests.imports.sheets import AS_OF, number, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=3)
BASE = (
    *("household", "person", "membership", "question", "pendingchange"),
    *("disabilitycertificate", "illnessrecord", "benefitrecord", "watchrecord", "priorfinding"),
)


def dump() -> dict[str, list[str]]:
    """Every record of the registry and the facts, to the byte."""
    found = {}
    with connection.cursor() as cursor:
        for table in BASE:
            cursor.execute(f"SELECT x::text FROM screening_{table} x ORDER BY id")
            found[table] = [text for (text,) in cursor.fetchall()]
        cursor.execute("SELECT x::text FROM screening_listrow x WHERE skip = 'unmatched' ORDER BY id")
        found["waiting rows"] = [text for (text,) in cursor.fetchall()]
    return found


def undo(result: dict[str, Any]) -> dict[str, Any]:
    return list_undo.undo_list(scope=whole(""), list_id=result["id"], actor=None, day=clock.today())


FIRST = [
    person(1, 1, 人数="2"),
    person(2, 1, "之子", 人数="2"),
    person(3, 2),
    person(4, 3, 人数="2"),
    person(5, 3, "之女", 人数="2", 健康状况="残疾"),
]
CERTIFICATE = ["普有三", number(7), "", "视力", "二级", "正常"]
EDITIONS = {
    "the same again": ("registry", FIRST),
    "somebody new, a value changed": ("registry", [*FIRST, person(6, 4), person(3, 2, 人均纯收入="900")][1:]),
    "somebody gone": ("registry", FIRST[:3]),
    "a head changes hands": (
        "registry",
        [person(1, 1, "之父", 人数="2"), person(2, 1, "户主", 人数="2"), *FIRST[2:]],
    ),
    "somebody moves": ("registry", [FIRST[0], person(2, 2, "之子"), *FIRST[2:]]),
    "who waited is found": ("registry", [*FIRST, person(20, 9)]),
    "a certificate": ("disability", [["普有二", number(5), "", "肢体", "一级", "正常"]]),
    "the certificate gets worse": ("disability", [["普有三", number(7), "", "视力", "一级", "正常"]]),
    "the certificate ends": ("disability", [["普有一", number(3), "", "视力", "一级", "正常"]]),
    "an illness": ("illness", [["普有二", number(5), "尿毒症", "", "2020-03-01", "90000", "30000"]]),
    "a roll": ("benefits", [["普有二", number(5), "农村低保", "B类", "240", "201901", "2"]]),
}


@pytest.mark.parametrize("edition", EDITIONS)
def test_after_undoing_the_base_is_as_before(desk: Any, county: Any, edition: str) -> None:
    desk("registry", FIRST)
    desk("disability", [CERTIFICATE, ["普有二十", number(41), "", "听力", "一级", "正常"]])
    desk("benefits", [["普有三", number(7), "农村低保", "A类", "300", "201901", "1"]])
    before = dump()
    kind, rows = EDITIONS[edition]
    brought = desk(kind, rows, as_of=LATER)
    assert edition == "the same again" or dump() != before
    result = undo(brought)
    assert dump() == before
    assert result["refused"] is None
    assert SourceList.objects.get(pk=brought["id"]).state == "undone"
    again = desk(kind, rows, as_of=LATER)
    assert [again[key] for key in ("created", "updated", "unchanged", "rejected")] == [
        brought[key] for key in ("created", "updated", "unchanged", "rejected")
    ]


def test_the_first_import_of_all_leaves_nothing(desk: Any, county: Any) -> None:
    brought = desk("registry", [person(1, 1, 脱贫属性="未脱贫", 贫困户属性="低保贫困户")])
    screen_region(plan=county.plan, region_code=county.plan.region_id, day=clock.today())
    assert Case.objects.exists()
    result = undo(brought)
    assert not Household.objects.exists()
    assert not Person.objects.exists()
    assert not Membership.objects.exists()
    assert result["cases_gone"] == 1
    assert not Case.objects.exists()
    assert ListRow.objects.count() == 1  # what came in stays to be read


def test_a_case_somebody_worked_on_is_named_and_stays(desk: Any, county: Any, cast: Cast) -> None:
    brought = desk("registry", [person(1, 1, 脱贫属性="未脱贫", 贫困户属性="低保贫困户")])
    screen_region(plan=county.plan, region_code=county.plan.region_id, day=clock.today())
    case = Case.objects.get()
    CaseEvent.objects.create(
        case=case,
        day=clock.today(),
        kind="note",
        to_state=case.state,
        actor=cast.officer,
        actor_label=cast.officer.name,
        text="记一笔",
    )
    before = dump()
    with pytest.raises(list_undo.WorkedOnError) as refused:
        undo(brought)
    assert cast.officer.name in refused.value.reasons[0]
    assert dump() == before
    assert Case.objects.exists()


def test_a_later_edition_of_the_kind_comes_first(desk: Any) -> None:
    first = desk("registry", FIRST)
    second = desk("registry", FIRST, as_of=LATER)
    with pytest.raises(list_undo.WorkedOnError, match="之后又入库了"):
        undo(first)
    undo(second)
    undo(first)
    assert not Person.objects.exists()


def test_a_record_changed_by_hand_since_is_not_overwritten(desk: Any) -> None:
    brought = desk("registry", FIRST)
    Household.objects.filter(number=FIRST[0]["户编号"]).update(cause="因残")
    with pytest.raises(list_undo.WorkedOnError, match="1 条记录之后改过"):
        undo(brought)


def test_a_list_is_undone_once_by_who_may_import_there(desk: Any, cast: Cast) -> None:
    brought = desk("registry", FIRST)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        list_undo.undo_list(
            scope=cast.officer.scope(), list_id=brought["id"], actor=cast.officer, day=clock.today()
        )
    undo(brought)
    with pytest.raises(ValidationError, match="没有入库的内容可撤"):
        undo(brought)


def test_the_command_prints_json_and_refuses_with_two(desk: Any) -> None:
    first = desk("registry", FIRST)
    second = desk("registry", [*FIRST, person(6, 4)], as_of=LATER)
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("undo_import", first["id"], "--json", stdout=out, stderr=err)
    told = json.loads(out.getvalue())
    assert left.value.code == 2
    assert told["refused"] in err.getvalue()
    assert len(told["worked_on"]) == 1
    out = io.StringIO()
    call_command("undo_import", second["id"], "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["refused"] is None
    assert told["deleted"] >= 3
