"""Long work of screening, as handlers of jobs (the rows in the database are the truth)."""

from datetime import date
from typing import Any

from dabao import jobs, plans
from screening.services import list_confirming, list_staging, warnings
from screening.services.screening import screen_region


@jobs.handler("screening.screen")
def screen(
    job: jobs.Job, *, region: str, day: str, plan: str | None = None, list_id: str | None = None
) -> dict[str, Any]:
    """Screen a region on a day (ISO), then raise what the list behind it changed; safe to repeat."""
    jobs.progress(job, "筛查六类对象")
    found, on = plans.by_code(plan), date.fromisoformat(day)
    result = screen_region(plan=found, region_code=region, day=on, actor=job.created_by).as_json()
    if list_id is not None:
        jobs.progress(job, "比对变化，提出预警")
        result["warnings"] = warnings.run_raising(list_id=list_id, plan=found, day=on)
    return result


@jobs.handler("screening.stage_list")
def stage_list(job: jobs.Job, *, list_id: str) -> dict[str, Any]:
    return list_staging.run_staging(job=job, list_id=list_id)


@jobs.handler("screening.confirm_list")
def confirm_list(job: jobs.Job, *, list_id: str, day: str, reason: str = "") -> dict[str, Any]:
    return list_confirming.run_confirmation(job=job, list_id=list_id, day=day, reason=reason)
