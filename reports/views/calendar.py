"""The calendar of reports: for a township its own row, for the county all of them (C20, C23)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import spreadsheet
from reports.calendar import calendar_context
from reports.calendar_sheet import calendar_sheet


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    request.scope.require(Right.READ_REPORT)
    context = calendar_context(request.scope, plans.current(), clock.today())
    return render(request, "reports/calendar.html", context)


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The same calendar as xlsx; who sees one township gets its row."""
    request.scope.require(Right.READ_REPORT)
    plan, day = plans.current(), clock.today()
    content = calendar_sheet(calendar_context(request.scope, plan, day))
    return spreadsheet(content, f"{plan.region.name}{plan.year}年月报日历（{day}）.xlsx")
