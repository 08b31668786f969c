"""Celery tasks of the ground floor: one line each."""

from celery import shared_task

from dabao import audit, jobs


@shared_task
def run_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def sweep_jobs() -> int:
    return jobs.sweep()


@shared_task
def seal_audit() -> int:
    return audit.seal_events()
