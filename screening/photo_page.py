"""What the photos' part of a household's page shows, and what may be done there."""

from datetime import date
from typing import Any

from dabao.scope import Right, Scope
from screening.choices import CaseState, PhotoKind
from screening.queries import photos
from screening.queries.households import HouseholdPage

VERIFICATION, OWN = "verification", "photo-form"


def context(
    scope: Scope, page: HouseholdPage, visited_on: object, *, correcting: bool = False
) -> dict[str, Any]:
    """`visited_on`: the day that the verification form shows, a date or as typed.

    `photo_form` names the form that the photos go with: the verification's, so that what is filled in there
    is kept as a draft, or their own. While a conclusion is corrected none are added.
    """
    case = page.case
    may_verify = scope.may(Right.VERIFY, case.household.region_id)
    verifying = may_verify and case.state == CaseState.TO_VERIFY
    return {
        "case": case,
        "album": photos.album(scope, case.pk, _day(visited_on) if verifying else None),
        "photo_kinds": PhotoKind.choices,
        "photo_form": VERIFICATION if verifying else OWN,
        "may_photo": may_verify and case.state != CaseState.CLOSED and not correcting,
    }


def _day(said: object) -> date | None:
    if isinstance(said, date):
        return said
    try:
        return date.fromisoformat(str(said))
    except ValueError:
        return None
