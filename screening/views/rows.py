"""Where a figure comes from: one row of a list as it came, what was understood of it, its earlier
editions.
"""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from dabao.views.access import post_only
from screening.queries import lists as queries
from screening.services import list_rows
from screening.views import row_page


@login_required
def row(request: HttpRequest, pk: Any) -> HttpResponse:
    found = get_object_or_404(queries.source_rows(request.scope), pk=pk)
    context = row_page.context(request.scope, found, request.GET.get("column", ""))
    return render(request, "screening/row.html", context)


@login_required
@post_only("screening:row", "pk")
def row_reveal(request: HttpRequest, pk: Any) -> HttpResponse:
    """The whole number, logged: as JSON for the page, as the page itself without JavaScript."""
    found = get_object_or_404(queries.source_rows(request.scope), pk=pk)
    number = list_rows.reveal_row_number(scope=request.scope, row=found, actor=request.user)
    if request.accepts("text/html") and "application/json" not in request.headers.get("Accept", ""):
        return render(
            request, "screening/row.html", row_page.context(request.scope, found, "") | {"revealed": number}
        )
    return JsonResponse({"number": number})
