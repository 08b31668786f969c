"""What tests of the pages of cases need: a household of two, a client of the officer, a form filled in."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dabao.tests.cast import LIUSHUTANG, TODAY
from screening.choices import Labour


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def url(name, case=None):
    return reverse(f"screening:{name}", args=[case.pk] if case else [])


def filled(case, **changes):
    """A form filled in for everybody, with the same verdict for the whole household."""
    people = [m.person for m in case.household.memberships.all()]
    return {
        "version": case.version,
        "submission_key": str(uuid.uuid4()),
        "on_site": "on",
        "visited_on": TODAY.isoformat(),
        "role": "township",
        "companions": "",
        "result": "visited",
        "living": str(len(people)),
        **{f"lives-{person.pk}": "on" for person in people},
        "income-wages": "８,０00",
        "income-wages-note": "县内务工",
        "holds": ["none"],
        "food_ok": "yes",
        "clothing_ok": "yes",
        "for_whom": "whole",
        "scheme": "dibao",
        "grounds": "配偶需照料",
        "then": "stay",
    } | changes


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(address)
    assert answer.status_code == 200
    return len(captured)
