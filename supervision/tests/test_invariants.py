"""The checks find what is wrong, by id, and nothing where all is well."""

import json
from datetime import date
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import call_command

from dabao.tests.cast import COUNTY, TODAY
from screening.choices import CaseState, ListKind, ListState
from screening.models import Case, CategoryMatch, Household, Membership, Person, SourceList
from supervision.services.invariants import check


def faults() -> dict[str, list[str]]:
    return {name: sentences for name, sentences in check().items() if sentences}


@pytest.fixture
def case(county, make_case):
    """A household that agrees with everything."""
    found = make_case()
    CategoryMatch.objects.create(
        plan=county.plan,
        household=found.household,
        category=2,
        answer="yes",
        rule_version="1",
        first_day=TODAY,
    )
    return found


def test_where_all_is_well_nothing_is_found(case):
    assert faults() == {}


def test_a_size_that_forgot_somebody_is_found(case):
    Household.objects.update(size=5)
    assert faults() == {"户主与人口": [f"户 {case.household_id} 的人口数与成员不符"]}


def test_a_head_who_is_somebody_else_is_found(case):
    other = Person.objects.create(name="别人")
    Household.objects.update(head=other)
    assert set(faults()) == {"户主与人口", "人有归属"}


def test_somebody_in_no_household_is_found(case):
    lost = Person.objects.create(name="丢失")
    assert faults() == {"人有归属": [f"人 {lost.pk} 不属于任何一户"]}


@pytest.mark.parametrize("model", [Household, Person, Membership])
def test_a_record_whose_row_is_gone_is_found(case, model):
    lost = model.objects.first()
    model.objects.filter(pk=lost.pk).update(row_id=uuid4())
    assert faults() == {"来源可查": [f"{model._meta.verbose_name} {lost.pk} 的来源行不在了"]}


def test_a_state_without_its_event_is_found(case):
    Case.objects.update(state=CaseState.TO_RECHECK)
    assert faults() == {"状态与经过": [f"排查对象 {case.pk} 的状态与最后一条经过不符"]}


def test_a_case_without_any_event_is_found(case):
    case.events.all().delete()
    assert faults() == {"状态与经过": [f"排查对象 {case.pk} 没有经过"]}


def test_a_closing_day_on_an_open_case_is_found(case):
    Case.objects.update(closed_on=TODAY)
    assert list(faults()) == ["销号日"]


def test_a_category_that_no_match_supports_is_found(case):
    Case.objects.update(categories=[2, 3])
    assert faults() == {"类别与命中": [f"排查对象 {case.pk} 的类别与筛查命中不符"]}


def test_a_household_hit_but_not_listed_is_found(county, case, make_household):
    household = make_household()
    CategoryMatch.objects.create(
        plan=county.plan, household=household, category=1, answer="yes", rule_version="1", first_day=TODAY
    )
    assert faults() == {"类别与命中": [f"户 {household.pk} 命中六类对象却不在名单里"]}


def test_an_import_whose_lines_do_not_add_up_is_found(case):
    source = SourceList.objects.create(
        kind=ListKind.REGISTRY,
        as_of=date(2020, 3, 31),
        region_id=COUNTY,
        file_name="a.xlsx",
        state=ListState.CONFIRMED,
        totals={"rows_read": 3, "created": 1, "skipped": 1, "skipped_why": {}},
    )
    assert faults()["导入合计"] == [
        f"名单 {source.pk}：读到 3 行，各项合计 2 行",
        f"名单 {source.pk}：读到 3 行，存下 0 行",
        f"名单 {source.pk}：跳过 1 行，写明原因的 0 行",
    ]


def test_the_command_tells_the_findings_and_exits_with_2(case):
    Household.objects.update(size=5)
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("check_invariants", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (stopped.value.code, told["faults"], len(told["findings"]["户主与人口"])) == (2, 1, 1)


def test_the_command_is_content_where_all_is_well(case):
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert "一人一户：相符" in out.getvalue()
