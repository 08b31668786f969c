"""What holds for every page of somebody signed in: the longest session, the second step, the new password."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dabao.services import second_factor, signin


class SessionMiddleware:
    """Ends a session after 12 hours (A06); sends who must change his password there from EVERY address (A03).

    Answers htmx with HX-Redirect where a browser would follow a redirect to sign in, so that no sign-in
    form lands inside a part of a page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._sent_away(request) or self.get_response(request)
        if request.htmx and isinstance(response, HttpResponseRedirect) and self._leaves_page(response.url):
            response = HttpResponse(headers={"HX-Redirect": response.url})
        return response

    def _sent_away(self, request: HttpRequest) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        began = request.session.setdefault(signin.SIGNED_IN_AT, timezone.now().isoformat())
        if signin.too_old(began):
            signin.sign_out(request)
            messages.warning(request, "登录已满 12 小时，请重新登录。没提交的草稿还在。")
            return redirect_to_login(request.path)
        if second_factor.is_owed(request):
            return self._to_the_second_step(request)
        free = (reverse("dabao:password"), reverse("dabao:signout"))
        if request.user.must_change_password and request.path not in free:
            return redirect("dabao:password")
        return None

    @staticmethod
    def _to_the_second_step(request: HttpRequest) -> HttpResponse | None:
        """There from EVERY address (A05); who has no phone bound yet, to bind one."""
        bound = second_factor.is_bound(request.user)
        step = reverse("dabao:second-step" if bound else "dabao:second-step-bind")
        if request.path in (step, reverse("dabao:signout")):
            return None
        return redirect_to_login(request.path, step) if bound else redirect(step)

    @staticmethod
    def _leaves_page(url: str) -> bool:
        pages = (reverse("dabao:password"), reverse("dabao:second-step-bind"))
        return url.startswith((settings.LOGIN_URL, *pages))
