"""Deaths, departures, a new head and new members found at the door take effect (C05, C08)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from dabao.models import AuditEvent
from dabao.tests.cast import CHAHE, LIUSHUTANG, STRANGE_VILLAGE, TODAY, make_id
from screening.choices import Labour, Relation, Scheme
from screening.models import BenefitRecord, Enrolment, Membership, Person
from screening.rules.verdicts import Verdict
from screening.services import family, recheck, verification
from screening.services.by_hand import NewMember
from screening.services.screening import screen_region
from screening.tests.test_verification import NOT, agree, correct, entry_of, put_on_roll, submit

DIED, LEFT = date(2020, 3, 20), date(2020, 3, 10)


@pytest.fixture
def case(make_case, make_household):
    return make_case(
        make_household(
            LIUSHUTANG, ("普有福", Labour.ORDINARY), ("罗翠英", Labour.NONE), ("普小军", Labour.NONE)
        )
    )


@pytest.fixture
def people(case):
    return [
        one.person for one in case.household.memberships.select_related("person").order_by("first_day", "pk")
    ]


def found(case, changes, *verdicts, **more):
    """The household as filled in, with what was found of some members by name."""
    entry = entry_of(case, *verdicts, income={"wages": (Decimal(3000), "零工")}, **more)
    members = [replace(one, **changes.get(one.name, {})) for one in entry.members]
    return replace(entry, members=members)


def gone(day=None, **values):
    return {"living_together": False, **values}


def died(day=DIED):
    return {"living_together": False, "died_on": day}


def left(day=LEFT):
    return {"living_together": False, "left_on": day}


def person(case, name):
    return Person.objects.get(name=name, memberships__household=case.household)


def withdraw(case, actor):
    verification.withdraw(scope=actor.scope(), case_id=case.pk, actor=actor, day=TODAY)


def add(case, actor, name="罗小妹", number="", relation=Relation.DAUGHTER, since=LEFT):
    return family.add_member(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        member=NewMember(name, number, relation, Labour.NONE),
        since=since,
        day=TODAY,
    )


def test_who_died_counts_no_more_and_needs_no_conclusion(cast, case):
    wife, son = person(case, "罗翠英"), person(case, "普小军")
    each = [Verdict(Scheme.TEKUN, person=one.pk) for one in (wife, son)]
    submit(case, cast.officer, found(case, {"普有福": died()}, *each))
    case.household.refresh_from_db()
    assert person(case, "普有福").died_on == DIED
    assert case.household.size == 2
    assert AuditEvent.objects.filter(action="household.family").count() == 1


def test_screening_sees_the_death_of_the_only_one_with_labour(cast, case):
    screen_region(plan=case.plan, region_code="532326", day=TODAY)
    case.refresh_from_db()
    assert 2 not in case.categories
    submit(case, cast.officer, found(case, {"普有福": died()}))
    case.refresh_from_db()
    assert 2 in case.categories
    withdraw(case, cast.officer)
    case.refresh_from_db()
    assert 2 not in case.categories


def test_coverage_is_of_those_who_live(cast, case):
    for name in ("罗翠英", "普小军"):
        put_on_roll(person(case, name))
    submit(case, cast.officer, found(case, {"普有福": died()}, Verdict(Scheme.DIBAO, covered=True)))
    case.refresh_from_db()
    assert (case.coverage, case.outcome) == ("all", "covered_confirmed")


def test_who_moved_out_is_no_member_from_the_next_day(cast, case):
    submit(case, cast.officer, found(case, {"普小军": left()}))
    case.household.refresh_from_db()
    membership = Membership.objects.get(person__name="普小军")
    assert (membership.last_day, case.household.size) == (LEFT, 2)
    assert len(Enrolment.objects.get().persons) == 2


def test_who_left_before_the_list_was_made_left_on_its_day(cast, case):
    first = Membership.objects.get(person__name="普小军").first_day
    submit(case, cast.officer, found(case, {"普小军": left(date(2018, 1, 1))}))
    assert Membership.objects.get(person__name="普小军").last_day == first
    assert case.verifications.standing().members.get(name="普小军").left_on == date(2018, 1, 1)


def test_away_for_work_is_still_a_member(cast, case):
    submit(case, cast.officer, found(case, {"普小军": gone(change="在外务工")}))
    case.household.refresh_from_db()
    assert (Membership.objects.get(person__name="普小军").last_day, case.household.size) == (None, 3)


def test_a_new_head_takes_the_place_of_the_dead_one(cast, case):
    submit(case, cast.officer, found(case, {"普有福": died(), "罗翠英": {"named_head": True}}))
    case.household.refresh_from_db()
    assert case.household.head.name == "罗翠英"
    relations = dict(case.household.memberships.values_list("person__name", "relation"))
    assert (relations["普有福"], relations["罗翠英"]) == (Relation.OTHER, Relation.HEAD)


def test_without_a_new_head_the_old_one_stays_recorded(cast, case):
    submit(case, cast.officer, found(case, {"普有福": died()}))
    case.household.refresh_from_db()
    assert case.household.head.name == "普有福"


def test_taking_it_back_gives_the_registry_its_old_values(cast, case):
    everything = {"普有福": died(), "罗翠英": {"named_head": True}, "普小军": left()}
    submit(case, cast.officer, found(case, everything))
    withdraw(case, cast.officer)
    case.household.refresh_from_db()
    assert (case.household.size, case.household.head.name) == (3, "普有福")
    assert person(case, "普有福").died_on is None
    assert not Membership.objects.exclude(last_day=None).exists()
    relations = dict(case.household.memberships.values_list("person__name", "relation"))
    assert (relations["普有福"], relations["罗翠英"]) == (Relation.HEAD, Relation.SON)


def test_who_moved_into_another_household_meanwhile_is_not_brought_back(cast, case, make_household):
    submit(case, cast.officer, found(case, {"普小军": left()}))
    other = make_household(CHAHE, ("李桂兰", Labour.NONE))
    son = Person.objects.get(name="普小军")
    Membership.objects.create(household=other, person=son, relation=Relation.OTHER, first_day=TODAY)
    withdraw(case, cast.officer)
    assert Membership.objects.get(person=son, last_day=None).household == other


def test_a_correction_puts_its_own_findings_in_their_place(cast, case):
    submit(case, cast.officer, found(case, {"普有福": died(), "普小军": left()}))
    correct(case, cast.officer, found(case, {"普有福": died(date(2020, 3, 25))}))
    case.household.refresh_from_db()
    assert person(case, "普有福").died_on == date(2020, 3, 25)
    assert Membership.objects.get(person__name="普小军").last_day is None
    assert case.household.size == 2


def test_who_is_found_not_to_live_here_any_more_is_not_in_the_grant(cast, case):
    submit(case, cast.officer)
    correct(case, cast.officer, found(case, {"普小军": gone(change="外嫁")}))
    assert len(Enrolment.objects.get(ended_on=None).persons) == 2


def test_verified_again_after_a_return_the_death_can_be_taken_out(cast, case):
    submit(case, cast.officer, found(case, {"普有福": died()}, NOT))
    case.refresh_from_db()
    recheck.send_back(
        scope=cast.colleague.scope(),
        case_id=case.pk,
        actor=cast.colleague,
        version=case.version,
        note="人还在",
        day=TODAY,
    )
    case.refresh_from_db()
    submit(case, cast.officer, found(case, {}))
    assert person(case, "普有福").died_on is None


@pytest.mark.parametrize("change", [died(date(2020, 4, 11)), left(date(2020, 4, 11))])
def test_a_day_to_come_is_refused(cast, case, change):
    with pytest.raises(ValidationError, match="不能晚于今天"):
        submit(case, cast.officer, found(case, {"普小军": change}))


def test_when_nobody_lives_there_any_more_the_household_is_closed_instead(cast, case):
    everybody = {name: died() for name in ("普有福", "罗翠英", "普小军")}
    with pytest.raises(ValidationError, match="没有人共同生活"):
        submit(case, cast.officer, found(case, everybody))


# --- Somebody no list has ---


def test_a_member_no_list_has_is_registered_and_needs_a_conclusion(cast, case):
    number = make_id("532326", date(2001, 5, 6), 77)
    add(case, cast.officer, number=number)
    case.refresh_from_db()
    case.household.refresh_from_db()
    new = person(case, "罗小妹")
    assert (case.household.size, new.id_number, new.birth_date) == (4, number, date(2001, 5, 6))
    each = [
        Verdict(Scheme.TEKUN, person=one)
        for one in Person.objects.exclude(pk=new.pk).values_list("pk", flat=True)
    ]
    with pytest.raises(ValidationError, match="还差 1 人没有结论：罗小妹"):
        submit(case, cast.officer, entry_of(case, *each))
    submit(case, cast.officer, entry_of(case))
    assert new.pk in Enrolment.objects.get().persons


def test_a_member_without_number_is_not_registered(cast, case):
    with pytest.raises(ValidationError, match="要有身份证号"):
        add(case, cast.officer)


def test_who_lives_elsewhere_is_not_registered_twice(cast, case, make_household):
    other = make_household(CHAHE, ("李桂兰", Labour.NONE))
    with pytest.raises(ValidationError, match=f"已登记在{other.region.name}的另一户"):
        add(case, cast.officer, name="李桂兰", number=other.head.id_number)
    far = make_household(STRANGE_VILLAGE, ("李四", Labour.NONE))
    with pytest.raises(ValidationError, match="已登记在另一乡镇的另一户"):
        add(case, cast.officer, name="李四", number=far.head.id_number)


def test_who_once_lived_somewhere_is_the_same_person(cast, case, make_household):
    other = make_household(CHAHE, ("李桂兰", Labour.NONE))
    old = other.head
    Membership.objects.filter(person=old).update(last_day=LEFT)
    with pytest.raises(ValidationError, match="另一个姓名"):
        add(case, cast.officer, name="李桂花", number=old.id_number)
    add(case, cast.officer, name="李桂兰", number=old.id_number)
    assert Membership.objects.get(person=old, last_day=None).household == case.household


def test_nobody_is_registered_under_a_conclusion_that_does_not_know_him(cast, case):
    submit(case, cast.officer)
    with pytest.raises(ValidationError, match="已有结论"):
        add(case, cast.officer, number=make_id("532326", date(2001, 5, 6), 77))


# --- The household of one ---


def close_as_dead(case, actor, died_on=DIED):
    return verification.propose_closing(
        scope=actor.scope(),
        case_id=case.pk,
        actor=actor,
        version=case.version,
        outcome="deceased",
        reason="村委证明",
        died_on=died_on,
        day=TODAY,
    )


def test_the_death_of_somebody_living_alone_closes_and_is_kept(cast, make_case, make_household):
    alone = make_case(make_household(LIUSHUTANG, ("普有福", Labour.NONE)))
    with pytest.raises(ValidationError, match="去世日期"):
        close_as_dead(alone, cast.officer, None)
    close_as_dead(alone, cast.officer)
    alone.household.refresh_from_db()
    assert (alone.household.size, person(alone, "普有福").died_on) == (0, DIED)
    agree(cast.colleague, alone)
    alone.refresh_from_db()
    assert alone.outcome == "deceased"


def test_a_household_with_others_left_is_not_closed_as_dead(cast, case):
    with pytest.raises(ValidationError, match="还有 3 人"):
        close_as_dead(case, cast.officer)


# --- Corrections after a recheck (C11) ---


def test_who_rechecked_does_not_correct_it(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(cast.colleague, case)
    with pytest.raises(ValidationError, match="是你复核的"):
        correct(case, cast.colleague, entry_of(case, NOT))


def test_making_the_ineligible_eligible_after_a_recheck_is_seen_by_another_person(cast, case):
    submit(case, cast.officer, entry_of(case, NOT))
    agree(cast.colleague, case)
    correct(case, cast.officer, entry_of(case))
    case.refresh_from_db()
    assert case.state == "to_recheck"
    agree(cast.colleague, case)
    case.refresh_from_db()
    assert case.state == "to_enrol"


def test_benefits_of_the_dead_stay_for_the_watch_list(cast, case):
    dead = person(case, "普有福")
    put_on_roll(dead)
    submit(case, cast.officer, found(case, {"普有福": died()}))
    assert BenefitRecord.objects.filter(person=dead, last_day=None).exists()
