"""消失: the list shows whom its number counts, before and after it is confirmed, for every kind of list."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dabao.tests.cast import COUNTY, SHIYANG, ZHAOJIADIAN
from screening.models import ListRow, SourceList
from screening.queries import lists as queries
from screening.services import list_confirming, list_staging
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, number, person, workbook

pytestmark = pytest.mark.django_db
LATER = AS_OF + timedelta(days=10)
ELSEWHERE = {"乡(镇)": "赵家店镇", "行政村": "大麦地村"}


def stage(cast: Any, kind: str, rows: list[Any]) -> SourceList:
    source = list_staging.upload_list(
        actor=cast.county,
        kind=kind,
        file=SimpleUploadedFile("x.xlsx", workbook(getattr(sheets, kind.upper()), rows)),
        file_name="名单.xlsx",
        as_of=LATER,
        region_code=COUNTY,
    )
    return list_staging.stage_list(source=source)


def names(cast: Any, source: SourceList, township: str = "") -> list[str]:
    found = queries.gone(cast.county.scope(), source, township)
    return sorted(one.head.name if hasattr(one, "head") else one.person.name for one in found)


def test_households_of_the_registry(desk: Any, cast: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2), person(5, 9, **ELSEWHERE)])
    source = stage(cast, "registry", [person(1, 1)])
    missing = sorted([person(3, 2)["姓名"], person(5, 9)["姓名"]])
    assert (source.totals["disappeared"], names(cast, source)) == (2, missing)
    assert names(cast, source, ZHAOJIADIAN) == [person(5, 9)["姓名"]]
    source = list_confirming.apply_list(source=source, actor=cast.county, day=LATER)
    assert (source.totals["disappeared"], names(cast, source)) == (2, missing)


def test_still_missing_in_the_next_edition_they_are_listed_again(desk: Any, cast: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2)])
    desk("registry", [person(1, 1)], as_of=AS_OF + timedelta(days=5))
    source = stage(cast, "registry", [person(1, 1)])
    source = list_confirming.apply_list(source=source, actor=cast.county, day=LATER)
    assert (source.totals["disappeared"], names(cast, source)) == (1, [person(3, 2)["姓名"]])


def test_persons_of_the_other_lists_also_on_the_page(desk: Any, cast: Any, client_of: Any) -> None:
    desk("registry", [person(1, 1), person(3, 2)])
    desk("disability", [["甲", number(n), None, "肢体", "一级", ""] for n in (3, 7)])
    source = stage(cast, "disability", [["甲", number(3), None, "肢体", "一级", ""]])
    assert (source.totals["disappeared"], names(cast, source)) == (1, [person(3, 2)["姓名"]])
    page = client_of(cast.county).get(f"/lists/{source.pk}/", {"tab": "gone", "township": SHIYANG})
    assert person(3, 2)["姓名"] in page.content.decode()
    source = list_confirming.apply_list(source=source, actor=cast.county, day=LATER)
    assert names(cast, source) == [person(3, 2)["姓名"]]


def test_a_townships_desk_keeps_the_row_of_somebody_who_lives_elsewhere(desk: Any, cast: Any) -> None:
    desk("registry", [person(1, 1), person(5, 9, **ELSEWHERE)])
    rows = [["甲", number(n), None, "肢体", "一级", ""] for n in (3, 11)]
    desk("disability", rows, region=SHIYANG)
    source = SourceList.objects.get(kind="disability")
    counts = queries.tab_counts(cast.county.scope(), source)
    assert counts["created"] == source.totals["rows_read"] == 2
    assert set(ListRow.objects.filter(source_list=source).values_list("region_id", flat=True)) == {
        "532326102001",
        "532326106001",
    }
