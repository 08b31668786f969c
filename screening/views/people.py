"""Who belongs where: splitting off, moving to another village, taking over (C17)."""

from functools import partial
from typing import Any
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
from screening import people_page
from screening.choices import MoveState
from screening.forms.people import AcceptForm, MoveForm, ReasonForm, SplitForm
from screening.forms.refusals import tell
from screening.queries import moves as queries
from screening.services import relocating, splitting

PAGE = 20


@login_required
@needs(Right.READ)
def people(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return render(request, "screening/people.html", _household(request, case_id))


@login_required
@needs(Right.READ)
@post_only("screening:case-people", "case_id")
def split(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Some members become a household of their own."""
    context = _household(request, case_id)
    form = SplitForm(context["leavers"], request.POST, auto_id="split-%s")
    new = _done(request, form, partial(splitting.split, case_id=case_id)) if form.is_valid() else None
    if new is None:
        return render(request, "screening/people.html", context | {"split_form": form}, status=422)
    messages.success(request, "分户记下了。这是新的一户，等核查；在领的救助等重新定金额。")
    return redirect("screening:case", case_id=new.pk)


@login_required
@needs(Right.READ)
@post_only("screening:case-people", "case_id")
def ask(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the household, or one of it, up to another village."""
    context = _household(request, case_id)
    villages = queries.villages(request.scope, plans.current())
    form = MoveForm(context["leavers"], villages, request.POST, auto_id="move-%s")
    if form.is_valid() and _done(request, form, partial(relocating.ask, case_id=case_id)):
        messages.success(request, "迁移提出了。对方接收以前，这一户还由你们负责。")
        return redirect("screening:moves")
    return render(request, "screening/people.html", context | {"move_form": form}, status=422)


@login_required
@needs(Right.READ)
def moves(request: HttpRequest) -> HttpResponse:
    scope, plan, day = request.scope, plans.current(), clock.today()
    tab = request.GET.get("tab", queries.OPEN)
    tab = tab if tab in queries.TABS else queries.OPEN
    page = Paginator(queries.listed(scope, plan, tab), PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.rows(scope, page.object_list, day)
    return render(request, "screening/moves.html", people_page.move_list(scope, plan, tab) | {"page": page})


@login_required
@needs(Right.READ)
def move(request: HttpRequest, move_id: UUID) -> HttpResponse:
    """One move; a POST takes it over."""
    form = AcceptForm(request.POST) if request.method == "POST" else None
    if form and form.is_valid() and _done(request, form, partial(relocating.accept, move_id=move_id)):
        messages.success(request, "接收了，从今天起由迁入的乡镇负责。")
        return redirect("screening:moves")
    return _show_move(request, move_id, form)


@login_required
@needs(Right.READ)
@post_only("screening:move", "move_id")
def decline(request: HttpRequest, move_id: UUID) -> HttpResponse:
    return _end(request, move_id, relocating.decline, "没有接收，理由已告诉对方。")


@login_required
@needs(Right.READ)
@post_only("screening:move", "move_id")
def withdraw(request: HttpRequest, move_id: UUID) -> HttpResponse:
    return _end(request, move_id, relocating.withdraw, "迁移撤回了，这一户还由你们负责。")


def _end(request: HttpRequest, move_id: UUID, act: Any, words: str) -> HttpResponse:
    form = ReasonForm(request.POST)
    if form.is_valid() and _done(request, form, partial(act, move_id=move_id)):
        messages.success(request, words)
        return redirect("screening:moves")
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return _show_move(request, move_id, None, status=422)


def _household(request: HttpRequest, case_id: UUID) -> dict[str, Any]:
    try:
        return people_page.case_people(request.scope, case_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _show_move(
    request: HttpRequest, move_id: UUID, form: AcceptForm | None, status: int = 200
) -> HttpResponse:
    try:
        context = people_page.one_move(request.scope, move_id, clock.today())
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    if form and context["move"].state != MoveState.OPEN:
        messages.warning(request, "你打开以后，这条迁移已经办过了，这一次的没有保存。下面是现在的样子。")
    context["form"] = form or AcceptForm(initial={"version": context["move"].version})
    return render(request, "screening/move.html", context, status=422 if form else status)


def _done(request: HttpRequest, form: Any, act: Any) -> Any:
    """What the service gives, None when it refuses, which the form tells; outside the scope 404."""
    given = form.answers() if hasattr(form, "answers") else form.cleaned_data
    try:
        return act(scope=request.scope, actor=request.user, day=clock.today(), **given)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        tell(form, refusal)
        return None
