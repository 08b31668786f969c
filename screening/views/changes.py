"""Aid that changes: what waits for a decision, and the decision (C17)."""

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
from screening import aid_page
from screening.forms.changes import DecideChangeForm, KeepForm
from screening.forms.refusals import tell
from screening.queries import changes as queries
from screening.services import pending_changes as services

PAGE = 20


@login_required
@needs(Right.READ)
def changes(request: HttpRequest) -> HttpResponse:
    scope, plan, day = request.scope, plans.current(), clock.today()
    region = request.GET.get("region", "")
    region = region if region.isdigit() else ""
    tab = request.GET.get("tab", queries.OPEN)
    tab = tab if tab in queries.TABS else queries.OPEN
    page = Paginator(queries.filtered(scope, plan, tab, region), PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.rows(scope, page.object_list, day)
    context = aid_page.change_tabs(scope, plan, tab, region) | {"page": page, "decided": tab != queries.OPEN}
    return render(request, "screening/changes.html", context)


@login_required
@needs(Right.READ)
def change(request: HttpRequest, pending_id: UUID) -> HttpResponse:
    """The people of the household with what they receive, and for whoever approves aid the new amounts."""
    context = _open(request, pending_id)
    if request.method == "POST" and context["pending"].settled_on:
        return _too_late(request, pending_id)
    form = context["form"]
    if form and form.outdated():
        messages.error(request, "你打开以后，这一户的人或金额有变动，没有保存。请看现在的，再定。")
        return redirect("screening:change", pending_id)
    if form and form.is_valid() and _done(request, form, services.decide, pending_id, form.answers()):
        messages.success(request, "变更记下了：停旧、起新，这一户和台账里看得到。")
        return redirect("screening:changes")
    return render(request, "screening/change.html", context, status=422 if form and form.errors else 200)


@login_required
@needs(Right.READ)
@post_only("screening:change", "pending_id")
def keep(request: HttpRequest, pending_id: UUID) -> HttpResponse:
    """Nothing changes, with the reason."""
    form = KeepForm(request.POST)
    if form.is_valid() and _done(request, form, services.keep, pending_id, form.cleaned_data):
        messages.success(request, "记下了：不用变，理由留着。")
        return redirect("screening:changes")
    context = _open(request, pending_id) | {"keep_form": form}
    if context["pending"].settled_on:
        return _too_late(request, pending_id)
    return render(request, "screening/change.html", context, status=422)


def _too_late(request: HttpRequest, pending_id: UUID) -> HttpResponse:
    messages.warning(request, "你打开以后，这一条已经定过了，这一次的没有保存。下面是现在的样子。")
    return redirect("screening:change", pending_id)


def _open(request: HttpRequest, pending_id: UUID) -> dict[str, Any]:
    try:
        pending = queries.one(request.scope, pending_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    may_decide = services.may_decide_it(request.scope, pending)
    context = aid_page.one_change(request.scope, pending, clock.today())
    form = None
    if may_decide and pending.settled_on is None:
        data = request.POST if request.method == "POST" and "seen" in request.POST else None
        first = {"version": pending.version}
        form = DecideChangeForm(context["expected"], context["first_month"], initial=first)
        if data is not None:
            sent = form.stopped(data) if "stop" in data else data
            form = DecideChangeForm(context["expected"], context["first_month"], sent, initial=first)
    return context | {"form": form, "keep_form": KeepForm(initial={"version": pending.version})}


def _done(request: HttpRequest, form: Any, act: Any, pending_id: UUID, given: dict[str, Any]) -> bool:
    """Do it; a refusal is told in the form. Outside the scope there is nothing to do it to (404)."""
    try:
        act(scope=request.scope, pending_id=pending_id, actor=request.user, day=clock.today(), **given)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    return True
