"""A refused row mended on the page before the list is confirmed: the cell stays as it came."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dabao import clock
from dabao.models import AuditEvent
from dabao.tests.cast import COUNTY, Cast
from screening.imports.reading import raw_cells
from screening.models import ListRow, Person, RowCorrection, SourceList
from screening.services import list_confirming, list_mending, list_staging
from screening.tests.imports.sheets import AS_OF, REGISTRY, number, person, workbook

pytestmark = pytest.mark.django_db
GOOD = number(3)
BAD = GOOD[:17] + ("1" if GOOD[17] != "1" else "2")
ID, RELATION = "证件号码", "与户主关系"


@pytest.fixture
def stage(cast: Cast, county: Any, tmp_path: Any, settings: Any) -> Any:
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")

    def run(*rows: dict[str, Any]) -> SourceList:
        source = list_staging.upload_list(
            actor=cast.county,
            kind="registry",
            file=SimpleUploadedFile("x.xlsx", workbook(REGISTRY, rows)),
            file_name="名单.xlsx",
            as_of=AS_OF,
            region_code=COUNTY,
        )
        return list_staging.stage_list(source=source)

    return run


def mend(cast: Cast, source: SourceList, line: int, heading: str, value: str) -> SourceList:
    return list_mending.mend(
        scope=cast.county.scope(),
        source=source,
        sheet="Sheet",
        line=line,
        heading=heading,
        value=value,
        actor=cast.county,
    )


def counts(source: SourceList) -> tuple[int, int, int]:
    return source.totals["rows_read"], source.totals["created"], source.totals["rejected"]


def test_a_mended_number_brings_its_whole_household_in(stage: Any, cast: Cast) -> None:
    source = stage(person(1, 1, 证件号码=BAD, 人数="2"), person(2, 1, "之子", 人数="2"))
    assert counts(source) == (2, 0, 2)
    source = mend(cast, source, 2, ID, GOOD)
    assert counts(source) == (2, 2, 0)
    list_confirming.apply_list(source=source, actor=cast.county, day=clock.today(), reason="已经核对过")
    assert {one.id_number for one in Person.objects.all()} == {GOOD, number(5)}


def test_the_cell_stays_as_it_came_with_who_mended_it_beside(stage: Any, cast: Cast) -> None:
    source = mend(cast, stage(person(1, 1, 证件号码=BAD)), 2, ID, GOOD)
    row, kept = ListRow.objects.get(source_list=source), RowCorrection.objects.get()
    assert BAD in raw_cells(row)
    assert GOOD not in raw_cells(row)
    assert (kept.value, kept.by) == (GOOD, cast.county)
    assert GOOD not in str(AuditEvent.objects.get(action="row.mend").data)


def test_put_back_the_row_is_refused_again(stage: Any, cast: Cast) -> None:
    source = mend(cast, stage(person(1, 1, 证件号码=BAD)), 2, ID, GOOD)
    source = list_mending.put_back(
        scope=cast.county.scope(), source=source, sheet="Sheet", line=2, heading=ID, actor=cast.county
    )
    assert counts(source) == (1, 0, 1)
    assert not RowCorrection.objects.exists()


def test_what_depends_on_another_row_is_checked_too(stage: Any, cast: Cast) -> None:
    source = stage(person(1, 1, 人数="2"), person(2, 1, "户主", 人数="2"))  # two heads
    assert counts(source) == (2, 0, 2)
    assert counts(mend(cast, source, 3, RELATION, "之子")) == (2, 2, 0)
    # a number that somebody else in the file has is no good either
    source = stage(person(1, 1, 证件号码=BAD), person(3, 2))
    source = mend(cast, source, 2, ID, person(3, 2)[ID])
    assert counts(source) == (2, 0, 2)


def test_a_mended_cell_that_is_still_wrong_stays_refused(stage: Any, cast: Cast) -> None:
    source = mend(cast, stage(person(1, 1, 人均纯收入="约四千")), 2, "人均纯收入", "四千左右")
    assert counts(source) == (1, 0, 1)
    assert counts(mend(cast, source, 2, "人均纯收入", "4000")) == (1, 1, 0)


def test_lost_digits_are_not_mended_here(stage: Any, cast: Cast) -> None:
    source = stage(person(1, 1, 证件号码=5.32326e17))
    with pytest.raises(ValidationError, match="系统不猜"):
        mend(cast, source, 2, ID, GOOD)
    assert not RowCorrection.objects.exists()


@pytest.mark.parametrize("value", [" ", "长" * 201])
def test_nothing_and_too_much_are_refused(stage: Any, cast: Cast, value: str) -> None:
    with pytest.raises(ValidationError, match="请填改成什么"):
        mend(cast, stage(person(1, 1, 证件号码=BAD)), 2, ID, value)


def test_a_good_cell_and_a_confirmed_list_are_not_mended(stage: Any, cast: Cast) -> None:
    source = stage(person(1, 1))
    with pytest.raises(ValidationError, match="没有错"):
        mend(cast, source, 2, ID, GOOD)
    list_confirming.apply_list(source=source, actor=cast.county, day=clock.today(), reason="已经核对过")
    with pytest.raises(ValidationError, match="不能再改"):
        mend(cast, source, 2, ID, GOOD)


def test_on_the_page(stage: Any, cast: Cast, client: Client) -> None:
    source = stage(person(1, 1, 证件号码=BAD))
    client.force_login(cast.county)
    assert "重查本行" in client.get(f"/lists/{source.pk}/").content.decode()
    typed = {"sheet": "Sheet", "line": "2", "heading": ID}
    page = client.post(f"/lists/{source.pk}/mend/", typed | {"value": GOOD}, follow=True).content.decode()
    assert "在这里改过 1 格" in page
    assert GOOD not in page
    row = ListRow.objects.get(source_list=source)
    assert "入库前改过的格" in client.get(f"/rows/{row.pk}/").content.decode()
    page = client.post(f"/lists/{source.pk}/mend/", typed | {"reset": "1"}, follow=True).content.decode()
    assert "重查本行" in page
    client.force_login(cast.officer)
    assert client.post(f"/lists/{source.pk}/mend/", typed | {"value": GOOD}).status_code in (403, 404)
