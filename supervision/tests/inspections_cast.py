"""Concluded households, inspections and samples for the tests of supervision in the field."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from dabao.tests.cast import CHAHE, LIUSHUTANG, SHIYANG, TODAY, Cast
from screening.choices import CaseOutcome, CaseState, Labour
from screening.models import Decision, Verification
from supervision.choices import Item
from supervision.models import SampleItem
from supervision.services import inspections, samples, visits
from supervision.services.visits import Problem

NAMES = "毕正兴 李玉香 自国荣 普从贵 熊加贵 罗万明 起小英 杨国富 鲁有才 周德明 何正清 金学文".split()
REASON = "全家去外省务工，年底才回"
SAME = dict.fromkeys(Item.values, "same")


@pytest.fixture
def concluded(make_case, make_household, cast):
    """Twelve concluded households of 石羊镇: five not eligible, three enrolled, four covered."""
    outcomes = (
        [CaseOutcome.NOT_ELIGIBLE] * 5 + [CaseOutcome.ENROLLED] * 3 + [CaseOutcome.COVERED_CONFIRMED] * 4
    )
    found = []
    for number, (name, outcome) in enumerate(zip(NAMES, outcomes, strict=True)):
        village = CHAHE if number % 2 else LIUSHUTANG
        case = make_case(
            make_household(village, (name, Labour.WEAK)), state=CaseState.CLOSED, outcome=outcome
        )
        check = Verification.objects.create(
            case=case,
            by=cast.officer,
            state="submitted",
            result="visited",
            role="township",
            recorded_on=date(2020, 3, 20),
            visited_on=date(2020, 3, 20),
        )
        reason = {"scheme": "none", "reason_code": "income_over", "reason_text": "务工收入 14,400 元"}
        Decision.objects.create(
            verification=check,
            **(reason if outcome == CaseOutcome.NOT_ELIGIBLE else {"scheme": "dibao"}),
        )
        found.append(case)
    return found


@pytest.fixture
def coming(county, cast) -> SimpleNamespace:
    """The county office draws, records and writes: each with what is usual, to be changed by keyword."""

    def who(user: Any) -> dict[str, Any]:
        return {"scope": user.scope(TODAY), "actor": user, "day": TODAY}

    usual = {
        "plan": county.plan,
        "level": "county",
        "occasion": "special",
        "authority": "县局社会救助股",
        "visitors": "布晓艺、金学平",
        "first_day": TODAY,
        "last_day": TODAY,
    }

    def record(user: Any = None, **values: Any) -> Any:
        given = usual | {"manner": "open", "townships": [SHIYANG]} | values
        return inspections.record(**given, **who(user or cast.county))

    def draw(user: Any = None, **values: Any) -> Any:
        sizes = {"not_eligible": 2, "enrolled": 1, "covered": 2}
        given = usual | {"township": SHIYANG, "sizes": sizes, "seed": "20200410-石羊"} | values
        return samples.draw(**given, **who(user or cast.county))

    def save(visit: Any, user: Any = None, **values: Any) -> Any:
        given = {"version": visit.version, "met": "met", "matches": SAME, "said": {}, "note": ""}
        given |= {"problem": Problem()} | values
        return visits.save(visit_id=visit.pk, **given, **who(user or cast.county))

    def close(inspection: Any, user: Any = None) -> Any:
        for stop in inspection.stops.all():
            inspections.describe(
                stop_id=stop.pk,
                version=stop.version,
                villages=[],
                summary="两户务工情况与记录不符",
                feedback="",
                feedback_to="",
                **who(user or cast.county),
            )
        return inspections.close(inspection_id=inspection.pk, **who(user or cast.county))

    limit = date(2020, 4, 17)
    return SimpleNamespace(record=record, draw=draw, save=save, close=close, who=who, limit=limit)


def replace(coming: SimpleNamespace, cast: Cast, item: SampleItem, reason: str = REASON) -> SampleItem:
    """The county office has a household replaced."""
    return samples.replace(visit_id=item.visit_id, reason=reason, **coming.who(cast.county))
