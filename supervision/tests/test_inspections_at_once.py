"""The same thing sent several times at once is done once (F07)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from supervision.models import Finding, Inspection, Sample, SampleItem, Visit
from supervision.services.visits import Problem
from supervision.tests.inspections_cast import replace

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 4


def at_once(act: Callable[[], Any]) -> list[str]:
    """What each of several got: "done", or the name of its refusal."""
    ready = Barrier(TIMES)

    def one(_: int) -> str:
        ready.wait(timeout=30)
        try:
            act()
        except ValidationError:
            return "refused"
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(TIMES) as pool:
        return sorted(pool.map(one, range(TIMES)))


def test_one_seed_draws_once(coming, concluded):
    assert at_once(coming.draw) == ["done", "refused", "refused", "refused"]
    assert (Sample.objects.count(), Inspection.objects.count(), Visit.objects.count()) == (1, 1, 5)


def test_one_inspection_is_recorded_once(coming):
    assert at_once(coming.record) == ["done"] * TIMES
    assert Inspection.objects.count() == 1


def test_one_sheet_opens_one_finding(coming, concluded):
    visit = coming.draw().items.first().visit
    problem = Problem("missed", "儿子去年10月摔伤，没有务工收入", coming.limit)
    assert at_once(lambda: coming.save(visit, problem=problem)) == ["done"] * TIMES
    visit.refresh_from_db()
    assert (visit.version, Finding.objects.count()) == (2, 1)


def test_one_household_is_replaced_once(coming, cast, concluded):
    item = coming.draw().items.get(stratum="enrolled")
    assert at_once(lambda: replace(coming, cast, item)) == ["done", "refused", "refused", "refused"]
    assert SampleItem.objects.filter(stratum="enrolled").count() == 2
