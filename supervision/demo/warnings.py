"""Warnings that townships reported up to the demo's day, some visited, some decided, two past their limit."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from dabao import clock
from dabao.models import User, WorkPlan
from dabao.scope import Role
from screening.choices import CaseState, FollowUpResult, WarningDecision, WarningKind
from screening.models import Case, RiskWarning
from screening.services import warnings
from supervision.demo.work import TOUR


@dataclass(frozen=True, slots=True)
class Told:
    """What a township's staff reported of one of its households, and how far it is. Days in order."""

    township: str
    kind: WarningKind
    reported_on: date
    text: str
    visited_on: date | None = None
    found: str = ""
    decided_on: date | None = None
    decision: str = ""
    reason: str = ""


TOLD = (
    Told("532326206", WarningKind.DISASTER, date(2020, 3, 28), "3月27日大风掀了屋顶 30 平方米，全家借住"),
    Told(
        "532326207", WarningKind.JOB_LOST, date(2020, 3, 29), "浙江厂未复工，两人在家没有工资",
        date(2020, 4, 3), "两个劳力在家，存粮够两个月，孩子学费没有着落",
    ),
    Told("532326208", WarningKind.ILLNESS, date(2020, 4, 1), "户主脑出血住州医院，已借 2 万元"),
    Told("532326102", WarningKind.JOB_LOST, date(2020, 4, 6), "广东厂停工，3月起没有工资"),
    Told("532326108", WarningKind.DISASTER, date(2020, 4, 8), "4月7日冰雹打坏烤烟 4 亩"),
    Told(
        "532326104", WarningKind.OTHER, date(2020, 4, 2), "牛被盗两头，春耕没有畜力",
        date(2020, 4, 4), "村里已借牛帮耕，务工收入每月 2,800 元没有断",
        date(2020, 4, 7), WarningDecision.NONE, "务工收入没有断，村里帮耕，生活不受影响",
    ),
    Told(
        "532326101", WarningKind.DISASTER, date(2020, 3, 20), "3月19日灶房失火，粮食烧毁",
        date(2020, 3, 21), "灶房全毁，住房完好，缺口粮和铺盖",
        date(2020, 3, 23), WarningDecision.TEMPORARY, "急难型，先行救助",
    ),
    Told(
        "532326103", WarningKind.EARNER_DIED, date(2020, 3, 24), "主要劳力 3月22日意外去世",
        date(2020, 3, 25), "剩祖孙三人，没有务工收入",
        date(2020, 3, 27), WarningDecision.TEMPORARY, "丧葬和近期生活困难",
    ),
)  # fmt: skip


def report(*, plan: WorkPlan, tell: Callable[[str], None]) -> None:
    """Have them reported, visited and decided on their days; what stands already is left alone."""
    made = sum(_one(plan, told, case) for told, case in _households(plan))
    tell(f"主动发现的预警 {made} 条。")


def _households(plan: WorkPlan) -> Iterator[tuple[Told, Case]]:
    """For each a household of its township whose case is open, not one of the tour's."""
    for told in TOLD:
        case = (
            Case.objects.filter(
                plan=plan,
                household__region__code__startswith=told.township,
                opened_on__lte=told.reported_on,
            )
            .exclude(state=CaseState.CLOSED)
            .exclude(household__head__name__in=TOUR)
            .select_related("household")
            .order_by("household__number", "household_id")
            .first()
        )
        if case is not None:
            yield told, case


@transaction.atomic
def _one(plan: WorkPlan, told: Told, case: Case) -> int:
    standing = RiskWarning.objects.filter(
        plan=plan, kind=told.kind, household__region__code__startswith=told.township
    )
    staff = User.objects.filter(
        postings__role=Role.TOWNSHIP_STAFF, postings__region=told.township
    ).order_by("username").first()  # fmt: skip
    if staff is None or standing.exists():
        return 0
    who = {"scope": staff.scope(told.reported_on), "actor": staff}
    with clock.pretend(told.reported_on):
        warning = warnings.report_by_person(
            plan=plan, household_id=case.household_id, kind=told.kind, happened_on=told.reported_on,
            text=told.text, day=told.reported_on, **who,
        )  # fmt: skip
    if told.visited_on:
        with clock.pretend(told.visited_on):
            warnings.visit(
                warning_id=warning.pk, went_on=told.visited_on, result=FollowUpResult.TROUBLE,
                found=told.found, day=told.visited_on, **who,
            )  # fmt: skip
    if told.decided_on:
        with clock.pretend(told.decided_on):
            warnings.decide(
                warning_id=warning.pk, decision=told.decision, reason=told.reason, fell=False,
                day=told.decided_on, **who,
            )  # fmt: skip
    return 1
