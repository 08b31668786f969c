"""Looking that leaves a trace: searches, exports and whole numbers are written to the log (D01, P04, P05)."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from dabao import audit
from dabao.models import User
from dabao.scope import Right, Scope
from screening.models import Case
from screening.queries.households import whole_numbers


@transaction.atomic
def record_search(*, actor: User, found: int, kind: str) -> None:
    """That somebody searched, and how many were found; never for what."""
    audit.record("case.search", actor=actor, found=found, kind=kind)


@transaction.atomic
def record_look(*, actor: User, village: str, certain: int, near: int) -> None:
    """That somebody asked whether people are registered already, which tells of other townships too."""
    audit.record("case.look", actor=actor, region_code=village, certain=certain, near=near)


@transaction.atomic
def record_export(*, actor: User, filters: str, households: int) -> None:
    audit.record("case.export", actor=actor, filters=filters, households=households)


@transaction.atomic
def record_paper(*, actor: User, kind: str, cases: Sequence[Case], download: bool) -> None:
    """That papers of households were printed or downloaded: which ones, of which households."""
    action = "paper.download" if download else "paper.print"
    regions = {case.household.region_id for case in cases}
    audit.record(
        action,
        actor=actor,
        obj=cases[0] if len(cases) == 1 else None,
        region_code=cases[0].household.region_id[:9] if len(regions) > 1 else regions.pop(),
        paper=kind,
        households=len(cases),
        cases=[str(case.pk) for case in cases],
    )


@transaction.atomic
def record_public_list(*, actor: User, region: str, households: int, archive: bool) -> None:
    """That the list to hang was downloaded."""
    audit.record(
        "paper.download",
        actor=actor,
        region_code=region,
        paper="public_list",
        households=households,
        archive=archive,
    )


@transaction.atomic
def reveal(*, scope: Scope, case_id: UUID, actor: User, reason: str) -> dict[str, str]:
    """Whole numbers of a household's members (by person id, and "phone"), with the reason in the log.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied inside it without the right.
    """
    case = Case.objects.within(scope).select_related("household").get(pk=case_id)
    scope.require(Right.REVEAL, case.household.region_id)
    numbers = whole_numbers(scope, case_id)
    audit.record(
        "case.reveal",
        actor=actor,
        obj=case,
        region_code=case.household.region_id,
        reason=reason,
        persons=sorted(key for key in numbers if key != "phone"),
    )
    return numbers
