"""Findings: the register, a new one, one with its turns and moves, its files, the spreadsheet (C21)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only, spreadsheet
from reports.views.access import of_record
from screening.forms.refusals import tell
from screening.services import looks
from supervision.choices import Move
from supervision.forms.findings import FindingForm, MoveForm
from supervision.pages import finding as page
from supervision.pages import findings as pages
from supervision.pages import findings_sheet
from supervision.queries import finding_list as lists
from supervision.queries import findings as queries
from supervision.services import evidence
from supervision.services import findings as services

MOVES = frozenset(Move.values) - {Move.OPEN.value}


@login_required
@needs(Right.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The register. A search comes by POST: what is searched for never stands in an address (P02)."""
    filters, day = lists.FindingFilters.from_query(request.GET), clock.today()
    said = request.POST.get("said", "").strip()
    context = pages.register(request.scope, plans.current(), filters, day, request.GET.get("page"), said)
    if said:
        looks.record_search(actor=request.user, found=context["total"], kind="name")
    return render(request, "supervision/findings.html", context)


@login_required
@needs(Right.READ)
@post_only("supervision:findings")
def export(request: HttpRequest) -> HttpResponse:
    """整改台账 in the official columns, as the page is filtered."""
    filters, day = lists.FindingFilters.from_query(request.POST), clock.today()
    found = lists.ordered(request.scope, plans.current(), filters, day)
    foot = f"截至 {day}；{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M} 导出"
    content, rows = findings_sheet.workbook(found, day, foot)
    services.record_export(actor=request.user, filters=filters.query_string(), rows=rows)
    return spreadsheet(content, f"整改台账-{day}.xlsx")


@of_record
@needs(Right.SUPERVISE)
def new(request: HttpRequest) -> HttpResponse:
    """Open a finding; `household` in the address presets the household, its village and the way back."""
    household = queries.household(request.scope, request.GET.get("household", ""))
    form = FindingForm(
        queries.places_to_supervise(request.scope),
        request.POST or None,
        request.FILES or None,
        initial=pages.preset(household, request.GET),
    )
    made = _opened(request, form, household.pk if household else None)
    if made is not None:
        messages.success(request, f"已交办，编号 {made.number}。乡镇现在能看到。")
        return redirect("supervision:finding", finding_id=made.pk)
    context = {"form": form, "household": household}
    return render(request, "supervision/finding_new.html", context, status=422 if form.is_bound else 200)


def _opened(request: HttpRequest, form: FindingForm, household_id: UUID | None) -> Any:
    """The finding that was opened, or None with the form saying why not."""
    if not form.is_valid():
        return None
    values = dict(form.cleaned_data)
    place = values.pop("place")
    try:
        return services.open_finding(
            scope=request.scope,
            actor=request.user,
            day=clock.today(),
            township_code=place[:9],
            village_code=place if len(place) > 9 else "",
            household_id=household_id,
            **values,
        )
    except ValidationError as refusal:
        tell(form, refusal)
    return None


@of_record
@require_GET
def one(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    return _show(request, finding_id)


@of_record
@post_only("supervision:finding", "finding_id")
def move(request: HttpRequest, finding_id: UUID, move: str) -> HttpResponse:
    """Make a move; what is refused is said in its form."""
    if move not in MOVES:
        raise Http404
    form = MoveForm(Move(move), request.POST, request.FILES)
    if form.is_valid():
        try:
            services.take(
                scope=request.scope,
                finding_id=finding_id,
                move=move,
                actor=request.user,
                day=clock.today(),
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            messages.success(request, page.DONE[Move(move)])
            return redirect("supervision:finding", finding_id=finding_id)
    return _show(request, finding_id, form)


def _show(request: HttpRequest, finding_id: UUID, refused: MoveForm | None = None) -> HttpResponse:
    """The page with a form for each move that the viewer can make; a refused one as it came."""
    finding = queries.one(request.scope, finding_id)
    context = page.one(request.scope, finding, request.user, clock.today())
    context["forms"] = [
        refused if refused and refused.move == move else MoveForm(move, initial={"version": finding.version})
        for move in context["moves"]
    ]
    context["refused"] = refused
    return render(request, "supervision/finding.html", context, status=422 if refused else 200)


@of_record
@post_only("supervision:finding", "finding_id")
def verify(request: HttpRequest, finding_id: UUID) -> HttpResponse:
    """Have its household verified again."""
    try:
        case = services.verify_again(
            scope=request.scope, finding_id=finding_id, actor=request.user, day=clock.today()
        )
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
        return redirect("supervision:finding", finding_id=finding_id)
    messages.success(request, "这一户已重新列入待核查。")
    return redirect("screening:case", case_id=case.pk)


@of_record
@require_GET
def file(request: HttpRequest, finding_id: UUID, evidence_id: UUID) -> FileResponse:
    """A file of evidence, to keep: the browser never opens it under the address of this site."""
    found = evidence.download(
        scope=request.scope, finding_id=finding_id, evidence_id=evidence_id, actor=request.user
    )
    return FileResponse(
        found.content, as_attachment=True, filename=found.name, content_type=found.content_type
    )
