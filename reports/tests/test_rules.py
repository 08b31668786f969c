"""The table of a report: every household in one column, sums that add up, the part of the period (C20)."""

from dataclasses import replace
from datetime import date

import pytest

from reports.rules import (
    BY_KEY,
    COLUMNS,
    CaseLine,
    add,
    behind,
    count,
    percent,
    progress_draft,
    standing,
)

FIRST, SINCE, DAY = date(2020, 3, 10), date(2020, 3, 14), date(2020, 4, 10)


def line(
    number, state="to_verify", outcome="", scheme="", categories=(1,), verified=None, closed=None, persons=3
):
    return CaseLine(str(number), 3, tuple(categories), state, outcome, scheme, FIRST, verified, closed)


VERIFIED = date(2020, 3, 20)
EVERY_STATE = [
    line(1),
    line(2, "closed", "covered_confirmed", verified=VERIFIED, closed=VERIFIED, categories=(1, 2)),
    line(3, "to_enrol", verified=date(2020, 3, 13), categories=(2,)),
    line(4, "closed", "enrolled", "dibao", verified=FIRST, closed=DAY),
    line(5, "closed", "enrolled", "dibao_single", verified=VERIFIED, closed=VERIFIED),
    line(6, "closed", "enrolled", "tekun", verified=VERIFIED, closed=VERIFIED),
    line(7, "closed", "enrolled", "temporary", verified=VERIFIED, closed=VERIFIED),
    line(8, "to_recheck", verified=VERIFIED),
    line(9, "closed", "not_eligible", verified=VERIFIED, closed=VERIFIED),
    line(10, "closed", "deceased", verified=VERIFIED, closed=VERIFIED, categories=()),
]


@pytest.fixture
def table():
    return count(EVERY_STATE, [1, 2, 3, 4, 5, 6], day=DAY, since=SINCE)


def real(table, key):
    return table["real"][key][0]


def test_each_state_stands_in_its_column(table):
    assert {key: real(table, key) for key in BY_KEY} == {
        "to_screen": 10,
        "screened": 9,
        "covered": 1,
        "eligible": 5,
        "dibao": 2,
        "tekun": 1,
        "temporary": 1,
        "in_process": 1,
        "not_eligible": 3,
        "annotated": 2,
        "to_recheck": 1,
    }


@pytest.mark.parametrize("row", ["real", "visits", "outside", "double"])
def test_the_columns_add_up(table, row):
    for place in (0, 1):
        figure = {key: pair[place] for key, pair in table[row].items()}
        assert figure["screened"] == figure["covered"] + figure["eligible"] + figure["not_eligible"]
        enrolled = figure["dibao"] + figure["tekun"] + figure["temporary"]
        assert figure["eligible"] == enrolled + figure["in_process"]
        assert figure["not_eligible"] == figure["annotated"] + figure["to_recheck"]


def test_visits_less_double_counting_are_the_households(table):
    for key in BY_KEY:
        visits, outside, double = (table[name][key][0] for name in ("visits", "outside", "double"))
        assert visits + outside - double == real(table, key)
    assert table["visits"]["covered"] == [2, 6]


def test_a_household_of_no_category_is_added_and_not_hidden_in_the_deduction(table):
    found_by_hand = replace(line(1, "to_verify", verified=None), categories=())
    more = count([*EVERY_STATE, found_by_hand], [1, 2, 3, 4, 5, 6], day=DAY, since=SINCE)
    assert more["double"] == table["double"]
    assert more["outside"]["to_screen"][0] == table["outside"]["to_screen"][0] + 1
    assert real(more, "to_screen") == real(table, "to_screen") + 1


def test_a_returned_household_is_no_longer_screened():
    assert not BY_KEY["screened"].counts(line(1, "to_verify", verified=None))


def test_the_period_goes_by_the_day_of_each_fact(table):
    since = {key: pair[0] for key, pair in table["since"].items()}
    assert since["screened"] == 7  # not the one verified on the 13th nor the one on the 10th
    assert since["dibao"] == 2  # also the one verified before and enrolled in the period
    assert since["to_screen"] == 0


def test_stocks_have_no_part_in_a_period(table):
    assert "in_process" not in table["since"]
    assert "to_recheck" not in table["since"]


def test_every_figure_is_the_number_of_the_cases_behind_it(table):
    for column in COLUMNS:
        assert len(behind(EVERY_STATE, column)) == real(table, column.key)
        for category in (1, 2):
            found = behind(EVERY_STATE, column, category=category)
            assert len(found) == table["categories"][str(category)][column.key][0]
        if column.since:
            assert len(behind(EVERY_STATE, column, since=SINCE)) == table["since"][column.key][0]


def test_a_line_comes_back_from_the_database_as_it_was():
    assert [CaseLine.from_json(row.as_json()) for row in EVERY_STATE] == EVERY_STATE


def test_county_figures_are_the_sums_of_the_townships(table):
    other = count(EVERY_STATE[:4], [1, 2], day=DAY, since=SINCE)
    total = add([table, other])
    for name in ("real", "visits", "outside", "double", "since"):
        for key, pair in total[name].items():
            assert pair == [table[name][key][place] + other[name][key][place] for place in (0, 1)]
    assert total["categories"]["2"]["screened"][0] == 4


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [(126, 163, "77.3"), (1, 3, "33.3"), (2, 3, "66.7"), (5, 5, "100"), (0, 0, "100")],
)
def test_rates_have_one_place_half_up(part, whole, words):
    assert percent(part, whole) == words


def test_the_draft_says_the_figures_of_the_page(table):
    assert progress_draft("石羊镇", table) == (
        "截至4月10日，石羊镇应排查10户30人，已排查9户，占90%，还剩1户。"
        "已排查户中，在保1户，符合条件5户（已纳入4户：低保2户、特困供养1户、临时救助1户；正在办理1户），"
        "不符合3户（已复核并标注2户，待复核1户）。3月14日以来排查7户，新纳入4户。"
    )


def test_the_draft_of_a_month_without_work_says_so():
    table = count([line(1)], [1], day=DAY, since=SINCE)
    assert progress_draft("石羊镇", table) == (
        "截至4月10日，石羊镇应排查1户3人，已排查0户，占0%，还剩1户。3月14日以来排查0户，新纳入0户。"
    )


@pytest.mark.parametrize(
    ("state", "submitted_on", "day", "kind", "days"),
    [
        ("", None, date(2020, 4, 15), "none", 0),
        ("draft", None, date(2020, 4, 15), "draft", 0),
        ("to_sign", None, date(2020, 4, 15), "to_sign", 0),
        ("to_sign", None, date(2020, 4, 16), "missing", 1),
        ("", None, date(2020, 5, 2), "missing", 17),
        ("submitted", date(2020, 4, 15), date(2020, 5, 2), "done", 0),
        ("submitted", date(2020, 4, 16), date(2020, 5, 2), "late", 1),
        ("returned", date(2020, 4, 15), date(2020, 5, 2), "returned", 0),
    ],
)
def test_where_a_report_stands(state, submitted_on, day, kind, days):
    found = standing(date(2020, 4, 1), 15, state, submitted_on, day)
    assert (found.kind, found.days) == (kind, days)
