"""The meeting and the feedback of a township and month (C20)."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from reports import pages
from reports.forms import FeedbackForm, MeetingForm
from reports.queries import reports as queries
from reports.queries import requests as request_queries
from reports.services import attachments, monthly
from reports.views.access import of_record
from screening.rules.phases import previous_month


@of_record
def meeting(request: HttpRequest, month: date, code: str) -> HttpResponse:
    plan = plans.current()
    found = _of_month(request, code, month)
    row = queries.meeting(request.scope, plan, code, month)
    fields = ("held_on", "people", "minutes", "decisions", "version")
    initial = {name: getattr(row, name) for name in fields} if row else {"version": 0}
    form = MeetingForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and _did(
        request, monthly.record_meeting, form, code, month, "研究会已登记。"
    ):
        return redirect("reports:report", month, code)
    return _shown(request, "reports/meeting.html", found | {"row": row, "form": form})


@of_record
@require_GET
def meeting_file(request: HttpRequest, month: date, code: str) -> FileResponse:
    """The file of a meeting, to keep: the browser never opens it under the address of this site."""
    found = attachments.download(
        scope=request.scope, plan=plans.current(), region_code=code, month=month, actor=request.user
    )
    if found is None:
        raise Http404
    return FileResponse(
        found.content, as_attachment=True, filename=found.name, content_type=found.content_type
    )


@of_record
def feedback(request: HttpRequest, month: date, code: str) -> HttpResponse:
    plan = plans.current()
    found = _of_month(request, code, month)
    if month == plan.first_report_month:
        raise Http404
    last = previous_month(month)
    row = queries.feedback(request.scope, plan, code, month)
    form = FeedbackForm(
        request.POST or None, initial={"text": row.text if row else "", "version": row.version if row else 0}
    )
    if request.method == "POST" and _did(request, monthly.record_feedback, form, code, month, "反馈已交。"):
        return redirect("reports:calendar")
    more = {
        "row": row,
        "form": form,
        "last": last,
        "last_report": queries.find(request.scope, plan, code, last),
        "requests": request_queries.of_month(request.scope, plan, code, last),
    }
    return _shown(request, "reports/feedback.html", found | more)


def _of_month(request: HttpRequest, code: str, month: date) -> dict[str, Any]:
    """The township and month; 404 for one outside the scope or a month that has none."""
    plan = plans.current()
    region = queries.township(request.scope, plan, code)
    if month not in queries.months_begun(request.scope, plan, clock.today()):
        raise Http404
    if request.method == "POST":
        request.scope.require(Right.WRITE_REPORT, code)
    return {
        "region": region,
        "month": month,
        "month_words": pages.month_words(month),
        "plan": plan,
        "may_write": request.scope.may(Right.WRITE_REPORT, code),
    }


def _did(
    request: HttpRequest, service: Callable[..., Any], form: forms.Form, code: str, month: date, done: str
) -> bool:
    """Record what the form says; its errors say why not."""
    if not form.is_valid():
        return False
    try:
        service(
            scope=request.scope,
            plan=plans.current(),
            region_code=code,
            month=month,
            actor=request.user,
            day=clock.today(),
            **form.cleaned_data,
        )
    except ValidationError as refused:
        for field, said in pages.words_of(refused).items():
            form.add_error(field if field in form.fields else None, said)
        return False
    messages.success(request, done)
    return True


def _shown(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    return render(request, template, context, status=422 if context["form"].is_bound else 200)
