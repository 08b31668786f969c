"""Advice on assistance: the order of the schemes, the dated circulars, and facts that are missing."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.choices import Labour, ObligorAbility, PovertyStatus, PropertyKind
from screening.rules.assistance import (
    MISSING_WORDS,
    Situation,
    advise,
    certificate_meets,
    dibao,
    dibao_single,
    tekun,
    temporary,
)
from screening.rules.circulars import SINGLE_RULES, TEKUN_RULES
from screening.rules.facts import age_on
from screening.tests.rules.cast import certificate

DAY = date(2020, 4, 10)

WELL_OFF = Situation(
    day=DAY,
    rural_dibao=Decimal(4500),
    low_income_factor=Decimal("1.5"),
    registered=True,
    poverty_status="lifted",
    income=Decimal(9000),
    properties=(),
    born=date(1980, 5, 1),
    labour="ordinary",
    obligors=(),
    dependent=False,
    hardship=False,
    on_tekun=False,
)
POOR = replace(WELL_OFF, income=Decimal(4078))
OLD_AND_ALONE = replace(POOR, born=date(1950, 1, 1))


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("1960-04-10", "2020-04-10", 60),
        ("1960-04-11", "2020-04-10", 59),
        ("2004-02-29", "2020-02-28", 15),
        ("2004-02-29", "2020-02-29", 16),
        ("2000-02-29", "2021-02-28", 20),
        ("2000-02-29", "2021-03-01", 21),
    ],
)
def test_age_in_full_years(born, day, age):
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age


# the order


@pytest.mark.parametrize(
    ("situation", "scheme"),
    [
        (OLD_AND_ALONE, "tekun"),
        (replace(OLD_AND_ALONE, obligors=("able",)), "dibao"),
        (POOR, "dibao"),
        (
            replace(
                WELL_OFF,
                poverty_status="not_lifted",
                income=Decimal(6000),
                dependent=True,
                certificates=(certificate(4, 2),),
            ),
            "dibao_single",
        ),
        (replace(WELL_OFF, hardship=True), "temporary"),
        (WELL_OFF, "none"),
    ],
)
def test_the_first_scheme_that_applies_is_advised(situation, scheme):
    advice = advise(situation)
    assert (advice.scheme, advice.answer) == (scheme, "yes")
    assert [test.scheme for test in advice.tests] == ["tekun", "dibao", "dibao_single", "temporary"]


def test_an_unknown_before_the_first_that_applies_makes_the_advice_unknown():
    advice = advise(replace(OLD_AND_ALONE, obligors=None))
    assert (advice.scheme, advice.answer, advice.missing) == ("tekun", "unknown", ("obligors",))
    assert advice.tests[1].answer == "yes"


def test_nothing_applies_only_when_all_is_known():
    advice = advise(replace(WELL_OFF, hardship=None))
    assert (advice.scheme, advice.answer, advice.missing) == ("temporary", "unknown", ("hardship",))


def test_not_eligible_comes_with_the_reasons_to_choose_from():
    advice = advise(replace(WELL_OFF, properties=("vehicle", "house"), obligors=("able",)))
    assert advice.scheme == "none"
    assert advice.reasons == ("income_over", "vehicle", "house", "obligors_able")


# 特困


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        ("1960-04-10", "yes"),
        ("1960-04-11", "no"),
        ("2004-04-11", "yes"),
        ("2004-04-10", "no"),
    ],
)
def test_from_sixty_and_under_sixteen_nobody_is_able_to_work(born, expected):
    assert tekun(replace(POOR, born=date.fromisoformat(born))).answer == expected


@pytest.mark.parametrize(
    ("kind", "grade", "before", "after"),
    [
        (5, 1, "yes", "yes"),
        (5, 2, "yes", "yes"),
        (6, 2, "yes", "yes"),
        (4, 1, "yes", "yes"),
        (5, 3, "no", "yes"),
        (6, 3, "no", "yes"),
        (4, 2, "no", "yes"),
        (1, 1, "no", "yes"),
        (1, 2, "no", "no"),
        (2, 1, "no", "no"),
        (4, 3, "no", "no"),
        (5, 4, "no", "no"),
    ],
)
def test_the_circular_of_2021_knows_more_who_cannot_work(kind, grade, before, after):
    situation = replace(POOR, certificates=(certificate(kind, grade),))
    assert tekun(replace(situation, day=date(2021, 6, 30))).answer == before
    assert tekun(replace(situation, day=date(2021, 7, 1))).answer == after


@pytest.mark.parametrize(
    ("change", "expected", "missing"),
    [
        ({}, "yes", ()),
        ({"born": None}, "unknown", ("born",)),
        ({"born": None, "certificates": (certificate(4, 1),)}, "yes", ()),
        ({"income": None}, "unknown", ("income",)),
        ({"income": Decimal(4500)}, "no", ()),
        ({"income": Decimal("4499.99")}, "yes", ()),
        ({"rural_dibao": None}, "unknown", ("standard",)),
        ({"properties": None}, "unknown", ("property",)),
        ({"properties": ("vehicle",)}, "no", ()),
        ({"obligors": None}, "unknown", ("obligors",)),
        ({"obligors": ("unable", "")}, "unknown", ("obligors",)),
        ({"obligors": ("unable", "missing")}, "yes", ()),
        ({"obligors": ("unable", "able")}, "no", ()),
        ({"obligors": ("", "able")}, "no", ()),
        ({"income": None, "obligors": None}, "unknown", ("income", "obligors")),
        ({"income": None, "obligors": ("able",)}, "no", ()),
    ],
)
def test_the_three_conditions_of_tekun_hold_together(change, expected, missing):
    advice = tekun(replace(OLD_AND_ALONE, **change))
    assert (advice.answer, advice.missing) == (expected, missing)


def test_a_certificate_counts_only_while_it_is_valid():
    situation = replace(POOR, certificates=(certificate(4, 1, active=False),))
    assert tekun(situation).answer == "no"


def test_tekun_names_its_circular():
    assert tekun(OLD_AND_ALONE).document == "民发〔2016〕178号"
    assert tekun(replace(OLD_AND_ALONE, day=date(2010, 1, 1))).answer == "no"


# 低保 of the household


@pytest.mark.parametrize(
    ("change", "expected", "missing"),
    [
        ({}, "yes", ()),
        ({"income": Decimal(4500)}, "no", ()),
        ({"income": None}, "unknown", ("income",)),
        ({"rural_dibao": None}, "unknown", ("standard",)),
        ({"properties": None}, "unknown", ("property",)),
        ({"properties": ("deposit",)}, "no", ()),
        ({"properties": ("deposit",), "income": None}, "no", ()),
        ({"on_tekun": True}, "no", ()),
        ({"on_tekun": None}, "unknown", ("on_tekun",)),
    ],
)
def test_dibao_of_the_household(change, expected, missing):
    advice = dibao(replace(POOR, **change))
    assert (advice.answer, advice.missing) == (expected, missing)


def test_the_words_say_how_far_from_the_standard():
    assert "人均低于低保标准 422.00 元" in dibao(POOR).why
    assert dibao(WELL_OFF).why == ("人均高出低保标准 4,500.00 元",)
    assert dibao(replace(POOR, income=Decimal(4500))).why == ("人均正好等于低保标准",)


# 单人户

NOT_LIFTED = replace(
    WELL_OFF,
    poverty_status="not_lifted",
    income=Decimal(5000),
    dependent=True,
    certificates=(certificate(4, 2),),
)
LOW_INCOME = replace(WELL_OFF, day=date(2021, 1, 1), income=Decimal(5000), certificates=(certificate(5, 3),))


@pytest.mark.parametrize(
    ("change", "expected", "missing"),
    [
        ({}, "yes", ()),
        ({"poverty_status": "fallen_back"}, "yes", ()),
        ({"poverty_status": "lifted"}, "no", ()),
        ({"poverty_status": ""}, "unknown", ("poverty_status",)),
        ({"registered": False}, "no", ()),
        ({"dependent": None}, "unknown", ("dependent",)),
        ({"dependent": False}, "no", ()),
        ({"certificates": ()}, "no", ()),
        ({"certificates": (), "major_illness": True}, "yes", ()),
        ({"certificates": (), "labour": "lost"}, "yes", ()),
        ({"certificates": (), "labour": "none"}, "no", ()),
        ({"certificates": (certificate(5, 3),)}, "no", ()),
        ({"certificates": (certificate(None, None),)}, "unknown", ("certificate",)),
        ({"on_tekun": True}, "no", ()),
        ({"properties": None, "income": None}, "yes", ()),
    ],
)
def test_alone_by_the_circular_of_2018(change, expected, missing):
    advice = dibao_single(replace(NOT_LIFTED, **change))
    assert (advice.answer, advice.missing) == (expected, missing)


@pytest.mark.parametrize(
    ("change", "expected", "missing"),
    [
        ({}, "yes", ()),
        ({"registered": False}, "yes", ()),
        ({"certificates": (certificate(6, 3),)}, "yes", ()),
        ({"certificates": (certificate(1, 2),)}, "yes", ()),
        ({"certificates": (certificate(4, 3),)}, "no", ()),
        ({"certificates": (certificate(5, 4),)}, "no", ()),
        ({"certificates": (), "major_illness": True}, "yes", ()),
        ({"certificates": (), "labour": "lost"}, "no", ()),
        ({"income": Decimal(4500)}, "unknown", ("income_at_standard",)),
        ({"income": Decimal("4500.01")}, "yes", ()),
        ({"income": Decimal("6749.99")}, "yes", ()),
        ({"income": Decimal(6750)}, "no", ()),
        ({"income": Decimal(4000)}, "no", ()),
        ({"income": None}, "unknown", ("income",)),
        ({"low_income_factor": None}, "unknown", ("low_income_factor",)),
        ({"low_income_factor": None, "income": Decimal(4000)}, "no", ()),
        ({"rural_dibao": None}, "unknown", ("standard",)),
        ({"properties": ("house",)}, "no", ()),
        ({"properties": None}, "unknown", ("property",)),
        ({"day": date(2020, 6, 3)}, "yes", ()),
        ({"day": date(2020, 6, 2)}, "no", ()),
    ],
)
def test_alone_by_the_circular_of_2020(change, expected, missing):
    advice = dibao_single(replace(LOW_INCOME, **change))
    assert (advice.answer, advice.missing) == (expected, missing)


@pytest.mark.parametrize(
    ("day", "document"),
    [
        ("2020-06-02", "民发〔2018〕90号"),
        ("2020-12-31", "民发〔2018〕90号"),
        ("2021-01-01", "民发〔2020〕69号"),
    ],
)
def test_the_circular_in_force_is_named(day, document):
    situation = replace(NOT_LIFTED, day=date.fromisoformat(day))
    advice = dibao_single(situation)
    assert (advice.answer, advice.document) == ("yes", document)


def test_either_circular_in_force_is_enough():
    in_both = replace(LOW_INCOME, day=date(2020, 7, 1))
    assert dibao_single(in_both).document == "民发〔2020〕69号"


# 临时救助


@pytest.mark.parametrize(("hardship", "expected"), [(True, "yes"), (False, "no"), (None, "unknown")])
def test_temporary_aid_goes_by_hardship(hardship, expected):
    assert temporary(replace(WELL_OFF, hardship=hardship)).answer == expected


# certificates against a table

MIND_AND_FIRST_LIMB = frozenset({(5, 1), (5, 2), (6, 1), (6, 2), (4, 1)})


@pytest.mark.parametrize(
    ("kind", "grade", "parts", "expected"),
    [
        (5, 2, (), "yes"),
        (5, 3, (), "no"),
        (5, None, (), "unknown"),
        (None, 1, (), "unknown"),
        (None, 3, (), "no"),
        (1, None, (), "no"),
        (7, 1, (), "unknown"),
        (7, 1, (4, 5), "yes"),  # whichever part has grade 1
        (7, 2, (4, 5), "unknown"),
        (7, 2, (5, 6), "yes"),
        (7, 2, (1, 4), "no"),
        (7, 1, (1, 2), "no"),
        (7, 1, (1, 5), "unknown"),
        (7, 3, (), "no"),
        (7, 3, (5, 6), "no"),
        (7, None, (5, 6), "unknown"),
        (7, None, (1, 2), "no"),
    ],
)
def test_a_multiple_certificate_tells_only_the_grade_of_its_worst_part(kind, grade, parts, expected):
    assert certificate_meets(certificate(kind, grade, parts), MIND_AND_FIRST_LIMB) == expected


def test_circulars_of_tekun_do_not_overlap():
    for earlier, later in pairwise(TEKUN_RULES):
        assert earlier.last_day < later.first_day
    assert [rule.document for rule in SINGLE_RULES] == ["民发〔2018〕90号", "民发〔2020〕69号"]


# invariants

situations = st.builds(
    Situation,
    day=st.dates(date(2019, 1, 1), date(2022, 1, 1)),
    rural_dibao=st.sampled_from([None, Decimal(4500)]),
    low_income_factor=st.sampled_from([None, Decimal("1.5")]),
    registered=st.booleans(),
    poverty_status=st.sampled_from(["", *PovertyStatus.values]),
    income=st.none() | st.sampled_from([Decimal(4000), Decimal(4500), Decimal(5000), Decimal(9000)]),
    properties=st.none() | st.lists(st.sampled_from(PropertyKind.values), unique=True).map(tuple),
    born=st.none() | st.dates(date(1930, 1, 1), date(2019, 1, 1)),
    labour=st.sampled_from(["", *Labour.values]),
    certificates=st.lists(
        st.builds(certificate, st.sampled_from([None, 4, 5, 7]), st.sampled_from([None, 1, 2, 3])), max_size=2
    ).map(tuple),
    major_illness=st.booleans(),
    obligors=st.none() | st.lists(st.sampled_from(["", *ObligorAbility.values])).map(tuple),
    dependent=st.none() | st.booleans(),
    hardship=st.none() | st.booleans(),
    on_tekun=st.none() | st.booleans(),
)


@given(situations)
def test_unknown_advice_always_names_what_to_find_out(situation):
    advice = advise(situation)
    assert (advice.answer == "unknown") == bool(advice.missing)
    assert set(advice.missing) <= set(MISSING_WORDS)
    assert advice.answer in ("yes", "unknown")
    assert all(test.answer == "no" for test in advice.tests) == (advice.scheme == "none")


answers_found = st.fixed_dictionaries(
    {
        "income": st.decimals(0, 9000, places=2),
        "dependent": st.booleans(),
        "hardship": st.booleans(),
        "on_tekun": st.booleans(),
        "obligors": st.sampled_from([(), ("unable",), ("able",)]),
        "properties": st.sampled_from([(), ("vehicle",)]),
        "born": st.sampled_from([date(1950, 1, 1), date(1980, 1, 1)]),
        "rural_dibao": st.just(Decimal(4500)),
        "low_income_factor": st.just(Decimal("1.5")),
    }
)


@given(situations, answers_found)
def test_finding_out_never_turns_a_known_answer(situation, found):
    """Filling the gaps decides what was unknown and leaves every yes and no as it was."""
    gaps = {name: value for name, value in found.items() if getattr(situation, name) is None}
    filled = replace(situation, **gaps)
    for before, after in zip(advise(situation).tests, advise(filled).tests, strict=True):
        assert before.answer in ("unknown", after.answer)
