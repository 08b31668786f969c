"""Monthly reports of the demo: sent by the real services on the days the figures file names."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction

from dabao import clock
from dabao.models import User, WorkPlan
from dabao.scope import Role, Scope
from reports.models import MonthlyReport
from reports.services import writing

MARCH, APRIL = date(2020, 3, 1), date(2020, 4, 1)
DRAFT_DAY = date(2020, 4, 9)
PROBLEMS = (
    "一是外出务工户多，入户约不到人；二是残联名单有个别证号对不上，待县局认定。",
    "山区村组分散，入户一天只能走三四户，核查力量不足。",
    "部分农户务工收入没有凭据，人均收入核算要多次上门。",
    "少数老人户口与子女分开，赡养能力要到外乡镇核实。",
)


def steps(plan: WorkPlan, figures: dict[str, Any]) -> list[tuple[date, Callable[[], None]]]:
    """Day and act of each report of a township (a row of `progress.json`), oldest first."""
    region = figures["region"]
    found: list[tuple[date, Callable[[], None]]] = []
    for month, day in ((MARCH, figures["march_report"]), (APRIL, figures["april_report"])):
        if day == "draft":
            found.append((DRAFT_DAY, partial(_write, plan, region, month, DRAFT_DAY)))
        elif day not in (None, "none"):
            found.append(
                (date.fromisoformat(day), partial(_send, plan, region, month, date.fromisoformat(day)))
            )
    return found


def _values(plan: WorkPlan, region: str, month: date, day: date, role: Role) -> dict[str, Any]:
    report = MonthlyReport.objects.filter(plan=plan, region=region, month=month).first()
    actor = User.objects.filter(postings__role=role, postings__region_id=region).order_by("username").first()
    if actor is None:
        raise LookupError(f"{region}: nobody is {role}")
    return {
        "scope": Scope(actor.pk, frozenset({(role.value, region)})),
        "plan": plan,
        "region_code": region,
        "month": month,
        "actor": actor,
        "version": report.version if report else 0,
        "texts": writing.Texts("", PROBLEMS[(int(region[-2:]) + month.month) % len(PROBLEMS)]),
        "offered": "",
        "day": day,
    }


def _write(plan: WorkPlan, region: str, month: date, day: date) -> None:
    if not MonthlyReport.objects.filter(plan=plan, region=region, month=month).exists():
        writing.save(**_values(plan, region, month, day, Role.TOWNSHIP_STAFF))


def _send(plan: WorkPlan, region: str, month: date, day: date) -> None:
    report = MonthlyReport.objects.filter(plan=plan, region=region, month=month).first()
    if report is not None and report.submitted_on is not None:
        return
    with clock.pretend(day), transaction.atomic():
        writing.ask_signature(**_values(plan, region, month, day, Role.TOWNSHIP_STAFF))
        writing.submit(**_values(plan, region, month, day, Role.TOWNSHIP_HEAD))
