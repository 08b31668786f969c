"""Every figure of the board and the homes opens a list of exactly as many households as it says."""

import re
from datetime import date

import pytest
from django.http import QueryDict

from dabao import clock
from dabao.tests.cast import CHAHE, DAMAIDI, LIUSHUTANG, TODAY
from reports.queries import requests
from screening.choices import CaseOutcome, CaseState, Coverage
from screening.models import CaseEvent
from screening.monitoring_page import work_list
from screening.queries.cases import CaseFilters, filtered
from supervision import flag_page
from supervision.queries import finding_list
from supervision.queries.finding_list import FindingFilters

FIGURE = re.compile(r'<a class="fig[^"]*" href="(/[^"?]*)\??([^"]*)">([\d,]+)</a>')
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
        case = make_case(
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
        if case.verified_on:
            CaseEvent.objects.create(
                case=case,
                day=case.verified_on,
                kind="verified",
                from_state=CaseState.TO_VERIFY,
                to_state=state,
                outcome=outcome,
                text="核查",
            )


@pytest.fixture
def shown(worked, owed_answers, desk):
    """Besides, the county owes answers and 石羊镇 has a finding to put right."""
    desk.open()


def cases_of(user, plan, query: QueryDict) -> int:
    filters = CaseFilters.from_query(query, CaseState.TO_VERIFY)
    return filtered(user.scope(), plan, filters, TODAY).count()


def work_of(user, plan, query: QueryDict) -> int:
    day, region = clock.as_at(query.get("as_at", "")), query.get("region", "")
    return work_list(user.scope(), plan, query["work"], region, "", day, None)["total"]


def answers_of(user, plan, query: QueryDict) -> int:
    day = clock.as_at(query.get("as_at", ""))
    return len(requests.sent(user.scope(), plan, query.get("region", ""), day))


def flags_of(user, plan, query: QueryDict) -> int:
    day = clock.as_at(query.get("as_at", ""))
    return len(flag_page.build(user.scope(), flag_page.FlagFilters.from_query(query), day).rows)


def findings_of(user, plan, query: QueryDict) -> int:
    return finding_list.filtered(user.scope(), plan, FindingFilters.from_query(query), TODAY).count()


LISTS = {
    "/findings/": findings_of,
    "/cases/": cases_of,
    "/warnings/work/": work_of,
    "/requests/": answers_of,
    "/board/flags/": flags_of,
}


@pytest.mark.parametrize(
    ("who", "path", "least"),
    [
        ("leader", "/board/", 34),
        ("leader", "/board/?as_at=2020-04-05", 28),
        ("leader", "/", 8),
        ("unit", "/board/", 12),
        ("head", "/board/", 12),
        ("county", "/", 6),
        ("officer", "/", 15),
        ("assistant", "/", 15),
    ],
)
def test_every_figure_is_as_long_as_its_list(
    worked, owed_answers, desk, county, cast, client_of, who, path, least
):
    desk.open()
    user = getattr(cast, who)
    figures = FIGURE.findall(client_of(user).get(path).content.decode())
    assert len(figures) >= least
    for address, query, said in figures:
        found = LISTS[address](user, county.plan, QueryDict(query.replace("&amp;", "&")))
        assert f"{found:,}" == said, f"{address}?{query}"


def test_a_figure_opens_the_page_which_says_the_same_number(shown, cast, client_of):
    client = client_of(cast.leader)
    figures = FIGURE.findall(client.get("/board/").content.decode())
    for address in LISTS:
        query, said = next(rest for path, *rest in figures if path == address)
        page = client.get(f"{address}?{query.replace('&amp;', '&')}")
        assert page.status_code == 200
        assert re.search(rf"\b{said}</?[b ]|\b{said} [户条面]", page.content.decode()), address
