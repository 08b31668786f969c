"""Orders to townships (调度): drafted from the board, issued, read, answered, settled (C19)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import post_only
from reports.pages import words_of
from reports.views.access import of_record
from supervision.choices import DispatchMove
from supervision.forms.dispatch import SenderForm, TownshipForm, WordForm
from supervision.pages import dispatch as pages
from supervision.queries import dispatches as queries
from supervision.services import dispatch_replies as replies
from supervision.services import dispatches as services

# What a move calls, and what of the form it takes.
MOVES = {
    DispatchMove.REPLIED: (replies.reply, ("text", "file")),
    DispatchMove.FINISHED: (replies.report_finished, ("text", "file")),
    DispatchMove.ASKED: (replies.ask_longer, ("text", "until", "file")),
    DispatchMove.ACCEPTED: (replies.accept, ("text",)),
    DispatchMove.DONE: (replies.settle, ("text",)),
    DispatchMove.EXTENDED: (replies.extend, ("text", "until")),
    DispatchMove.REFUSED: (replies.refuse_longer, ("text",)),
    DispatchMove.RETURNED: (replies.give_back, ("text", "until")),
}


@of_record
@require_GET
def dispatches(request: HttpRequest) -> HttpResponse:
    scope = request.scope
    if not (scope.may(Right.DISPATCH) or scope.may(Right.RECTIFY) or scope.may(Right.SUPERVISE)):
        raise PermissionDenied("调度令给县局、督战股室和乡镇看。")
    context = {
        "lines": pages.lines(scope, plans.current(), clock.today()),
        "may_send": scope.may(Right.DISPATCH),
    }
    return render(request, "supervision/dispatches.html", context)


@of_record
def new(request: HttpRequest) -> HttpResponse:
    """A new order: the laggards of the board are chosen, or the townships named in the address."""
    request.scope.require(Right.DISPATCH)
    common = _common(request)
    codes = request.GET.getlist("township")
    form = pages.order_form(common["scope"], common["plan"], common["day"], request.POST or None, codes=codes)
    if form.is_valid():
        try:
            draft = services.draft(**common, actor=request.user, order=form.order())
            return _issued(request, draft) or redirect("supervision:dispatch-change", draft.pk)
        except ValidationError as refused:
            _blame(form, refused)
    return _drafting(request, form)


@of_record
def change(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """A draft: written anew, issued or thrown away."""
    common = _common(request)
    draft = queries.one(common["scope"], common["plan"], dispatch_id)
    if draft.issued:
        return redirect("supervision:dispatch", dispatch_id)
    form = pages.order_form(*common.values(), request.POST or None, dispatch=draft)
    if form.is_valid():
        version = form.cleaned_data["version"]
        write = {"dispatch_id": dispatch_id, "version": version, "actor": request.user}
        try:
            draft = services.change(**common, **write, order=form.order())
            return _issued(request, draft) or redirect("supervision:dispatch-change", dispatch_id)
        except ValidationError as refused:
            _blame(form, refused)
    return _drafting(request, form, draft)


@of_record
@post_only("supervision:dispatch", "dispatch_id")
def discard(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    common = _common(request)
    draft = queries.one(common["scope"], common["plan"], dispatch_id)
    try:
        services.discard(
            scope=common["scope"],
            plan=common["plan"],
            dispatch_id=dispatch_id,
            version=draft.version,
            actor=request.user,
        )
        messages.success(request, "草稿已删。")
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("supervision:dispatches")


@of_record
def one(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    """An issued order. Whoever of a township opens it has read it; the sender urges who has not replied."""
    common = _common(request)
    dispatch = queries.one(common["scope"], common["plan"], dispatch_id)
    if not dispatch.issued:
        return redirect("supervision:dispatch-change", dispatch_id)
    if request.method == "POST":
        return _urged(request, dispatch_id)
    services.read(**common, dispatch_id=dispatch_id, actor=request.user)
    context = pages.order_context(common["scope"], common["plan"], dispatch, common["day"])
    return render(request, "supervision/dispatch.html", context)


@of_record
def place(request: HttpRequest, place_id: UUID) -> HttpResponse:
    """An order in one township: what was said so far, and the next word."""
    common = _common(request)
    row = queries.places(common["scope"], common["plan"]).get(pk=place_id, dispatch__number__isnull=False)
    form = None
    if request.method == "POST":
        side = TownshipForm if request.scope.may(Right.RECTIFY, row.township_id) else SenderForm
        form = side(request.POST, request.FILES)
        do = request.POST.get("do", "")
        if do not in {str(move) for move in MOVES}:
            return HttpResponseBadRequest()
        if form.is_valid() and _moved(request, place_id, DispatchMove(do), form):
            return redirect("supervision:dispatch", row.dispatch_id)
    way = pages.place_context(common["scope"], row, common["day"], form)
    context = {"way": way, "place": row, "mark": way["mark"]}
    return render(request, "supervision/dispatch_place.html", context, status=422 if form else 200)


@of_record
@require_GET
def file(request: HttpRequest, turn_id: UUID) -> FileResponse:
    found = replies.download(scope=request.scope, turn_id=turn_id, actor=request.user)
    return FileResponse(
        found.content, as_attachment=True, filename=found.name, content_type=found.content_type
    )


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"scope": request.scope, "plan": plans.current(), "day": clock.today()}


def _drafting(request: HttpRequest, form: Any, draft: Any = None) -> HttpResponse:
    context = pages.draft_context(*_common(request).values(), form=form, dispatch=draft)
    return render(request, "supervision/dispatch_draft.html", context, status=422 if form.is_bound else 200)


def _issued(request: HttpRequest, draft: Any) -> HttpResponse | None:
    """Send the order if that was the button; None for a draft to be kept."""
    if request.POST.get("do") != "issue":
        messages.success(request, "草稿已存，还没发出。")
        return None
    sent = services.issue(**_common(request), dispatch_id=draft.pk, version=draft.version, actor=request.user)
    messages.success(request, f"调度第 {sent.number} 号已发给 {sent.places.count()} 个乡镇，已提醒他们。")
    return redirect("supervision:dispatch", sent.pk)


def _urged(request: HttpRequest, dispatch_id: UUID) -> HttpResponse:
    try:
        urged = services.urge(**_common(request), dispatch_id=dispatch_id, actor=request.user)
        messages.success(request, f"已催 {'、'.join(place.township.name for place in urged)}。")
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect("supervision:dispatch", dispatch_id)


# What comes next, for who has just said it.
NEXT = {
    DispatchMove.REPLIED: "有完成限期的，办完再来“报办完”。",
    DispatchMove.FINISHED: "等发令人看过办结，退回的会再提醒你。",
    DispatchMove.ASKED: "等发令人定；定以前仍按原来的限期，阶段的最后一天也不变。",
}


def _moved(request: HttpRequest, place_id: UUID, move: DispatchMove, form: WordForm) -> bool:
    """Do what was chosen; the form's errors say why not."""
    service, fields = MOVES[move]
    values = {field: form.cleaned_data[field] for field in fields if field in form.cleaned_data}
    try:
        service(
            **_common(request),
            place_id=place_id,
            version=form.cleaned_data["version"],
            actor=request.user,
            **values,
        )
    except ValidationError as refused:
        _blame(form, refused)
        return False
    messages.success(request, f"已记下：{move.label}。{NEXT.get(move, '')}")
    return True


def _blame(form: Any, refused: ValidationError) -> None:
    for field, said in words_of(refused).items():
        form.add_error(field if field in form.fields else None, said)
