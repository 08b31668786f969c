"""Celery tasks of supervision: one line each."""

from celery import shared_task

from dabao import clock
from supervision.services import daily


@shared_task
def run_daily() -> dict:
    return daily.run_daily(day=clock.today()).as_json()
