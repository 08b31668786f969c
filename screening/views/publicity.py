"""Publicity: which lists hang where until when, and the list to print (C10)."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs
from screening.queries import publicity as queries
from screening.queries.steps import townships
from screening.rules.steps import earliest_last_day


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
    plan, today = plans.current(), clock.today()
    region = _code(request.GET.get("region", ""))
    first_day, last_day = _day(request.GET.get("first", "")), _day(request.GET.get("last", ""))
    days = (first_day, last_day) if first_day and last_day else None
    here = next((one for one in townships(request.scope, plan) if region.startswith(one.code)), None)
    if here is None:
        raise Http404
    found = queries.public_list(request.scope, plan, region, days)
    first, last = days or (today, earliest_last_day(today, plan.publicity_days))
    context: dict[str, Any] = {
        "township": here,
        "lines": found.lines,
        "households": found.households,
        "persons": found.persons,
        "monthly": found.monthly,
        "first": first,
        "last": last,
        "days": (last - first).days + 1,
        "standard": queries.standard(request.scope, here.code, first),
        "plan": plan,
        "villages": found.villages,
    }
    return render(request, "screening/print_publicity.html", context)


def _code(text: str) -> str:
    return text if text.isdigit() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
