"""A household as it stood on a chosen day: to read only."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock
from dabao.scope import Right
from dabao.views.access import needs
from screening.choices import PropertyKind
from screening.queries import history


@login_required
@needs(Right.READ)
def case_on(request: HttpRequest, case_id: UUID, day: str) -> HttpResponse:
    """`?day=` asks for another day, as the form on the page does."""
    text, today = request.GET.get("day") or day, clock.today()
    wanted = clock.day_of(text)
    try:
        then = history.household_on(request.scope, case_id, min(wanted or today, today))
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    if wanted is None:
        messages.warning(request, f"“{text}”不是一个日期。请写成 2020-03-31 这样。下面是今天的样子。")
        return redirect("screening:case-on", case_id=case_id, day=today.isoformat())
    if wanted > today:
        messages.warning(request, "那一天还没到，看不了。下面是今天的样子。")
        return redirect("screening:case-on", case_id=case_id, day=today.isoformat())
    if "day" in request.GET:
        return redirect("screening:case-on", case_id=case_id, day=wanted.isoformat())
    return render(request, "screening/household_on.html", _context(case_id, then))


def _context(case_id: UUID, then: history.Then) -> dict[str, object]:
    page = then.page
    held = page.current.property_held if page and page.current else []
    return {
        "then": then,
        "case_id": case_id,
        "page": page,
        "case": page.case if page else None,
        "past": then.day,
        "property_words": [PropertyKind(kind).label for kind in held],
    }
