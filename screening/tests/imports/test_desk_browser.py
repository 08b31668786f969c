"""The county office brings a list in, in a real browser: three errors with row, column and advice."""

from pathlib import Path
from typing import Any

import pytest

import screening.tasks  # noqa: F401 - registers the jobs
from dabao import jobs
from dabao.models import Job
from dabao.tests.cast import Cast
from screening.tests.imports import sheets
from screening.tests.imports.sheets import number, person, workbook

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = [
    person(1, 1, 证件号码=number(3)[:-1] + "Z"),
    person(2, 2, 人均纯收入="约四千"),
    person(3, 3, 行政村="龙泉湾"),
    person(4, 4),
]


def work() -> None:
    for job in Job.objects.filter(state="queued", kind__startswith="screening.").exclude(
        kind="screening.screen"
    ):
        jobs.run(str(job.pk))


def test_three_errors_with_row_column_and_advice_then_the_rest_comes_in(
    page: Any, sign_in: Any, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "send", lambda _job: None)
    path = tmp_path / "名单.xlsx"
    path.write_bytes(workbook(sheets.REGISTRY, ROWS))
    sign_in(page, cast.county)
    page.goto("/lists/")
    page.select_option("#id_kind", "registry")
    page.fill("#id_as_of", "2020-03-31")
    page.set_input_files("#id_file", path)
    page.get_by_role("button", name="上传并检查").click()
    page.wait_for_selector("#job")
    work()
    page.wait_for_selector(".errors-table")
    lines = page.locator(".errors-table tbody tr").all_inner_texts()
    assert len(lines) == 3
    for line, row, column, advice in zip(
        lines,
        "234",
        ("证件号码", "人均纯收入", "行政村"),
        ("对照身份证", "请填数字", "照行政区划"),
        strict=True,
    ):
        assert line.split()[0] == row
        assert column in line
        assert advice in line
    confirm = page.get_by_role("button", name="确认入库 1 人")
    assert confirm.is_disabled()
    page.fill("#reason", "只报四户，已核对")
    confirm.click()
    page.wait_for_selector("#job")
    work()
    page.wait_for_selector("text=已入库：1 人")
