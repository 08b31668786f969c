"""What the pages of offers show: who was offered something, one person's ledger, the proposal beside it."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.choices import ProposalState
from screening.models import Household
from screening.queries import offers, steps
from screening.queries.offers import PersonPage, Row
from screening.rules.income import REFUSALS_IN_A_ROW
from screening.services import benefit_changes
from screening.services.pending_changes import may_decide


def listed(scope: Scope, plan: WorkPlan, tab: str, region: str) -> tuple[list[Row], dict[str, Any]]:
    """The rows of the open tab, and the frame of the list."""
    found = offers.rows(scope, region)
    tabs = [
        {
            "label": label,
            "url": f"{reverse('screening:offers')}?{urlencode({'tab': name, 'region': region})}",
            "count": sum(name in row.tabs for row in found),
            "current": name == tab,
        }
        for name, label in offers.TABS.items()
    ]
    frame = {
        "tabs": tabs,
        "tab": tab,
        "tab_word": offers.TABS[tab],
        "region": region,
        "townships": steps.townships(scope, plan),
        "may_record": scope.may(Right.VERIFY),
    }
    return [row for row in found if tab in row.tabs], frame


def one_person(scope: Scope, plan: WorkPlan, person_id: UUID, day: date) -> dict[str, Any]:
    """One person's ledger with what this viewer may do. Raises ObjectDoesNotExist outside the scope."""
    page = offers.person(scope, plan, person_id, day)
    live = page.live
    approver = may_decide(scope, page.region_code)
    proposing = scope.may(Right.APPLY, page.region_code)
    signing = live is not None and live.state == ProposalState.PROPOSED
    ready = live is None and page.run >= REFUSALS_IN_A_ROW
    return {
        "page": page,
        "live": live,
        "past": [one for one in page.proposals if not one.live],
        "table": _table(page),
        "lacking": _lacking(page) if ready else "",
        "may_record": scope.may(Right.VERIFY, page.region_code),
        "may_propose": ready and proposing and not _lacking(page),
        "may_sign": signing and approver and live.proposed_by_id != scope.user_id,
        "may_decline": signing and approver,
        "may_withdraw": signing and proposing,
        "may_resume": live is not None and live.state == ProposalState.APPROVED and approver,
    }


def first_month(scope: Scope, page: PersonPage, day: date) -> date:
    """The first month a change of his share may take effect."""
    household = Household.objects.within(scope).get(pk=page.household_id)
    return benefit_changes.earliest_month(household, [page.person.pk], day)


def _lacking(page: PersonPage) -> str:
    """Why three refusals are not enough here, in words; empty when they are."""
    if not page.registered:
        return "不是建档立卡户，不能因为拒绝项目减停。"
    if page.able is None:
        return "劳动技能空白或是弱劳动力，要先核实有没有劳动能力。"
    if not page.able:
        return "没有劳动能力，不能因为没有就业减停。"
    if page.family.share is None:
        return "没有在领低保，或花名册没有写他的金额。"
    return ""


def _table(page: PersonPage) -> list[tuple[str, Decimal, Decimal]]:
    """(who, now, after both signatures): the others untouched, he, the whole family."""
    live, family = page.live, page.family
    if live is not None:
        now, after = live.old_amount, live.new_amount
    elif family.share is not None:
        now, after = family.share, family.share
    else:
        return []
    others = family.others_amount
    return [
        (f"其他 {family.others} 人，不动", others, others),
        (page.person.name, now, after),
        ("全家每月", others + now, others + after),
    ]
