"""The cases behind a report, as they are today (C20): two queries, whatever their number."""

from datetime import date
from uuid import UUID

from dabao.models import WorkPlan
from dabao.scope import Scope
from reports.rules import CaseLine
from screening.choices import CaseOutcome, Scheme
from screening.models import Case, Enrolment
from screening.models.enrolment import FINISHED

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
    """What each household has by finished grants that stand: the first of them in the plan's order."""
    grants = (
        Enrolment.objects.within(scope)
        .filter(FINISHED, case__plan=plan, case__household__region__code__startswith=region_code)
        .values_list("case_id", "scheme")
    )
    found: dict[UUID, str] = {}
    for case, scheme in grants:
        if case not in found or _ORDER.index(Scheme(scheme)) < _ORDER.index(Scheme(found[case])):
            found[case] = scheme
    return found
