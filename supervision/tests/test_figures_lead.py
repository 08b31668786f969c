"""Every figure of the board and the homes opens a list of exactly as many households as it says."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from dabao.tests.cast import CHAHE, DAMAIDI, LIUSHUTANG, TODAY
from screening.choices import CaseOutcome, CaseState, Coverage
from screening.queries.cases import CaseFilters, filtered

FIGURE = re.compile(r'<a class="fig[^"]*" href="/cases/\?([^"]*)">([\d,]+)</a>')
STATES = (
    (CaseState.TO_VERIFY, ""),
    (CaseState.TO_RECHECK, ""),
    (CaseState.TO_ENROL, ""),
    (CaseState.CLOSED, CaseOutcome.COVERED_CONFIRMED),
    (CaseState.CLOSED, CaseOutcome.NOT_ELIGIBLE),
)


@pytest.fixture
def worked(make_case, make_household):
    """Households of three villages in every state, coverage and category."""
    for number in range(30):
        state, outcome = STATES[number % 5]
        make_case(
            make_household((LIUSHUTANG, CHAHE, DAMAIDI)[number % 3], registered=number % 4 != 0),
            state=state,
            outcome=outcome,
            categories=[[1, 3], [2], [3, 4], [6]][number % 4],
            coverage=list(Coverage)[number % 4],
            verified_on=None if state == CaseState.TO_VERIFY else date(2020, 4, 1 + number % 9),
            closed_on=date(2020, 4, 9) if state == CaseState.CLOSED else None,
            returned_on=date(2020, 4, 6) if number % 10 == 0 else None,
            opened_on=date(2020, 4, 20) if number == 29 else date(2020, 3, 10),
        )


@pytest.mark.parametrize(
    ("who", "path", "least"),
    [
        ("leader", "/board/", 30),
        ("leader", "/", 8),
        ("unit", "/board/", 8),
        ("head", "/board/", 8),
        ("county", "/", 6),
        ("officer", "/", 15),
        ("assistant", "/", 15),
    ],
)
def test_every_figure_is_as_long_as_its_list(worked, county, cast, client_of, who, path, least):
    user = getattr(cast, who)
    page = client_of(user).get(path).content.decode()
    figures = FIGURE.findall(page)
    assert len(figures) >= least
    for query, said in figures:
        filters = CaseFilters.from_query(QueryDict(query.replace("&amp;", "&")), CaseState.TO_VERIFY)
        found = filtered(user.scope(), county.plan, filters, TODAY).count()
        assert f"{found:,}" == said, query


def test_a_figure_opens_the_worklist_which_says_the_same_number(worked, cast, client_of):
    client = client_of(cast.leader)
    query, said = FIGURE.findall(client.get("/board/").content.decode())[0]
    page = client.get(f"/cases/?{query.replace('&amp;', '&')}")
    assert page.status_code == 200
    assert said in page.content.decode()
