"""The list behind the red counts: which flag, since when, how long, and where the work is that clears it."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.http import QueryDict

from dabao.models import Flag, FlagKind
from dabao.scope import Scope
from screening.queries.remaining import place_name
from supervision.links import flag_url
from supervision.queries import townships
from supervision.wording import Status, flag_words

NAMED = 3  # places that the heading names


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


@dataclass(frozen=True, slots=True)
class FlagFilters:
    """What is chosen in the address: places (none = all), a kind, the day it fell due. Unknown is dropped."""

    regions: tuple[str, ...] = ()
    kind: str = ""
    due: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> Self:
        kind = query.get("kind", "")
        return cls(
            tuple(region for region in query.getlist("region") if region.isdigit()),
            kind if kind in FlagKind.values else "",
            query.get("due", "") if _is_day(query.get("due", "")) else "",
        )

    def has(self, flag: Flag) -> bool:
        return (
            (not self.regions or flag.region_id.startswith(self.regions))
            and self.kind in ("", flag.kind)
            and self.due in ("", flag.due_on.isoformat())
        )

    def words(self, scope: Scope) -> str:
        """石羊镇·缺报·3月15日到期."""
        few = self.regions if len(self.regions) <= NAMED else ()
        places = "、".join(place_name(scope, region) for region in few or ("",) if few or not self.regions)
        said = [places or f"{len(self.regions)} 个乡镇"]
        said += [str(FlagKind(self.kind).label)] if self.kind else []
        said += [f"{(due := date.fromisoformat(self.due)).month}月{due.day}日到期"] if self.due else []
        return "·".join(said)


def build(scope: Scope, filters: FlagFilters, day: date) -> FlagPage:
    """The flags of the filters that stood on a day, the oldest first."""
    flags = [flag for flag in townships.open_flags(scope, day) if filters.has(flag)]
    rows = [Row(flag, Status("over", flag_words(flag, day)), flag_url(flag)) for flag in flags]
    return FlagPage(day, filters.words(scope), rows)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
