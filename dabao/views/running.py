"""How the system runs, and the units with their members: the administrator's other pages."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dabao.forms import EndForm, MemberForm, told_by
from dabao.queries import plan as queries
from dabao.queries import running
from dabao.scope import Right
from dabao.services import units as services
from dabao.views.access import needs

administers = needs(Right.ACCOUNTS)


@administers
@require_GET
def state(request: HttpRequest) -> HttpResponse:
    """Database, broker, worker, queue, last run of each job; never a case."""
    scope = request.scope
    context = {
        "parts": running.parts(scope),
        "kinds": running.kinds(scope),
        "failures": running.failures(scope),
    }
    return render(request, "dabao/running.html", context)


@administers
def units(request: HttpRequest) -> HttpResponse:
    """The units, who works there, and a form to add somebody."""
    form = MemberForm(request.POST or None)
    if form.is_valid():
        with told_by(form):
            member = services.join_unit(actor=request.user, **form.cleaned_data)
            messages.success(request, f"已加入{member.unit.name}。有账号的，挂包的乡镇已一并给他。")
            return redirect("dabao:units")
    return render(request, "dabao/units.html", {"units": queries.units(request.scope), "form": form})


@administers
@require_POST
def leave(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """The last day of a member."""
    try:
        member = queries.member(request.scope, member_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    form = EndForm(request.POST)
    if form.is_valid():
        with told_by(form):
            services.leave_unit(actor=request.user, member=member, **form.cleaned_data)
            messages.success(request, "末日已存。")
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("dabao:units")
