"""What the frame of every page needs: the bar, the drill strip, today, who is looking."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from dabao import clock, naming, plans
from dabao.queries import notices
from dabao.scope import NOTHING
from supervision.navigation import Item, bar, help_url, phone_bar
from supervision.queries.waiting import waiting

DRILL_WORDS = "本页的“今天”都按这一天计算；群众姓名、号码均为虚构"


def frame(request: HttpRequest) -> dict[str, Any]:
    """`names`, `nav`, `bar_waits`, `phone_nav`, `strip`, `today`, `viewer`, `notice_count`, `help_url`;
    nothing is queried before it is asked.
    """
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated

    scope = getattr(request, "scope", NOTHING)
    waits = SimpleLazyObject(lambda: waiting(scope))

    def items() -> list[Item]:
        return bar(scope, request.path, waits) if signed_in else []

    nav = SimpleLazyObject(items)
    return {
        "nav": nav,
        "bar_waits": waits,
        "phone_nav": SimpleLazyObject(lambda: phone_bar(list(nav))),
        "names": SimpleLazyObject(naming.current),
        "strip": DRILL_WORDS if clock.is_set() or plans.demo_mode() else None,
        "today": clock.today(),
        "viewer": user if signed_in else None,
        "notice_count": SimpleLazyObject(lambda: _notice_count(request, signed_in)),
        "help_url": help_url(_page_name(request), request.path) if signed_in else "",
    }


def _notice_count(request: HttpRequest, signed_in: bool) -> int:
    return notices.unread(request.scope).count() if signed_in else 0


def _page_name(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    return match.view_name if match else ""
