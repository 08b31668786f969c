"""Papers of households: print pages, and docx with `?as=docx`; each stands in the log (C08, C11, C12)."""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import BinaryIO
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.documents import sheet_docx
from dabao.documents.official import template_path
from dabao.documents.sheet import Sheet
from dabao.scope import Right
from dabao.views.access import needs
from screening.papers import notice as notices
from screening.papers.household_file import TITLE as FILE
from screening.papers.household_file import file_sheet
from screening.papers.visit_sheet import TITLE as VISIT
from screening.papers.visit_sheet import visit_sheet
from screening.queries.cases import CaseFilters, filtered, ordered, places
from screening.queries.household_file import household_file
from screening.queries.households import HouseholdPage, household, households
from screening.services import looks

MOST_SHEETS = 40


@login_required
@needs(Right.READ)
@require_GET
def visit(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """入户核查表: filled in when there is a conclusion, blank with `?blank=1`."""
    page, day = _page(request, case_id), clock.today()
    sheet = visit_sheet(page, day, blank=request.GET.get("blank") == "1")
    return _answer(request, "visit_sheet", [sheet], VISIT, _back(case_id), [page])


@login_required
@needs(Right.VERIFY)
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """Blank sheets for what the worklist shows, along the route, to take to the village."""
    scope, day = request.scope, clock.today()
    filters = CaseFilters.from_query(request.GET)
    listed = ordered(scope, filtered(scope, plans.current(), filters, day), filters.sort, day)
    total = listed.count()
    pages = households(scope, list(listed.values_list("pk", flat=True)[:MOST_SHEETS]), day)
    back = (f"{reverse('screening:cases')}?{filters.query_string()}", "回排查名单")
    if not pages:
        messages.info(request, "这样筛选没有户，没有要打印的核查表。")
        return redirect(back[0])
    left_out = (
        f"共 {total} 户，只印前 {MOST_SHEETS} 户；请按村筛选，分几次印。" if total > MOST_SHEETS else ""
    )
    words = f"{filters.describe(places(scope))}，{len(pages)} 户。{left_out}"
    sheets = [visit_sheet(page, day, blank=True) for page in pages]
    return _answer(request, "visit_sheet", sheets, VISIT, back, pages, words)


@login_required
@needs(Right.READ)
@require_GET
def file(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """一户一档."""
    day = clock.today()
    try:
        found = household_file(request.scope, case_id, day)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    return _answer(request, "household_file", [file_sheet(found, day)], FILE, _back(case_id), [found.page])


@login_required
@needs(Right.VERIFY, Right.APPROVE)
@require_GET
def notice(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """不符合救助条件告知书: a letter for each, once another person agreed."""
    page = _page(request, case_id)
    letters = notices.notices(page)
    if not letters:
        messages.warning(request, "还不能出告知书：要有不符合的结论，并由另一人复核同意。")
        return redirect("screening:case", case_id=case_id)
    _record(request, "notice", [page])
    if _as_docx(request):
        return _docx(notices.TITLE, lambda target: notices.write(letters, template_path(), target))
    context = {"letters": letters, "title": notices.TITLE} | _around(request, *_back(case_id))
    return render(request, "screening/print_notice.html", context)


def _page(request: HttpRequest, case_id: UUID) -> HouseholdPage:
    """The household of an address; outside the scope there is none (404)."""
    try:
        return household(request.scope, case_id, clock.today())
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _answer(
    request: HttpRequest,
    kind: str,
    sheets: Sequence[Sheet],
    title: str,
    back: tuple[str, str],
    pages: Sequence[HouseholdPage],
    words: str = "",
) -> HttpResponse:
    """The sheets as a print page, or as docx."""
    _record(request, kind, pages)
    around = _around(request, *back)
    if _as_docx(request):
        return _docx(title, lambda target: sheet_docx.write(sheets, around["printed"], target))
    context = {"sheets": sheets, "title": title, "words": words} | around
    return render(request, "print_sheets.html", context)


def _around(request: HttpRequest, url: str, words: str) -> dict[str, str]:
    """The way back, and who prints when; a drill names its day before the real one."""
    now = timezone.localtime()
    when = f"{now:%Y-%m-%d %H:%M}"
    if plans.demo_mode():
        when = f"演练日 {clock.today()}（实际 {when}）"
    return {
        "back_url": url,
        "back_label": words,
        "printed": f"打印：{request.user.name} {when}",
    }


def _back(case_id: UUID) -> tuple[str, str]:
    return reverse("screening:case", args=[case_id]), "回这一户"


def _as_docx(request: HttpRequest) -> bool:
    return request.GET.get("as") == "docx"


def _record(request: HttpRequest, kind: str, pages: Sequence[HouseholdPage]) -> None:
    looks.record_paper(
        actor=request.user, kind=kind, cases=[page.case for page in pages], download=_as_docx(request)
    )


def _docx(title: str, write: Callable[[BinaryIO], None]) -> FileResponse:
    """The file under what it is and the day, never under a name."""
    target = BytesIO()
    write(target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=f"{title}{clock.today()}.docx")
