"""The calendar of reports: township × month."""

from datetime import date
from typing import Any

from django.urls import reverse

from dabao.models import WorkPlan
from dabao.scope import Scope
from reports.pages import CalendarCell, report_cell
from reports.queries.reports import TownshipMonths, standings
from screening.rules.phases import days_left, due_on, first_of_month, months_between


def calendar_context(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Everything `reports/calendar.html` takes."""
    townships = standings(scope, plan, day)
    current = first_of_month(day)
    begun = months_between(plan.first_report_month, min(plan.last_report_month, day))
    every = months_between(plan.first_report_month, plan.last_report_month)
    return {
        "months": [{"label": f"{month.month}月", "current": month == current} for month in begun],
        "later_months": [f"{month.month}月" for month in every if month not in begun],
        "due_words": f"{plan.report_due_day}日止",
        "rows": [_row(township, current) for township in townships],
        "sums": [_sum(townships, place) for place in range(len(begun))],
        "counts": [_month_count(townships, begun, place, plan, day) for place in _newest_two(begun)],
        "plan": plan,
    }


def _newest_two(months: list[date]) -> list[int]:
    """Places of the newest month and the one before it."""
    return list(range(len(months)))[:-3:-1]


def _row(township: TownshipMonths, current: date) -> dict[str, Any]:
    cells = [
        report_cell(found, reverse("reports:report", args=[found.month, township.code]))
        for found in township.months
    ]
    latest = next((f.month for f in reversed(township.months)), current)
    return {
        "name": township.name,
        "url": reverse("reports:report", args=[latest, township.code]),
        "cells": cells,
    }


def _sum(townships: list[TownshipMonths], place: int) -> str:
    found = [township.months[place] for township in townships]
    late = sum(one.is_in and one.days > 0 for one in found)
    return f"{sum(one.is_in for one in found)} / {len(found)} 已报" + (f"，晚 {late}" if late else "")


def _month_count(
    townships: list[TownshipMonths], months: list[date], place: int, plan: WorkPlan, day: date
) -> dict[str, Any]:
    """A sheet above the table: how many are in, and what is wrong with the rest."""
    found = [(township.name, township.months[place]) for township in townships]
    into = [one for _, one in found if one.is_in]
    out = [(name, one) for name, one in found if not one.is_in]
    late = sum(one.days > 0 for one in into)
    due = due_on(months[place], plan.report_due_day)
    words = f"按时 {len(into) - late}，晚 {late}" if into else ""
    if not out:
        status = CalendarCell("done", "都报了")
    elif day > due:
        names = "、".join(name for name, _ in out)
        status = CalendarCell("over", f"{names} 缺报 {(day - due).days} 天")
    else:
        left = days_left(due, day)
        status = CalendarCell(
            "none", f"还差 {len(out)} 个乡镇，{due.month}月{due.day}日截止，含今天还有 {left} 天"
        )
    return {
        "title": f"{months[place].month}月报告",
        "in": len(into),
        "of": len(found),
        "words": words,
        "status": status,
    }
