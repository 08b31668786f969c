"""What tests of reports need beside the cast: the whole county's scope, and a report sent on a day."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace

import pytest

from dabao import clock
from dabao.scope import Role, Scope
from dabao.tests.cast import SHIYANG, Cast
from reports.models import MonthlyReport
from reports.services import writing

APRIL, MARCH = date(2020, 4, 1), date(2020, 3, 1)


@pytest.fixture
def send(county: SimpleNamespace, cast: Cast) -> Callable[..., MonthlyReport]:
    """Sign and send the report of a township on a day, as its head."""

    def sent(day: date, month: date = APRIL, region: str = SHIYANG, problems: str = "无") -> MonthlyReport:
        report = MonthlyReport.objects.filter(plan=county.plan, region=region, month=month).first()
        scope = Scope(cast.head.pk, frozenset({(Role.TOWNSHIP_HEAD.value, region)}))
        with clock.pretend(day):
            return writing.submit(
                scope=scope,
                plan=county.plan,
                region_code=region,
                month=month,
                actor=cast.head,
                version=report.version if report else 0,
                texts=writing.Texts("", problems),
                offered="",
                day=day,
            )

    return sent
