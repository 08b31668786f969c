"""The error pages. Refusals are events of the log: what was asked, by whom; not what it would have shown."""

import logging

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from dabao import naming
from dabao.scope import ALONE, NOTHING
from dabao.services import refusals

logger = logging.getLogger(__name__)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    return render(request, "400.html", status=400)


@login_not_required
def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says the reason that the code gives. Who administers or audits is not sent to those who do the work."""
    refusals.record(request, "page.refuse")
    alone = bool(getattr(request, "scope", NOTHING).roles & ALONE)
    return render(request, "403.html", {"reason": str(exception), "alone": alone}, status=403)


@login_not_required
def no_token(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    refusals.record(request, "page.no_token")
    return render(request, "403_csrf.html", status=403)


@login_not_required
def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """A foreign row and one that never was are the same, also in the log."""
    refusals.record(request, "page.missing", only_records=True)
    return render(request, "404.html", status=404)


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    reference = getattr(request, "request_id", "")
    logger.error("request %s failed", reference)
    retry = request.path if request.method == "GET" else ""
    context = {"reference": reference, "retry_url": retry, "names": naming.remembered()}
    return render(request, "500.html", context, status=500)
