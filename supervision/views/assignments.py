"""Who supervises whom: the table of annex 2 with its history, changed by the county office (C19, C26)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.forms import told_by
from dabao.scope import Right
from dabao.views.access import needs, post_only
from supervision.forms.assignments import AssignForm, EndForm, ReplaceForm
from supervision.queries import assignments as queries
from supervision.queries import townships
from supervision.services import assignment_changes as services


@login_required
@needs(Right.PLAN, Right.BOARD)
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    scope, plan, day = request.scope, plans.current(), clock.today()
    context = {
        "rows": townships.assignments(scope, plan, day),
        "history": queries.history(scope, plan, day),
        "gaps": queries.gaps(scope, plan, day),
        "may_change": scope.may(Right.PLAN, plan.region_id),
        "plan": plan,
    }
    return render(request, "supervision/assignments.html", context)


@login_required
@needs(Right.PLAN)
def new(request: HttpRequest) -> HttpResponse:
    """A unit for a township that has none."""
    plan = plans.current()
    choices = queries.townships(request.scope, plan), *_choices(request)
    form = AssignForm(*choices, request.POST or None, initial={"township": request.GET.get("township", "")})
    if form.is_valid():
        values = form.cleaned_data
        with told_by(form):
            made = services.set_up(
                scope=request.scope,
                actor=request.user,
                plan=plan,
                township_code=values["township"],
                **_chosen(values),
            )
            return _done(request, f"{made.township.name}由{made.unit.name}挂包，{_words(made.first_day)}起。")
    return render(request, "supervision/assignment.html", {"form": form})


@login_required
@needs(Right.PLAN)
def change(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Another unit or group from a day on."""
    before = _one(request, assignment_id)
    initial = {"unit": before.unit_id, "group": before.group_id, "version": before.version}
    form = ReplaceForm(*_choices(request), request.POST or None, initial=initial)
    if form.is_valid():
        values = form.cleaned_data
        with told_by(form):
            made = services.replace(
                scope=request.scope,
                actor=request.user,
                assignment_id=assignment_id,
                version=values["version"],
                **_chosen(values),
            )
            return _done(
                request, f"{made.township.name}换由{made.unit.name}挂包，{_words(made.first_day)}起。"
            )
    return render(request, "supervision/assignment.html", {"form": form, "before": before})


@login_required
@needs(Right.PLAN)
@post_only("supervision:assignment", "assignment_id")
def end(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """The last day of an assignment."""
    before, form = _one(request, assignment_id), EndForm(request.POST)
    try:
        if not form.is_valid():
            raise ValidationError([message for found in form.errors.values() for message in found])
        services.end(
            scope=request.scope,
            actor=request.user,
            assignment_id=assignment_id,
            day=clock.today(),
            **form.cleaned_data,
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("supervision:assignments")
    return _done(
        request, f"{before.unit.name}挂{before.township.name}到{_words(form.cleaned_data['last_day'])}为止。"
    )


@login_required
@needs(Right.PLAN)
@post_only("supervision:assignment", "assignment_id")
def withdraw(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    """Take back one that has not begun."""
    before, version = _one(request, assignment_id), request.POST.get("version", "")
    try:
        services.withdraw(
            scope=request.scope,
            actor=request.user,
            assignment_id=assignment_id,
            version=int(version) if version.isdigit() else 0,
            day=clock.today(),
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("supervision:assignments")
    return _done(request, f"已取消{before.unit.name}挂{before.township.name}，它还没开始。")


def _one(request: HttpRequest, assignment_id: UUID) -> Any:
    try:
        return queries.one(request.scope, assignment_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _choices(request: HttpRequest) -> tuple[list[Any], list[Any]]:
    """Units and groups."""
    plan = plans.current()
    return (
        queries.units(request.scope, plan, clock.today()),
        queries.groups(request.scope, plan),
    )


def _chosen(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "unit_id": UUID(values["unit"]),
        "group_id": UUID(values["group"]),
        "first_day": values["first_day"],
        "day": clock.today(),
    }


def _words(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _done(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect("supervision:assignments")
