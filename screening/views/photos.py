"""Photos of a household: sent from a phone, looked at, taken away (C08; W08)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from dabao import clock
from dabao.pictures import CONTENT_TYPE
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import photo_page
from screening.queries.photos import photo as find_photo
from screening.services import photos
from screening.services.cases import ConflictError
from screening.views.household import keep_draft, open_household, show_conflict


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def add(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Keep the photos sent: a script gets the part, a form the page, with its other fields as draft."""
    opened = open_household(request, case_id)
    by_script = request.headers.get("X-Requested-With") == "fetch"
    try:
        if not by_script:
            keep_draft(opened)
        told, refused = _added(request, case_id)
    except ConflictError as conflict:
        return show_conflict(opened, conflict)
    if by_script:
        visited_on = request.POST.get("visited_on")
        context = photo_page.context(request.scope, opened.page, visited_on)
        context |= {"told": told, "refused": refused}
        return render(request, "screening/household_photos.html", context)
    _say(request, told, refused)
    return _back(case_id)


def _added(request: HttpRequest, case_id: UUID) -> tuple[str, list[str]]:
    """What was kept, in words, and what was not, with why."""
    try:
        result = photos.add(
            scope=request.scope,
            case_id=case_id,
            actor=request.user,
            files=request.FILES.getlist("photos"),
            kind=request.POST.get("photo_kind", ""),
            day=clock.today(),
        )
    except ValidationError as refusal:
        return "", list(refusal.messages)
    return (f"存了 {result.kept} 张照片。" if result.kept else ""), result.refused


@login_required
@needs(Right.VERIFY)
@post_only("screening:cases")
def remove(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Take one's own photo away; what is filled in on the page stays as a draft."""
    case_id = _found(lambda: find_photo(request.scope, photo_id)).case_id
    opened = open_household(request, case_id)
    try:
        keep_draft(opened)
        photos.remove(
            scope=request.scope,
            photo_id=photo_id,
            actor=request.user,
            reason=request.POST.get(f"photo_reason-{photo_id}", ""),
            day=clock.today(),
        )
    except ConflictError as conflict:
        return show_conflict(opened, conflict)
    except ValidationError as refusal:
        _say(request, "", list(refusal.messages))
    else:
        messages.success(request, "照片移除了。")
    return _back(case_id)


@login_required
@needs(Right.READ)
@require_GET
def whole(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    return _served(request, photo_id, small=False)


@login_required
@needs(Right.READ)
@require_GET
def small(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    return _served(request, photo_id, small=True)


def _served(request: HttpRequest, photo_id: UUID, *, small: bool) -> HttpResponse:
    """The JPEG itself, never kept by a browser or proxy; 404 outside the scope."""
    content = _found(
        lambda: photos.open_photo(scope=request.scope, photo_id=photo_id, actor=request.user, small=small)
    )
    if content is None:
        raise Http404
    answer = FileResponse(content, content_type=CONTENT_TYPE, filename="photo.jpg")
    answer["Cache-Control"] = "private, no-store"
    return answer


def _found(get: Callable[[], Any]) -> Any:
    try:
        return get()
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _say(request: HttpRequest, told: str, refused: list[str]) -> None:
    if told:
        messages.success(request, told)
    for sentence in refused:
        messages.error(request, sentence)


def _back(case_id: UUID) -> HttpResponse:
    return redirect(f"{reverse('screening:case', args=[case_id])}#photos")
