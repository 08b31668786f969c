"""Screening writes what the rules say, once, and loses no case (C05)."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.management import call_command

from dabao.models import AuditEvent, Standard
from screening.choices import BenefitScheme, Coverage, Labour, PovertyStatus, WatchKind
from screening.models import (
    BenefitRecord,
    Case,
    CaseEvent,
    CategoryMatch,
    DisabilityCertificate,
    Household,
    WatchRecord,
)
from screening.services.screening import ScreenResult, screen_region

TODAY = date(2020, 4, 10)


@pytest.fixture
def screen(county: SimpleNamespace) -> Callable[..., ScreenResult]:
    def run(day: date = TODAY, region: str = county.code) -> ScreenResult:
        return screen_region(plan=county.plan, region_code=region, day=day)

    return run


def test_a_household_in_three_categories_is_one_case_counted_once(make_household, screen):
    household = make_household(
        "532326102001",
        ("普有福", Labour.NONE),
        ("罗翠英", Labour.LOST),
        poverty_status=PovertyStatus.NOT_LIFTED,
    )
    DisabilityCertificate.objects.create(person=household.head, kind=4, grade=2, first_day=date(2020, 3, 1))
    result = screen()
    assert (result.households, result.persons) == (1, 2)
    assert [result.categories[n]["households"] for n in "123456"] == [1, 1, 1, 0, 0, 0]
    assert result.categories["3"]["persons_hit"] == 1
    case = Case.objects.get()
    assert case.categories == [1, 2, 3]
    assert case.opened_on == TODAY
    assert case.due_on == date(2020, 4, 15)


def test_a_second_run_writes_nothing_new(make_household, screen):
    make_household("532326102001", ("普有福", Labour.NONE))
    first, second = screen(), screen()
    assert (first.cases_new, second.cases_new) == (1, 0)
    assert second.cases_total == 1
    assert CategoryMatch.objects.count() == 1
    assert CaseEvent.objects.count() == 1


def test_what_cannot_be_told_opens_no_case_but_is_kept_as_a_question(make_household, screen):
    make_household("532326102001", ("普有福", ""))
    result = screen()
    assert result.households == 0
    assert result.categories["2"]["unknown"] == 1
    assert Case.objects.count() == 0
    assert CategoryMatch.objects.get().answer == "unknown"


def test_unknown_is_not_counted_for_a_household_that_another_category_hits(make_household, screen):
    make_household("532326102001", ("普有福", ""), poverty_status=PovertyStatus.NOT_LIFTED)
    assert screen().categories["2"]["unknown"] == 0
    assert Case.objects.get().unknown == [2]


def test_a_case_whose_category_ended_stays_and_its_match_gets_a_last_day(make_household, screen):
    household = make_household("532326102001", ("普有福", Labour.NONE))
    screen(day=date(2020, 4, 8))
    household.head.labour = Labour.ORDINARY
    household.head.save()
    result = screen()
    assert (result.households, result.cases_total) == (0, 1)
    assert CategoryMatch.objects.get().last_day == date(2020, 4, 9)
    assert Case.objects.get().categories == []
    assert CaseEvent.objects.filter(kind="screened").count() == 1


def test_a_case_of_a_late_day_is_due_the_settings_days_later(make_household, screen):
    make_household("532326102001", ("普有福", Labour.NONE))
    screen(day=date(2020, 4, 20))
    assert Case.objects.get().due_on == date(2020, 4, 30)


@pytest.mark.parametrize(("income", "hit"), [("4499.99", 1), ("4500", 0), ("4500.01", 0), (None, 0)], ids=str)
def test_income_exactly_at_the_standard_is_no_hit(make_household, screen, income, hit):
    make_household(income_per_capita=income and Decimal(income))
    assert screen().categories["4"]["households"] == hit


def test_a_standard_confirmed_later_with_an_earlier_validity_rescreens(make_household, screen):
    make_household(income_per_capita=Decimal(4600))
    assert screen().categories["4"]["households"] == 0
    Standard.objects.filter(kind="rural_dibao").update(amount=4700, confirmed=True)
    assert screen().categories["4"]["households"] == 1


def test_a_marginal_household_is_hit_without_being_registered(make_household, screen):
    household = make_household(registered=False, poverty_status="")
    WatchRecord.objects.create(household=household, kind=WatchKind.MARGINAL, first_day=date(2020, 3, 20))
    result = screen()
    assert result.categories["6"]["households"] == 1
    assert result.households == 1


@pytest.mark.parametrize(
    ("covered", "incomplete", "expected"),
    [
        ([], False, Coverage.NONE),
        ([0], False, Coverage.PART),
        ([0], True, Coverage.UNKNOWN),
        ([0, 1], False, Coverage.ALL),
        ([0, 1], True, Coverage.ALL),
    ],
)
def test_coverage_follows_the_living_members(make_household, screen, covered, incomplete, expected):
    household = make_household("532326102001", ("普有福", Labour.NONE), ("罗翠英", Labour.LOST))
    people = [m.person for m in household.memberships.order_by("relation")]
    for place in covered:
        BenefitRecord.objects.create(
            person=people[place],
            scheme=BenefitScheme.RURAL_DIBAO,
            first_day=date(2020, 3, 1),
            incomplete=incomplete,
        )
    screen()
    assert Case.objects.get().coverage == expected


def test_cover_that_a_later_roll_brings_is_told_in_its_events(make_household, screen):
    household = make_household("532326102001", ("普有福", Labour.NONE))
    screen(date(2020, 3, 20))
    BenefitRecord.objects.create(
        person=household.head, scheme=BenefitScheme.RURAL_DIBAO, first_day=date(2020, 3, 1)
    )
    screen(date(2020, 3, 24))
    screen(date(2020, 3, 25))
    told = CaseEvent.objects.order_by("day").values_list("text", flat=True)
    assert [text.split("，")[-1] for text in told] == ["未保", "再筛查：在保由 未保 变为 已保"]


def test_temporary_aid_covers_nobody_and_the_dead_need_no_cover(make_household, screen):
    household = make_household("532326102001", ("普有福", Labour.NONE), ("罗翠英", Labour.LOST))
    head, wife = [m.person for m in household.memberships.order_by("relation")]
    BenefitRecord.objects.create(person=head, scheme=BenefitScheme.TEMPORARY, first_day=date(2020, 3, 1))
    screen()
    assert Case.objects.get().coverage == Coverage.NONE
    BenefitRecord.objects.create(person=head, scheme=BenefitScheme.TEKUN, first_day=date(2020, 3, 1))
    wife.died_on = date(2020, 4, 1)
    wife.save()
    screen()
    assert Case.objects.get().coverage == Coverage.ALL


def test_screening_one_township_leaves_the_others_alone(make_household, screen):
    make_household("532326102001", ("普有福", Labour.NONE))
    elsewhere = make_household("532326106001", ("李文祥", Labour.NONE))
    screen()
    Household.objects.filter(pk=elsewhere.pk).update(registered=False)
    screen(region="532326102")
    assert CategoryMatch.objects.filter(household=elsewhere, last_day=None).count() == 1


def test_the_number_of_queries_does_not_grow_with_the_households(
    make_household, screen, django_assert_max_num_queries
):
    for number in range(30):
        make_household("532326102001", (f"普有{number}", Labour.NONE))
    with django_assert_max_num_queries(30):
        screen()


def test_a_run_is_one_audit_event(make_household, screen):
    make_household("532326102001", ("普有福", Labour.NONE))
    screen()
    event = AuditEvent.objects.get(action="screening.run")
    assert event.data["cases_new"] == 1


def test_the_command_prints_one_json_object(make_household, capsys):
    make_household("532326102001", ("普有福", Labour.NONE))
    call_command("screen", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert printed["categories"]["2"] == {"households": 1, "persons": 1, "unknown": 0}
    assert printed["covered"] == {"all": 0, "part": 0, "none": 1}


def test_the_command_refuses_a_foreign_region_with_exit_code_2(county, capsys):
    with pytest.raises(SystemExit) as refusal:
        call_command("screen", "--region", "532301", "--json")
    assert refusal.value.code == 2
    assert "不在方案的范围" in json.loads(capsys.readouterr().out)["refused"]


def test_why_somebody_found_a_household_stands_until_a_list_says_more(make_case, make_household, screen):
    case = make_case(make_household(), origin="by_hand", why="房屋受灾，无人照料")
    screen()
    case.refresh_from_db()
    assert case.why == "房屋受灾，无人照料"
    Household.objects.update(income_per_capita=Decimal(3900))
    screen()
    case.refresh_from_db()
    assert case.why.startswith("人均 3,900 元")
