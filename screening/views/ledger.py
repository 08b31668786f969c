"""The electronic ledger: everyone, who has a record and who has none; export and print (C12)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import exports
from screening.choices import CaseState, Coverage
from screening.forms.ledger import WHOLE, ExportForm
from screening.queries import ledger as queries
from screening.queries import on_day, worklist
from screening.queries.cases import CaseFilters, found, ordered, places
from screening.queries.remaining import place_name
from screening.queries.steps import townships
from screening.services import ledger as services
from screening.services import looks, saved_filters
from screening.views import as_at

PAGE, SEARCH_LIMIT, PRINT_LIMIT = 20, 100, 1000
WITH_RECORD = tuple(state for state in CaseState.values if state != CaseState.TO_VERIFY)
WITHOUT = (CaseState.TO_VERIFY.value,)


@login_required
@needs(Right.READ)
def ledger(request: HttpRequest) -> HttpResponse:
    filters = CaseFilters.from_query(request.GET)
    as_at.say_if_refused(request, filters)
    scope, plan, day = request.scope, plans.current(), clock.today()
    listed = queries.listed(scope, plan, filters, day)
    context = _frame(request, filters)
    context["page"] = _rows(request, listed, PAGE, request.GET.get("page"), filters.past)
    totals = on_day.totals(scope, listed, filters.past) if filters.past else worklist.totals(scope, listed)
    context["households"], context["persons"] = totals
    return render(request, "screening/ledger.html", context)


@login_required
@needs(Right.READ)
@post_only("screening:ledger")
def search(request: HttpRequest) -> HttpResponse:
    """Results come as the answer to the POST: what is searched for never stands in an address (P02)."""
    said = request.POST.get("q", "").strip()[:60]
    hits = found(request.scope, plans.current(), said)
    context = _frame(request, CaseFilters()) | {"searched": said}
    context["households"], context["persons"] = worklist.totals(request.scope, hits)
    kind = "number" if said[:1].isdigit() else "name"
    looks.record_search(actor=request.user, found=context["households"], kind=kind)
    context["page"] = _rows(request, hits, SEARCH_LIMIT, 1)
    return render(request, "screening/ledger.html", context)


@login_required
@needs(Right.READ)
@post_only("screening:ledger")
def save(request: HttpRequest) -> HttpResponse:
    """Keep the filters as they stand under a name."""
    filters = CaseFilters.from_query(request.POST)
    try:
        saved_filters.keep(user=request.user, name=request.POST.get("name", ""), filters=filters)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(f"{reverse('screening:ledger')}?{filters.query_string()}")


@login_required
@needs(Right.READ)
@post_only("screening:ledger")
def forget(request: HttpRequest) -> HttpResponse:
    """Put one's own kept filter away."""
    try:
        saved_filters.forget(user=request.user, filter_id=UUID(request.POST.get("filter", "")))
    except ValueError as wrong:
        raise Http404 from wrong
    return redirect("screening:ledger")


@login_required
@needs(Right.READ)
def export(request: HttpRequest) -> HttpResponse:
    """Ask masked or whole and what for (GET), then the file (POST)."""
    filters = CaseFilters.from_query(request.POST if request.method == "POST" else request.GET)
    if filters.past:
        return _only_of_today(request, filters)
    form = ExportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _file(request, filters, form)
        except ValidationError as refusal:
            form.add_error(None, refusal)
    listed = queries.listed(request.scope, plans.current(), filters, clock.today())
    households, persons = worklist.totals(request.scope, listed)
    context = _frame(request, filters) | {"form": form, "households": households, "persons": persons}
    return render(request, "screening/ledger_export.html", context, status=422 if form.errors else 200)


@login_required
@needs(Right.READ)
def ledger_print(request: HttpRequest) -> HttpResponse:
    """The open list on paper, numbers masked; printing is logged like an export."""
    filters = CaseFilters.from_query(request.GET)
    if filters.past:
        return _only_of_today(request, filters)
    scope, plan, day = request.scope, plans.current(), clock.today()
    listed = ordered(scope, queries.listed(scope, plan, filters, day), "route", day)
    shown = list(queries.for_rows(scope, listed)[:PRINT_LIMIT])
    looks.record_export(actor=request.user, filters=filters.query_string(), households=len(shown))
    context = {
        "rows": queries.rows(scope, shown, day),
        "total": listed.count(),
        "limit": PRINT_LIMIT,
        "words": filters.describe(places(scope)),
        "place": place_name(scope, filters.region),
        "back": f"{reverse('screening:ledger')}?{filters.query_string()}",
    }
    return render(request, "screening/print_ledger.html", context)


def _only_of_today(request: HttpRequest, filters: CaseFilters) -> HttpResponse:
    """The official columns tell of today; nobody kept those of a past day."""
    messages.warning(request, "官方表只有今天的。过去某天的名单，用本页的“导出这天的名单”。")
    return redirect(f"{reverse('screening:ledger')}?{filters.query_string()}")


def _file(request: HttpRequest, filters: CaseFilters, form: ExportForm) -> HttpResponse:
    day = clock.today()
    content = services.export(
        scope=request.scope,
        plan=plans.current(),
        filters=filters,
        actor=request.user,
        day=day,
        purpose=form.cleaned_data["purpose"],
        whole=form.cleaned_data["numbers"] == WHOLE,
    )
    answer = HttpResponse(content, content_type=exports.XLSX)
    answer["Content-Disposition"] = f'attachment; filename="ledger-{day}.xlsx"'
    return answer


def _rows(request: HttpRequest, listed: Any, size: int, number: Any, past: date | None = None) -> Any:
    """One page of the ledger; of a past day its objects are `on_day.Record`."""
    day, scope = clock.today(), request.scope
    in_order = ordered(scope, listed, "route", day)
    if past:
        page = Paginator(on_day.for_rows(scope, in_order), size).get_page(number)
        page.object_list = on_day.records(scope, page.object_list, past)
        return page
    page = Paginator(queries.for_rows(scope, in_order), size).get_page(number)
    page.object_list = queries.rows(scope, page.object_list, day)
    return page


def _frame(request: HttpRequest, filters: CaseFilters) -> dict[str, Any]:
    """What stands above the list: the equation, tabs, choices, and of those without record also why."""
    scope, plan, day = request.scope, plans.current(), clock.today()
    villages = places(scope, filters.region)
    without = filters.tab == CaseState.TO_VERIFY
    return {
        "filters": filters,
        "counts": queries.counts(scope, plan, filters, day),
        "has_url": _address(filters, state=WITH_RECORD),
        "none_url": _address(filters, state=WITHOUT),
        "tabs": queries.tabs(scope, plan, filters, day),
        "without": without,
        "why": [
            (words, number, _address(filters, state=WITHOUT, lacking=name))
            for name, words, number in queries.why_none(scope, plan, filters, day)
        ]
        if without and not filters.past
        else [],
        "places": [
            (
                place,
                _address(filters, region=place.code, state=WITH_RECORD),
                _address(filters, region=place.code, state=WITHOUT),
                _address(filters, region=place.code, state=WITHOUT, assigned="none"),
            )
            for place in queries.by_township(scope, plan, filters, day)
        ]
        if without
        else [],
        "townships": townships(scope, plan),
        "saved": queries.saved(scope, plan, day),
        "pairs": filters.pairs(),
        "may_watch": any(scope.may(right) for right in (Right.APPLY, Right.APPROVE, Right.BOARD)),
        "categories": [(str(n), f"{worklist.CATEGORY_MARKS[n - 1]}") for n in plan.categories],
        "coverages": Coverage.choices,
        "chosen": [
            {"label": label, "without": f"?{filters.without(name, value).query_string()}"}
            for name, value, label in filters.words(villages, {})
        ],
        "clear_url": f"?{filters.cleared().query_string()}" if filters.past else reverse("screening:ledger"),
        "kept": [(n, v) for n, v in filters.pairs() if n not in ("region", "category", "covered")],
        "query": filters.query_string(),
        "place": place_name(scope, filters.region),
        "as_at": timezone.localtime(),
    } | as_at.frame(filters)


def _address(filters: CaseFilters, **changes: Any) -> str:
    changes = {"lacking": ""} | changes
    return f"{reverse('screening:ledger')}?{filters.with_(**changes).query_string()}"
