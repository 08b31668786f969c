"""The demo lists by the real import path give what their generator says, and so does screening (C01, C05)."""

import json
from typing import Any

import pytest

from dabao import clock, plans
from dabao.models import User
from screening.models import SourceList
from screening.services.screening import screen_region
from supervision.demo import lists, people
from supervision.demo.seed import FOLDER
from supervision.tests.test_load_plan import loaded  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
NUMBERS = ("rows_read", "created", "rejected", "skipped", "skipped_why", "unmatched")


@pytest.mark.usefixtures("loaded")
def test_importing_and_screening_the_demo_lists_gives_what_the_generator_says() -> None:
    expected = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
    people.make_accounts(path=FOLDER / "cast.json")
    actor = User.objects.get(username="xianju")
    told: list[str] = []
    assert lists.import_lists(folder=FOLDER, actor=actor, tell=told.append) == 7
    for kind, _day in lists.RECEIVED:
        totals = SourceList.objects.get(kind=kind).totals
        wanted = {name: expected["lists"][kind][name] for name in NUMBERS if name in expected["lists"][kind]}
        assert {name: totals[name] for name in wanted} == wanted, kind
    plan = plans.current()
    found = screen_region(plan=plan, region_code=plan.region_id, day=clock.today()).as_json()
    assert found["cases_new"] == 0
    _assert_screening(found, expected["screening"])
    assert lists.import_lists(folder=FOLDER, actor=actor, tell=told.append) == 0


def _assert_screening(found: dict[str, Any], expected: dict[str, Any]) -> None:
    categories = {
        digit: {name: figure for name, figure in figures.items() if name != "unknown_with_case"}
        for digit, figures in expected["categories"].items()
    }
    assert found["categories"] == categories
    assert (found["households"], found["persons"]) == (expected["households"], expected["persons"])
    assert found["covered"] == expected["covered"]
