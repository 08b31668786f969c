"""The import desk: bring a list in, see what it would do, confirm it, see what it did."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from dabao import clock
from dabao.scope import Right
from dabao.views.access import post_only
from screening.choices import Hold
from screening.forms.lists import UploadForm
from screening.queries import lists as queries
from screening.services import list_confirming, list_mending, list_rows, list_staging
from screening.services import list_undo as undoing
from screening.views import list_page

PAGE = 50


@login_required
def lists(request: HttpRequest) -> HttpResponse:
    request.scope.require(Right.IMPORT)
    form = UploadForm(request.scope, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        uploaded = _upload(request, form)
        if uploaded is not None:
            return redirect("screening:list", uploaded)
    context = {
        "form": form,
        "shelves": queries.shelves(request.scope),
        "refused": queries.refused_lists(request.scope),
    }
    return render(request, "screening/lists.html", context, status=422 if form.errors else 200)


def _upload(request: HttpRequest, form: UploadForm) -> Any:
    """Keep the file and have it read; what the desk does not take is said on the form."""
    typed = form.cleaned_data
    request.scope.require(Right.IMPORT, typed["region"])
    try:
        source = list_staging.upload_list(
            actor=request.user,
            kind=typed["kind"],
            file=typed["file"],
            file_name=typed["file"].name,
            as_of=typed["as_of"],
            region_code=typed["region"],
        )
    except ValidationError as refusal:
        form.add_error("file", refusal)
        return None
    list_staging.queue_staging(source=source, actor=request.user)
    return source.pk


@login_required
def list_detail(request: HttpRequest, pk: Any) -> HttpResponse:
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    tab, township = request.GET.get("tab", ""), request.GET.get("township", "")
    context = list_page.context(request.scope, source, tab, township)
    context["page"] = Paginator(context.pop("shown"), PAGE).get_page(request.GET.get("page"))
    if context["tab"] == queries.OWN_PROBLEMS:
        context["lines"] = list_page.problem_lines(context["page"])
    return render(request, "screening/list.html", context)


@login_required
def list_job(request: HttpRequest, pk: Any) -> HttpResponse:
    """The progress of a list's job, polled by htmx; once it is over the page loads anew."""
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    if source.job is None or source.job.is_over:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "parts/job.html", list_page.job_context(source))


@login_required
@post_only("screening:list", "pk")
def list_confirm(request: HttpRequest, pk: Any) -> HttpResponse:
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    hold = request.POST.get("hold") if request.POST.get("hold") in Hold.values else Hold.HOUSEHOLD.value
    try:
        list_confirming.confirm_list(
            source=source, actor=request.user, hold=hold, reason=request.POST.get("reason", "")
        )
    except ValidationError as refusal:
        for message in refusal.messages:
            messages.warning(request, message)
    return redirect("screening:list", pk)


@login_required
@post_only("screening:list", "pk")
def list_discard(request: HttpRequest, pk: Any) -> HttpResponse:
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    try:
        list_confirming.discard_list(source=source, actor=request.user)
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
        return redirect("screening:list", pk)
    messages.success(request, f"已放弃《{source.file_name}》，库里没有改动。")
    return redirect("screening:lists")


@login_required
@require_POST
def list_mend(request: HttpRequest, pk: Any) -> HttpResponse:
    """One cell of a refused row read as typed, or (`reset`) as it came; then the list is checked anew."""
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    typed = {name: request.POST.get(name, "") for name in ("sheet", "heading")}
    typed["line"] = int(line) if (line := request.POST.get("line", "")).isdecimal() else 0
    arguments = {"scope": request.scope, "source": source, "actor": request.user, **typed}
    try:
        if request.POST.get("reset"):
            list_mending.put_back(**arguments)
        else:
            list_mending.mend(value=request.POST.get("value", ""), **arguments)
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    return redirect("screening:list", pk)


@login_required
@post_only("screening:list", "pk")
def list_undo(request: HttpRequest, pk: Any) -> HttpResponse:
    """Take a confirmed list back; what was worked on since is named."""
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    try:
        result = undoing.undo_list(
            scope=request.scope, list_id=source.pk, actor=request.user, day=clock.today()
        )
    except ValidationError as refusal:
        messages.warning(request, refusal.messages[0])
    else:
        done = f"删去 {result['deleted']:,} 条，放回 {result['restored']:,} 条，已重新筛查"
        messages.success(request, f"已撤销《{source.file_name}》：{done}。")
    return redirect("screening:list", pk)


@login_required
def list_bad_rows(request: HttpRequest, pk: Any) -> HttpResponse:
    source = get_object_or_404(queries.lists_of_desk(request.scope), pk=pk)
    content = list_rows.bad_rows_file(scope=request.scope, source=source, actor=request.user)
    name = f"问题行-{source.get_kind_display()}-{source.as_of}.xlsx"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    disposition = content_disposition_header(True, name)
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})
