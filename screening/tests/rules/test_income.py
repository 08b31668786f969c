"""Income arithmetic, positions against the standards, taper and refusals (C14-C16)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.choices import INCOME_SIGNS, IncomeKind
from screening.rules.income import (
    IncomeItem,
    Offer,
    Place,
    Reply,
    add_months,
    family_income,
    may_keep_dibao,
    may_propose_cut,
    may_taper,
    position,
    refusal_run,
    rounded,
    taper_end,
)

LINE, DIBAO = Decimal(4000), Decimal(4500)


def items(**amounts):
    return [IncomeItem(kind, Decimal(amount)) for kind, amount in amounts.items()]


def test_the_household_of_the_pictures_has_4078_yuan_each():
    income = family_income(
        items(
            wages="14400",
            employment_cost="2400",
            business="6800",
            business_cost="3900",
            property="600",
            transfers_in="812",
            transfers_out="0",
        ),
        members=4,
    )
    assert (income.family, income.per_capita) == (Decimal("16312.00"), Decimal("4078.00"))


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("wages", 1),
        ("employment_cost", -1),
        ("business", 1),
        ("business_cost", -1),
        ("property", 1),
        ("transfers_in", 1),
        ("transfers_out", -1),
    ],
)
def test_every_kind_has_its_sign(kind, sign):
    assert family_income([IncomeItem(kind, Decimal(100))], members=1).family == 100 * sign
    assert set(INCOME_SIGNS) == set(IncomeKind)


def test_several_items_of_a_kind_add_up():
    income = family_income([IncomeItem("wages", Decimal(3)), IncomeItem("wages", Decimal(4))], members=1)
    assert income.by_kind == {"wages": Decimal(7)}
    assert income.family == 7


@pytest.mark.parametrize(
    ("family", "members", "per_capita"),
    [
        ("100.00", 3, "33.33"),
        ("200.00", 3, "66.67"),
        ("0.03", 2, "0.02"),  # 0.015 half up
        ("0.01", 2, "0.01"),
        ("-0.01", 2, "-0.01"),
        ("0.014", 1, "0.01"),
        ("0", 5, "0.00"),
    ],
)
def test_cents_are_rounded_half_up(family, members, per_capita):
    assert family_income([IncomeItem("wages", Decimal(family))], members).per_capita == Decimal(per_capita)


def test_nothing_is_rounded_before_the_end():
    three_times = [IncomeItem("wages", Decimal("0.004"))] * 3
    assert family_income(three_times, 1).family == Decimal("0.01")
    assert family_income(three_times, 3).per_capita == Decimal("0.00")
    assert family_income([IncomeItem("wages", Decimal("0.045"))], 10).per_capita == Decimal("0.00")
    assert family_income([IncomeItem("wages", Decimal("9.999"))] * 2, 4).per_capita == Decimal("5.00")


def test_without_members_there_is_no_share():
    assert family_income(items(wages="100"), members=0).per_capita is None


@pytest.mark.parametrize(
    ("income", "place", "difference", "gap"),
    [
        ("4078", Place.BELOW, "-422", "422"),
        ("4500.00", Place.AT, "0", "0"),
        ("4500.01", Place.ABOVE, "0.01", "0.01"),
    ],
)
def test_position_says_the_place_and_the_difference(income, place, difference, gap):
    found = position(Decimal(income), DIBAO)
    assert (found.place, found.difference, found.gap) == (place, Decimal(difference), Decimal(gap))


@pytest.mark.parametrize(
    ("income", "keeps", "tapers"),
    [
        ("3999.99", False, False),
        ("4000", False, False),
        ("4000.01", True, False),
        ("4499.99", True, False),
        ("4500", False, False),
        ("4500.01", False, True),
    ],
)
def test_dibao_is_kept_strictly_between_and_tapered_strictly_above(income, keeps, tapers):
    assert may_keep_dibao(Decimal(income), LINE, DIBAO) is keeps
    assert may_taper(Decimal(income), DIBAO) is tapers


@pytest.mark.parametrize(
    ("first_day", "months", "end"),
    [
        ("2020-08-31", 6, "2021-02-28"),
        ("2019-08-31", 6, "2020-02-29"),
        ("2020-08-15", 6, "2021-02-15"),
        ("2020-05-31", 6, "2020-11-30"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-12-31", 12, "2021-12-31"),
        ("2020-06-01", 7, "2021-01-01"),
    ],
)
def test_a_taper_ends_by_calendar_months(first_day, months, end):
    first = date.fromisoformat(first_day)
    assert taper_end(first, months, shortest=6, longest=12) == date.fromisoformat(end)


@pytest.mark.parametrize("months", [0, 5, 13, -6])
def test_a_taper_outside_the_limits_is_refused_in_words(months):
    with pytest.raises(ValueError, match="6 至 12 个月"):
        taper_end(date(2020, 6, 1), months, shortest=6, longest=12)


@given(st.dates(date(1999, 1, 1), date(2100, 1, 1)), st.integers(0, 60))
def test_months_later_is_in_that_month_and_never_past_the_day(day, months):
    later = add_months(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def offers(*replies):
    return [Offer(date(2020, 7, 1) + timedelta(days=place), reply) for place, reply in enumerate(replies)]


R, V, A, P = Reply.REFUSED, Reply.REFUSED_WITH_REASON, Reply.ACCEPTED, Reply.PENDING


@pytest.mark.parametrize(
    ("replies", "run"),
    [
        ([], 0),
        ([R], 1),
        ([R, R, R], 3),
        ([R, R, A], 0),
        ([R, R, V], 0),
        ([R, R, V, R], 1),
        ([A, R, R, R, R], 4),
        ([R, P, R, P], 2),
        ([P], 0),
    ],
)
def test_refusals_in_a_row(replies, run):
    assert refusal_run(offers(*replies)) == run
    assert refusal_run(reversed(offers(*replies))) == run


def test_an_offer_recorded_late_recomputes_the_run():
    three = offers(R, R, R)
    late = Offer(date(2020, 7, 2), A, order=1)
    assert refusal_run([*three, late]) == 1


@pytest.mark.parametrize(
    ("replies", "registered", "able", "employed", "proposes"),
    [
        ([R, R, R], True, True, False, True),
        ([R, R, R, R], True, True, False, True),
        ([R, R], True, True, False, False),
        ([R, R, R], False, True, False, False),
        ([R, R, R], True, False, False, False),
        ([R, R, R], True, True, True, False),
        ([R, R, R], True, None, False, False),
        ([R, R, R], True, True, None, False),
    ],
)
def test_a_cut_is_proposed_only_for_the_registered_and_able_without_work(
    replies, registered, able, employed, proposes
):
    known = {"registered": registered, "able": able, "employed": employed}
    assert may_propose_cut(offers(*replies), 3, **known) is proposes


money = st.decimals(min_value=0, max_value=10**6, places=2)


@given(st.lists(st.tuples(st.sampled_from(IncomeKind.values), money), max_size=8), st.integers(1, 12))
def test_the_share_times_the_members_is_the_family_to_a_few_cents(pairs, members):
    income = family_income([IncomeItem(kind, amount) for kind, amount in pairs], members)
    assert abs(income.per_capita * members - income.family) <= Decimal("0.005") * members
    assert income.per_capita == rounded(income.per_capita)


@given(money, money, money)
def test_nobody_keeps_and_tapers_at_once(income, line, standard):
    assert not (may_keep_dibao(income, line, standard) and may_taper(income, standard))
