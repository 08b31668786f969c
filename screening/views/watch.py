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
    return render(request, "screening/watch.html", context)


@login_required
@needs(*MAY_SEE)
def rates(request: HttpRequest) -> HttpResponse:
    """应保尽保: of those found eligible, how many are enrolled."""
    scope, plan, region = request.scope, plans.current(), _region(request)
    context = {
        "tabs": _tabs(request, "", region),
        "schemes": queries.rates_by_scheme(scope, plan, region),
        "categories": queries.rates_by_category(scope, plan, region),
        "townships": [
            (rate, f"{reverse('screening:ledger')}?{_enrolled(code).query_string()}")
            for code, rate in queries.rates_by_township(scope, plan)
        ],
    }
    return render(request, "screening/watch_rates.html", context)


def _enrolled(code: str) -> CaseFilters:
    return CaseFilters(region=code, outcome=(CaseOutcome.ENROLLED.value,))


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
