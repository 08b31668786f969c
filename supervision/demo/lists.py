"""The demo's lists through the real import path, each on the business day on which the county received it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import screening.tasks  # noqa: F401 - registers what `jobs.run` is to do
from dabao import clock, jobs
from dabao.models import Job, JobState, User
from screening.choices import ListState
from screening.models import SourceList
from screening.services.list_command import import_list

# In the order of the days; the roll comes with the registry, so that coverage is known from the start.
RECEIVED = (
    ("registry", date(2020, 3, 10)),
    ("benefits", date(2020, 3, 10)),
    ("findings", date(2020, 3, 11)),
    ("disability", date(2020, 3, 24)),
    ("marginal", date(2020, 3, 26)),
    ("monitored", date(2020, 3, 26)),
    ("illness", date(2020, 4, 2)),
)


def import_lists(*, folder: Path, actor: User, tell: Callable[[str], None]) -> int:
    """Import the lists not yet in the base and screen after each; how many were imported.

    Raises RuntimeError when one is refused, for then the demo would be hollow.
    """
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))["lists"]
    imported = 0
    screen_now()
    for kind, day in RECEIVED:
        told = expected[kind]
        if SourceList.objects.filter(file_name=told["file"], state=ListState.CONFIRMED).exists():
            continue
        with clock.pretend(day):
            report = import_list(
                kind=kind,
                path=folder / told["file"],
                as_of=date.fromisoformat(told["as_of"]),
                region_code=told["region"],
                actor=actor,
            )
            if report["refused"]:
                raise RuntimeError(f"{told['file']}: {report['refused']}")
            screen_now()
        imported += 1
        tell(f"{told['file']}：读到 {report['rows_read']} 行，新增 {report['created']} 行，"
             f"有问题 {report['rejected']} 行，跳过 {report['skipped']} 行。")  # fmt: skip
    return imported


def screen_now() -> None:
    """Run here, on its own day, the screening that an import has queued: no worker is up while seeding."""
    for job in Job.objects.filter(kind="screening.screen", state=JobState.QUEUED).order_by("created_at"):
        jobs.run(str(job.pk))
