"""Celery tasks of the ground floor: one line each."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from dabao import audit, jobs
from dabao.services import log


@shared_task
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def sweep_jobs() -> int:
    return jobs.sweep()


@shared_task
def seal_audit() -> int:
    return audit.seal_events()


@shared_task
def verify_audit() -> None:
    """Once a day, however often it is called."""
    log.ask_for_check(key=f"audit.verify:{timezone.localdate()}")


@jobs.handler(log.VERIFY_JOB)
def verify_chain(job: Any) -> dict[str, Any]:
    return log.check(job)
