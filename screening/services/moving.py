"""Open cases of somebody who leaves go to whoever takes his posting over."""

from dabao import clock
from dabao.models import User
from dabao.services import postings
from screening.choices import CaseState
from screening.models import Case
from screening.services import cases


@postings.open_work("派给本人的排查户", "户")
def move_open_cases(*, giver: User, taker: User | None, region_code: str, actor: User, dry_run: bool) -> int:
    """Cases not closed that were given to `giver` in the region; each keeps its history and gets an event."""
    open_cases = Case.objects.filter(
        assigned_to=giver, household__region__code__startswith=region_code
    ).exclude(state=CaseState.CLOSED)
    if dry_run or taker is None:
        return open_cases.count()
    found = list(open_cases.select_for_update(of=("self",)).select_related("household__region", "plan"))
    for case in found:
        case.assigned_to = taker
        cases.note(
            case=case,
            kind=cases.Kind.ASSIGNED,
            actor=actor,
            day=clock.today(),
            text=f"任职移交：由{giver.name}转给{taker.name}。",
        )
    return len(found)
