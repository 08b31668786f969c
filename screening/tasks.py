"""Long work of screening, as handlers of jobs (the rows in the database are the truth)."""

from datetime import date
from typing import Any

from dabao import jobs, plans
from dabao.models import Job
from screening.services.screening import screen_region


@jobs.handler("screening.screen")
def screen(job: Job, *, region: str, day: str, plan: str | None = None) -> dict[str, Any]:
    """Screen a region on a day (ISO); safe to repeat."""
    jobs.progress(job, "筛查六类对象")
    result = screen_region(
        plan=plans.by_code(plan), region_code=region, day=date.fromisoformat(day), actor=job.created_by
    )
    return result.as_json()
