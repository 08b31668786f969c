"""Column names that the import knows: the county's own are added and taken away here."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao.forms import told_by
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening.forms.aliases import AliasForm
from screening.queries import aliases as queries
from screening.services import aliases as services

changes = needs(Right.PLAN)


@changes
def aliases(request: HttpRequest) -> HttpResponse:
    """All columns of all kinds of list with their names, and a form to add one."""
    form = AliasForm(request.POST or None)
    if form.is_valid():
        with told_by(form):
            services.add(actor=request.user, **form.cleaned_data)
            messages.success(request, "列名已记住，下次导入就认得。")
            return redirect("screening:aliases")
    context = {"kinds": queries.kinds(request.scope), "form": form, "may_change": True}
    return render(request, "screening/aliases.html", context)


@changes
@post_only("screening:aliases")
def delete(request: HttpRequest, alias_id: UUID) -> HttpResponse:
    try:
        services.delete(actor=request.user, alias=queries.alias(request.scope, alias_id))
    except ObjectDoesNotExist:
        raise Http404 from None
    messages.success(request, "列名对照已删。以前导入的名单不变。")
    return redirect("screening:aliases")
