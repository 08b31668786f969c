"""Editions: again, older, moved, disappeared, held, matched again (interfaces, Rules of the desk)."""

from datetime import date, timedelta
from typing import Any

import pytest

from dabao.models import AuditEvent
from dabao.tests.cast import SHIYANG
from screening.models import (
    BenefitRecord,
    DisabilityCertificate,
    Household,
    IllnessRecord,
    ListRow,
    Membership,
    PendingChange,
    Person,
    PriorFinding,
    Question,
    SourceList,
    WatchRecord,
)
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, adds_up, codes, number, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=10)


def family(**changes: Any) -> list[dict[str, Any]]:
    return [person(1, 1, 人数="2", **changes), person(2, 1, "之子", 人数="2", **changes)]


def test_a_household_comes_in_with_its_members_and_knows_its_rows(desk: Any) -> None:
    result = desk("registry", family())
    assert (result["created"], result["households"], result["persons"]) == (2, 1, 2)
    assert adds_up(result)
    household = Household.objects.get()
    assert household.registered
    assert (household.size, household.head.name, household.region_id) == (
        2,
        person(1, 1)["姓名"],
        "532326102001",
    )
    assert household.head.row.line == 2
    assert household.head.id_number == number(3)
    assert household.head.initials.startswith("py")


def test_the_same_file_again_changes_nothing(desk: Any) -> None:
    desk("registry", family())
    before = list(Household.objects.values_list("version", "row_id")) + list(
        Person.objects.values_list("version", "row_id")
    )
    again = desk("registry", family())
    assert (again["unchanged"], again["created"], again["updated"], again["disappeared"]) == (2, 0, 0, 0)
    after = list(Household.objects.values_list("version", "row_id")) + list(
        Person.objects.values_list("version", "row_id")
    )
    assert before == after


def test_another_order_spelling_and_numbering_is_no_change(desk: Any) -> None:
    desk("registry", family())
    rows = [
        row | {"序号": str(9 - n), "行政村": "柳树塘村", "人均纯收入": "5,200元"}
        for n, row in enumerate(family())
    ]
    again = desk("registry", rows[::-1], as_of=LATER)
    assert again["unchanged"] == 2


def test_an_income_changed_updates_all_rows_of_the_household(desk: Any) -> None:
    desk("registry", family())
    again = desk("registry", family(人均纯收入="4100"), as_of=LATER)
    assert again["updated"] == 2
    household = Household.objects.get()
    assert household.income_per_capita == 4100
    assert household.row.source_list.as_of == LATER


def test_a_persons_own_change_leaves_the_others_unchanged(desk: Any) -> None:
    desk("registry", family())
    rows = family()
    rows[1] |= {"劳动技能": "无劳动力"}
    again = desk("registry", rows, as_of=LATER)
    assert (again["updated"], again["unchanged"]) == (1, 1)


def test_an_older_edition_is_refused_and_changes_nothing(desk: Any) -> None:
    desk("registry", family())
    older = desk("registry", family(人均纯收入="1"), as_of=AS_OF - timedelta(days=1))
    assert "新一期" in older["refused"]
    assert Household.objects.get().income_per_capita == 5200


def test_a_dry_run_leaves_nothing(desk: Any) -> None:
    result = desk("registry", family(), dry_run=True)
    assert result["created"] == 2
    assert not SourceList.objects.exists()
    assert not Household.objects.exists()
    assert not ListRow.objects.exists()


def test_who_disappears_is_asked_about_and_kept(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2), person(4, 3)])
    again = desk("registry", [family()[0], person(4, 3)], as_of=LATER)
    assert again["disappeared"] == 1
    assert Membership.objects.filter(last_day=None).count() == 4
    asked = Question.objects.filter(kind="disappeared")
    assert sorted(question.person_id is None for question in asked) == [False, True]
    desk("registry", [*family(), person(3, 2), person(4, 3)], as_of=LATER + timedelta(days=1))
    assert not Question.objects.filter(answered_on=None).exists()


def test_a_township_edition_asks_only_about_its_township(desk: Any) -> None:
    other = person(5, 9, **{"乡(镇)": "赵家店镇", "行政村": "大麦地"})
    desk("registry", [*family(), person(3, 2), other])
    again = desk("registry", family(), as_of=LATER, region=SHIYANG)
    assert again["disappeared"] == 1


def test_a_list_of_the_not_lifted_says_nothing_about_the_lifted(desk: Any) -> None:
    poor = {"脱贫属性": "未脱贫", "贫困户属性": "一般贫困户", "脱贫年度": ""}
    desk("registry", [*family(), person(3, 2, **poor), person(4, 3, **poor)])
    again = desk("registry", [person(3, 2, **poor)], as_of=LATER)
    assert again["disappeared"] == 1


def test_a_list_split_in_two_files_is_one_edition(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2)])
    desk("registry", family(), as_of=LATER)
    second = desk("registry", [person(3, 2)], as_of=LATER)
    assert second["disappeared"] == 0
    assert not Question.objects.filter(answered_on=None).exists()


def test_a_person_moves_when_the_old_household_lists_him_no_more(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2)])
    rows = [person(1, 1), person(3, 2, 人数="2"), person(2, 2, "其他", 人数="2")]
    again = desk("registry", rows, as_of=LATER)
    assert (again["updated"], again["unchanged"]) == (1, 2)
    moved = Membership.objects.filter(person__id_index__isnull=False, person__name=person(2, 1)["姓名"])
    assert list(moved.order_by("first_day").values_list("last_day", flat=True)) == [
        LATER - timedelta(days=1),
        None,
    ]
    assert sorted(Household.objects.values_list("size", flat=True)) == [1, 2]


def test_somebody_with_aid_whom_a_list_moves_waits_in_his_new_household(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2)])
    name = person(2, 1)["姓名"]
    BenefitRecord.objects.create(
        person=Person.objects.get(name=name), scheme="rural_dibao", monthly_amount=210, first_day="2020-03-05"
    )
    rows = [person(1, 1), person(3, 2, 人数="2"), person(2, 2, "其他", 人数="2")]
    desk("registry", rows, as_of=LATER)
    waiting = PendingChange.objects.get()
    home = Membership.objects.get(person__name=name, last_day=None).household
    assert (waiting.household, waiting.kind) == (home, "member_in")
    assert "1 人从别的户来" in waiting.text


def test_a_person_who_lives_in_another_township_is_refused_naming_both_places(desk: Any) -> None:
    other = {"乡(镇)": "赵家店镇", "行政村": "大麦地村"}
    desk("registry", [*family(), person(5, 9, **other)])
    result = desk(
        "registry", [person(6, 8, **other), person(2, 8, "其他", **other)], as_of=LATER, region="532326106"
    )
    assert codes(result) == ["HELD", "PERSON_ELSEWHERE"]
    message = result["errors"][1]["message"]
    assert "大麦地村" in message
    assert "石羊镇柳树塘村" in message
    assert Question.objects.filter(kind="moved").count() == 1


def test_a_new_head_takes_over_from_one_who_is_gone(desk: Any) -> None:
    desk("registry", family())
    desk("registry", [person(2, 1, "户主")], as_of=LATER)
    household = Household.objects.get()
    assert household.head.name == person(2, 1)["姓名"]
    assert Membership.objects.filter(last_day=None, relation="01").count() == 1


def test_heads_can_change_places(desk: Any) -> None:
    desk("registry", family())
    rows = [person(1, 1, "之父", 人数="2"), person(2, 1, "户主", 人数="2")]
    result = desk("registry", rows, as_of=LATER)
    assert result["updated"] == 2
    assert Household.objects.get().head.name == person(2, 1)["姓名"]


def test_a_bad_row_holds_its_household_or_only_itself(desk: Any) -> None:
    rows = [*family(), person(3, 2)]
    rows[1] |= {"证件号码": number(5)[:-1] + "Z"}
    held = desk("registry", rows, dry_run=True)
    assert (held["rejected"], held["created"]) == (2, 1)
    assert sorted(codes(held)) == ["HELD", "ID_FORMAT"]
    alone = desk("registry", rows, hold="row")
    assert (alone["rejected"], alone["created"]) == (1, 2)
    assert adds_up(alone)


def test_a_column_that_is_not_in_the_file_changes_nothing(desk: Any) -> None:
    desk("registry", family())
    headings = [heading for heading in sheets.REGISTRY if heading not in ("人均纯收入", "民族", "联系电话")]
    again = desk("registry", family(), headings=headings, as_of=LATER)
    assert again["unchanged"] == 2
    assert Household.objects.get().income_per_capita == 5200


def test_certificates_change_end_and_begin_with_their_days(desk: Any) -> None:
    desk("registry", family())
    first = desk(
        "disability",
        [["甲", number(3), None, "肢体", "一级", ""], ["乙", number(99), None, "视力", "2级", ""]],
    )
    assert (first["created"], first["unmatched"], first["skipped_why"]) == (1, 1, {"unmatched": 1})
    again = desk("disability", [["甲", number(3), None, "肢体残疾人", "1", "正常"]])
    assert again["unchanged"] == 1
    changed = desk("disability", [["甲", number(3), None, "肢体", "二级", ""]], as_of=LATER)
    assert changed["updated"] == 1
    days = list(
        DisabilityCertificate.objects.order_by("first_day").values_list("grade", "first_day", "last_day")
    )
    assert days == [(1, AS_OF, LATER - timedelta(days=1)), (2, LATER, None)]
    gone = desk("disability", [["丙", number(98), None, "视力", "二级", ""]], as_of=LATER + timedelta(days=9))
    assert gone["disappeared"] == 1
    assert not DisabilityCertificate.objects.filter(last_day=None).exists()


def test_a_certificate_is_not_ended_by_a_misspelt_number(desk: Any) -> None:
    desk("registry", family())
    name = person(1, 1)["姓名"]
    desk("disability", [[name, number(3), None, "肢体", "一级", ""]])
    slip = number(3)[:-1] + ("1" if number(3)[-1] != "1" else "2")
    result = desk("disability", [[name, slip, None, "肢体", "一级", ""]], as_of=LATER)
    assert codes(result) == ["ID_CHECK"]
    assert DisabilityCertificate.objects.filter(last_day=None).count() == 1


def test_rows_without_a_household_are_matched_again_after_the_registry(desk: Any) -> None:
    waiting = desk("disability", [["甲", number(3), None, "肢体", "一级", ""]])
    assert waiting["unmatched"] == 1
    desk("registry", family(), as_of=LATER)
    assert DisabilityCertificate.objects.get().row.state == "created"
    totals = SourceList.objects.get(kind="disability").totals
    assert (totals["created"], totals["skipped"], totals["unmatched"]) == (1, 0, 0)


def test_stays_of_one_illness_are_one_record_and_chronic_ones_are_left_out(desk: Any) -> None:
    desk("registry", family())
    rows = [
        ["甲", number(3), "恶性肿瘤", "", "2019-05-01", "30000", "1.2万"],
        ["甲", number(3), "恶性肿瘤", "", "2019-08-01", "20000", "8000"],
        ["甲", number(3), "高血压", "慢性病", "", "", ""],
    ]
    result = desk("illness", rows)
    assert (result["created"], result["skipped_why"]) == (2, {"not_major": 1})
    record = IllnessRecord.objects.get()
    assert (record.stays, record.total_cost, record.own_paid, record.diagnosis) == (
        2,
        50000,
        20000,
        "恶性肿瘤",
    )


def test_the_roll_covers_persons_and_says_when_a_certificate_names_too_few(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2)])
    rows = [
        ["甲", number(3), "农村低保", "B类", "240", "201901", "2"],
        ["丙", number(7), "特困", "", "700", "2019-05", "1"],
        ["丙", number(7), "临时救助", "", "", "", ""],
    ]
    result = desk("benefits", rows)
    assert result["created"] == 3
    records = {record.scheme: record for record in BenefitRecord.objects.all()}
    assert records["rural_dibao"].incomplete
    assert not records["tekun"].incomplete
    assert records["rural_dibao"].from_month == date(2019, 1, 1)
    only_dibao = desk("benefits", [["乙", number(5), "低保", "", "100", "", ""]], as_of=LATER)
    assert only_dibao["disappeared"] == 1
    assert set(BenefitRecord.objects.filter(last_day=None).values_list("scheme", flat=True)) == {
        "rural_dibao",
        "tekun",
        "temporary",
    }


def test_monitored_households_are_found_by_number_or_by_their_head(desk: Any) -> None:
    desk("registry", [*family(), person(3, 2)])
    rows = [
        [person(1, 1)["户编号"], "甲", number(3), "2", "脱贫不稳定户", "2019-11"],
        ["5323269999999999", "丙", number(7), "1", "脱贫监测户", "2019-12-01"],
        ["5323268888888888", "丁", number(55), "1", "脱贫监测户", "2019-12-01"],
    ]
    result = desk("monitored", rows)
    assert (result["created"], result["unmatched"], result["households"]) == (2, 1, 2)
    ended = desk("monitored", rows[:1], as_of=LATER)
    assert (ended["unchanged"], ended["disappeared"]) == (1, 1)
    assert WatchRecord.objects.filter(last_day=None).count() == 1


def test_marginal_households_are_made_by_their_head(desk: Any) -> None:
    rows = [
        ["石羊镇", "岔河村", "", "李大", number(31), "户主", "2", "2020-01"],
        ["石羊镇", "岔河村", "", "李二", number(33), "之子", "2", "2020-01"],
        ["石羊镇", "岔河村", "", "王大", number(35), "户主", "1", "2020-01"],
    ]
    result = desk("marginal", rows)
    assert (result["created"], result["households"], result["persons"]) == (3, 2, 3)
    assert not Household.objects.filter(registered=True).exists()
    again = desk("marginal", rows, as_of=LATER)
    assert again["unchanged"] == 3
    poor = person(
        31, 77, **{"姓名": "李大", "证件号码": number(31), "行政村": "岔河村", "脱贫属性": "未脱贫"}
    )
    desk("registry", [poor], as_of=LATER)
    assert Household.objects.get(registered=True).watches.count() == 1
    assert Household.objects.count() == 2


def test_findings_are_kept_once(desk: Any) -> None:
    desk("registry", family())
    rows = [[person(1, 1)["户编号"], "甲", "户户清", "住房漏雨", "2019-12-01"]]
    assert desk("findings", rows)["created"] == 1
    assert desk("findings", rows)["unchanged"] == 1
    assert PriorFinding.objects.get().text == "住房漏雨"


def test_an_import_is_one_event_without_personal_data(desk: Any) -> None:
    desk("registry", family())
    event = AuditEvent.objects.get(action="list.import")
    assert event.actor_label == "命令行"
    assert event.data["created"] == 2
    assert number(3) not in str(event.data)


def test_no_number_stands_in_the_clear_in_staged_rows(desk: Any) -> None:
    bad = [
        *family(),
        person(3, 2, 证件号码=number(7)[:-1] + "Z"),
        person(4, 3, 证件号码=number(9)[:6] + number(9)[8:17]),
    ]
    desk("registry", bad)
    kept = str(list(ListRow.objects.values("parsed", "problems", "household_key", "name")))
    assert number(3) not in kept
    assert number(7)[:-1] not in kept
    assert "13800002217" not in kept
