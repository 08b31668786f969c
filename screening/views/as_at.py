"""The choice of a day above a list, and what a list of a past day says (worklist, ledger)."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

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


def say_if_refused(request: HttpRequest, filters: CaseFilters) -> None:
    """Today's list is shown for a day that is none or has not ended, and the page says so."""
    text = request.GET.get("as_at", "")
    if not text or filters.as_at:
        return
    day = clock.day_of(text)
    if day is None:
        messages.warning(request, f"“{text[:20]}”不是一个日期。请写成 2020-03-31 这样。下面是今天的名单。")
    elif day > clock.today():
        messages.warning(request, "那一天还没到，看不了。下面是今天的名单。")
