"""Regions, the plan and its supervision table come out of the fixtures whole, and once (C19, C25–C28)."""

import itertools
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from dabao.models import (
    LeadingGroupMember,
    Phase,
    Posting,
    Region,
    Standard,
    Unit,
    UnitMember,
    User,
    WorkPlan,
)
from supervision.models import Assignment
from supervision.services import assignments
from supervision.services.members import post_members

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> None:
    call_command("load_plan", stdout=StringIO())


def post_he_yong() -> User:
    """何勇 gets an account, which his unit's assignments then post."""
    user = User.objects.create(username="heyong", name="何勇")
    member = UnitMember.objects.get(name="何勇")
    member.user = user
    member.save()
    post_members(unit=member.unit)
    return user


@pytest.mark.usefixtures("loaded")
def test_the_county_has_twelve_townships_and_129_villages() -> None:
    assert Region.objects.filter(level="township", parent="532326").count() == 12
    assert Region.objects.filter(level="village").count() == 129
    assert "湾碧乡" in Region.objects.get(code="532326206").aliases


@pytest.mark.usefixtures("loaded")
def test_the_phases_follow_one_another_without_a_gap() -> None:
    days = list(Phase.objects.order_by("number").values_list("first_day", "last_day"))
    assert (days[0][0], days[-1][1]) == (date(2020, 3, 3), date(2020, 12, 30))
    assert all((after[0] - before[1]).days == 1 for before, after in itertools.pairwise(days))


@pytest.mark.usefixtures("loaded")
def test_standards_wait_to_be_confirmed_and_change_with_the_year() -> None:
    assert not Standard.objects.filter(confirmed=True).exists()
    for day, amount in ((date(2019, 12, 31), 4200), (date(2020, 1, 1), 4500)):
        assert Standard.objects.in_force("rural_dibao", "532326102", day).amount == Decimal(amount)


@pytest.mark.usefixtures("loaded")
def test_every_township_has_a_unit_and_every_unit_a_township() -> None:
    assert Assignment.objects.count() == Unit.objects.count() == 12
    townships = set(Assignment.objects.values_list("township_id", flat=True))
    assert townships == set(Region.objects.filter(level="township").values_list("code", flat=True))


@pytest.mark.usefixtures("loaded")
def test_annex_one_and_two_name_the_same_unit_differently() -> None:
    assert Unit.objects.get(aliases__contains=["基层政权和地名区划股"]).name == "基层政权社区地名区划股"
    assert LeadingGroupMember.objects.get(in_office=True, position="成员").name == "罗国伟"


@pytest.mark.usefixtures("loaded")
def test_loading_again_adds_nothing_and_keeps_what_was_changed_since() -> None:
    Standard.objects.filter(kind="rural_dibao").update(confirmed=True, amount=4600)
    WorkPlan.objects.update(publicity_days=5)
    models = (Region, Phase, Standard, Unit, UnitMember, Assignment)
    before = [model.objects.count() for model in models]
    call_command("load_plan", stdout=StringIO())
    assert before == [
        model.objects.count() for model in (Region, Phase, Standard, Unit, UnitMember, Assignment)
    ]
    assert Standard.objects.filter(amount=4600, confirmed=True).count() == 2
    assert WorkPlan.objects.get().publicity_days == 5


@pytest.mark.usefixtures("loaded")
def test_an_assignment_posts_its_members_and_no_further() -> None:
    user = post_he_yong()
    assert user.scope(date(2020, 3, 12)).prefixes() == ("532326106",)
    assert not user.scope(date(2020, 3, 11))


@pytest.mark.usefixtures("loaded")
def test_ending_an_assignment_ends_the_postings_that_it_gave() -> None:
    user = post_he_yong()
    assignment = Assignment.objects.get(unit__name="救助管理站")
    assignments.end_assignment(assignment=assignment, last_day=date(2020, 4, 9))
    assert user.scope(date(2020, 4, 9))
    assert not user.scope(date(2020, 4, 10))


@pytest.mark.usefixtures("loaded")
def test_posting_members_again_gives_nobody_a_second_posting() -> None:
    user = post_he_yong()
    assert post_members(unit=Unit.objects.get(name="救助管理站")) == 0
    assert Posting.objects.filter(user=user).count() == 1


@pytest.mark.usefixtures("loaded")
def test_a_unit_of_the_same_name_in_another_county_is_another_unit() -> None:
    plan = WorkPlan.objects.get()
    plan.region = Region.objects.create(code="532327", name="永仁县", official_name="永仁县", level="county")
    line = {"unit": "救助管理站", "aliases": [], "members": ["张三"]}
    unit = assignments._unit(plan, line, 1, date(2020, 3, 12))
    assert (unit.region_id, [one.name for one in unit.members.all()]) == ("532327", ["张三"])
    assert Unit.objects.filter(name="救助管理站").count() == 2


@pytest.mark.usefixtures("loaded")
def test_a_unit_is_not_set_twice_against_one_township() -> None:
    standing = Assignment.objects.get(unit__name="救助管理站")
    with pytest.raises(ValidationError, match="已经挂包赵家店镇"):
        assignments.assign(
            group=standing.group,
            unit=standing.unit,
            township=standing.township,
            first_day=date(2020, 4, 1),
        )


@pytest.mark.usefixtures("loaded")
def test_an_assignment_does_not_end_before_it_began() -> None:
    assignment = Assignment.objects.get(unit__name="救助管理站")
    with pytest.raises(ValidationError, match="止日早于起日"):
        assignments.end_assignment(assignment=assignment, last_day=date(2020, 3, 11))
