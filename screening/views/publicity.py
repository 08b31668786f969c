"""Publicity: which lists hang where until when, and the list to print (C10)."""

from datetime import date
from io import BytesIO
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.documents.official import template_path
from dabao.scope import Right
from dabao.views.access import needs
from screening.papers import public_list
from screening.papers.public_list import Hanging
from screening.queries import publicity as queries
from screening.queries.steps import townships
from screening.rules.steps import earliest_last_day
from screening.services import looks


@login_required
@needs(Right.APPLY, Right.APPROVE)
def publicity(request: HttpRequest) -> HttpResponse:
    region = _code(request.GET.get("region", ""))
    batches = queries.publicity(request.scope, plans.current(), clock.today(), region)
    context = {"to_hang": [b for b in batches if not b.posted], "hanging": [b for b in batches if b.posted]}
    context["days"] = plans.current().publicity_days
    return render(request, "screening/publicity.html", context)


@login_required
@needs(Right.APPLY, Right.APPROVE)
def publicity_print(request: HttpRequest) -> HttpResponse:
    """The list of one township, or of one village of it, to hang: no number, no member, no illness."""
    hanging = _hanging(request)
    found = hanging.found
    context: dict[str, Any] = {
        "township": hanging.township,
        "lines": found.lines,
        "households": found.households,
        "persons": found.persons,
        "monthly": found.monthly,
        "first": hanging.first,
        "last": hanging.last,
        "days": (hanging.last - hanging.first).days + 1,
        "standard": hanging.standard,
        "plan": hanging.plan,
        "villages": found.villages,
    }
    return render(request, "screening/print_publicity.html", context)


@login_required
@needs(Right.APPLY, Right.APPROVE)
@require_GET
def publicity_docx(request: HttpRequest) -> HttpResponse:
    """The same list as an official paper; with `?archive=1` the copy to keep."""
    hanging, target = _hanging(request), BytesIO()
    archive = request.GET.get("archive") == "1"
    public_list.write(hanging, template_path(), target, archive=archive)
    looks.record_public_list(
        actor=request.user,
        region=hanging.township.code,
        households=hanging.found.households,
        archive=archive,
    )
    target.seek(0)
    name = f"{hanging.township.name}公示名单{hanging.first}{'存档联' if archive else ''}.docx"
    return FileResponse(target, as_attachment=True, filename=name)


def _hanging(request: HttpRequest) -> Hanging:
    """The list that an address names; a township outside the scope is not there (404)."""
    plan, today = plans.current(), clock.today()
    region = _code(request.GET.get("region", ""))
    first_day, last_day = _day(request.GET.get("first", "")), _day(request.GET.get("last", ""))
    days = (first_day, last_day) if first_day and last_day else None
    here = next((one for one in townships(request.scope, plan) if region.startswith(one.code)), None)
    if here is None:
        raise Http404
    found = queries.public_list(request.scope, plan, region, days)
    first, last = days or (today, earliest_last_day(today, plan.publicity_days))
    over = days is not None and last < today
    objections = queries.objections(request.scope, plan, region, (first, last)) if over else None
    standard = queries.standard(request.scope, here.code, first)
    return Hanging(plan, here, found, first, last, standard, objections)


def _code(text: str) -> str:
    return text if text.isdigit() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
