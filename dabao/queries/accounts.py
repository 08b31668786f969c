"""Accounts and postings as the system administrator sees them; one's own postings for everybody."""

from dataclasses import dataclass
from datetime import date

from dabao import clock
from dabao.models import Posting
from dabao.scope import Scope


@dataclass(frozen=True, slots=True)
class OwnPosting:
    """A posting in words."""

    role: str
    place: str
    first_day: date
    last_day: date | None


def own_postings(scope: Scope) -> list[OwnPosting]:
    """The postings in force today of whoever the scope belongs to."""
    rows = Posting.objects.on(clock.today()).filter(user=scope.user_id).select_related("region")
    return [
        OwnPosting(row.get_role_display(), row.region.name if row.region else "", row.first_day, row.last_day)
        for row in rows
    ]
