"""What a new edition raises, compared with what stood before (C13): at the line, one yuan off, unknown."""

from datetime import date
from decimal import Decimal

import pytest

from screening.rules import warnings
from screening.rules.facts import StandardFigure
from screening.rules.warnings import (
    CertificateChange,
    Change,
    FigureChange,
    LabourChange,
    StatusChange,
    Thresholds,
    due_day,
    words,
)
from screening.tests.rules.cast import REGISTRY_ROW, certificate

EDITION = date(2020, 4, 30)
THRESHOLDS = Thresholds(
    rural_dibao=StandardFigure(Decimal(4500)), medical_spending=StandardFigure(Decimal(10000))
)


def amount(text):
    return None if text is None else Decimal(text)


def kinds(change, thresholds=THRESHOLDS):
    return [one.kind.value for one in warnings.raised(change, thresholds)]


def income(before, now):
    return Change(EDITION, income=FigureChange(amount(before), amount(now), REGISTRY_ROW))


def spending(before, now):
    return Change(EDITION, spending=FigureChange(amount(before), amount(now), REGISTRY_ROW))


def labour(*pairs, gone=()):
    people = tuple(
        LabourChange(f"p{n}", f"某{n}", before, now, REGISTRY_ROW) for n, (before, now) in enumerate(pairs)
    )
    return Change(EDITION, labour=people, gone_labour=gone)


def card(before, now):
    return Change(EDITION, certificates=(CertificateChange("p1", "周家福", before, now),))


@pytest.mark.parametrize(
    ("before", "now", "raises"),
    [
        ("4610", "3870", True),
        ("4500", "4499", True),  # it stood at the line: not below; now one yuan under
        ("4500", "4499.99", True),
        ("4501", "4500", False),  # exactly at the line is not below
        ("4499", "3000", False),  # was below already: no news
        ("4499", "4600", False),
        ("9000", "4500.01", False),
        (None, "3000", False),  # unknown before: no fall is known
        ("5000", None, False),  # unknown now
        (None, None, False),
        ("5000", "0", True),
    ],
)
def test_income_raises_when_it_falls_below_the_line(before, now, raises):
    assert kinds(income(before, now)) == (["income_below"] if raises else [])


@pytest.mark.parametrize(
    ("before", "now", "raises"),
    [
        ("lifted", "fallen_back", True),
        ("fallen_back", "fallen_back", False),  # was so already: no news
        ("not_lifted", "fallen_back", False),  # never was lifted
        ("", "fallen_back", False),  # unknown before
        ("lifted", "", False),  # unknown now
        ("lifted", "not_lifted", False),
        ("fallen_back", "lifted", False),
    ],
)
def test_falling_back_raises_for_a_lifted_household_only(before, now, raises):
    change = Change(EDITION, status=StatusChange(before, now, REGISTRY_ROW))
    assert kinds(change) == (["fell_back"] if raises else [])


def test_without_a_standard_no_income_raises():
    assert kinds(income("9000", "1"), Thresholds()) == []


@pytest.mark.parametrize(
    ("before", "now", "raises"),
    [
        (None, "10000.01", True),  # the first bill
        (None, "10000", False),
        (None, "10001", True),
        ("10000", "10001", True),
        ("9999", "10000", False),
        ("10001", "25000", False),  # was over already
        ("3000", None, False),
        (None, None, False),
        ("0", "10000.01", True),
    ],
)
def test_spending_raises_when_it_goes_over_the_threshold(before, now, raises):
    assert kinds(spending(before, now)) == (["medical_spending"] if raises else [])


def test_without_a_threshold_no_spending_raises():
    assert kinds(spending(None, "90000"), Thresholds(rural_dibao=THRESHOLDS.rural_dibao)) == []


@pytest.mark.parametrize(
    ("change", "raises"),
    [
        (labour(("ordinary", "lost")), True),
        (labour(("weak", "none"), ("none", "none")), True),
        (labour(("ordinary", "lost"), ("skilled", "weak")), False),  # one has some still
        (labour(("ordinary", "lost"), ("", "")), False),  # a blank: unknown
        (labour(("ordinary", "")), False),
        (labour(("", "lost")), False),  # unknown before
        (labour(("none", "none")), False),  # had none before
        (labour(("none", "none"), gone=("ordinary",)), True),  # he who worked is gone
        (labour(("none", "none"), gone=("none",)), False),
        (labour(gone=("ordinary",)), False),  # nobody left
        (labour(), False),
    ],
)
def test_labour_raises_when_the_household_has_none_left(change, raises):
    assert kinds(change) == (["labour_lost"] if raises else [])


CANCELLED = certificate(1, 2, active=False)


@pytest.mark.parametrize(
    ("before", "now", "raises"),
    [
        (None, certificate(1, 2), True),
        (None, certificate(4, 4), True),
        (None, CANCELLED, False),
        (None, None, False),
        (certificate(1, 2), certificate(1, 2), False),
        (certificate(1, 3), certificate(1, 2), True),  # worse
        (certificate(1, 2), certificate(1, 3), False),  # better
        (certificate(1, 2), certificate(6, 2), False),  # another kind, no worse
        (certificate(1, 2), None, False),
        (certificate(1, 2), CANCELLED, False),
        (CANCELLED, certificate(1, 2), True),
        (certificate(1, None), certificate(1, 2), False),  # grade unknown before: worse is not known
        (certificate(1, 2), certificate(1, None), False),
    ],
)
def test_a_certificate_raises_when_it_is_new_or_worse(before, now, raises):
    assert kinds(card(before, now)) == (["new_certificate"] if raises else [])


def test_one_edition_can_raise_several_kinds_each_with_its_own_key():
    change = Change(
        EDITION,
        income=FigureChange(Decimal(5000), Decimal(4000)),
        labour=labour(("ordinary", "lost")).labour,
        certificates=(
            CertificateChange("p1", "周家福", None, certificate(1, 2)),
            CertificateChange("p2", "周家禄", None, certificate(1, 2)),
        ),
    )
    found = warnings.raised(change, THRESHOLDS)
    assert [one.key for one in found] == ["2020-04-30", "2020-04-30:p1", "2020-04-30:p2", "2020-04-30"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (income("4610", "3870"), "人均 4,610 → 3,870，低于 4,500"),
        (spending(None, "21340"), "个人自付 21,340 元，超 10,000"),
        (labour(("ordinary", "lost")), "某0 普通劳动力 → 丧失劳动力，全户没有劳动力"),
        (labour(("none", "none"), gone=("weak",)), "有劳动力的人已不在户里，全户没有劳动力"),
        (card(None, certificate(1, 2)), "周家福：视力二级，新证"),
        (card(certificate(1, 3), certificate(1, 2)), "周家福：视力三级 → 视力二级"),
    ],
)
def test_the_evidence_speaks_in_the_words_of_the_plan(change, sentence):
    (found,) = warnings.raised(change, THRESHOLDS)
    assert words(found.kind, found.evidence).sentence == sentence


def test_the_evidence_leads_to_its_row():
    (found,) = warnings.raised(income("4610", "3870"), THRESHOLDS)
    assert found.evidence["source"]["row"] == "row-1"


def test_what_people_report_is_told_in_their_words():
    assert words("disaster", {"text": "山洪冲毁水田"}).sentence == "山洪冲毁水田"


@pytest.mark.parametrize(
    ("raised_on", "days", "due"),
    [
        (date(2020, 5, 6), 10, date(2020, 5, 16)),
        (date(2020, 2, 25), 7, date(2020, 3, 3)),  # over the leap day
        (date(2020, 5, 25), 7, date(2020, 6, 1)),
        (date(2020, 12, 28), 0, date(2020, 12, 28)),
    ],
)
def test_the_limit_is_so_many_days_after_the_warning(raised_on, days, due):
    assert due_day(raised_on, days) == due
