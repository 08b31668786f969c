"""What the pages about splitting off and moving show."""

from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.choices import CaseState, MoveState
from screening.forms.people import MoveForm, SplitForm
from screening.models import Case
from screening.queries import moves
from screening.services.relocating import may_accept
from screening.services.splitting import AT_REST, living_members


def case_people(scope: Scope, case_id: UUID) -> dict[str, Any]:
    """A household with who lives there, for whoever applies in its township. Raises ObjectDoesNotExist."""
    case = Case.objects.within(scope).select_related("household__region__parent", "plan").get(pk=case_id)
    scope.require(Right.APPLY, case.household.region_id)
    members = living_members(case.household)
    leavers = [(one.person_id, one.person.name) for one in members if one.person_id != case.household.head_id]
    waiting = moves.listed(scope, case.plan, moves.OPEN).filter(household=case.household)
    first = {"version": case.version}
    villages = moves.villages(scope, case.plan, without=case.household.region_id)
    return {
        "case": case,
        "head": case.household.head.name if case.household.head else "户主不明",
        "place": case.household.region,
        "leavers": leavers,
        "waiting": list(waiting),
        "at_rest": CaseState(case.state) in AT_REST,
        "split_form": SplitForm(leavers, initial=first, auto_id="split-%s"),
        "move_form": MoveForm(leavers, villages, initial=first, auto_id="move-%s"),
    }


def move_list(scope: Scope, plan: WorkPlan, tab: str) -> dict[str, Any]:
    """The tabs of the list of moves."""
    counts = moves.counts(scope, plan)
    tabs = [
        {
            "label": label,
            "url": f"{reverse('screening:moves')}?tab={name}",
            "count": counts[name],
            "current": name == tab,
        }
        for name, label in moves.TABS.items()
    ]
    return {
        "tabs": tabs,
        "done": tab == moves.DONE,
        "tab_word": moves.TABS[tab],
        "may_ask": scope.may(Right.APPLY),
    }


def one_move(scope: Scope, move_id: UUID, day: date) -> dict[str, Any]:
    """A move with what this viewer may do. Raises ObjectDoesNotExist outside both sides."""
    move = moves.one(scope, move_id)
    waits = move.state == MoveState.OPEN
    return {
        "move": move,
        "row": moves.rows(scope, [move], day)[0],
        "within_township": move.from_region_id[:9] == move.to_region_id[:9],
        "may_accept": waits and may_accept(scope, move) and move.asked_by_id != scope.user_id,
        "may_withdraw": waits and scope.may(Right.APPLY, move.from_region_id),
    }
