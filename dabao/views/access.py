"""What pages share: which right one takes, and how a spreadsheet leaves."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dabao.scope import Right

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
View = Callable[..., HttpResponse]


def needs(*rights: Right) -> Callable[[View], View]:
    """Refuse (403) whoever holds none of the rights, before anything is read."""

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not any(request.scope.may(right) for right in rights):
                raise PermissionDenied("你的岗位没有这项权限。")
            return view(request, *args, **kwargs)

        return guarded

    return wrap


def post_only(page: str, *keep: str) -> Callable[[View], View]:
    """For a form's address: whoever comes without the form is led to `page`, with the
    arguments named in `keep`.

    After a refusal the browser shows this address; Enter in it, a bookmark or a sent link is such a visit.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if request.method in ("GET", "HEAD"):
                return redirect(reverse(page, kwargs={name: kwargs[name] for name in keep}))
            return require_POST(view)(request, *args, **kwargs)

        guarded.post_only = page  # type: ignore[attr-defined]  # for the walk over all addresses
        return guarded

    return wrap


def spreadsheet(content: bytes, name: str) -> HttpResponse:
    """An xlsx to keep, under a Chinese name."""
    response = HttpResponse(content, content_type=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response
