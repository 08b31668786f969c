"""The recheck desk: evidence beside the verdict, agree or return (C11)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs
from screening.choices import CaseOutcome, CaseState
from screening.forms.recheck import RecheckForm
from screening.forms.refusals import tell
from screening.queries import households, photos, rechecks
from screening.queries.cases import TAB_LABELS
from screening.queries.households import HouseholdPage
from screening.queries.known import Evidence
from screening.queries.remaining import place_name
from screening.rules.income import income_window
from screening.services import recheck as services


@login_required
@needs(Right.RECHECK)
def desk(request: HttpRequest) -> HttpResponse:
    """The first household that this person may recheck."""
    queue = rechecks.desk(request.scope, plans.current(), clock.today(), request.GET.get("sort", "thin"))
    return _show(request, queue, queue.free[0] if queue.free else None, None)


@login_required
@needs(Right.RECHECK)
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    queue = rechecks.desk(request.scope, plans.current(), clock.today(), request.GET.get("sort", "thin"))
    chosen = next((one for one in queue.queue if one.id == case_id), None)
    if chosen is None:
        return _gone(request, case_id)
    form = RecheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _decided(request, case_id, form):
        return redirect("screening:recheck")
    return _show(
        request, queue, chosen, form if form.is_bound else None, status=422 if form.is_bound else 200
    )


def _gone(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """A case of the scope that waits no more leads to its page; any other is not there."""
    try:
        households.household(request.scope, case_id, clock.today())
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    messages.info(request, "这一户不在待复核里，可能别人刚办过。")
    return redirect("screening:case", case_id=case_id)


def _decided(request: HttpRequest, case_id: UUID, form: RecheckForm) -> bool:
    typed = form.cleaned_data
    act = services.agree if typed.pop("action") == "agree" else services.send_back
    try:
        case = act(scope=request.scope, case_id=case_id, actor=request.user, day=clock.today(), **typed)
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    words = "已同意" if act is services.agree else f"已退回，限 {case.due_on.month}月{case.due_on.day}日"
    messages.success(request, f"{words}，这一户现在是「{_state_words(case.state, case.outcome)}」。")
    return True


def _show(
    request: HttpRequest,
    desk: rechecks.Desk,
    chosen: rechecks.Waiting | None,
    form: RecheckForm | None,
    status: int = 200,
) -> HttpResponse:
    day, sort = clock.today(), request.GET.get("sort", "thin")
    context: dict[str, Any] = {
        "desk": desk,
        "chosen": chosen,
        "form": form or RecheckForm(),
        "region": place_name(request.scope),
        "sorts": [(value, label, value == sort) for value, label in rechecks.SORTS.items()],
        "sort": sort,
        "opened": "case_id" in request.resolver_match.kwargs,
        "window": income_window(day),
        "return_days": plans.current().returned_case_days,
    }
    if chosen is not None:
        page = households.household(request.scope, chosen.id, day)
        free = [one for one in desk.free if one.id != chosen.id]
        place = next((n for n, one in enumerate(desk.free, 1) if one.id == chosen.id), 0)
        context |= {
            "page": page,
            "evidence": evidence_by_row(page),
            "record": page.current,
            "album": photos.album(request.scope, chosen.id),
            "position": place,
            "next": free[0] if free else None,
        }
    return render(request, "screening/recheck.html", context, status=status)


def evidence_by_row(page: HouseholdPage) -> list[Evidence]:
    """What the lists say, a row once, with its line only where no reason beside it names it already."""
    named = {reason.source_line for reason in page.reasons}
    found: dict[tuple[UUID | None, str], list[str]] = {}
    for one in page.evidence:
        found.setdefault((one.row, one.source), []).append(one.text)
    return [
        Evidence("；".join(texts), "" if source in named else source, row)
        for (row, source), texts in found.items()
    ]


def _state_words(state: str, outcome: str) -> str:
    """Where a household stands, in the words of its tab; a closed one by its outcome."""
    if state != CaseState.CLOSED:
        return CaseState(state).label
    return TAB_LABELS.get(outcome) or CaseOutcome(outcome).label
