"""The log's own work: its chain checked, its events taken out as a file."""

from typing import Any

from django.db import transaction
from tablib import Dataset

from dabao import audit, jobs
from dabao.models import AuditSeal, Job, User
from dabao.queries import audit as queries
from dabao.scope import Right
from dabao.services import sheets

VERIFY_JOB = queries.VERIFY_JOB
MOST_EXPORTED = 20_000


def ask_for_check(*, actor: User | None = None, key: str | None = None) -> Job:
    """Queue a check of the whole chain; its result is the job's."""
    with transaction.atomic():
        return jobs.enqueue(VERIFY_JOB, created_by=actor, key=key)


def check(job: Job) -> dict[str, Any]:
    """Seal what is not yet, verify every link; faults are sentences."""
    jobs.progress(job, "校验日志链")
    audit.seal_events()
    return {"sealed": AuditSeal.objects.count(), "faults": audit.verify_chain()}


@transaction.atomic
def export(*, actor: User, filters: queries.AuditFilters) -> bytes:
    """The filtered events as xlsx, newest first, at most 20,000; the export is itself an event."""
    scope = actor.scope()
    scope.require(Right.AUDIT)
    found = queries.events(scope, filters)[:MOST_EXPORTED]
    headers = ["时间", "业务日", "谁", "单位", "做了什么", "对象", "内容", "从哪来", "结果"]
    dataset = Dataset(headers=headers)
    for line in queries.lines(scope, list(found)):
        said = [f"{line.at:%Y-%m-%d %H:%M:%S%z}", f"{line.business_day}", line.who, line.office, line.what]
        dataset.append(
            [*said, line.object_words, line.detail, line.address, "拒绝" if line.refused else "成功"]
        )
    audit.record("audit.export", actor=actor, rows=len(dataset))
    return sheets.write(dataset, title="操作日志")
