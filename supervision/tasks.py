"""Celery tasks of supervision: one line each."""

from datetime import date
from typing import Any

from celery import shared_task

from dabao import clock, jobs
from supervision.services import daily, digests


@shared_task
def run_daily() -> dict:
    return daily.run_daily(day=clock.today()).as_json()


@jobs.handler(digests.MAIL_JOB)
def mail_digests(job: jobs.Job, *, day: str) -> dict[str, Any]:
    return digests.mail(day=date.fromisoformat(day), last_try=job.attempts >= jobs.MOST_ATTEMPTS)
