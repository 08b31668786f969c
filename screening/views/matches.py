"""Near matches: pairs that wait, one pair side by side, its decision (C06)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from dabao import clock
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import near_page
from screening.queries import near_matches as queries
from screening.services import near_matches as services

PAGE = 20


@login_required
@needs(Right.IMPORT)
def matches(request: HttpRequest) -> HttpResponse:
    """The pairs of one tab at the left, the chosen one (the first) side by side."""
    return render(request, "screening/matches.html", _context(request))


def _context(request: HttpRequest) -> dict:
    scope, region = request.scope, request.GET.get("region", "")
    region = region if region.isdigit() else ""
    tab = request.GET.get("tab", queries.WAITING)
    tab = tab if tab in queries.TABS else queries.WAITING
    found = queries.pairs(scope).filter(queries.TABS[tab], region__code__startswith=region)
    found = found.order_by("-decided_at", "proposed_on", "region", "pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    chosen = str(request.GET.get("pair", ""))
    pair = next((one for one in page if str(one.pk) == chosen), next(iter(page), None))
    just = queries.pairs(scope).filter(pk=request.session.pop("match_done", None)).exclude(answer="").first()
    at = list(page).index(pair) if pair else 0
    return {
        "tabs": near_page.tabs(scope, tab, region),
        "sums": near_page.sums(scope),
        "tab": tab,
        "tab_words": near_page.TAB_WORDS[tab],
        "region": region,
        "page": page,
        "at": page.start_index() + at,
        "previous": page[at - 1] if at else None,
        "next": page[at + 1] if pair and at + 1 < len(page) else None,
        "just": just,
        **(near_page.context(scope, pair, clock.today()) if pair else {}),
    }


@login_required
@post_only("screening:matches")
def decide(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """是同一人, 不是 or 问乡镇; then the next pair."""
    answer, note = request.POST.get("answer", ""), request.POST.get("note", "")
    arguments = {"scope": request.scope, "pair_id": pair_id, "actor": request.user, "day": clock.today()}
    try:
        if answer == "ask":
            services.ask(**arguments)
            messages.success(request, "已问乡镇，答复后回到待认。")
        else:
            services.decide(answer=answer, note=note, **arguments)
            request.session["match_done"] = str(pair_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
        return redirect(f"{reverse('screening:matches')}?{urlencode({'pair': pair_id})}")
    return redirect("screening:matches")


@login_required
@post_only("screening:matches")
def reverse_decision(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    try:
        services.reverse(scope=request.scope, pair_id=pair_id, actor=request.user, day=clock.today())
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
        return redirect(f"{reverse('screening:matches')}?{urlencode({'tab': queries.DECIDED})}")
    messages.success(request, "已撤回，这一对又在待认里。")
    return redirect(f"{reverse('screening:matches')}?{urlencode({'pair': pair_id})}")


@login_required
@post_only("screening:matches")
def reveal(request: HttpRequest, pair_id: UUID) -> HttpResponse:
    """Both whole numbers, logged: as JSON for the page, as the page itself without JavaScript."""
    pair = get_object_or_404(queries.pairs(request.scope), pk=pair_id)
    mine, theirs = services.reveal(scope=request.scope, pair=pair, actor=request.user)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"number": f"库里 {mine}；名单 {theirs or '没有'}"})
    return render(request, "screening/matches.html", _context(request) | {"revealed": (mine, theirs)})
