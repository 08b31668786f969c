"""Who receives what on a day: tables of edge cases, and what must hold for any chain (C17)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screening.rules.entitlements import From, Held, Line, held, next_month, shares

DIBAO, TEKUN = "rural_dibao", "tekun"
ROLL_DAY, MAY, JUNE, JULY = date(2020, 3, 5), date(2020, 5, 1), date(2020, 6, 1), date(2020, 7, 1)
GRANT = "grant"


def on_roll(amount=210, scheme=DIBAO, said_on=ROLL_DAY):
    return Held(scheme, Decimal(amount), said_on, From.ROLL, said_on=said_on)


def granted(amount=210, since=MAY, scheme=DIBAO, key=GRANT):
    return Held(scheme, Decimal(amount), since, From.GRANT, key)


def stop(from_month, order=1, key=None, amount=210, scheme=DIBAO):
    return Line(scheme, "stop", Decimal(amount), from_month, (order,), key)


def start(amount, from_month, order=1, key=None, scheme=DIBAO):
    return Line(scheme, "start", Decimal(amount), from_month, (order,), key)


def told(facts, lines, day, editions=None):
    return [
        (one.scheme, int(one.amount), one.source.value) for one in held(facts, lines, editions or {}, day)
    ]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2020, 5, 31), [(DIBAO, 210, "roll")]),
        (JUNE, [(DIBAO, 150, "change")]),
        (date(2020, 6, 30), [(DIBAO, 150, "change")]),
        (JULY, []),
    ],
)
def test_a_change_takes_effect_on_the_first_of_its_month(day, expected):
    lines = [stop(JUNE), start(150, JUNE), stop(JULY, 2, amount=150)]
    assert told([on_roll()], lines, day) == expected


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        (date(2020, 5, 31), []),
        (JUNE, [(DIBAO, 210, "roll")]),
        (date(2020, 6, 5), [(DIBAO, 210, "roll")]),
    ],
)
def test_a_roll_of_the_changes_month_or_later_says_more_than_the_change(edition, expected):
    assert told([on_roll()], [stop(JUNE)], date(2020, 6, 20), {DIBAO: edition}) == expected


def test_a_roll_of_another_scheme_says_nothing_about_the_change():
    assert told([on_roll()], [stop(JUNE)], date(2020, 6, 20), {TEKUN: date(2020, 6, 5)}) == []


def test_a_later_roll_without_him_ends_what_a_change_began():
    lines = [start(100, MAY)]
    assert told([], lines, date(2020, 6, 20)) == [(DIBAO, 100, "change")]
    assert told([], lines, date(2020, 6, 20), {DIBAO: date(2020, 6, 5)}) == []


def test_a_later_roll_without_him_leaves_his_grant_alone():
    assert told([granted()], [], date(2020, 6, 20), {DIBAO: date(2020, 6, 5)}) == [(DIBAO, 210, "grant")]
    lines = [stop(JUNE, key=GRANT)]
    assert told([granted()], lines, date(2020, 6, 20), {DIBAO: date(2020, 6, 5)}) == []


def test_a_grant_newer_than_the_roll_takes_its_place():
    facts = [on_roll(180), granted(600, scheme=TEKUN)]
    assert told(facts, [], date(2020, 4, 30)) == [(DIBAO, 180, "roll")]
    assert told(facts, [], MAY) == [(TEKUN, 600, "grant")]


def test_a_roll_newer_than_the_grant_shows_what_is_paid():
    facts = [on_roll(215), granted(210)]
    assert told(facts, [], JUNE, {DIBAO: date(2020, 5, 20)}) == [(DIBAO, 215, "roll")]


def test_a_stopped_grant_does_not_bring_the_older_roll_back():
    facts, lines = [on_roll(180), granted(210)], [stop(JUNE, key=GRANT)]
    assert told(facts, lines, JUNE) == []


def test_stop_and_start_of_the_same_change_leave_the_new_amount_whatever_their_order():
    for lines in ([stop(JUNE), start(150, JUNE)], [start(150, JUNE), stop(JUNE)]):
        assert told([on_roll()], lines, JUNE) == [(DIBAO, 150, "change")]


def test_two_schemes_of_one_roll_are_both_shown():
    assert told([on_roll(180), on_roll(600, TEKUN)], [], MAY) == [(DIBAO, 180, "roll"), (TEKUN, 600, "roll")]


@given(st.integers(0, 10**7), st.integers(1, 12))
def test_shares_add_up_and_differ_by_a_cent_at_most(cents, persons):
    total = Decimal(cents) / 100
    parts = shares(total, persons)
    assert sum(parts) == total
    assert max(parts) - min(parts) <= Decimal("0.01")


months = st.integers(4, 12).map(lambda month: date(2020, month, 1))
amounts = st.integers(1, 500)


@given(st.lists(st.tuples(months, amounts), max_size=5), st.integers(0, 300))
def test_before_the_first_change_nothing_has_changed_and_after_the_last_it_alone_counts(changes, days):
    day = ROLL_DAY + timedelta(days=days)
    lines = []
    for order, (month, amount) in enumerate(sorted(changes)):
        lines += [stop(month, order), start(amount, month, order)]
    in_effect = [(month, order) for order, (month, _) in enumerate(sorted(changes)) if month <= day]
    amount = sorted(changes)[max(in_effect)[1]][1] if in_effect else 210
    assert [entry[1] for entry in told([on_roll()], lines, day)] == [amount]


@pytest.mark.parametrize(
    ("day", "first"),
    [
        (date(2020, 1, 31), date(2020, 2, 1)),
        (date(2020, 12, 31), date(2021, 1, 1)),
        (date(2020, 4, 1), MAY),
        (date(2020, 2, 29), date(2020, 3, 1)),
    ],
)
def test_the_next_month_begins_on_its_first(day, first):
    assert next_month(day) == first
