"""The calendar of reports: for a township its own row, for the county all of them (C20, C23)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from reports.calendar import calendar_context


@login_required
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    request.scope.require(Right.READ_REPORT)
    context = calendar_context(request.scope, plans.current(), clock.today())
    return render(request, "reports/calendar.html", context)
