"""Accountability as leaders and the county office see it; for all others there is none, not even a count."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from supervision.choices import AccountState, EntryKind
from supervision.models import Accountability, AccountabilityEntry, Finding

STATES = {"open": "没办结", "closed": "已办结"}


def listed(scope: Scope, plan: WorkPlan, state: str) -> QuerySet[Accountability]:
    """Cases that are open or closed, the newest first, with `told` (entries, oldest first) and `findings`."""
    entries = AccountabilityEntry.objects.exclude(kind=EntryKind.CORRECTION).order_by("order")
    found = (
        Accountability.objects.within(scope, Right.ACCOUNT)
        .filter(plan=plan)
        .select_related("region")
        .prefetch_related(Prefetch("entries", entries, to_attr="told"), "findings")
    )
    closed = {"state": AccountState.CLOSED}
    return found.filter(**closed) if state == "closed" else found.exclude(**closed)


def one(scope: Scope, case_id: UUID) -> Accountability:
    """Raises ObjectDoesNotExist outside what the scope may see."""
    found = Accountability.objects.within(scope, Right.ACCOUNT).select_related("region", "plan")
    return found.get(pk=case_id)


def entries(scope: Scope, case: Accountability) -> list[AccountabilityEntry]:
    """Entries in their order, corrections under the one they correct (`corrections`)."""
    told = AccountabilityEntry.objects.within(scope, Right.ACCOUNT).select_related("by")
    found = told.filter(case=case, corrects=None)
    corrections = told.order_by("order")
    return list(found.prefetch_related(Prefetch("corrections", corrections)))


def findings_of(scope: Scope, case: Accountability) -> list[Finding]:
    return list(Finding.objects.within(scope).filter(pk__in=case.findings.values("pk")))


def finding_choices(scope: Scope, plan: WorkPlan) -> list[tuple[str, str]]:
    """Findings to link: (id, words), newest first."""
    found = Finding.objects.within(scope, Right.ACCOUNT).filter(plan=plan).select_related("region")
    return [
        (str(one.pk), f"{one.number} {one.region.name} {one.get_kind_display()}：{one.text[:30]}")
        for one in found.order_by("-year", "-serial")
    ]
