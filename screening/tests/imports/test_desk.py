"""The desk's services and pages: confirming once, resuming, refusing, the workbook that goes back, the
source row.
"""

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.urls import reverse
from openpyxl import load_workbook

import screening.tasks  # noqa: F401 - registers the jobs
from dabao import jobs
from dabao.models import AuditEvent, Job
from dabao.tests.cast import COUNTY, SHIYANG, Cast
from screening.imports import apply
from screening.models import Household, ListRow, Person, SourceList
from screening.services import list_confirming, list_staging
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, number, person, workbook

pytestmark = pytest.mark.django_db

ROWS = [
    person(1, 1, 人数="2"),
    person(2, 1, "之子", 人数="2", 人均纯收入="约四千"),
    person(3, 2, 姓名="@普有福"),
    person(4, 3, 证件号码=number(9)[:-1] + "Z", 姓名="+cmd"),
]
FILE = workbook(sheets.REGISTRY, ROWS)


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs wait in the table; the tests run them by hand, as a worker would."""
    monkeypatch.setattr(jobs, "send", lambda _job: None)


def upload(actor: Any, content: bytes = FILE, **changes: Any) -> SourceList:
    facts = {"kind": "registry", "as_of": AS_OF, "region_code": COUNTY, "file_name": "名单.xlsx"} | changes
    return list_staging.upload_list(actor=actor, file=SimpleUploadedFile("x.xlsx", content), **facts)


@pytest.fixture
def staged(cast: Cast) -> SourceList:
    return list_staging.stage_list(source=upload(cast.county))


def confirm(source: SourceList, actor: Any, **options: Any) -> Job:
    return list_confirming.confirm_list(
        source=source, actor=actor, hold="household", **{"reason": "已经核对过"} | options
    )


def run(job: Job) -> Job:
    jobs.run(str(job.pk))
    job.refresh_from_db()
    return job


def test_a_preview_writes_nothing_and_its_numbers_are_those_of_the_result(
    cast: Cast, staged: SourceList
) -> None:
    assert not Household.objects.exists()
    before = {
        key: staged.totals[key] for key in ("created", "rejected", "households", "persons", "rows_read")
    }
    assert before == {"created": 1, "rejected": 3, "households": 1, "persons": 1, "rows_read": 4}
    run(confirm(staged, cast.county))
    staged.refresh_from_db()
    assert staged.state == "confirmed"
    assert {key: staged.totals[key] for key in before} == before


def test_confirming_twice_is_one_job_and_one_import(cast: Cast, staged: SourceList) -> None:
    first, second = confirm(staged, cast.county), confirm(staged, cast.county)
    assert first == second
    run(first)
    assert jobs.run(str(first.pk)) is None
    assert AuditEvent.objects.filter(action="list.import").count() == 1


def test_the_second_of_two_people_is_told_who_was_first(cast: Cast, staged: SourceList) -> None:
    job = confirm(staged, cast.county)
    with pytest.raises(ValidationError, match="杨秀兰 已在"):
        confirm(staged, cast.county2)
    run(job)
    with pytest.raises(ValidationError, match="杨秀兰 已在"):
        confirm(staged, cast.county2)


def test_control_totals_not_met_need_a_reason(cast: Cast, staged: SourceList) -> None:
    assert list_confirming.control_totals(staged)["met"] is False
    with pytest.raises(ValidationError, match="与方案不符"):
        confirm(staged, cast.county, reason=" ")
    run(confirm(staged, cast.county, reason="本期只报一个乡"))
    assert AuditEvent.objects.get(action="list.import").data["control_reason"] == "本期只报一个乡"


def test_a_failure_in_the_middle_of_writing_leaves_nothing_and_the_job_resumes(
    cast: Cast, staged: SourceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirm(staged, cast.county)
    real = apply._memberships

    def killed(*arguments: Any) -> None:
        raise DatabaseError("connection lost")

    monkeypatch.setattr(apply, "_memberships", killed)
    with pytest.raises(DatabaseError):
        jobs.run(str(job.pk))
    assert not Household.objects.exists()
    assert not Person.objects.exists()
    monkeypatch.setattr(apply, "_memberships", real)
    Job.objects.filter(pk=job.pk).update(lease_until=job.created_at - timedelta(hours=1))
    assert run(job).state == "done"
    assert Household.objects.count() == 1


def test_staging_again_after_a_kill_gives_the_same_rows(cast: Cast, staged: SourceList) -> None:
    before = list(ListRow.objects.order_by("line").values_list("line", "state", "name", "problems"))
    list_staging.stage_list(source=staged)
    assert list(ListRow.objects.order_by("line").values_list("line", "state", "name", "problems")) == before


def test_an_edition_that_became_old_while_it_waited_is_refused(cast: Cast, staged: SourceList) -> None:
    job = confirm(staged, cast.county)
    newer = list_staging.stage_list(
        source=upload(cast.county, workbook(sheets.REGISTRY, [person(7, 7)]), as_of=AS_OF + timedelta(days=5))
    )
    list_confirming.apply_list(source=newer, actor=cast.county, day=AS_OF)
    failed = run(job)
    assert failed.state == "failed"
    assert "新一期" in failed.error
    staged.refresh_from_db()
    assert (staged.state, staged.confirmed_by) == ("staged", None)
    list_confirming.discard_list(source=staged, actor=cast.county)
    assert not staged.rows.exists()


def test_a_discarded_list_leaves_no_rows_and_cannot_be_confirmed(cast: Cast, staged: SourceList) -> None:
    list_confirming.discard_list(source=staged, actor=cast.county)
    assert not ListRow.objects.exists()
    with pytest.raises(ValidationError, match="已放弃"):
        confirm(staged, cast.county)


def test_screening_is_queued_after_a_confirmed_import(cast: Cast, staged: SourceList) -> None:
    run(confirm(staged, cast.county))
    job = Job.objects.get(kind="screening.screen")
    assert (job.arguments["region"], job.arguments["day"]) == (COUNTY, "2020-04-10")


def test_the_list_is_uploaded_previewed_and_confirmed_on_the_pages(cast: Cast, client_of: Any) -> None:
    client = client_of(cast.county)
    form = {
        "kind": "registry",
        "as_of": "2020-03-31",
        "region": COUNTY,
        "file": SimpleUploadedFile("名单.xlsx", FILE),
    }
    answer = client.post("/lists/", form)
    assert answer.status_code == 302
    page = answer.headers["Location"]
    assert "正在处理" in client.get(page).content.decode()
    assert client.get(f"{page}job/").status_code == 200
    run(Job.objects.get())
    assert client.get(f"{page}job/").headers["HX-Refresh"] == "true"
    preview = client.get(page).content.decode()
    for words in ("约四千", "读不成数字", "整户暂缓", "确认入库", "一行不丢"):
        assert words in preview
    client.post(f"{page}confirm/", {"hold": "row", "reason": "只报一个乡"})
    run(Job.objects.get(kind="screening.confirm_list"))
    result = client.get(page).content.decode()
    assert "已入库：2 人" in result
    assert "正在按这份名单重新筛查" in result
    told = run(Job.objects.get(kind="screening.screen")).result
    result = client.get(page).content.decode()
    assert f"新列入名单 {told['cases_new']} 户，提出预警 {told['warnings']} 条" in result
    assert reverse("screening:cases") in result
    for tab in ("created", "skipped", "held", "gone", "problems", "unchanged"):
        assert client.get(page, {"tab": tab, "township": SHIYANG}).status_code == 200
    assert "截至 2020年3月31日" in client.get("/lists/").content.decode()


def test_a_day_after_today_is_refused_on_the_form(cast: Cast, client_of: Any) -> None:
    form = {
        "kind": "registry",
        "as_of": "2020-05-01",
        "region": COUNTY,
        "file": SimpleUploadedFile("名单.xlsx", FILE),
    }
    answer = client_of(cast.county).post("/lists/", form)
    assert answer.status_code == 422
    assert "晚于今天" in answer.content.decode()
    assert not SourceList.objects.exists()


def test_only_who_may_import_comes_to_the_desk(cast: Cast, client_of: Any, staged: SourceList) -> None:
    assert client_of(cast.officer).get("/lists/").status_code == 403
    assert client_of(cast.officer).get(f"/lists/{staged.pk}/").status_code == 404
    row = ListRow.objects.order_by("line").first()
    assert client_of(cast.officer).get(f"/rows/{row.pk}/").status_code == 404


def test_bad_rows_come_back_in_the_uploaders_columns_ready_to_mend(
    cast: Cast, client_of: Any, staged: SourceList
) -> None:
    answer = client_of(cast.county).get(f"/lists/{staged.pk}/bad-rows/")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == (*sheets.REGISTRY, "错误原因")
    assert len(rows) == 4
    assert rows[2][sheets.REGISTRY.index("证件号码")] == number(5)
    assert "读不成数字" in rows[2][-1]
    assert all(cell.data_type in ("s", "n") for line in sheet.iter_rows() for cell in line)
    assert AuditEvent.objects.get(action="list.export_bad_rows").data["rows"] == 3
    mended = [dict(zip(rows[0], row, strict=True)) for row in rows[1:3]]
    mended[1]["人均纯收入"] = "4000"
    run(confirm(staged, cast.county))
    again = list_staging.stage_list(source=upload(cast.county, workbook(list(rows[0]), mended)))
    assert (again.totals["created"], again.totals["rejected"], again.totals["disappeared"]) == (2, 0, 0)


def test_a_source_row_shows_the_cell_masked_and_what_was_read(
    cast: Cast, client_of: Any, staged: SourceList
) -> None:
    run(confirm(staged, cast.county))
    row = ListRow.objects.get(line=4)
    client = client_of(cast.officer)
    text = client.get(f"/rows/{row.pk}/", {"column": "income"}).content.decode()
    assert "5200.00 元/年" in text
    assert number(7) not in text
    assert "18 位，校验位对" in text
    assert not re.search(r"138\d{8}", text)
    revealed = client.post(f"/rows/{row.pk}/reveal/", headers={"Accept": "application/json"})
    assert revealed.json() == {"number": number(7)}
    assert AuditEvent.objects.get(action="row.reveal").actor == cast.officer
    assert client_of(cast.stranger).get(f"/rows/{row.pk}/").status_code == 404
    assert client_of(cast.unit).post(f"/rows/{row.pk}/reveal/").status_code == 404


def test_a_source_row_shows_what_changed_since_the_edition_before(cast: Cast, client_of: Any) -> None:
    for day, income in ((AS_OF - timedelta(days=30), "3980"), (AS_OF, "4120")):
        source = list_staging.stage_list(
            source=upload(
                cast.county, workbook(sheets.REGISTRY, [person(1, 1, 人均纯收入=income)]), as_of=day
            )
        )
        list_confirming.apply_list(source=source, actor=cast.county, day=AS_OF)
    row = ListRow.objects.get(source_list__as_of=AS_OF)
    text = client_of(cast.county).get(f"/rows/{row.pk}/").content.decode()
    assert "<s>3980</s>" in text
    assert "<mark>4120</mark>" in text


def test_the_command_prints_one_object_and_says_a_refusal_by_its_exit(
    county: Any, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    import json

    from django.core.management import call_command

    path = tmp_path / "名单.xlsx"
    path.write_bytes(FILE)
    call_command("import_list", "registry", str(path), "--as-of", "2020-03-31", "--json")
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == {
        "id",
        "kind",
        "file",
        "sha256",
        "as_of",
        "region",
        "rows_read",
        "created",
        "updated",
        "unchanged",
        "rejected",
        "skipped",
        "households",
        "persons",
        "disappeared",
        "errors",
        "warnings",
        "unmatched",
        "skipped_why",
        "refused",
        "seconds",
    }
    assert set(printed["errors"][0]) == {"sheet", "row", "column", "code", "message", "value_masked"}
    with pytest.raises(SystemExit) as exit_:
        call_command("import_list", "registry", str(path), "--as-of", "2020-03-01", "--json")
    assert exit_.value.code == 2
    output = capsys.readouterr()
    assert "新一期" in output.err
    assert "新一期" in json.loads(output.out)["refused"]
    with pytest.raises(SystemExit) as exit_:
        call_command("import_list", "registry", str(tmp_path / "没有.xlsx"), "--json")
    assert exit_.value.code == 2
    absent = json.loads(capsys.readouterr().out)
    assert set(absent) == set(printed)
    assert "没有这个文件" in absent["refused"]
