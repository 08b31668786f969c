"""Samples for unannounced visits: the list with its rates, a new draw, how one came out (C21)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs
from reports.views.access import of_record
from screening.forms.refusals import tell
from supervision.forms.inspections import SampleForm
from supervision.pages import inspections as pages
from supervision.services import samples as services


@login_required
@needs(Right.SUPERVISE, Right.RECTIFY)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    township = request.GET.get("township", "")
    township = township if township.isdigit() and len(township) == 9 else ""
    context = pages.sample_list(request.scope, plans.current(), township)
    return render(request, "supervision/samples.html", context)


@login_required
@needs(Right.SUPERVISE)
def new(request: HttpRequest) -> HttpResponse:
    scope, plan = request.scope, plans.current()
    initial = pages.coming_from(scope, plan, request.user) | {"level": "county", "occasion": "special"}
    form = SampleForm(
        request.POST or None,
        initial=initial,
        levels=pages.levels(scope, plan),
        townships=pages.townships(scope, plan),
    )
    if form.is_valid() and (inspection := _drawn(request, form)):
        messages.success(request, "名单抽好了，已留底。乡镇看不到，办结后才看得到。")
        return redirect("supervision:inspection", inspection_id=inspection)
    context = {"form": form, "drawable": pages.drawable(scope, plan)}
    return render(request, "supervision/sample_new.html", context, status=422 if form.errors else 200)


def _drawn(request: HttpRequest, form: SampleForm) -> UUID | None:
    """The inspection of the sample drawn; None when it was refused, which the form then tells."""
    given = {name: value for name, value in form.cleaned_data.items() if not name.startswith("size-")}
    try:
        sample = services.draw(
            scope=request.scope,
            plan=plans.current(),
            sizes=form.sizes(),
            actor=request.user,
            day=clock.today(),
            **given,
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return None
    return sample.stop.inspection_id


@of_record
@require_GET
def one(request: HttpRequest, sample_id: UUID) -> HttpResponse:
    context = pages.one_sample(request.scope, sample_id)
    return render(request, "supervision/sample.html", context)
