"""Long work of screening, as handlers of jobs (the rows in the database are the truth)."""

from datetime import date
from typing import Any

from dabao import jobs, plans
from dabao.models import Job
from screening.services import lists
from screening.services.screening import screen_region


@jobs.handler("screening.screen")
def screen(job: Job, *, region: str, day: str, plan: str | None = None) -> dict[str, Any]:
    """Screen a region on a day (ISO); safe to repeat."""
    jobs.progress(job, "筛查六类对象")
    result = screen_region(
        plan=plans.by_code(plan), region_code=region, day=date.fromisoformat(day), actor=job.created_by
    )
    return result.as_json()


@jobs.handler("screening.stage_list")
def stage_list(job: Job, *, list_id: str) -> dict[str, Any]:
    return lists.run_staging(job=job, list_id=list_id)


@jobs.handler("screening.confirm_list")
def confirm_list(job: Job, *, list_id: str, day: str, reason: str = "") -> dict[str, Any]:
    return lists.run_confirmation(job=job, list_id=list_id, day=day, reason=reason)
