"""The draw and the error rate (C21)."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from supervision.choices import Item
from supervision.rules import sampling
from supervision.rules.sampling import BEGUN, DONE, LEFT, NOT_HOME, REFUSED, Checked, Rate

FRAME = [f"household-{number:03d}" for number in range(40)]
PINNED = ["household-017", "household-038", "household-001"]
frames = st.sets(st.integers(0, 500), max_size=60).map(lambda numbers: [f"h{one:03d}" for one in numbers])
seeds = st.text(min_size=1, max_size=20)
# How fast the examples come on a busy machine says nothing of the draw.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@unhurried
@given(seeds, frames, st.randoms(use_true_random=False))
def test_the_same_seed_draws_the_same_whatever_the_order_of_the_list(seed, frame, shuffler):
    mixed = list(frame)
    shuffler.shuffle(mixed)
    assert sampling.order_of(seed, "enrolled", mixed) == sampling.order_of(seed, "enrolled", frame)


@unhurried
@given(seeds, frames)
def test_the_order_of_a_seed_holds_every_household_once(seed, frame):
    assert sorted(sampling.order_of(seed, "covered", frame)) == sorted(frame)


@unhurried
@given(seeds, frames, frames, st.integers(0, 70), st.integers(0, 70))
def test_each_stratum_gives_its_number_or_all_it_has_and_nobody_twice(seed, first, second, one, two):
    drawn = sampling.draw(seed, {"enrolled": first, "covered": second}, {"enrolled": one, "covered": two})
    assert [len(drawn["enrolled"]), len(drawn["covered"])] == [min(one, len(first)), min(two, len(second))]
    assert all(len(set(households)) == len(households) for households in drawn.values())
    assert set(drawn["enrolled"]) <= set(first)


def test_a_known_seed_draws_the_households_it_always_drew():
    """Pinned: a change of the draw would leave samples that nobody can draw again."""
    assert sampling.order_of("20200410-湾碧", "enrolled", FRAME)[:3] == PINNED


def test_another_seed_or_another_stratum_draws_others():
    orders = {tuple(sampling.order_of(seed, stratum, FRAME)) for seed in ("a", "b") for stratum in ("x", "y")}
    assert len(orders) == 4


def test_a_larger_sample_begins_with_the_smaller_one():
    small, large = (sampling.draw("s", {"covered": FRAME}, {"covered": n})["covered"] for n in (5, 9))
    assert large[:5] == small


def test_a_list_that_is_not_the_draw_of_its_seed_is_told():
    order = sampling.order_of("s", "covered", FRAME)
    assert sampling.is_draw_of({("covered", 1): order[0], ("covered", 7): order[6]}, "s", {"covered": FRAME})
    assert not sampling.is_draw_of({("covered", 1): order[1]}, "s", {"covered": FRAME})
    assert not sampling.is_draw_of({("covered", 1): order[0]}, "t", {"covered": FRAME})
    assert not sampling.is_draw_of({("enrolled", 1): order[0]}, "s", {"covered": FRAME})


def test_the_next_in_the_order_takes_the_place_and_nobody_when_all_are_used():
    assert sampling.next_in(["c", "a", "b"], {"c"}) == "a"
    assert sampling.next_in(["c", "a"], {"a", "c"}) is None


ALL = dict.fromkeys(Item.values, "same")


@pytest.mark.parametrize(
    ("met", "matches", "state"),
    [
        ("", {}, LEFT),
        ("not_home", {}, NOT_HOME),
        ("refused", {}, REFUSED),
        ("met", {}, BEGUN),
        ("met", {"members": "same"}, BEGUN),
        ("met", ALL, DONE),
        ("met", ALL | {"aid": "not_asked"}, DONE),
        ("met", ALL | {"aid": "differs"}, DONE),
        ("met", dict.fromkeys(Item.values, "not_asked"), BEGUN),
    ],
)
def test_a_visit_is_done_when_every_item_is_answered_and_one_was_asked(met, matches, state):
    assert sampling.state_of(met, matches, Item.values) == state


def checked(stratum, state, *, wrong=False):
    return Checked(stratum, state, wrong)


VISITS = [
    checked("not_eligible", DONE, wrong=True),
    checked("not_eligible", DONE),
    checked("not_eligible", DONE),
    checked("not_eligible", NOT_HOME),
    checked("enrolled", REFUSED),
    checked("enrolled", LEFT),
    checked("enrolled", BEGUN, wrong=True),
    checked("covered", DONE),
]


@pytest.mark.parametrize(
    ("stratum", "expected", "percent"),
    [
        ("not_eligible", Rate("not_eligible", 4, 3, 1, 1, 0, 0), Decimal("33.3")),
        ("enrolled", Rate("enrolled", 3, 0, 0, 0, 1, 2), None),
        ("covered", Rate("covered", 1, 1, 0, 0, 0, 0), Decimal("0.0")),
    ],
)
def test_the_base_holds_only_who_was_met_and_checked(stratum, expected, percent):
    found = sampling.rate(stratum, [visit for visit in VISITS if visit.stratum == stratum])
    assert (found, found.percent) == (expected, percent)


def test_the_strata_add_up_to_the_whole():
    lines = sampling.rates(VISITS, ["not_eligible", "enrolled", "covered"])
    whole = sampling.rate("", VISITS)
    for figure in ("drawn", "checked", "wrong", "not_home", "refused", "left"):
        assert sum(getattr(line, figure) for line in lines) == getattr(whole, figure)
    assert whole.drawn == whole.checked + whole.not_home + whole.refused + whole.left


@pytest.mark.parametrize(
    ("wrong", "base", "percent"), [(1, 8, "12.5"), (1, 16, "6.3"), (2, 3, "66.7"), (5, 5, "100.0")]
)
def test_a_rate_is_rounded_half_up_to_one_place(wrong, base, percent):
    assert Rate("covered", base, base, wrong, 0, 0, 0).percent == Decimal(percent)
