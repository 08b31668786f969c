"""Questions that imports left to people, and their answers."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening.queries import questions as queries
from screening.services import questions as services

PAGE = 50


@login_required
@needs(Right.READ)
def questions(request: HttpRequest) -> HttpResponse:
    """Every open question of the scope, kind by kind."""
    plan, groups = plans.current(), []
    for label, found in queries.by_kind(request.scope):
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        lines = queries.lines(request.scope, plan, page)
        groups.append((label, page, lines, services.ANSWERS[page[0].kind]))
    return render(request, "screening/questions.html", {"groups": groups})


@login_required
@post_only("screening:questions")
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    choice, note = request.POST.get("choice", ""), request.POST.get("note", "")
    try:
        services.answer(
            scope=request.scope,
            question_id=question_id,
            choice=choice,
            note=note,
            actor=request.user,
            day=clock.today(),
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        messages.success(request, "答复已记下。")
    return redirect("screening:questions")
