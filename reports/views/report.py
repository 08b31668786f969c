"""A township's report of a month: written, signed and sent, or read (C20, C23)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.views.access import post_only
from reports import pages, tables
from reports.forms import ReportForm, RequestForm
from reports.queries.reports import households
from reports.services import requests, writing
from reports.views.access import of_record

DONE = {
    "save": "已保存。",
    "ask": "已请负责人签字。",
    "submit": "已签字报送县局。数字定住了，以后台账再变，这份不变。",
    "redraft": "“工作进展情况”已换成新草稿。",
}


def _page(request: HttpRequest, month: date, code: str) -> pages.ReportPage:
    page = pages.find(request.scope, plans.current(), code, month, clock.today())
    if page is None:
        raise Http404
    return page


def _shown(
    request: HttpRequest,
    page: pages.ReportPage,
    *,
    form: ReportForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    offering = request.GET.get("offer") == "1" and page.may_write
    context = pages.report_context(
        page, unit=request.GET.get("unit", "households"), form=form, offering=offering
    )
    return render(request, "reports/report.html", context | more, status=status)


@of_record
def report(request: HttpRequest, month: date, code: str) -> HttpResponse:
    page = _page(request, month, code)
    if request.method != "POST":
        return _shown(request, page)
    return _act(request, page, request.POST.get("do", "save"))


def _act(request: HttpRequest, page: pages.ReportPage, do: str) -> HttpResponse:
    """Keep the words and do what the pressed button says; on a refusal nothing of it is lost."""
    form = ReportForm(request.POST)
    if do not in ("save", "ask", "submit", "redraft", "offer", "add") and not do.startswith("drop-"):
        return HttpResponseBadRequest()
    address = reverse("reports:report", args=[page.month, page.region.code])
    asked = RequestForm(request.scope, page.plan, request.POST, prefix="request") if do == "add" else None
    if not form.is_valid() or (asked and not asked.is_valid()):
        return _shown(request, page, form=form, status=422, **({"request_form": asked} if asked else {}))
    try:
        _do(request, page, do, form, asked)
    except writing.ConflictError as conflict:
        return _conflict(request, page, form, conflict)
    except ValidationError as refused:
        for field, words in pages.words_of(refused).items():
            form.add_error(field if field in form.fields else None, words)
        return _shown(request, _page(request, page.month, page.region.code), form=form, status=422)
    if do in DONE:
        messages.success(request, DONE[do])
    return redirect(f"{address}?offer=1#offer" if do == "offer" else address)


def _do(
    request: HttpRequest, page: pages.ReportPage, do: str, form: ReportForm, asked: RequestForm | None
) -> None:
    values = form.cleaned_data
    progress = values["offered"] if do == "redraft" else values["progress"]
    of_page: dict[str, Any] = {
        "scope": request.scope,
        "plan": page.plan,
        "region_code": page.region.code,
        "month": page.month,
        "actor": request.user,
        "day": clock.today(),
    }
    words: dict[str, Any] = {
        "version": values["version"],
        "texts": writing.Texts(*_chosen(request, page, progress, values["problems"])),
        "offered": values["offered"],
    }
    act = {"ask": writing.ask_signature, "submit": writing.submit}.get(do, writing.save)
    act(**of_page, **words)
    if asked:
        requests.add(**of_page, **asked.cleaned_data)
    if do.startswith("drop-"):
        requests.drop(**of_page, request_id=do.removeprefix("drop-"))


def _chosen(request: HttpRequest, page: pages.ReportPage, progress: str, problems: str) -> tuple[str, str]:
    """The words as typed, or the stored ones where the page of a conflict asked and these were taken."""
    theirs = {name for name in ("progress", "problems") if request.POST.get(f"keep-{name}") == "theirs"}
    return (
        page.progress if "progress" in theirs else progress,
        page.problems if "problems" in theirs else problems,
    )


def _conflict(
    request: HttpRequest, page: pages.ReportPage, form: ReportForm, conflict: writing.ConflictError
) -> HttpResponse:
    """Both texts side by side; the next save goes by the version that stands now."""
    data = form.data.copy()
    data["version"] = conflict.report.version
    labels = {"progress": "工作进展情况", "problems": "存在问题及困难"}
    items = [
        {
            "name": name,
            "label": label,
            "mine": (mine := getattr(conflict.mine, name)),
            "theirs": (theirs := getattr(conflict.theirs, name)),
            "same": mine.split() == theirs.split(),
        }
        for name, label in labels.items()
    ]
    form = ReportForm(data)
    if all(item["same"] for item in items):
        changed = f"你打开后，{conflict.by}又改过这份月报，请求事项可能变了。"
        form.add_error(None, f"{changed}看过下面的再签字报送。")
        return _shown(request, _page(request, page.month, page.region.code), form=form, status=409)
    both = {"other": conflict.by, "at": conflict.report.saved_at, "items": items}
    return _shown(request, page, form=form, status=409, conflict=both)


@of_record
@post_only("reports:report", "month", "code")
def draft(request: HttpRequest, month: date, code: str) -> HttpResponse:
    """Keeps the words as they are typed; 409 when somebody else saved meanwhile."""
    page = _page(request, month, code)
    form = ReportForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    try:
        _do(request, page, "save", form, None)
    except writing.ConflictError:
        return HttpResponse(status=409)
    except ValidationError:
        return HttpResponseBadRequest()
    version = str(_page(request, month, code).version)
    return HttpResponse(status=204, headers={"X-Draft-Version": version})


GIVEN_BACK = {
    "head": "已退回修改，填报人在月报页能看到说明。",
    "county": "已退回修改。数字和报送日不变，只改文字。",
}


@of_record
@post_only("reports:report", "month", "code")
def give_back(request: HttpRequest, month: date, code: str, by: str) -> HttpResponse:
    """The head, or the county, gives the report back to be mended."""
    page = _page(request, month, code)
    try:
        writing.give_back(
            scope=request.scope,
            plan=page.plan,
            region_code=code,
            month=month,
            actor=request.user,
            by=by,
            remark=request.POST.get("remark", ""),
            day=clock.today(),
        )
    except ValidationError as refused:
        messages.error(request, " ".join(refused.messages))
    else:
        messages.success(request, GIVEN_BACK[by])
    return redirect("reports:report", month, code)


@of_record
@require_GET
def cases(request: HttpRequest, month: date, code: str) -> HttpResponse:
    """The households that one figure counts: as they are now, or as they were when the report froze."""
    page = _page(request, month, code)
    found = tables.figure(page.table, request.GET)
    if found is None:
        raise Http404
    known = households(request.scope, [line.id for line in found.lines])
    rows = [{"line": line, "case": known.get(line.id)} for line in found.lines]
    context = {
        "page": page,
        "figure": found,
        "rows": rows,
        "persons": sum(line.persons for line in found.lines),
        "month_words": pages.month_words(month),
    }
    return render(request, "reports/cases.html", context)
