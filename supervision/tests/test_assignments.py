"""Who supervises whom: changed from a day on, kept as history, and scope moves with the day (C19, C26)."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.urls import reverse

from dabao.models import AuditEvent, Posting, Region, Unit, UnitMember
from dabao.services import units
from dabao.tests.cast import COUNTY, FIRST_DAY, GUIHUA, SHIYANG, TODAY, ZHAOJIADIAN
from supervision.homes import county as county_home
from supervision.models import Assignment, Group
from supervision.queries.assignments import gaps
from supervision.services import assignment_changes as changes
from supervision.services import members
from supervision.services.assignments import assign

TOMORROW, MAY = date(2020, 4, 11), date(2020, 5, 1)
URL = reverse("supervision:assignments")


@pytest.fixture
def table(county, cast):
    """黎兆梅 leads; 救助管理站 (何勇) supervises 赵家店镇; 儿童福利院 (the idle one) supervises nobody."""
    Posting.objects.filter(user=cast.unit).delete()
    group = Group.objects.create(plan=county.plan, order=4, leader_name="黎兆梅", leader_post="副局长")
    Group.objects.create(plan=county.plan, order=3, leader_name="阿开芳", leader_post="副局长")
    rescue = Unit.objects.create(region_id=COUNTY, name="救助管理站", order=1)
    children = Unit.objects.create(region_id=COUNTY, name="儿童福利院", order=2)
    UnitMember.objects.create(unit=rescue, name="何勇", user=cast.unit, first_day=FIRST_DAY)
    UnitMember.objects.create(unit=children, name="陶小云", user=cast.idle, first_day=FIRST_DAY)
    place = Region.objects.get(code=ZHAOJIADIAN)
    return assign(group=group, unit=rescue, township=place, first_day=FIRST_DAY, order=5, actor=cast.county)


def replaced(table, cast, **values):
    chosen = {
        "scope": cast.county.scope(),
        "actor": cast.county,
        "assignment_id": table.pk,
        "version": table.version,
        "unit_id": Unit.objects.get(name="儿童福利院").pk,
        "group_id": table.group_id,
        "first_day": MAY,
        "day": TODAY,
    }
    return changes.replace(**chosen | values)


def sees(user, day):
    return user.scope(day).touches(ZHAOJIADIAN)


def test_scope_moves_on_the_day_and_not_before(table, cast):
    replaced(table, cast)
    assert [sees(cast.unit, day) for day in (date(2020, 4, 30), MAY)] == [True, False]
    assert [sees(cast.idle, day) for day in (date(2020, 4, 30), MAY)] == [False, True]


def test_what_was_stays_as_history_and_the_place_in_the_table_too(table, cast):
    made = replaced(table, cast)
    table.refresh_from_db()
    assert (table.last_day, table.unit.name) == (date(2020, 4, 30), "救助管理站")
    assert (made.first_day, made.order, made.last_day) == (MAY, 5, None)
    events = AuditEvent.objects.filter(action__startswith="assignment.").values_list("action", flat=True)
    assert sorted(events) == ["assignment.end", "assignment.make", "assignment.make"]


def test_another_leader_may_take_over_with_the_same_unit(table, cast):
    other = Group.objects.get(leader_name="阿开芳")
    made = replaced(table, cast, unit_id=table.unit_id, group_id=other.pk, first_day=TOMORROW)
    assert made.group == other
    assert [sees(cast.unit, day) for day in (TODAY, TOMORROW)] == [True, True]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first_day": date(2020, 4, 9)}, "不能倒改"),
        ({"version": 7}, "又有改动"),
    ],
)
def test_a_change_is_refused_in_words(table, cast, values, said):
    with pytest.raises(ValidationError, match=said):
        replaced(table, cast, **values)
    assert Assignment.objects.count() == 1


def test_nothing_changed_is_no_change(table, cast):
    with pytest.raises(ValidationError, match="都没有变"):
        replaced(table, cast, unit_id=table.unit_id)


def test_a_change_that_leaves_days_without_a_unit_is_refused(table, cast):
    changes.end(
        scope=cast.county.scope(),
        actor=cast.county,
        assignment_id=table.pk,
        version=table.version,
        last_day=TODAY,
        day=TODAY,
    )
    table.refresh_from_db()
    with pytest.raises(ValidationError, match="中间会空着"):
        replaced(table, cast, version=table.version)


def test_one_that_has_not_begun_is_replaced_by_taking_it_back(table, cast):
    coming = replaced(table, cast)
    with pytest.raises(ValidationError, match="先取消它"):
        replaced(coming, cast, unit_id=table.unit_id, first_day=TOMORROW)
    changes.withdraw(
        scope=cast.county.scope(), actor=cast.county, assignment_id=coming.pk, version=1, day=TODAY
    )
    assert not Posting.objects.filter(user=cast.idle).exists()
    assert not sees(cast.idle, MAY)


def test_one_that_has_begun_cannot_be_taken_back(table, cast):
    with pytest.raises(ValidationError, match="已经开始"):
        changes.withdraw(
            scope=cast.county.scope(), actor=cast.county, assignment_id=table.pk, version=1, day=TODAY
        )


def test_the_last_day_still_counts(table, cast):
    changes.end(
        scope=cast.county.scope(),
        actor=cast.county,
        assignment_id=table.pk,
        version=table.version,
        last_day=TODAY,
        day=TODAY,
    )
    assert [sees(cast.unit, day) for day in (TODAY, TOMORROW)] == [True, False]


def test_a_last_day_that_is_over_is_refused(table, cast):
    with pytest.raises(ValidationError, match="不能早于今天"):
        changes.end(
            scope=cast.county.scope(),
            actor=cast.county,
            assignment_id=table.pk,
            version=table.version,
            last_day=date(2020, 4, 9),
            day=TODAY,
        )


def set_up(cast, county, code, **values):
    chosen = {
        "scope": cast.county.scope(),
        "actor": cast.county,
        "plan": county.plan,
        "township_code": code,
        "unit_id": Unit.objects.get(name="儿童福利院").pk,
        "group_id": Group.objects.get(leader_name="阿开芳").pk,
        "first_day": TODAY,
        "day": TODAY,
    }
    return changes.set_up(**chosen | values)


def test_a_township_without_a_unit_gets_one_from_today(table, cast, county):
    made = set_up(cast, county, SHIYANG)
    assert (made.order, cast.idle.scope(TODAY).touches(SHIYANG)) == (6, True)


def test_a_township_that_has_a_unit_gets_no_second_one(table, cast, county):
    with pytest.raises(ValidationError, match="已由救助管理站挂包"):
        set_up(cast, county, ZHAOJIADIAN)


def test_a_second_change_does_not_set_two_units_against_one_township(table, cast):
    coming = replaced(table, cast)
    other = Group.objects.get(leader_name="阿开芳")
    table.refresh_from_db()
    for first_day in (date(2020, 4, 25), MAY):
        with pytest.raises(ValidationError, match="从 2020-05-01 起已由儿童福利院挂包"):
            replaced(table, cast, version=table.version, group_id=other.pk, first_day=first_day)
    with pytest.raises(ValidationError, match="从 2020-05-01 起已由儿童福利院挂包"):
        ended(table, cast, JUNE)
    assert (table.last_day, coming.last_day) == (date(2020, 4, 30), None)
    ended(table, cast, date(2020, 4, 25))
    ended(table, cast, date(2020, 4, 30))


def test_one_that_is_over_is_not_taken_up_again(table, cast):
    ended(table, cast, TODAY)
    with pytest.raises(ValidationError, match="已经结束"):
        ended(table, cast, JUNE, day=TOMORROW)


@pytest.mark.parametrize("who", ["leader", "unit", "head", "admin"])
def test_only_the_county_office_changes_the_table(table, cast, who):
    user = getattr(cast, who)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        replaced(table, cast, scope=user.scope(), actor=user)


def test_gaps_on_both_sides_are_shown_on_the_page_and_at_home(table, cast, county, client_of):
    found = gaps(cast.county.scope(), county.plan, TODAY)
    assert [region.code for region in found.townships] == [SHIYANG, GUIHUA]
    assert [unit.name for unit in found.units] == ["儿童福利院"]
    page = client_of(cast.county).get(URL).content.decode()
    assert page.count("没有督战股室") == 2
    assert "没有挂乡镇" in page
    assert county_home.build(cast.county.scope(), county.plan, TODAY)["gaps"].number == 3
    assert f'href="{URL}">去安排' in client_of(cast.county).get("/").content.decode()


def test_who_sees_a_part_of_the_county_is_told_of_no_gaps(table, cast, county):
    assert gaps(cast.unit.scope(), county.plan, TODAY).number == 0
    assert gaps(cast.idle.scope(), county.plan, TODAY).number == 0


def test_the_page_changes_ends_and_takes_back(table, cast, client_of):
    client = client_of(cast.county)
    unit, group = Unit.objects.get(name="儿童福利院"), table.group
    data = {"unit": unit.pk, "group": group.pk, "first_day": "2020-05-01", "version": table.version}
    answer = client.post(reverse("supervision:assignment", args=[table.pk]), data, follow=True)
    assert "赵家店镇换由儿童福利院挂包，5月1日起。" in answer.content.decode()
    coming = Assignment.objects.get(first_day=MAY)
    assert "还没开始" in client.get(URL).content.decode()
    answer = client.post(
        reverse("supervision:assignment-withdraw", args=[coming.pk]), {"version": 1}, follow=True
    )
    assert "已取消儿童福利院挂赵家店镇" in answer.content.decode()
    table.refresh_from_db()
    end = {"version": table.version, "last_day": "2020-04-30"}
    answer = client.post(reverse("supervision:assignment-end", args=[table.pk]), end, follow=True)
    assert "到4月30日为止" in answer.content.decode()


def test_a_refusal_stands_beside_the_form(table, cast, client_of):
    data = {
        "unit": table.unit_id,
        "group": table.group_id,
        "first_day": "2020-05-01",
        "version": table.version,
    }
    page = client_of(cast.county).post(reverse("supervision:assignment", args=[table.pk]), data)
    assert "都没有变" in page.content.decode()


def test_leaders_read_the_table_and_change_nothing(table, cast, client_of):
    page = client_of(cast.leader).get(URL).content.decode()
    assert "救助管理站" in page
    assert "安排一个乡镇" not in page
    assert client_of(cast.leader).get(reverse("supervision:assignment", args=[table.pk])).status_code == 403


# --- Postings follow their assignment and their unit ---

JUNE = date(2020, 6, 30)


def ended(table, cast, last_day, **values):
    table.refresh_from_db()
    chosen = {"scope": cast.county.scope(), "actor": cast.county, "day": TODAY, "version": table.version}
    return changes.end(**chosen | values, assignment_id=table.pk, last_day=last_day)


def joins(cast, first_day, name="何勇", user=None):
    rescue = Unit.objects.get(name="救助管理站")
    return units.join_unit(
        actor=cast.admin, unit=rescue, name=name, user=user or cast.unit, first_day=first_day
    )


def leaves(cast, last_day):
    member = UnitMember.objects.get(user=cast.unit, last_day=None)
    units.leave_unit(actor=cast.admin, member=member, last_day=last_day)


@pytest.mark.parametrize(("first", "then"), [(JUNE, MAY), (MAY, JUNE)], ids=["earlier", "later"])
def test_sight_follows_a_second_last_day(table, cast, first, then):
    ended(table, cast, first)
    ended(table, cast, then)
    assert [sees(cast.unit, day) for day in (then, then + timedelta(days=1))] == [True, False]
    assert Posting.objects.filter(user=cast.unit).count() == 1


def test_a_change_before_the_last_day_that_was_set_takes_the_sight_with_it(table, cast):
    ended(table, cast, JUNE)
    table.refresh_from_db()
    replaced(table, cast)
    assert [sees(cast.unit, day) for day in (date(2020, 4, 30), MAY)] == [True, False]


def test_who_left_and_comes_back_sees_from_his_new_first_day_on(table, cast):
    leaves(cast, date(2020, 4, 15))
    joins(cast, MAY)
    days = (date(2020, 4, 15), date(2020, 4, 16), date(2020, 4, 30), MAY, date(2020, 12, 30))
    assert [sees(cast.unit, day) for day in days] == [True, False, False, True, True]
    before = list(Posting.objects.order_by("pk").values())
    members.follow_members(unit=table.unit, actor=cast.county)
    assert list(Posting.objects.order_by("pk").values()) == before


def test_who_joins_while_a_last_day_is_set_sees_until_then(table, cast):
    ended(table, cast, JUNE)
    joins(cast, MAY, name="陶小云", user=cast.idle)
    days = (date(2020, 4, 30), MAY, JUNE, date(2020, 7, 1))
    assert [sees(cast.idle, day) for day in days] == [False, True, True, False]


def test_who_would_begin_after_the_last_day_sees_nothing_at_all(table, cast):
    joins(cast, date(2020, 6, 1), name="陶小云", user=cast.idle)
    ended(table, cast, date(2020, 5, 20))
    assert not Posting.objects.filter(user=cast.idle).exists()
    assert AuditEvent.objects.filter(action="posting.withdraw", actor=cast.county).count() == 1


def test_who_leaves_before_a_coming_assignment_begins_is_not_posted_to_it(table, cast):
    place = Region.objects.get(code=SHIYANG)
    assign(group=table.group, unit=table.unit, township=place, first_day=MAY, actor=cast.county)
    leaves(cast, date(2020, 4, 15))
    assert not cast.unit.scope(MAY).touches(SHIYANG)
    assert not Posting.objects.filter(user=cast.unit, region=SHIYANG).exists()


def test_a_leave_entered_late_ends_with_yesterday_what_should_not_have_begun(table, cast):
    UnitMember.objects.filter(user=cast.unit).update(first_day=date(2020, 1, 2))
    members.post_members(unit=table.unit)
    leaves(cast, date(2020, 1, 31))
    assert [sees(cast.unit, day) for day in (TODAY - timedelta(days=1), TODAY)] == [True, False]
