"""Requests of townships: what the county owes, its answer, and the township's word on it (C20)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from reports.forms import AnswerForm, SolvedForm
from reports.pages import words_of
from reports.queries import requests as queries
from reports.requests_page import list_context, mark_of
from reports.services import requests as services
from reports.views.access import of_record


@login_required
@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    request.scope.require(Right.READ_REPORT)
    region, day = request.GET.get("region", ""), clock.as_at(request.GET.get("as_at", ""))
    context = list_context(
        request.scope,
        plans.current(),
        clock.today(),
        region if region.isdigit() else "",
        day if request.GET.get("owed") == "1" else None,
    )
    return render(request, "reports/requests.html", context)


@of_record
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request: the county answers, the township says whether that solved it."""
    row = queries.one(request.scope, request_id)
    form = _form(request, row)
    if request.method == "POST":
        if form is None:
            raise PermissionDenied("这一条现在不用你写。请回请求答复页看轮到谁。")
        if form.is_valid() and _did(request, request_id, form):
            return redirect("reports:requests")
    context = {
        "row": row,
        "earlier": queries.earlier_answers(request.scope, row),
        "mark": mark_of(row, clock.today()),
        "form": form,
    }
    return render(request, "reports/request.html", context, status=422 if request.method == "POST" else 200)


def _form(request: HttpRequest, row: Any) -> AnswerForm | SolvedForm | None:
    """What the viewer may write now: the answer until the township said it is solved, or that word."""
    code = row.report.region_id
    if request.scope.may(Right.ANSWER, code) and not row.solved:
        return AnswerForm(request.POST or None, initial={"answer": row.answer, "version": row.version})
    if request.scope.may(Right.WRITE_REPORT, code) and row.answered_on is not None:
        solved = {None: "", True: "yes", False: "no"}[row.solved]
        initial = {"solved": solved, "note": row.solved_note, "version": row.version}
        return SolvedForm(request.POST or None, initial=initial)
    return None


def _did(request: HttpRequest, request_id: UUID, form: AnswerForm | SolvedForm) -> bool:
    """Do what the form says; its errors say why not."""
    values = form.cleaned_data
    common = {
        "scope": request.scope,
        "request_id": request_id,
        "actor": request.user,
        "version": values["version"],
        "day": clock.today(),
    }
    try:
        if isinstance(form, AnswerForm):
            services.answer(**common, text=values["answer"])
        else:
            services.say_solved(**common, solved=values["solved"] == "yes", note=values["note"])
    except ValidationError as refused:
        for field, said in words_of(refused).items():
            form.add_error(field if field in form.fields else None, said)
        return False
    messages.success(request, "已答复，乡镇在月报里能看到。" if isinstance(form, AnswerForm) else "已回话。")
    return True
