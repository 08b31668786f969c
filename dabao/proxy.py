"""The address a request came from, when a proxy of ours stands before the application (A04, D02)."""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class ClientAddressMiddleware:
    """Behind our proxy, the last address of X-Forwarded-For is what the proxy saw: it is the client's.

    What stands before it came from the client and may be forged. Without a proxy the header is ignored.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.BEHIND_PROXY:
            request.META["REMOTE_ADDR"] = _last(request.META.get("HTTP_X_FORWARDED_FOR", ""))
        return self.get_response(request)


def _last(forwarded: str) -> str | None:
    """The last address of the header; None when it is none."""
    try:
        return str(ip_address(forwarded.rsplit(",", maxsplit=1)[-1].strip()))
    except ValueError:
        return None
