"""What waits for the viewer today, told once a day (C27)."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dabao import clock
from supervision import digests
from supervision.services import digests as services


@login_required
@require_safe
def digest(request: HttpRequest) -> HttpResponse:
    """New flags, unread reminders, what waits; flags are new against those of the last digest."""
    told, found = services.shown(user=request.user, day=clock.today())
    context = {"digest": told, "sections": found, "number": digests.number(found)}
    return render(request, "supervision/digest.html", context)
