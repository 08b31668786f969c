"""What several tests of supervision stand on."""

from datetime import date

import pytest

from dabao.models import Flag, FlagKind, Unit
from dabao.tests.cast import SHIYANG, TODAY
from reports.models import HelpRequest, MonthlyReport, ReportState
from reports.services import flags


@pytest.fixture
def owed_answers(county):
    """Three requests of one report: two past their day and flagged, one answered."""
    unit = Unit.objects.create(region=county.region, name="社会救助股", order=1)
    report = MonthlyReport.objects.create(
        plan=county.plan,
        region_id=SHIYANG,
        month=date(2020, 3, 1),
        state=ReportState.SUBMITTED,
        submitted_on=date(2020, 3, 12),
    )
    for order, (due, answered) in enumerate(
        [(date(2020, 3, 25), None), (date(2020, 4, 5), None), (date(2020, 3, 25), TODAY)], 1
    ):
        HelpRequest.objects.create(
            report=report,
            order=order,
            text="开通账号",
            unit=unit,
            wanted_by=due,
            due_on=due,
            answer="已开通" if answered else "",
            answered_on=answered,
        )
    flags.raise_others(plan=county.plan, day=TODAY)
    Flag.objects.exclude(kind=FlagKind.ANSWER_OWED).delete()
