"""The list behind the red counts: which flag, since when, how long, and where the work is that clears it."""

from dataclasses import dataclass
from datetime import date

from dabao.models import Flag
from dabao.scope import Scope
from screening.queries.remaining import place_name
from supervision.links import flag_url
from supervision.queries import townships
from supervision.wording import Status, flag_words


@dataclass(frozen=True, slots=True)
class Row:
    flag: Flag
    status: Status
    url: str


@dataclass(frozen=True, slots=True)
class FlagPage:
    day: date
    place: str
    rows: list[Row]


def build(scope: Scope, region: str, day: date) -> FlagPage:
    """The flags that stood on a day in a region (all of the scope without one), the oldest first."""
    flags = [flag for flag in townships.open_flags(scope, day) if flag.region_id.startswith(region)]
    rows = [Row(flag, Status("over", flag_words(flag, day)), flag_url(flag)) for flag in flags]
    return FlagPage(day, place_name(scope, region), rows)
