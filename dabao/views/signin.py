"""Signing in and out."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from dabao import clock, demo, plans
from dabao.forms import SigninForm
from dabao.services import signin


def next_page(request: HttpRequest) -> str:
    """Where to go after signing in: a page of this site, else home."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure()):
        return url
    return settings.LOGIN_REDIRECT_URL


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; demo accounts are offered in demo mode only."""
    form = SigninForm(request, request.POST or None)
    if form.is_valid():
        return redirect(next_page(request))
    context = {
        "form": form,
        "next": next_page(request),
        "phases": plans.calendar(clock.today()),
        "demo_accounts": demo.demo_accounts(),
        "demo_password": settings.DEMO_PASSWORD,
    }
    return render(request, "signin.html", context)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session; the browser drops what it kept of the pages (E07)."""
    signin.sign_out(request)
    response = redirect("dabao:signin")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
