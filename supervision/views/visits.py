"""The sheet of one household at its door, and the household that takes another's place (C21)."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from dabao import clock
from dabao.views.access import post_only
from reports.views.access import of_record
from screening.forms.refusals import tell
from supervision.forms.inspections import ReplaceForm, VisitForm
from supervision.pages import inspections as pages
from supervision.queries import visits as queries
from supervision.services import samples, visits
from supervision.services.visits import Problem, VisitConflictError


@of_record
def visit(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The sheet. To the page's own script it answers in JSON, which leaves messages for the next page."""
    day = clock.today()
    if request.method != "POST":
        return render(request, "supervision/visit.html", pages.visit_page(request.scope, visit_id, day))
    _refuse_others_answers(request)
    form = pages.visit_form(queries.sheet(request.scope, visit_id, day), day, request.POST, request.FILES)
    try:
        if form.is_valid() and _saved(request, visit_id, form):
            return _onward(request, visit_id)
    except VisitConflictError as conflict:
        messages.warning(request, f"{conflict.visit.by.name}刚填过这一户。看清他填的，再改、再保存。")
        form = _with_version(form, conflict.visit.version)
        return _again(request, visit_id, form, 409)
    return _again(request, visit_id, form, 422)


def _refuse_others_answers(request: HttpRequest) -> None:
    """What one person wrote and kept in a phone is not sent in the name of the next who signs in there."""
    writer = request.headers.get("X-Viewer", "")
    if writer and writer != str(request.user.pk):
        raise PermissionDenied("这些答案是别人填的，要由他自己登录后传。")


def _saved(request: HttpRequest, visit_id: UUID, form: VisitForm) -> bool:
    """Whether the service took it; its refusal is told in the form."""
    given = form.cleaned_data
    try:
        visits.save(
            scope=request.scope,
            visit_id=visit_id,
            problem=Problem(given["problem"], given["problem_text"], given["due_on"], given["files"]),
            kept_for=timedelta(milliseconds=given["kept_ms"] or 0),
            actor=request.user,
            day=clock.today(),
            **form.answers(),
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    return True


def _with_version(form: VisitForm, version: int) -> VisitForm:
    """The same answers, to be saved knowingly over what stands."""
    data = form.data.copy()
    data["version"] = str(version)
    again = VisitForm(data)
    again.full_clean()
    return again


def _again(request: HttpRequest, visit_id: UUID, form: VisitForm, status: int) -> HttpResponse:
    context = pages.visit_page(request.scope, visit_id, clock.today(), form, theirs=status == 409)
    return render(request, "supervision/visit.html", context, status=status)


def _onward(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """To the next household, or back to the way when all are visited or only saving was asked."""
    context = pages.visit_page(request.scope, visit_id, clock.today())
    onward = context["next"] if request.POST.get("then") == "next" else None
    messages.success(request, f"{context['row'].name}户已存下：{context['status'][1]}。")
    if onward is not None:
        url = reverse("supervision:visit", kwargs={"visit_id": onward.id})
    else:
        url = reverse("supervision:inspection", kwargs={"inspection_id": context["inspection"].pk})
    if request.headers.get("Accept") == "application/json":
        return JsonResponse(
            {"next": url, "state": context["status"][1], "version": context["sheet"].visit.version}
        )
    return redirect(url)


@of_record
@post_only("supervision:visit", "visit_id")
def replace(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """Another household of the same stratum takes its place, for a reason."""
    form = ReplaceForm(request.POST)
    inspection = queries.sheet(request.scope, visit_id, clock.today()).visit.stop.inspection_id
    if not form.is_valid():
        messages.error(request, "换户要写原因，例如：全家去外省务工，年底才回。")
        return redirect("supervision:visit", visit_id=visit_id)
    try:
        taken = samples.replace(
            scope=request.scope,
            visit_id=visit_id,
            reason=form.cleaned_data["reason"],
            actor=request.user,
            day=clock.today(),
        )
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
        return redirect("supervision:inspection", inspection_id=inspection)
    messages.success(request, "已换成同一层的下一户。换下的和原因都留底。")
    return redirect("supervision:visit", visit_id=taken.visit_id)
