"""The cases behind a report, as they are today (C20): two queries, whatever their number."""

from datetime import date
from uuid import UUID

from dabao.models import WorkPlan
from dabao.scope import Scope
from reports.rules import CaseLine
from screening.choices import CaseOutcome, CaseState, Scheme, VerificationState
from screening.models import Case, Decision

_ORDER = (Scheme.TEKUN, Scheme.DIBAO, Scheme.DIBAO_SINGLE, Scheme.TEMPORARY)


def lines(scope: Scope, plan: WorkPlan, region_code: str, day: date) -> list[CaseLine]:
    """One line for each case of the region opened by `day`, in the order of the villages."""
    rows = list(
        Case.objects.within(scope)
        .filter(plan=plan, household__region__code__startswith=region_code, opened_on__lte=day)
        .order_by("household__region_id", "pk")
        .values_list(
            "pk",
            "household__size",
            "categories",
            "state",
            "outcome",
            "opened_on",
            "verified_on",
            "closed_on",
        )
    )
    schemes = _schemes(scope, plan, region_code)
    return [
        CaseLine(
            id=str(pk),
            persons=persons,
            categories=tuple(sorted(categories)),
            state=state,
            outcome=outcome,
            scheme=schemes.get(pk, "") if outcome == CaseOutcome.ENROLLED else "",
            opened_on=opened_on,
            verified_on=verified_on,
            closed_on=closed_on,
        )
        for pk, persons, categories, state, outcome, opened_on, verified_on, closed_on in rows
    ]


def _schemes(scope: Scope, plan: WorkPlan, region_code: str) -> dict[UUID, str]:
    """What each enrolled household was granted: the first of its decisions in the plan's order."""
    decisions = (
        Decision.objects.within(scope)
        .filter(
            verification__case__plan=plan,
            verification__case__household__region__code__startswith=region_code,
            verification__case__state=CaseState.CLOSED,
            verification__case__outcome=CaseOutcome.ENROLLED,
            verification__state=VerificationState.SUBMITTED,
            verification__round=1,
            scheme__in=_ORDER,
            covered=False,
        )
        .values_list("verification__case_id", "scheme")
    )
    found: dict[UUID, str] = {}
    for case, scheme in decisions:
        if case not in found or _ORDER.index(Scheme(scheme)) < _ORDER.index(Scheme(found[case])):
            found[case] = scheme
    return found
