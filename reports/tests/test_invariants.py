"""The checks of reports find what is broken, and nothing else."""

from datetime import date

import pytest

from dabao.models import Flag, Unit
from dabao.tests.cast import SHIYANG, TODAY
from reports.models import HelpRequest
from reports.services.flags import raise_missing
from reports.services.invariants import CHECKS
from reports.tests.conftest import MARCH


@pytest.fixture
def report(make_case, send, county):
    make_case()
    raise_missing(plan=county.plan, day=date(2020, 3, 16))
    return send(TODAY, MARCH)


def broken():
    return {name for name, check in CHECKS.items() if check()}


def test_a_sound_report_breaks_nothing(report):
    assert broken() == set()


def test_changed_figures_are_found(report):
    report.figures["real"]["screened"] = [9, 9]
    report.save()
    assert broken() == {"月报数字与户对得上"}


def test_an_open_flag_beside_a_report_is_found(report):
    Flag.objects.filter(region=SHIYANG).update(cleared_on=None)
    assert broken() == {"已报的月报没有缺报红旗"}


def test_a_request_without_its_day_is_found(report, county):
    unit = Unit.objects.create(region=county.region, name="社会救助股")
    HelpRequest.objects.create(report=report, text="开通账号", unit=unit, wanted_by=TODAY)
    assert broken() == {"已报的请求有答复期限"}
