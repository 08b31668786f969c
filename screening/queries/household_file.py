"""Everything that the paper file of a household (一户一档) tells, in a fixed number of queries (C12)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from dabao.scope import Scope
from screening.queries import case_steps, changes, households, photos
from screening.queries.case_steps import Done, Lane
from screening.queries.changes import Aid
from screening.queries.households import HouseholdPage
from screening.queries.photos import Album


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """The page of a household with its steps, what it receives and how that changed, and its photos.

    `days` is the sentence in which the days of the steps add up.
    """

    page: HouseholdPage
    steps: list[Done]
    days: str
    lanes: list[Lane]
    aid: Aid
    album: Album


def household_file(scope: Scope, case_id: UUID, day: date) -> HouseholdFile:
    """Raises ObjectDoesNotExist outside the scope."""
    page = households.household(scope, case_id, day)
    case = case_steps.one(scope, case_id)
    steps, days = case_steps.line(scope, case, day)
    return HouseholdFile(
        page=page,
        steps=steps,
        days=days,
        lanes=case_steps.lanes(scope, case, day),
        aid=changes.of_household(scope, case.household_id, day),
        album=photos.album(scope, case_id),
    )
