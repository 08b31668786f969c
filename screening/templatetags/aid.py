"""The tabs under 台账, each with what waits there for the viewer."""

from typing import Any

from django import template
from django.template import Context

from screening.queries import aid_work

register = template.Library()


@register.inclusion_tag("screening/ledger_tabs.html", takes_context=True)
def ledger_tabs(context: Context, here: str) -> dict[str, Any]:
    """`here`: ledger, changes, moves, offers or reviews."""
    return {"here": here, "waits": aid_work.for_tabs(context["request"].scope)}
