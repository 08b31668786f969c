"""Through the real import path: a second edition, its screening job, and the warnings it raises (C13)."""

from datetime import date, timedelta
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from dabao import jobs
from dabao.models import Job, JobState, Standard, StandardKind
from dabao.tests.cast import COUNTY
from screening.models import RiskWarning
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, bring_in, number, person

pytestmark = pytest.mark.django_db
import_module("screening.tasks")  # the handlers of jobs, as a worker has them
LATER = AS_OF + timedelta(days=10)


@pytest.fixture
def bring(county: Any, tmp_path: Path, settings: Any) -> Any:
    """Import a list and do the jobs it leaves; returns the kinds of all warnings so far."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")

    def run(kind: str, rows: Any, as_of: date) -> list[str]:
        bring_in(tmp_path, kind, (getattr(sheets, kind.upper()), rows), as_of=as_of)
        for job in Job.objects.filter(state=JobState.QUEUED):
            assert jobs.run(str(job.pk)).state == JobState.DONE
        return sorted(RiskWarning.objects.values_list("kind", flat=True))

    return run


def family(income: str, labour: str = "普通劳动力") -> list[dict[str, Any]]:
    common = {"人数": "2", "人均纯收入": income}
    return [person(1, 1, 劳动技能=labour, **common), person(2, 1, "之子", 劳动技能="无劳动力", **common)]


def test_an_edition_with_a_fallen_income_raises_once(bring: Any) -> None:
    assert bring("registry", family("4610"), AS_OF) == []
    assert bring("registry", family("3870"), LATER) == ["income_below"]
    assert bring("registry", family("3870"), LATER) == ["income_below"]
    assert bring("registry", family("3600"), LATER + timedelta(days=20)) == ["income_below"]
    warning = RiskWarning.objects.get()
    assert (warning.evidence["before"], warning.evidence["source"]["as_of"]) == ("4610.00", LATER.isoformat())


def test_a_blank_income_raises_nothing(bring: Any) -> None:
    bring("registry", family("4610"), AS_OF)
    assert bring("registry", family("-"), LATER) == []


def test_the_last_labour_lost_raises(bring: Any) -> None:
    bring("registry", family("5200"), AS_OF)
    assert bring("registry", family("5200", labour="丧失劳动力"), LATER) == ["labour_lost"]


def card(n: int, grade: str) -> dict[str, Any]:
    return {
        "姓名": person(n, 1)["姓名"],
        "身份证号": number(2 * n + 1),
        "残疾证号": "",
        "残疾类别": "视力",
        "残疾等级": grade,
        "状态": "正常",
    }


def test_a_certificate_new_or_worse_in_the_second_edition_raises(bring: Any) -> None:
    bring("registry", family("5200"), AS_OF)
    assert bring("disability", [card(1, "三级")], AS_OF) == []
    assert bring("disability", [card(1, "三级"), card(2, "二级")], LATER) == ["new_certificate"]
    assert bring("disability", [card(1, "一级"), card(2, "二级")], LATER + timedelta(days=20)) == [
        "new_certificate",
        "new_certificate",
    ]


def stay(n: int, paid: str) -> dict[str, Any]:
    return {
        "姓名": person(n, 1)["姓名"],
        "身份证号": number(2 * n + 1),
        "病种名称": "尿毒症",
        "备案类型": "住院",
        "入院日期": "2020-03-01",
        "总费用": "40000",
        "个人自付": paid,
    }


def test_bills_of_the_household_over_the_threshold_raise_when_they_come_to_it(bring: Any) -> None:
    Standard.objects.create(
        kind=StandardKind.MEDICAL_SPENDING,
        region_id=COUNTY,
        amount=Decimal(10000),
        first_day=date(2020, 1, 1),
    )
    bring("registry", family("5200"), AS_OF)
    assert bring("illness", [stay(1, "6000")], AS_OF) == []
    assert bring("illness", [stay(1, "6000"), stay(2, "4000")], LATER) == []
    assert bring("illness", [stay(1, "6000"), stay(2, "4001")], LATER + timedelta(days=20)) == [
        "medical_spending"
    ]
