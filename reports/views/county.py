"""The county's report of a month: analysis, words, approval, recipients (C24)."""

import re
from datetime import date
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from reports import county_page, documents
from reports.forms import CountyForm
from reports.pages import words_of
from reports.services import county as services
from reports.views.access import of_record

DONE = {
    "save": "已保存。",
    "ask": "已送局领导批。",
    "redraft": "一、二部分已按现在的月报重新起草。",
    "group": "问题已按选的分组。",
    "ungroup": "问题已重新自动分组。",
    "approve": "已批准，可以报送。",
    "back": "已退回修改。",
    "revise": "另起了一稿，改好后再送批。",
    "sent": "已记下报送。",
}
WORDS = {
    "save": services.save,
    "ask": services.ask_approval,
    "redraft": services.save,
    "group": services.arrange,
    "ungroup": services.arrange,
}


def _page(request: HttpRequest, month: date, edition: int = 0) -> county_page.CountyPage:
    page = county_page.find(request.scope, plans.current(), month, clock.today(), edition)
    if page is None:
        raise Http404
    return page


@of_record
def county(request: HttpRequest, month: date) -> HttpResponse:
    page = _page(request, month)
    if request.method != "POST":
        return render(request, "reports/county.html", county_page.context(page))
    do = request.POST.get("do", "save")
    if do not in DONE:
        return HttpResponseBadRequest()
    form = CountyForm(request.POST)
    try:
        if do not in WORDS or form.is_valid():
            _do(request, month, do, form)
            messages.success(request, DONE[do])
            return redirect("reports:county", month)
    except ValidationError as refused:
        for field, said in words_of(refused).items():
            form.add_error(field if do in WORDS and field in form.fields else None, said)
    return render(request, "reports/county.html", county_page.context(page, form), status=422)


def _do(request: HttpRequest, month: date, do: str, form: CountyForm) -> None:
    common: dict[str, Any] = {
        "scope": request.scope,
        "plan": plans.current(),
        "month": month,
        "actor": request.user,
        "day": clock.today(),
    }
    match do:
        case "approve":
            services.approve(**common, version=_version(request))
        case "back":
            services.send_back(**common, remark=request.POST.get("remark", ""))
        case "revise":
            services.revise(**common)
        case "sent":
            services.record_sent(**common, recipient=request.POST.get("recipient", ""))
        case _:
            values = form.cleaned_data
            fresh = do == "redraft"
            texts = services.Texts(
                "" if fresh else values["progress"],
                "" if fresh else values["problems"],
                values["support"],
            )
            more = {"chosen": _chosen(request, do)} if do in ("group", "ungroup") else {}
            WORDS[do](**common, version=values["version"], texts=texts, **more)


def _chosen(request: HttpRequest, do: str) -> dict[str, str]:
    """The group chosen for each problem; none to group them by likeness again."""
    if do == "ungroup":
        return {}
    begin = "group-"
    return {
        name.removeprefix(begin): str(value) for name, value in request.POST.items() if name.startswith(begin)
    }


def _version(request: HttpRequest) -> int:
    version = request.POST.get("version", "")
    if not re.fullmatch(r"[0-9]{1,9}", version):
        raise ValidationError("这一页不完整，没有批准。请刷新后再批。")
    return int(version)


@of_record
@require_GET
def paper(request: HttpRequest, month: date) -> HttpResponse:
    """The county's report as docx, or an edition that was approved before; 草稿 stands above one that no
    leader has approved.
    """
    number = request.GET.get("edition", "")
    page = _page(request, month, int(number) if re.fullmatch(r"[1-9][0-9]{0,3}", number) else 0)
    target = BytesIO()
    documents.county_paper(page).save(target)
    target.seek(0)
    which = f"第{number}稿" if number else "" if page.approved else "草稿"
    name = f"{page.region.name}{month:%Y-%m}报告{which}.docx"
    return FileResponse(target, as_attachment=True, filename=name)
