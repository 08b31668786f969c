"""The log, for the auditor: read, check the chain, take out as a file. Nothing here changes an event."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dabao.log_words import GROUPS, OTHER
from dabao.queries import audit as queries
from dabao.scope import Right
from dabao.services import log
from dabao.views.access import needs, spreadsheet

PER_PAGE = 50
reads_log = needs(Right.AUDIT)


@reads_log
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Events by day, person, kind, result and object."""
    filters = queries.AuditFilters.from_query(request.GET)
    page = Paginator(queries.events(request.scope, filters), PER_PAGE).get_page(request.GET.get("page"))
    groups = queries.by_group(request.scope, filters)
    context = {
        "page": page,
        "lines": queries.lines(request.scope, list(page)),
        "filters": filters,
        "groups": groups,
        "all_groups": sorted({*GROUPS.values(), OTHER}),
        "actors": queries.actors(request.scope),
        "chain": queries.chain_state(request.scope),
    }
    return render(request, "dabao/audit.html", context)


@reads_log
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    log.ask_for_check(actor=request.user)
    messages.info(request, "已开始校验，从第一条查起。结果写在本页最上面，稍后刷新。")
    return redirect("dabao:audit")


@reads_log
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """The events of the filter as xlsx."""
    content = log.export(actor=request.user, filters=queries.AuditFilters.from_query(request.GET))
    return spreadsheet(content, "操作日志.xlsx")
