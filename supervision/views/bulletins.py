"""Bulletins of supervision (督战通报): drafted from the board, approved, issued (C19)."""

from io import BytesIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from reports.pages import words_of
from reports.views.access import of_record
from supervision.forms.bulletin import BulletinForm
from supervision.pages import bulletin as pages
from supervision.queries import bulletins as queries
from supervision.services import bulletins as services

# What a button does: the service, what of the request it takes, the word afterwards.
WRITES = {
    "save": (services.save, "已保存。"),
    "redraft": (services.redraft, "已按今天的数重新起草；你改过的字留着，标黄的请核对。"),
    "ask": (services.ask_approval, "已送局领导批。"),
}
STEPS = {
    "approve": (services.approve, "已批准，可以发出。"),
    "back": (services.send_back, "已退回修改。"),
    "issue": (services.issue, "已发出，乡镇和督战股室已收到提醒。"),
    "discard": (services.discard, "草稿已删。"),
}
DATED = ("redraft", "approve", "issue")


@of_record
def bulletins(request: HttpRequest) -> HttpResponse:
    """The list; POST drafts the next one from the board."""
    scope, plan = request.scope, plans.current()
    if not (scope.may(Right.BOARD) or scope.may(Right.RECTIFY)):
        raise PermissionDenied("督战通报给县局、督战股室和乡镇看。")
    if request.method == "POST":
        try:
            made = services.draft(scope=scope, plan=plan, actor=request.user, day=clock.today())
            return redirect("supervision:bulletin", made.pk)
        except ValidationError as refused:
            messages.error(request, refused.messages[0])
            return redirect("supervision:bulletins")
    return render(request, "supervision/bulletins.html", pages.list_context(scope, plan))


@of_record
def one(request: HttpRequest, bulletin_id: UUID) -> HttpResponse:
    """A bulletin: written, sent to a leader, approved, issued; afterwards read."""
    bulletin = queries.one(request.scope, plans.current(), bulletin_id)
    if request.method != "POST":
        services.read(scope=request.scope, bulletin=bulletin, day=clock.today())
        return render(request, "supervision/bulletin.html", pages.context(request.scope, bulletin))
    do, form = request.POST.get("do", "save"), BulletinForm(bulletin, request.POST)
    if do not in {**WRITES, **STEPS}:
        return HttpResponseBadRequest()
    if do in STEPS:
        return _stepped(request, bulletin_id, do)
    if form.is_valid() and _written(request, bulletin_id, do, form):
        return redirect("supervision:bulletin", bulletin_id)
    context = pages.context(request.scope, bulletin, form)
    return render(request, "supervision/bulletin.html", context, status=422)


@of_record
@require_GET
def document(request: HttpRequest, bulletin_id: UUID) -> FileResponse:
    """The bulletin as docx; 草稿 stands above one that is not issued."""
    bulletin = queries.one(request.scope, plans.current(), bulletin_id)
    target = BytesIO()
    pages.paper(request.scope, bulletin).save(target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=pages.file_name(request.scope, bulletin))


def _written(request: HttpRequest, bulletin_id: UUID, do: str, form: BulletinForm) -> bool:
    """Keep the words and do what the button says; the form's errors say why not."""
    service, done = WRITES[do]
    try:
        service(
            **_common(request, bulletin_id, do),
            version=form.cleaned_data["version"],
            words=form.words(),
        )
    except ValidationError as refused:
        for field, said in words_of(refused).items():
            form.add_error(field if field in form.fields else None, said)
        return False
    messages.success(request, done)
    return True


def _stepped(request: HttpRequest, bulletin_id: UUID, do: str) -> HttpResponse:
    service, done = STEPS[do]
    version = request.POST.get("version", "")
    more: dict[str, Any] = {"remark": request.POST.get("remark", "")} if do == "back" else {}
    if not version.isdecimal():
        return HttpResponseBadRequest()
    try:
        service(**_common(request, bulletin_id, do), version=int(version), **more)
        messages.success(request, done)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    if do == "discard":
        return redirect("supervision:bulletins")
    return redirect("supervision:bulletin", bulletin_id)


def _common(request: HttpRequest, bulletin_id: UUID, do: str) -> dict[str, Any]:
    common = {
        "scope": request.scope,
        "plan": plans.current(),
        "bulletin_id": bulletin_id,
        "actor": request.user,
    }
    return common | ({"day": clock.today()} if do in DATED else {})
