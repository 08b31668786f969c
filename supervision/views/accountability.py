"""Accountability: the list, a new case, one with its entries (C22). Leaders and the county office only."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from reports.views.access import of_record
from screening.forms.refusals import tell
from supervision.choices import EntryKind
from supervision.forms.accountability import AccountForm, CorrectionForm, EntryForm
from supervision.queries import accountability as queries
from supervision.queries.finding_list import places
from supervision.services import accountability as services


@login_required
@needs(Right.ACCOUNT)
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    plan, chosen = plans.current(), request.GET.get("state", "open")
    chosen = chosen if chosen in queries.STATES else "open"
    tabs = [
        {
            "label": label,
            "url": f"?state={state}",
            "count": queries.listed(request.scope, plan, state).count(),
            "current": state == chosen,
        }
        for state, label in queries.STATES.items()
    ]
    cases = queries.listed(request.scope, plan, chosen)
    context = {"cases": cases, "tabs": tabs, "chosen": chosen}
    return render(request, "supervision/accountability.html", context)


@of_record
@needs(Right.ACCOUNT)
def new(request: HttpRequest) -> HttpResponse:
    """Open a case; `finding` and `township` in the address preset them."""
    plan, query = plans.current(), request.GET
    initial = {"township": query.get("township", ""), "findings": query.getlist("finding")}
    choices = places(request.scope), queries.finding_choices(request.scope, plan)
    form = AccountForm(*choices, request.POST or None, initial=initial)
    if form.is_valid():
        values = dict(form.cleaned_data)
        township, ids = values.pop("township"), [UUID(pk) for pk in values.pop("findings")]
        common = {"scope": request.scope, "plan": plan, "actor": request.user, "day": clock.today()}
        try:
            case = services.open_case(**common, township_code=township, finding_ids=ids, **values)
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            messages.success(request, "已立项。移交、结果都记在这一件里。")
            return redirect("supervision:accountability-one", case_id=case.pk)
    status = 422 if form.is_bound else 200
    return render(request, "supervision/accountability_new.html", {"form": form}, status=status)


@of_record
@require_GET
def one(request: HttpRequest, case_id: UUID) -> HttpResponse:
    return _show(request, case_id)


@of_record
@post_only("supervision:accountability-one", "case_id")
def entry(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One more entry."""
    case = queries.one(request.scope, case_id)
    form = EntryForm(services.entries_possible(case.state), request.POST)
    if form.is_valid() and _added(request, case_id, form, **form.cleaned_data):
        return redirect("supervision:accountability-one", case_id=case_id)
    return _show(request, case_id, form=form)


@of_record
@post_only("supervision:accountability-one", "case_id")
def correct(request: HttpRequest, case_id: UUID, entry_id: UUID) -> HttpResponse:
    """Put an entry right; both stay."""
    queries.one(request.scope, case_id)
    form = CorrectionForm(request.POST)
    values = {"kind": EntryKind.CORRECTION, "corrects": entry_id}
    if form.is_valid() and _added(request, case_id, form, **form.cleaned_data, **values):
        return redirect("supervision:accountability-one", case_id=case_id)
    return _show(request, case_id, correction=(entry_id, form))


def _added(request: HttpRequest, case_id: UUID, form: Any, **values: Any) -> bool:
    try:
        services.add_entry(
            scope=request.scope, case_id=case_id, actor=request.user, day=clock.today(), **values
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    messages.success(request, "已记下。")
    return True


def _show(
    request: HttpRequest, case_id: UUID, form: Any = None, correction: tuple[UUID, Any] | None = None
) -> HttpResponse:
    """The case; a refused form as it came, a correction at the entry it is for."""
    case = queries.one(request.scope, case_id)
    possible, initial = services.entries_possible(case.state), {"version": case.version}
    at, refused = correction or (None, None)
    entries = [
        (row, refused if row.pk == at else CorrectionForm(initial=initial | {"happened_on": row.day}))
        for row in queries.entries(request.scope, case)
    ]
    context = {
        "case": case,
        "entries": entries,
        "findings": queries.findings_of(request.scope, case),
        "form": form or (EntryForm(possible, initial=initial) if possible else None),
        "at": at,
    }
    status = 422 if form or correction else 200
    return render(request, "supervision/accountability_one.html", context, status=status)
