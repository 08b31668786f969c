"""Watch lists: suspected gaps, errors and aid without help, each with its sentence (C03, C04, C09)."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs
from screening.choices import CaseOutcome
from screening.queries import desk_work, off_registry
from screening.queries import watch as queries
from screening.queries.cases import CaseFilters

PAGE = 20
MAY_SEE = (Right.APPLY, Right.APPROVE, Right.BOARD)


@login_required
@needs(*MAY_SEE)
def watch(request: HttpRequest, name: str) -> HttpResponse:
    if name not in queries.TITLES:
        raise Http404
    scope, plan, day, region = request.scope, plans.current(), clock.today(), _region(request)
    listed = queries.for_rows(scope, queries.listed(scope, plan, name, day, region))
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.rows(scope, plan, name, page.object_list, day)
    context = {
        "name": name,
        "title": queries.TITLES[name],
        "meaning": queries.MEANINGS[name],
        "tabs": _tabs(request, name, region),
        "page": page,
        "region": region,
        "places": [
            (place, number, f"?region={code}")
            for code, place, number in queries.by_township(scope, plan, name, day)
        ],
        "may_open": scope.may(Right.ADD_HOUSEHOLD),
    }
    if name == queries.OUTSIDE:
        context |= _off_registry(request, region)
    return render(request, "screening/watch.html", context)


def _off_registry(request: HttpRequest, region: str) -> dict[str, object]:
    """The recipients in no household at all, in a list of their own below."""
    unmatched = off_registry.unmatched(request.scope, region)
    rows = Paginator(unmatched, PAGE, allow_empty_first_page=True).get_page(request.GET.get("rows"))
    rows.object_list = off_registry.recipients(request.scope, rows.object_list)
    return {"recipients": rows}


@login_required
@needs(*MAY_SEE)
def rates(request: HttpRequest) -> HttpResponse:
    """应保尽保: of those found eligible, how many are enrolled."""
    scope, plan, region = request.scope, plans.current(), _region(request)
    context = {
        "tabs": _tabs(request, "", region),
        "schemes": [
            (rate, _grants(region, scheme), _grants(region, scheme, done=True))
            for scheme, rate in queries.rates_by_scheme(scope, plan, region)
        ],
        "categories": [
            (rate, *_found_eligible(region, category=(str(number),)))
            for number, rate in queries.rates_by_category(scope, plan, region)
        ],
        "townships": [
            (rate, *_found_eligible(code)) for code, rate in queries.rates_by_township(scope, plan)
        ],
    }
    return render(request, "screening/watch_rates.html", context)


def _found_eligible(region: str, **chosen: tuple[str, ...]) -> tuple[str, str]:
    """Addresses of the households found eligible, and of those of them that are enrolled."""
    eligible = CaseFilters(region=region, desk=desk_work.ENROL, work="total", **chosen)
    enrolled = CaseFilters(region=region, outcome=(CaseOutcome.ENROLLED.value,), **chosen)
    return _ledger(eligible), _ledger(enrolled)


def _grants(region: str, scheme: str, *, done: bool = False) -> str:
    return _ledger(CaseFilters(region=region, grant=f"{scheme}.done" if done else scheme))


def _ledger(filters: CaseFilters) -> str:
    return f"{reverse('screening:ledger')}?{filters.query_string()}"


def _tabs(request: HttpRequest, open_one: str, region: str) -> list[dict[str, object]]:
    counts = queries.counts(request.scope, plans.current(), clock.today(), region)
    after = f"?region={region}" if region else ""
    lists = [
        {
            "label": title,
            "url": reverse("screening:watch", args=[name]) + after,
            "count": counts[name],
            "current": name == open_one,
        }
        for name, title in queries.TITLES.items()
    ]
    url = reverse("screening:watch-rates") + after
    return [*lists, {"label": "纳入率", "url": url, "count": None, "current": not open_one}]


def _region(request: HttpRequest) -> str:
    text = request.GET.get("region", "")
    return text if text.isdigit() else ""
