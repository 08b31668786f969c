"""The tabs under 督战整改 (each page that exists and that the viewer may open), and the bar of desks."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dabao.scope import Right
from supervision.navigation import url_of

register = template.Library()
TABS = (
    ("findings", "问题", (Right.READ,)),
    ("inspections", "巡查", (Right.SUPERVISE, Right.RECTIFY)),
    ("samples", "抽查", (Right.SUPERVISE, Right.RECTIFY)),
    ("dispatches", "调度", (Right.BOARD, Right.RECTIFY)),
    ("bulletins", "通报", (Right.BOARD, Right.RECTIFY)),
    ("accountability", "问责", (Right.ACCOUNT,)),
)


@register.simple_tag(takes_context=True)
def rectify_tabs(context: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    """(key, label, address, how much waits there for the viewer) of the tabs to show."""
    scope, waits = context["request"].scope, context["bar_waits"]
    return [
        (key, label, url, waits.get(key, 0))
        for key, label, rights in TABS
        if (url := url_of(f"supervision:{key}")) and any(scope.may(right) for right in rights)
    ]


@register.simple_tag
def desk_bar(desks: Sequence[dict[str, Any]]) -> SafeString:
    """Days on each desk as one bar: `desks` = objects with key, name, days. Empty for none."""
    total = sum(desk["days"] for desk in desks)
    if not total:
        return SafeString("")
    words = "，".join(f"{desk['name']} {desk['days']} 天" for desk in desks)
    parts, start = [], 0.0
    for desk in desks:
        wide = desk["days"] * 100 / total
        parts.append((desk["key"], f"{start:.2f}", f"{wide:.2f}", f"{start + wide / 2:.2f}", desk["days"]))
        start += wide
    drawn = format_html_join(
        "",
        '<rect class="{}" x="{}%" width="{}%" height="22" rx="2"/>'
        '<text x="{}%" y="16" text-anchor="middle">{}</text>',
        parts,
    )
    return format_html('<svg class="desk-bar" role="img" aria-label="{}">{}</svg>', words, drawn)
