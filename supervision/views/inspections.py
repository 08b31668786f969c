"""Inspections: the list, a new one, one of them in the field, its townships' words, its end (C18, C21)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only, spreadsheet
from reports.views.access import of_record
from screening.forms.refusals import tell
from screening.services import looks
from supervision.forms.inspections import InspectionForm
from supervision.pages import inspection_export
from supervision.pages import inspections as pages
from supervision.queries import inspections as queries
from supervision.services import inspections as services


@login_required
@needs(Right.SUPERVISE, Right.RECTIFY)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    context = pages.inspection_list(request.scope, plans.current(), request.GET, request.GET.get("page"))
    return render(request, "supervision/inspections.html", context)


@login_required
@needs(Right.SUPERVISE, Right.RECTIFY)
@post_only("supervision:inspections")
def export(request: HttpRequest) -> HttpResponse:
    """The list as it stands, as 督战记录."""
    filters, day = queries.InspectionFilters.from_query(request.POST), clock.today()
    foot = f"截至 {day}；{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    content, rows = inspection_export.register(request.scope, plans.current(), filters, foot)
    services.record_export(actor=request.user, filters=filters.query_string(), rows=rows)
    return spreadsheet(content, f"督战记录-{day}.xlsx")


@login_required
@needs(Right.SUPERVISE)
def new(request: HttpRequest) -> HttpResponse:
    """Record an inspection; a unit its own, the county office also those of province and prefecture."""
    scope, plan = request.scope, plans.current()
    initial = pages.coming_from(scope, plan, request.user) | {"level": "county"}
    form = InspectionForm(
        request.POST or None,
        initial=initial,
        levels=pages.levels(scope, plan),
        townships=pages.townships(scope, plan),
    )
    if form.is_valid():
        try:
            made = services.record(
                scope=scope, plan=plan, actor=request.user, day=clock.today(), **form.cleaned_data
            )
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            messages.success(request, "走访已记下。现在可以加走访的户，写看到什么。")
            return redirect("supervision:inspection", inspection_id=made.pk)
    context = {"form": form}
    return render(request, "supervision/inspection_new.html", context, status=422 if form.errors else 200)


@of_record
@require_GET
def one(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    context = pages.one_inspection(request.scope, inspection_id, request.GET)
    return render(request, "supervision/inspection.html", context)


@of_record
@post_only("supervision:inspection", "inspection_id")
def describe(request: HttpRequest, inspection_id: UUID, stop_id: UUID) -> HttpResponse:
    """What was seen in one township of it, and said there."""
    stop = queries.stop(request.scope, inspection_id, stop_id)
    form = pages.stop_form(request.scope, stop, request.POST)
    if form.is_valid():
        try:
            services.describe(
                scope=request.scope,
                stop_id=stop_id,
                actor=request.user,
                day=clock.today(),
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            messages.success(request, f"{stop.township.name}的走访情况已保存。")
            return redirect("supervision:inspection", inspection_id=inspection_id)
    context = pages.one_inspection(request.scope, inspection_id, request.GET, form)
    return render(request, "supervision/inspection.html", context, status=422)


@of_record
@post_only("supervision:inspection", "inspection_id")
def close(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    try:
        services.close(
            scope=request.scope, inspection_id=inspection_id, actor=request.user, day=clock.today()
        )
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
    else:
        messages.success(request, "走访已办结。乡镇现在看得到走访情况。")
    return redirect("supervision:inspection", inspection_id=inspection_id)


@of_record
def households(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Look for a household (by POST, so that no name stands in an address), and put it on the way."""
    said = request.POST.get("q", "").strip()[:60]
    if household := request.POST.get("household"):
        return _add(request, inspection_id, household)
    context = pages.find(request.scope, inspection_id, said)
    request.scope.require(Right.SUPERVISE)
    if said:
        kind = "number" if said[:1].isdigit() else "name"
        looks.record_search(actor=request.user, found=len(context["found"]), kind=kind)
    return render(request, "supervision/inspection_households.html", context)


def _add(request: HttpRequest, inspection_id: UUID, household: str) -> HttpResponse:
    try:
        visit = services.add_household(
            scope=request.scope,
            inspection_id=inspection_id,
            household_id=UUID(household),
            actor=request.user,
            day=clock.today(),
        )
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
        return redirect("supervision:inspection", inspection_id=inspection_id)
    except ValueError as nonsense:
        raise Http404 from nonsense
    return redirect("supervision:visit", visit_id=visit.pk)


@of_record
@require_GET
def field(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Every household's sheet on one page, for where there is no signal."""
    context = pages.all_sheets(request.scope, inspection_id, clock.today())
    if not any(request.scope.may(Right.SUPERVISE, stop.township_id) for stop in context["stops"]):
        raise ObjectDoesNotExist
    return render(request, "supervision/visit_sheets.html", context)


@of_record
@require_GET
def printed(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """The sheets on paper: what to ask and what the record says; nothing is filled in beforehand."""
    context = pages.all_sheets(request.scope, inspection_id, clock.today())
    services.record_print(
        actor=request.user, inspection=context["inspection"], households=len(context["sheets"])
    )
    return render(request, "supervision/print_visits.html", context)
