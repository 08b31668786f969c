"""Workers killed, jobs failed, two people and two workers on one list: nothing is lost or done twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection

import screening.tasks  # noqa: F401 - registers the jobs
from dabao import jobs
from dabao.models import Job
from dabao.tests.cast import COUNTY, Cast
from screening.models import Household, ListRow, SourceList
from screening.services import list_confirming, list_staging
from screening.tests.imports import sheets
from screening.tests.imports.sheets import AS_OF, person, workbook

pytestmark = pytest.mark.django_db
FILE = workbook(sheets.REGISTRY, [person(1, 1)])


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "send", lambda _job: None)


@pytest.fixture
def uploaded(cast: Cast, county: Any, tmp_path: Any, settings: Any) -> SourceList:
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    return list_staging.upload_list(
        actor=cast.county,
        kind="registry",
        file=SimpleUploadedFile("x.xlsx", FILE),
        file_name="名单.xlsx",
        as_of=AS_OF,
        region_code=COUNTY,
    )


def confirm(source: SourceList, actor: Any) -> Job:
    return list_confirming.confirm_list(source=source, actor=actor, hold="household", reason="已经核对过")


def test_a_worker_killed_after_the_import_has_queued_the_screening(
    cast: Cast, uploaded: SourceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = confirm(list_staging.stage_list(source=uploaded), cast.county)
    progress = jobs.progress

    def killed(job: Any, step: str, *numbers: int) -> None:
        if step == "入库完成":
            raise DatabaseError("killed")
        progress(job, step, *numbers)

    monkeypatch.setattr(jobs, "progress", killed)
    with pytest.raises(DatabaseError):
        jobs.run(str(job.pk))
    uploaded.refresh_from_db()
    assert uploaded.state == "confirmed"
    assert Job.objects.filter(kind="screening.screen", key=f"screen:{uploaded.pk}").exists()


def staging_meets(change: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the file is being read, `change` happens to the list."""
    real = list_staging.read_file

    def read(*arguments: Any) -> Any:
        sheets_read = real(*arguments)
        change()
        return sheets_read

    monkeypatch.setattr(list_staging, "read_file", read)


def test_a_list_discarded_while_it_is_read_stays_discarded(
    cast: Cast, uploaded: SourceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    staging_meets(lambda: list_confirming.discard_list(source=uploaded, actor=cast.county), monkeypatch)
    assert list_staging.stage_list(source=uploaded).state == "discarded"
    assert not ListRow.objects.exists()


def test_a_list_confirmed_by_another_worker_meanwhile_keeps_its_rows(
    cast: Cast, uploaded: SourceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = SourceList.objects.get(pk=uploaded.pk)
    job = confirm(list_staging.stage_list(source=uploaded), cast.county)
    staging_meets(lambda: jobs.run(str(job.pk)), monkeypatch)
    assert list_staging.stage_list(source=late).state == "confirmed"
    assert Household.objects.get().row is not None


def test_a_late_refusal_does_not_undo_a_discarded_list(
    cast: Cast, uploaded: SourceList, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        list_confirming.discard_list(source=uploaded, actor=cast.county)
        raise list_staging.RefusedError("读不了")

    monkeypatch.setattr(list_staging, "read_file", refuse)
    list_staging.stage_list(source=uploaded)
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.refused) == ("discarded", "")


def test_after_a_failed_confirmation_a_colleague_may_confirm(cast: Cast, uploaded: SourceList) -> None:
    job = confirm(list_staging.stage_list(source=uploaded), cast.county)
    Job.objects.filter(pk=job.pk).update(state="failed", error="多次中断")
    again = confirm(uploaded, cast.county2)
    assert again != job
    jobs.run(str(again.pk))
    uploaded.refresh_from_db()
    assert (uploaded.state, uploaded.confirmed_by) == ("confirmed", cast.county2)


def test_after_a_failed_confirmation_a_colleague_may_discard(cast: Cast, uploaded: SourceList) -> None:
    job = confirm(list_staging.stage_list(source=uploaded), cast.county)
    with pytest.raises(ValidationError, match="不能放弃"):
        list_confirming.discard_list(source=uploaded, actor=cast.county2)
    Job.objects.filter(pk=job.pk).update(state="failed")
    assert list_confirming.discard_list(source=uploaded, actor=cast.county2).state == "discarded"


def test_a_list_refused_while_it_is_written_leaves_nothing_on_the_desk(
    county: Any, tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")

    def older(_source: SourceList) -> None:
        raise list_staging.RefusedError("已有新一期")

    monkeypatch.setattr(list_confirming, "refuse_older", older)
    with pytest.raises(ValidationError, match="新一期"):
        sheets.bring_in(tmp_path, "registry", FILE)
    assert not SourceList.objects.exists()
    assert not list((tmp_path / "files").rglob("*.xlsx"))


def test_a_dry_run_leaves_its_event_and_no_file(county: Any, tmp_path: Any, settings: Any) -> None:
    from dabao.models import AuditEvent

    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    sheets.bring_in(tmp_path, "registry", FILE, dry_run=True)
    event = AuditEvent.objects.get()
    assert (event.action, event.data["created"]) == ("list.dry_run", 1)
    assert not list((tmp_path / "files").rglob("*.xlsx"))


def test_the_commands_reason_for_other_totals_stands_in_the_log(
    county: Any, tmp_path: Any, settings: Any
) -> None:
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    sheets.bring_in(tmp_path, "registry", FILE)
    assert SourceList.objects.get().totals["control_reason"] == "命令行导入，没有写原因"
    sheets.bring_in(tmp_path, "registry", FILE, as_of=AS_OF + timedelta(days=1), reason="只报一个乡")
    assert SourceList.objects.latest("as_of").totals["control_reason"] == "只报一个乡"


@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_region_at_once_take_turns(county: Any, tmp_path: Any, settings: Any) -> None:
    """Both name the same new people: the second one finds them there, and nobody is in the base twice."""
    settings.STORAGES["default"]["OPTIONS"]["location"] = str(tmp_path / "files")
    results: list[Any] = []

    def bring(folder: str) -> None:
        (tmp_path / folder).mkdir()
        try:
            results.append(sheets.bring_in(tmp_path / folder, "registry", FILE))
        finally:
            connection.close()

    threads = [threading.Thread(target=bring, args=(folder,)) for folder in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((result["created"], result["unchanged"]) for result in results) == [(0, 1), (1, 0)]
    assert Household.objects.count() == 1
    assert sorted(SourceList.objects.values_list("number", flat=True)) == [1, 2]
