"""The calendar of reports: township × month, with the meeting, the report and the feedback of each."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from reports.queries.reports import TownshipMonth, TownshipMonths, standings
from reports.rules import Standing
from screening.rules.phases import days_left, due_on, first_of_month, months_between, next_month

BAD, WARN = "bad", "warn"


@dataclass(frozen=True, slots=True)
class Cell:
    """What `status_mark` takes, where it leads, and whether the cell is lit; None in its place is “—”."""

    kind: str
    text: str
    url: str = ""
    css: str = ""


def calendar_context(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Everything `reports/calendar.html` takes."""
    townships = standings(scope, plan, day)
    current = first_of_month(day)
    begun = months_between(plan.first_report_month, min(plan.last_report_month, day))
    every = months_between(plan.first_report_month, plan.last_report_month)
    return {
        "months": [{"label": f"{month.month}月", "current": month == current} for month in begun],
        "later_months": [f"{month.month}月" for month in every if month not in begun],
        "rows": [_row(township, plan, day) for township in townships],
        "sums": [words for place in range(len(begun)) for words in _sums(townships, place)],
        "counts": _counts(townships, begun, plan, day),
        "plan": plan,
        "county_month": begun[-1] if begun and scope.may(Right.READ_REPORT, plan.region_id) else None,
        "table_month": begun[-1] if begun else None,
    }


def _row(township: TownshipMonths, plan: WorkPlan, day: date) -> dict[str, Any]:
    cells: list[Cell | None] = []
    for place, month in enumerate(township.months):
        before = township.months[place - 1] if place else None
        cells += [
            meeting_cell(month, township.code, day),
            report_cell(month.report, reverse("reports:report", args=[month.month, township.code])),
            feedback_cell(month, before, township.code, plan, day),
        ]
    url = reverse("reports:report", args=[township.months[-1].month, township.code]) if cells else ""
    return {"name": township.name, "url": url, "cells": cells}


def short(day: date) -> str:
    return f"{day.month}/{day.day}"


def meeting_cell(found: TownshipMonth, code: str, day: date) -> Cell:
    """Recorded in its month, recorded later, missing from the first of the next month, or not yet."""
    url = reverse("reports:meeting", args=[found.month, code])
    missing_from = next_month(found.month)
    if found.held_on and found.met_on:
        if found.met_on >= missing_from:
            return Cell("late", f"{short(found.held_on)} 晚登记", url, WARN)
        return Cell("done", short(found.held_on), url)
    if day >= missing_from:
        return Cell("missing", "缺", url, BAD)
    return Cell("none", "没登记", url)


def report_cell(found: Standing, url: str) -> Cell:
    match found.kind:
        case "done":
            return Cell("done", short(found.submitted_on or found.due_on), url)
        case "late":
            return Cell("late", f"{short(found.submitted_on or found.due_on)} 晚{found.days}天", url, WARN)
        case "missing":
            return Cell("missing", f"缺 {found.days} 天", url, BAD)
        case "returned":
            return Cell("back", "退回修改", url, WARN)
        case kind:
            return Cell("none", {"draft": "草稿", "to_sign": "待签字"}.get(kind, "未报"), url)


def feedback_cell(
    found: TownshipMonth, before: TownshipMonth | None, code: str, plan: WorkPlan, day: date
) -> Cell | None:
    """First what the county owes for this month's requests, then the township's own feedback.

    A township owes feedback in every month but the first, whether or not last month's report came.
    """
    if found.owed:
        return Cell("over", f"县局欠 {found.owed} 条", reverse("reports:requests"), BAD)
    due = due_on(found.month, plan.feedback_day)
    url = reverse("reports:feedback", args=[found.month, code])
    if found.told_on:
        late = found.told_on > due
        return Cell("late" if late else "done", short(found.told_on), url, WARN if late else "")
    if before is not None:
        return Cell("missing", "缺", url, BAD) if day > due else Cell("none", f"{short(due)} 前", url)
    if found.asked:
        words = f"答复 {found.answered}/{found.asked} 条"
        return Cell("done" if found.answered == found.asked else "none", words, reverse("reports:requests"))
    return None


def _sums(townships: list[TownshipMonths], place: int) -> list[str]:
    found = [township.months[place] for township in townships]
    into = sum(one.report.is_in for one in found)
    late = sum(one.report.is_in and one.report.days > 0 for one in found)
    told = sum(one.told_on is not None for one in found)
    owed = sum(one.owed for one in found)
    feedback = f"县局欠 {owed} 条" if owed else f"{told} 个" if told else "—"
    return [
        f"{sum(one.held_on is not None for one in found)} / {len(found)}",
        f"{into} / {len(found)}" + (f"，晚 {late}" if late else ""),
        feedback if place or owed else "—",
    ]


def _counts(
    townships: list[TownshipMonths], months: list[date], plan: WorkPlan, day: date
) -> list[dict[str, Any]]:
    """The sheets above the table: reports of the two newest months, last month's meetings, answers owed."""
    newest = list(range(len(months)))[:-3:-1]
    found = [_reports_in(townships, months[place], place, plan, day) for place in newest]
    if newest:
        found.append(_meetings_held(townships, months[newest[-1]], newest[-1], day))
    return [*found, _answers_owed(townships)]


def _sheet(title: str, done: int, of: int, rest: str, status: Cell) -> dict[str, Any]:
    return {"title": title, "done": done, "of": of, "rest": rest, "status": status}


def _reports_in(
    townships: list[TownshipMonths], month: date, place: int, plan: WorkPlan, day: date
) -> dict[str, Any]:
    found = [(township.name, township.months[place].report) for township in townships]
    into = [one for _, one in found if one.is_in]
    out = [name for name, one in found if not one.is_in]
    late = sum(one.days > 0 for one in into)
    due = due_on(month, plan.report_due_day)
    if not out:
        status = Cell("done", "都报了")
    elif day > due:
        status = Cell("over", f"{_names(out)}缺报 {(day - due).days} 天")
    else:
        left = days_left(due, day)
        status = Cell("none", f"还差 {len(out)} 个乡镇，{due.month}月{due.day}日截止，含今天还有 {left} 天")
    rest = f"已报，按时 {len(into) - late}，晚 {late}" if into else "已报"
    return _sheet(f"{month.month}月报告", len(into), len(found), rest, status)


def _meetings_held(townships: list[TownshipMonths], month: date, place: int, day: date) -> dict[str, Any]:
    out = [township.name for township in townships if township.months[place].held_on is None]
    if not out:
        status = Cell("done", "都开了")
    elif day >= next_month(month):
        status = Cell("over", f"{_names(out)}缺")
    else:
        status = Cell("none", f"还差 {len(out)} 个乡镇")
    done = len(townships) - len(out)
    return _sheet(f"{month.month}月研究会", done, len(townships), "已登记", status)


def _answers_owed(townships: list[TownshipMonths]) -> dict[str, Any]:
    months = [month for township in townships for month in township.months]
    asked, answered = sum(m.asked for m in months), sum(m.answered for m in months)
    owed = sum(month.owed for month in months)
    status = Cell("over", f"县局欠 {owed} 条") if owed else Cell("ok", "县局不欠答复")
    return _sheet("请求事项", answered, asked, "条已答复", status)


def _names(names: list[str]) -> str:
    shown = "、".join(names[:3])
    return f"{shown}等 {len(names)} 个乡镇" if len(names) > 3 else shown
