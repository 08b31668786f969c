"""The first page: what needs me now, by role."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock, plans
from dabao.scope import Right
from supervision import since
from supervision.homes import county, leader, officer
from supervision.navigation import url_of
from supervision.services.looks import remember

# The first right held decides; who only runs accounts or reads the log goes straight to that page.
HOMES = (
    (Right.VERIFY, officer.build, "supervision/home_officer.html"),
    (Right.IMPORT, county.build, "supervision/home_county.html"),
    (Right.BOARD, leader.build, "supervision/home_leader.html"),
)
DESKS = ((Right.ACCOUNTS, "dabao:accounts"), (Right.AUDIT, "dabao:audit"))


@login_required
def home(request: HttpRequest) -> HttpResponse:
    for right, build, template in HOMES:
        if request.scope.may(right):
            context = build(request.scope, plans.current(), clock.today())
            return render(request, template, context | _since(request, context))
    for right, name in DESKS:
        if request.scope.may(right) and url_of(name):
            return redirect(name)
    return render(request, "supervision/home_nobody.html")


def _since(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What changed in one's townships since the last look; leaders and units are told."""
    if "own" not in context:
        return {}
    look = remember(user=request.user, day=clock.today(), figures=since.figures(context["own"]))
    return leader.told(context, look)
