"""Reports as files: the official paper of a township, the month's table of all of them (C23, C24)."""

from datetime import date
from io import BytesIO

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.documents import pdf
from dabao.scope import Right
from reports import documents, pages
from reports.queries.reports import townships
from reports.views.access import of_record


@of_record
@require_GET
def township(request: HttpRequest, month: date, code: str) -> HttpResponse:
    """The report of a township as docx, or as PDF with `?as=pdf` where LibreOffice is installed."""
    page = pages.find(request.scope, plans.current(), code, month, clock.today())
    if page is None:
        raise Http404
    target = BytesIO()
    documents.township_paper(page).save(target)
    name = f"{page.region.name}{month:%Y-%m}月报{'' if page.closed else '草稿'}"
    if request.GET.get("as") != "pdf":
        return _file(target.getvalue(), f"{name}.docx")
    try:
        return _file(pdf.convert(target.getvalue()), f"{name}.pdf")
    except pdf.NoPdfError as failed:
        messages.error(request, str(failed))
        return redirect("reports:report", month, code)


@login_required
@require_GET
def table(request: HttpRequest, month: date) -> HttpResponse:
    """The figures of a month, township by township, as xlsx; who sees one township gets its line."""
    request.scope.require(Right.READ_REPORT)
    plan, day = plans.current(), clock.today()
    found = [
        pages.find(request.scope, plan, region.code, month, day) for region in townships(request.scope, plan)
    ]
    into = [page for page in found if page is not None]
    if not into:
        raise Http404
    target = BytesIO()
    documents.month_table(plan, month, into, target)
    return _file(target.getvalue(), f"{plan.region.name}{month:%Y-%m}月报表.xlsx")


def _file(content: bytes, name: str) -> FileResponse:
    return FileResponse(BytesIO(content), as_attachment=True, filename=name)
