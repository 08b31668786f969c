"""Which household of the base one of a list is: split, newly registered, with another head, frozen."""

from datetime import date, timedelta
from typing import Any

import pytest

from dabao.tests.cast import COUNTY
from screening.models import Household, ListRow, Membership, Person, Question
from screening.tests.imports.sheets import AS_OF, codes, number, person

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=10)


def marginal(name: str, n: int, relation: str = "户主", size: int = 2, place: str = "岔河村") -> list[Any]:
    return ["石羊镇", place, "", name, number(n), relation, str(size), "2020-01"]


def registered(n: int, household: int, name: str, relation: str = "户主", **changes: Any) -> dict[str, Any]:
    facts = {"姓名": name, "证件号码": number(n), "行政村": "岔河村", "脱贫属性": "未脱贫", "脱贫年度": ""}
    return person(n, household, relation, **facts | changes)


def living() -> dict[str, str]:
    """Name → 户编号 of everybody who lives somewhere now."""
    return dict(Membership.objects.filter(last_day=None).values_list("person__name", "household__number"))


def test_a_marginal_household_that_the_registry_lists_as_two_becomes_two(desk: Any) -> None:
    desk("marginal", [marginal("李大", 31), marginal("李二", 33, "之子")])
    before = Household.objects.get().pk
    result = desk("registry", [registered(33, 78, "李二"), registered(31, 77, "李大")], as_of=LATER)
    assert (result["rejected"], result["households"]) == (0, 2)
    assert living() == {"李大": "5323260000000077", "李二": "5323260000000078"}
    assert Household.objects.get(pk=before).number == "5323260000000077"
    assert sorted(Household.objects.values_list("size", "head__name")) == [(1, "李二"), (1, "李大")]


def test_two_heads_from_one_household_without_its_head_are_two_new_households(desk: Any) -> None:
    rows = [marginal("李大", 31, size=3), marginal("李二", 33, "之子", 3), marginal("李三", 35, "之女", 3)]
    desk("marginal", rows)
    desk("registry", [registered(33, 77, "李二"), registered(35, 78, "李三")], as_of=LATER)
    assert living() == {"李大": "", "李二": "5323260000000077", "李三": "5323260000000078"}


def test_a_household_whose_registry_names_another_head_is_found_by_its_members(desk: Any) -> None:
    desk("marginal", [marginal("李二", 33, size=2), marginal("李三", 35, "之女")])
    before = Household.objects.get().pk
    rows = [
        registered(31, 77, "李大"),
        registered(33, 77, "李二", "之子"),
        registered(35, 77, "李三", "之孙女"),
    ]
    desk("registry", rows, as_of=LATER)
    household = Household.objects.get()
    assert (household.pk, household.registered, household.size, household.head.name) == (
        before,
        True,
        3,
        "李大",
    )


def test_a_household_left_empty_with_an_open_case_is_asked_about(desk: Any, county: Any) -> None:
    from screening.services.cases import open_case

    desk("marginal", [marginal("李二", 33, size=1), marginal("王大", 41, size=1)])
    for household in Household.objects.all():
        open_case(plan=county.plan, household=household, origin="screening", day=date(2020, 4, 1), actor=None)
    empty = Household.objects.get(head__name="王大")
    # Both marginal households become one of the registry: that of its head goes on, the other one is empty.
    desk("registry", [registered(33, 77, "李二"), registered(41, 77, "王大", "其他")], as_of=LATER)
    assert set(living().values()) == {"5323260000000077"}
    asked = Question.objects.get(answered_on=None)
    assert (asked.kind, asked.household, asked.person) == ("disappeared", empty, None)


def test_the_marginal_list_makes_no_head_in_a_registered_household(desk: Any) -> None:
    family = [person(1, 1, 人数="2"), person(2, 1, "配偶", 人数="2")]
    desk("registry", family)
    key = family[0]["户编号"]
    rows = [
        ["石羊镇", "柳树塘村", key, family[0]["姓名"], number(3), "配偶", "2", "2020-01"],
        ["石羊镇", "柳树塘村", key, family[1]["姓名"], number(5), "户主", "2", "2020-01"],
    ]
    desk("marginal", rows)
    household = Household.objects.get()
    assert household.head.name == family[0]["姓名"]
    assert sorted(Membership.objects.filter(last_day=None).values_list("relation", flat=True)) == ["01", "02"]


def test_the_marginal_list_takes_nobody_out_of_a_registered_household(desk: Any) -> None:
    family = [person(1, 1, 人数="2"), person(2, 1, "之子", 人数="2")]
    desk("registry", family)
    key = family[0]["户编号"]
    rows = [
        ["石羊镇", "柳树塘村", key, family[0]["姓名"], number(3), "户主", "1", "2020-01"],
        ["石羊镇", "柳树塘村", "5323269999999999", "新人", number(77), "户主", "2", "2020-01"],
        ["石羊镇", "柳树塘村", "5323269999999999", family[1]["姓名"], number(5), "之子", "2", "2020-01"],
    ]
    result = desk("marginal", rows)
    assert "PERSON_ELSEWHERE" in codes(result)
    assert living()[family[1]["姓名"]] == key


def test_a_row_held_at_preview_says_at_confirmation_what_is_wrong_then(
    desk: Any, cast: Any, tmp_path: Any
) -> None:
    """Between preview and confirmation its person came to live in another township."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from screening.services import list_confirming, list_staging
    from screening.tests.imports import sheets

    rows = [person(6, 8, 人数="2", 证件号码="1"), person(2, 8, "其他", 人数="2")]
    source = list_staging.upload_list(
        actor=cast.county,
        kind="registry",
        file=SimpleUploadedFile("x.xlsx", sheets.workbook(sheets.REGISTRY, rows)),
        file_name="名单.xlsx",
        as_of=LATER,
        region_code="532326102",
    )
    source = list_staging.stage_list(source=source)
    other = {"乡(镇)": "赵家店镇", "行政村": "大麦地村"}
    desk("registry", [person(5, 9, **other), person(2, 9, "其他", **other)], as_of=AS_OF)
    list_confirming.apply_list(source=source, actor=cast.county, day=LATER)
    row = ListRow.objects.get(source_list=source, line=3)
    assert [problem[1] for problem in row.problems] == ["PERSON_ELSEWHERE"]


def test_a_row_without_place_is_seen_where_its_household_is(desk: Any) -> None:
    desk("registry", [person(1, 1)])
    desk(
        "disability",
        [["甲", number(3), None, "肢体", "一级", ""], ["乙", number(99), None, "视力", "2级", ""]],
    )
    rows = ListRow.objects.filter(source_list__kind="disability").order_by("line")
    assert list(rows.values_list("region_id", flat=True)) == ["532326102001", COUNTY]


def test_a_head_who_died_stays_recorded_and_counts_no_more_when_the_list_still_has_him(desk: Any) -> None:
    rows = [registered(31, 77, "李大"), registered(33, 77, "李二", "之子")]
    desk("registry", rows)
    Person.objects.filter(name="李大").update(died_on=AS_OF)
    desk("registry", [*rows, registered(35, 77, "李三", "之女")], as_of=LATER)
    household = Household.objects.get()
    assert (household.size, household.head.name) == (2, "李大")
