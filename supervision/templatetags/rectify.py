"""The tabs under 督战整改: each page that exists and that the viewer may open."""

from typing import Any

from django import template

from dabao.scope import Right
from supervision.navigation import url_of

register = template.Library()
TABS = (
    ("findings", "问题", (Right.READ,)),
    ("inspections", "巡查", (Right.SUPERVISE, Right.RECTIFY)),
    ("samples", "抽查", (Right.SUPERVISE,)),
    ("dispatches", "调度", (Right.BOARD, Right.RECTIFY)),
    ("bulletins", "通报", (Right.BOARD, Right.RECTIFY)),
    ("accountability", "问责", (Right.ACCOUNT,)),
)


@register.simple_tag(takes_context=True)
def rectify_tabs(context: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(key, label, address) of the tabs to show."""
    scope = context["request"].scope
    return [
        (key, label, url)
        for key, label, rights in TABS
        if (url := url_of(f"supervision:{key}")) and any(scope.may(right) for right in rights)
    ]
