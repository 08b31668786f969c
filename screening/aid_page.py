"""What the pages about aid that changes show: the tabs under the ledger, one waiting change."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dabao.models import WorkPlan
from dabao.scope import Scope
from screening.models import PendingChange
from screening.queries import changes, steps
from screening.services import benefit_changes


def change_tabs(scope: Scope, plan: WorkPlan, tab: str, region: str) -> dict[str, Any]:
    """Tabs with their counts, and the townships to choose from."""
    counts = changes.counts(scope, plan, region)
    tabs = [
        {
            "label": label,
            "url": f"{reverse('screening:changes')}?{urlencode({'tab': name, 'region': region})}",
            "count": counts[name],
            "current": name == tab,
        }
        for name, label in changes.TABS.items()
    ]
    townships = steps.townships(scope, plan)
    return {"tabs": tabs, "tab": tab, "region": region, "townships": townships}


def one_change(scope: Scope, pending: PendingChange, day: date) -> dict[str, Any]:
    """A waiting change with everybody of its household, what they receive, and the chain so far.

    `expected` is what stands in the first month that may change: with what is signed for it already.
    """
    home = pending.household
    receivers = changes.receivers(scope, home.pk, day, pending.persons)
    first = benefit_changes.earliest_month(home, [one.id for one in receivers], day)
    if pending.counterpart is not None:
        first = benefit_changes.first_month_beside(pending.counterpart, home)
    return {
        "pending": pending,
        "row": changes.rows(scope, [pending], day)[0],
        "receivers": receivers,
        "expected": changes.receivers(scope, home.pk, first, pending.persons),
        "first_month": first,
        "chain": changes.chain(scope, home.pk),
        "case_id": changes.case_of(scope, home.pk),
    }
