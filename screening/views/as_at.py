"""The choice of a day above a list, and what a list of a past day says (worklist, ledger)."""

from datetime import timedelta
from typing import Any

from dabao import clock, plans
from screening.queries.cases import CaseFilters


def frame(filters: CaseFilters) -> dict[str, Any]:
    """What `parts/as_at.html` and `parts/past.html` take."""
    return {
        "past": filters.past,
        "as_at_first": plans.current().first_day,
        "as_at_last": clock.today() - timedelta(days=1),
        "kept_for_a_day": filters.kept_for_a_day(),
        "now_url": f"?{filters.now().query_string()}",
    }
