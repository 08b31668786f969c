"""The Celery application and the whole beat schedule, times in words.

All days and hours are Asia/Shanghai. Every task takes no data but ids and days, is safe to run twice
or late, and catches up on what was missed (F11, F12), so the schedule carries no logic.
"""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dabao.settings")

app = Celery("dabao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "ten past midnight: the day's flags and notices, and those of every day missed": {
        "task": "supervision.tasks.run_daily",
        "schedule": crontab(minute=10, hour=0),
    },
    "every minute: jobs whose worker is gone start again": {
        "task": "dabao.tasks.sweep_jobs",
        "schedule": crontab(),
    },
    "every minute: the audit events written since are sealed into the chain": {
        "task": "dabao.tasks.seal_audit",
        "schedule": crontab(),
    },
    "three at night: the chain of the log is verified from its first link": {
        "task": "dabao.tasks.verify_audit",
        "schedule": crontab(minute=0, hour=3),
    },
}
