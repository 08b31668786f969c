"""Rows that wait for their household, certificates matched bit by bit, an edition in several files."""

from datetime import timedelta
from typing import Any

import pytest

from dabao.tests.cast import CHAHE
from screening.models import BenefitRecord, DisabilityCertificate, SourceList, WatchRecord
from screening.services.by_hand import NewMember, add_household
from screening.tests.imports.sheets import AS_OF, number, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=10)


def roll(*people: int) -> list[list[Any]]:
    return [[f"人{n}", number(n), "农村低保", "B类", "240", "201901", "3"] for n in people]


def test_a_certificate_is_complete_once_all_whom_it_covers_are_matched(desk: Any) -> None:
    family = [person(1, 1, 人数="3"), person(2, 1, "之子", 人数="3"), person(3, 1, "之女", 人数="3")]
    desk("registry", family[:2], as_of=AS_OF - timedelta(days=5))
    desk("benefits", roll(3, 5, 7))
    assert set(BenefitRecord.objects.values_list("incomplete", flat=True)) == {True}
    desk("registry", family, as_of=LATER)
    assert list(BenefitRecord.objects.values_list("incomplete", flat=True)) == [False] * 3


def test_a_certificate_named_in_two_files_of_an_edition_is_complete(desk: Any) -> None:
    family = [person(1, 1, 人数="3"), person(2, 1, "之子", 人数="3"), person(3, 1, "之女", 人数="3")]
    desk("registry", family)
    desk("benefits", roll(3, 5))
    desk("benefits", roll(7))
    assert list(BenefitRecord.objects.values_list("incomplete", flat=True)) == [False] * 3


def test_a_household_added_by_hand_is_covered_by_the_roll_that_waited_for_it(
    desk: Any, cast: Any, county: Any
) -> None:
    desk("benefits", [["李大", number(31), "农村低保", "A类", "300", "201901", "1"]])
    case = add_household(
        scope=cast.officer.scope(),
        plan=county.plan,
        village=CHAHE,
        group="",
        phone="",
        members=[NewMember("李大", number(31))],
        reason="走访时看到",
        looked_at_near=True,
        actor=cast.officer,
        day=LATER,
    )
    assert case.coverage == "all"
    assert BenefitRecord.objects.get().row.state == "created"
    assert SourceList.objects.get().totals["unmatched"] == 0


def test_the_second_file_of_an_edition_says_unchanged_of_what_the_first_did_not_name(desk: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2)])
    rows = [["甲", number(3), None, "肢体", "一级", ""], ["丙", number(7), None, "视力", "二级", ""]]
    desk("disability", rows)
    first = desk("disability", rows[:1], as_of=LATER)
    assert (first["unchanged"], first["disappeared"]) == (1, 1)
    second = desk("disability", rows[1:], as_of=LATER)
    assert (second["unchanged"], second["created"], second["disappeared"]) == (1, 0, 0)
    assert list(DisabilityCertificate.objects.values_list("first_day", "last_day")) == [(AS_OF, None)] * 2


def test_what_the_second_file_changed_begins_with_the_edition(desk: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2)])
    rows = [["甲", number(3), None, "肢体", "一级", ""], ["丙", number(7), None, "视力", "二级", ""]]
    desk("disability", rows)
    desk("disability", rows[:1], as_of=LATER)
    second = desk("disability", [["丙", number(7), None, "视力", "一级", ""]], as_of=LATER)
    assert second["updated"] == 1
    days = DisabilityCertificate.objects.filter(person__name=person(3, 2)["姓名"]).order_by("first_day")
    assert list(days.values_list("grade", "first_day", "last_day")) == [
        (2, AS_OF, LATER - timedelta(days=1)),
        (1, LATER, None),
    ]


def test_watch_households_of_the_second_file_go_on_too(desk: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2)])
    rows = [
        [person(n, h)["户编号"], "甲", number(2 * n + 1), "1", "监测户", "2019-11"]
        for n, h in ((1, 1), (3, 2))
    ]
    desk("monitored", rows)
    desk("monitored", rows[:1], as_of=LATER)
    assert desk("monitored", rows[1:], as_of=LATER)["unchanged"] == 1
    assert WatchRecord.objects.filter(last_day=None, first_day=AS_OF).count() == 2


def test_a_replaced_edition_is_not_matched_again(desk: Any) -> None:
    desk("disability", [["甲", number(3), None, "肢体", "一级", ""]])
    desk("disability", [["丁", number(99), None, "肢体", "一级", ""]], as_of=LATER)
    desk("registry", [person(1, 1)], as_of=LATER)
    assert not DisabilityCertificate.objects.exists()
