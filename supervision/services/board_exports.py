"""What leaves the board is written into the log (E01)."""

from datetime import date

from django.db import transaction

from dabao import audit
from dabao.models import User


@transaction.atomic
def record_laggards(*, actor: User, region_code: str, townships: int, day: date) -> None:
    """Somebody took out the list of the slow townships with the phones of those on duty."""
    audit.record(
        "board.export", actor=actor, region_code=region_code, townships=townships, as_at=day.isoformat()
    )
