"""The six categories (C05): who is in, who is not, and who cannot be told."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.choices import Category, Labour, PovertyStatus
from screening.rules.categories import RULE_VERSION, screen
from screening.rules.facts import HouseholdFacts, IllnessFact, StandardFigure, Standards, WatchFact
from screening.tests.rules.cast import (
    CERTIFICATE_ROW,
    DAY,
    REGISTRY_ROW,
    STANDARDS,
    certificate,
    household,
    person,
)

ALL = frozenset(Category.values)


def ask(category, facts, *, standards=STANDARDS, day=DAY):
    (answer,) = screen(facts, standards, {category}, day)
    assert answer.category == category
    return answer


def test_only_enabled_categories_are_answered_in_the_order_of_the_plan():
    assert [answer.category for answer in screen(household(), STANDARDS, ALL, DAY)] == [1, 2, 3, 4, 5, 6]
    assert [answer.category for answer in screen(household(), STANDARDS, {5, 2}, DAY)] == [2, 5]
    assert screen(household(), STANDARDS, (), DAY) == ()


# 1 未脱贫


@pytest.mark.parametrize(
    ("status", "expected"),
    [("not_lifted", "yes"), ("fallen_back", "yes"), ("pre_lifted", "yes"), ("lifted", "no"), ("", "unknown")],
)
def test_unlifted_fallen_back_and_pre_lifted_are_not_lifted(status, expected):
    answer = ask(1, household(poverty_status=status))
    assert answer.answer == expected
    assert answer.missing == (("poverty_status",) if expected == "unknown" else ())


@pytest.mark.parametrize("status", ["", *PovertyStatus.values])
def test_a_household_that_is_not_registered_is_in_none_of_the_first_four(status):
    facts = household(
        person(labour="none", certificates=(certificate(4, 1),), illnesses=(IllnessFact(),)),
        registered=False,
        poverty_status=status,
        income="100",
    )
    assert [answer.answer for answer in screen(facts, STANDARDS, {1, 2, 3, 4}, DAY)] == ["no"] * 4


# 2 零劳力


@pytest.mark.parametrize(
    ("labours", "expected"),
    [
        (["none"], "yes"),
        (["lost"], "yes"),
        (["none", "lost", "none"], "yes"),
        (["weak"], "no"),
        (["none", "weak"], "no"),
        (["ordinary", "none"], "no"),
        (["skilled"], "no"),
        (["", "none"], "unknown"),
        ([""], "unknown"),
        (["", "ordinary"], "no"),
        (["", "weak", "none"], "no"),
    ],
)
def test_a_household_without_labour_has_no_member_with_any(labours, expected):
    facts = household(*(person(labour, name=f"成员{place}") for place, labour in enumerate(labours)))
    assert ask(2, facts).answer == expected


@pytest.mark.parametrize("status", ["lifted", "not_lifted", "fallen_back", "pre_lifted", ""])
def test_no_labour_counts_lifted_or_not(status):
    assert ask(2, household(person("none"), poverty_status=status)).answer == "yes"


def test_the_dead_lend_no_labour_and_leave_no_blank():
    dead = person("ordinary", name="亡者", living=False)
    dead_blank = person("", name="亡者二", living=False)
    answer = ask(2, household(dead, dead_blank, person("none", name="甲")))
    assert answer.answer == "yes"
    assert answer.persons == ("key-甲",)
    assert answer.grounds[0]["size"] == 1


def test_unknown_labour_names_those_who_are_blank():
    answer = ask(2, household(person("none", name="甲"), person("", name="乙"), person("", name="丙")))
    assert answer.missing == ("labour",)
    assert [member["name"] for member in answer.grounds[0]["people"]] == ["乙", "丙"]


def test_one_member_with_labour_is_a_narrow_miss():
    answer = ask(2, household(person("none", name="甲"), person("weak", name="乙")))
    assert (answer.answer, answer.near_miss) == ("no", "one_with_labour")
    assert answer.grounds[0]["people"][0]["name"] == "乙"


@pytest.mark.parametrize("labours", [["ordinary"], ["weak", "weak", "none"], ["weak", "", "none"]])
def test_living_alone_two_with_labour_or_a_blank_beside_are_no_narrow_miss(labours):
    facts = household(*(person(labour, name=f"成员{place}") for place, labour in enumerate(labours)))
    assert (ask(2, facts).answer, ask(2, facts).near_miss) == ("no", None)


# 3 残疾大病


@pytest.mark.parametrize("kind", range(1, 8))
@pytest.mark.parametrize("grade", range(1, 5))
def test_the_table_of_kinds_and_grades(kind, grade):
    if grade <= 2 or kind in (5, 6):
        expected = "yes"
    elif kind == 7:
        expected = "unknown"
    else:
        expected = "no"
    answer = ask(3, household(person(certificates=(certificate(kind, grade),))))
    assert answer.answer == expected
    assert answer.near_miss == ("grade_below" if expected == "no" and grade == 3 else None)


@pytest.mark.parametrize(
    ("kind", "grade", "parts", "expected", "missing"),
    [
        (7, 3, (4, 5), "yes", ()),
        (7, 4, (6, 1), "yes", ()),
        (7, 3, (4, 1), "no", ()),
        (7, 2, (), "yes", ()),
        (7, 2, (4, 1), "yes", ()),
        (7, None, (5,), "yes", ()),
        (7, None, (4, 1), "unknown", ("certificate_grade",)),
        (7, 3, (), "unknown", ("certificate_parts",)),
        (None, 2, (), "yes", ()),
        (None, 3, (), "unknown", ("certificate_kind",)),
        (4, None, (), "unknown", ("certificate_grade",)),
        (5, None, (), "yes", ()),
        (6, None, (), "yes", ()),
        (4, 3, (5,), "no", ()),
    ],
)
def test_parts_of_a_multiple_certificate_and_gaps(kind, grade, parts, expected, missing):
    answer = ask(3, household(person(certificates=(certificate(kind, grade, parts),))))
    assert (answer.answer, answer.missing) == (expected, missing)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "yes"),
        ({"active": False}, "no"),
        ({"last_day": DAY}, "yes"),
        ({"last_day": DAY - timedelta(days=1)}, "no"),
        ({"first_day": DAY}, "yes"),
        ({"first_day": DAY + timedelta(days=1)}, "no"),
    ],
)
def test_a_certificate_counts_only_while_it_is_valid(facts, expected):
    assert ask(3, household(person(certificates=(certificate(4, 2, **facts),)))).answer == expected


def test_a_cancelled_certificate_does_not_hide_a_valid_one():
    certificates = (certificate(4, 1, active=False), certificate(5, 4))
    answer = ask(3, household(person(certificates=certificates)))
    assert answer.answer == "yes"
    assert [ground["kind"] for ground in answer.grounds] == [5]


def test_presence_on_the_illness_list_is_enough_and_many_stays_are_one_ground():
    answer = ask(3, household(person(illnesses=(IllnessFact(), IllnessFact()))))
    assert answer.answer == "yes"
    assert [ground["fact"] for ground in answer.grounds] == ["illness"]
    ended = IllnessFact(last_day=DAY - timedelta(days=1))
    assert ask(3, household(person(illnesses=(ended,)))).answer == "no"
    assert ask(3, household(person(illnesses=(ended, IllnessFact())))).answer == "yes"


def test_only_the_members_hit_are_named():
    answer = ask(
        3,
        household(
            person(name="甲", certificates=(certificate(4, 2),)),
            person(name="乙", certificates=(certificate(4, 4),)),
            person(name="丙", certificates=(certificate(7, 3),)),
            person(name="丁", living=False, certificates=(certificate(4, 1),)),
        ),
    )
    assert (answer.answer, answer.persons) == ("yes", ("key-甲",))
    assert [(ground["name"], ground["says"]) for ground in answer.grounds] == [
        ("甲", "yes"),
        ("丙", "unknown"),
    ]


def test_the_certificate_ground_repeats_its_row():
    (ground,) = ask(3, household(person(certificates=(certificate(4, 2),)))).grounds
    assert ground["source"] == {
        "row": "row-2",
        "list": "残联名单",
        "line": 412,
        "as_of": "2020-03-20",
        "imported": "2020-03-24",
    }
    assert ground["rule"] == RULE_VERSION


# 4 低于低保线


@pytest.mark.parametrize(
    ("income", "expected", "near"),
    [
        ("4499.99", "yes", None),
        ("4500.00", "no", "income_at_standard"),
        ("4500.01", "no", "income_just_above"),
        ("4950", "no", "income_just_above"),
        ("4950.01", "no", None),
        ("0", "yes", None),
        ("-200", "yes", None),
        (None, "unknown", None),
    ],
)
def test_income_is_held_against_the_standard(income, expected, near):
    answer = ask(4, household(income=income))
    assert (answer.answer, answer.near_miss) == (expected, near)
    assert answer.missing == (("income",) if income is None else ())


@pytest.mark.parametrize("status", ["not_lifted", "fallen_back", "pre_lifted"])
@pytest.mark.parametrize("income", ["100", "4500", None])
def test_a_household_that_is_not_lifted_is_never_lifted_below(status, income):
    answer = ask(4, household(poverty_status=status, income=income))
    assert (answer.answer, answer.near_miss) == ("no", None)


@pytest.mark.parametrize(
    ("income", "expected", "missing"),
    [
        ("100", "unknown", ("poverty_status",)),
        (None, "unknown", ("poverty_status", "income")),
        ("4500", "no", ()),
        ("9000", "no", ()),
    ],
)
def test_an_unknown_status_is_missing_only_where_it_decides(income, expected, missing):
    answer = ask(4, household(poverty_status="", income=income))
    assert (answer.answer, answer.missing, answer.near_miss) == (expected, missing, None)


def test_without_a_standard_nobody_can_tell():
    answer = ask(4, household(income="100"), standards=Standards())
    assert (answer.answer, answer.missing) == ("unknown", ("standard",))


def test_without_a_factor_nothing_is_near():
    standards = Standards(rural_dibao=STANDARDS.rural_dibao)
    assert ask(4, household(income="4500"), standards=standards).near_miss is None


def test_the_income_ground_holds_figure_standard_and_row():
    (ground,) = ask(4, household(income="4120", lifted_year=2018)).grounds
    assert ground["value"] == "4120"
    assert ground["standard"] == {
        "amount": "4500.00",
        "first_day": "2020-01-01",
        "document": "云民发〔2020〕1号",
        "confirmed": False,
    }
    assert ground["source"]["row"] == REGISTRY_ROW.row


def test_the_row_of_the_income_goes_before_that_of_the_household():
    (ground,) = ask(4, household(income="4120", income_source=CERTIFICATE_ROW)).grounds
    assert ground["source"]["row"] == CERTIFICATE_ROW.row


# 5 and 6, the watch lists


@pytest.mark.parametrize(("kind", "category", "other"), [("monitored", 5, 6), ("marginal", 6, 5)])
def test_the_watch_lists_decide_by_presence(kind, category, other):
    facts = household(watch=(WatchFact(kind, date(2020, 1, 1), source=REGISTRY_ROW),))
    assert ask(category, facts).answer == "yes"
    assert ask(other, facts).answer == "no"
    assert ask(category, facts, day=date(2019, 12, 31)).answer == "no"


def test_a_marginal_household_needs_neither_registration_nor_members():
    facts = HouseholdFacts(key="h", registered=False, watch=(WatchFact("marginal"),))
    assert [answer.answer for answer in screen(facts, STANDARDS, ALL, DAY)] == ["no"] * 5 + ["yes"]


def test_a_risk_that_has_ended_counts_no_more():
    facts = household(watch=(WatchFact("monitored", last_day=DAY), WatchFact("marginal")))
    assert ask(5, facts).answer == "yes"
    assert ask(5, facts, day=DAY + timedelta(days=1)).answer == "no"


# households without living members


def test_a_household_of_the_dead_is_in_nothing_and_says_why():
    facts = household(
        person("none", living=False, certificates=(certificate(4, 1),)),
        poverty_status="not_lifted",
        watch=(WatchFact("monitored"),),
    )
    answers = screen(facts, STANDARDS, ALL, DAY)
    assert [answer.answer for answer in answers] == ["no"] * 6
    assert {ground["fact"] for answer in answers for ground in answer.grounds} == {"no_living_member"}


def test_a_registered_household_without_known_members_is_judged_by_what_is_known():
    facts = HouseholdFacts("h", registered=True, poverty_status="lifted", income_per_capita=Decimal(100))
    answers = {answer.category: answer for answer in screen(facts, STANDARDS, ALL, DAY)}
    assert [answers[category].answer for category in (1, 2, 3, 4)] == ["no", "unknown", "unknown", "yes"]
    assert answers[2].missing == answers[3].missing == ("members",)


# invariants

money = st.decimals(min_value=0, max_value=20000, places=2)
certificates = st.builds(
    certificate,
    st.sampled_from([None, *range(1, 8)]),
    st.sampled_from([None, *range(1, 5)]),
    st.sampled_from([(), (4, 5), (4, 1)]),
    active=st.booleans(),
)
people = st.builds(
    person,
    st.sampled_from(["", *Labour.values]),
    st.sampled_from("甲乙丙丁"),
    living=st.booleans(),
    certificates=st.lists(certificates, max_size=2).map(tuple),
    illnesses=st.lists(st.just(IllnessFact()), max_size=1).map(tuple),
)
households = st.builds(
    HouseholdFacts,
    key=st.just("h"),
    registered=st.booleans(),
    poverty_status=st.sampled_from(["", *PovertyStatus.values]),
    income_per_capita=st.none() | money,
    members=st.lists(people, max_size=4).map(tuple),
    watch=st.lists(st.sampled_from([WatchFact("monitored"), WatchFact("marginal")]), max_size=2).map(tuple),
)


@given(households)
def test_every_answer_stands_on_grounds_that_survive_json(facts):
    for answer in screen(facts, STANDARDS, ALL, DAY):
        assert json.loads(json.dumps(answer.grounds)) == list(answer.grounds)
        said = {ground["says"] for ground in answer.grounds}
        assert (answer.answer == "yes") == ("yes" in said)
        assert answer.answer != "unknown" or (answer.missing and "unknown" in said)
        assert answer.near_miss is None or (answer.answer == "no" and said == {"near"})
        assert set(answer.persons) <= {member.key for member in facts.members if member.living}


@given(households, money, money)
def test_a_higher_standard_never_takes_anybody_out(facts, one, other):
    low, high = sorted((one, other))
    with_low = ask(4, facts, standards=Standards(StandardFigure(low))).answer
    with_high = ask(4, facts, standards=Standards(StandardFigure(high))).answer
    assert not (with_low == "yes" and with_high == "no")


@given(households)
def test_the_dead_change_no_answer_while_somebody_lives(facts):
    living = tuple(member for member in facts.members if member.living)
    if not living:
        return
    without_dead = HouseholdFacts(
        facts.key, facts.registered, facts.poverty_status, facts.income_per_capita, living, facts.watch
    )
    assert screen(facts, STANDARDS, ALL, DAY) == screen(without_dead, STANDARDS, ALL, DAY)
