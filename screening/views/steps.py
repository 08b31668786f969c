"""The approval desk, and one household's steps: each step by who may, singly or for many at once."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import publicity_bars
from screening.choices import CaseOutcome, CaseState, StepKind
from screening.forms.steps import VERBS, NumbersFileForm, ObjectionForm, StepForm, TermsForm
from screening.queries import case_steps, own_steps, publicity
from screening.queries import steps as queries
from screening.queries.cases import CaseFilters
from screening.queries.desk_work import ENROL
from screening.rules.steps import REFUSABLE, terms_open
from screening.services import enrolment, provincial_numbers, step_undo
from screening.services.enrolment import BatchResult

PAGE = 20
DESK = (Right.APPLY, Right.APPROVE)


@login_required
@needs(*DESK)
def steps(request: HttpRequest) -> HttpResponse:
    return render(
        request, "screening/steps.html", _desk(request, _stage(request, request.GET.get("stage", "")))
    )


@login_required
@needs(*DESK)
@post_only("screening:steps")
def take(request: HttpRequest) -> HttpResponse:
    """One step for the ticked households; those refused are shown with their reason."""
    kind = _stage(request, request.POST.get("stage", ""))
    plan, day = plans.current(), clock.today()
    form = StepForm(kind, day, plan.publicity_days, request.POST)
    chosen = _uuids(request.POST.getlist("case"))
    if not form.is_valid() or not chosen:
        if not chosen:
            form.add_error(None, "还没勾选。先在表的左边勾选要办的户。")
        context = _desk(request, kind, form)
        return render(request, "screening/steps.html", context, status=422)

    def act() -> BatchResult:
        return enrolment.take_steps(
            scope=request.scope,
            case_ids=chosen,
            kind=kind,
            actor=request.user,
            details=form.details(),
            today=day,
            versions=_versions(request),
        )

    return _after(request, kind, act, VERBS[kind])


@login_required
@needs(*DESK)
@post_only("screening:steps")
def refuse(request: HttpRequest) -> HttpResponse:
    """Send the ticked households back with one reason."""
    kind, chosen = _stage(request, request.POST.get("stage", "")), _uuids(request.POST.getlist("case"))
    if not chosen:
        messages.warning(request, "还没勾选。先在表的左边勾选要退回的户。")
        return redirect(_address(request, kind))

    def act() -> BatchResult:
        return enrolment.refuse_many(
            scope=request.scope,
            case_ids=chosen,
            actor=request.user,
            reason=request.POST.get("reason", ""),
            today=clock.today(),
            versions=_versions(request),
        )

    return _after(request, kind, act, "退回")


@login_required
@needs(*DESK)
@post_only("screening:steps")
def undo(request: HttpRequest) -> HttpResponse:
    """Take one's own step of today back, for the ticked households."""
    kind = _stage(request, request.POST.get("stage", ""))
    chosen = _uuids(request.POST.getlist("case"))
    if not chosen:
        messages.warning(request, "还没勾选。先勾选要撤回的户。")
        return redirect(_address(request, kind))

    def act() -> BatchResult:
        return step_undo.undo_steps(
            scope=request.scope, case_ids=chosen, kind=kind, actor=request.user, today=clock.today()
        )

    return _after(request, kind, act, f"撤回“{kind.label}”")


@login_required
@needs(Right.APPROVE)
@post_only("screening:steps")
def numbers(request: HttpRequest) -> HttpResponse:
    """Provincial numbers as typed, by the checks of one; what is wrong stays in its box with the reason."""
    typed = {
        name.removeprefix("number-"): value.strip()
        for name, value in request.POST.items()
        if name.startswith("number-") and value.strip()
    }
    if not typed:
        messages.warning(request, "还没填编号。照省系统回执填好再存。")
        return redirect(_address(request, StepKind.RECORDED))
    day = _day(request.POST.get("day", "")) or clock.today()
    try:
        done, closed, faults = provincial_numbers.record_typed(
            scope=request.scope, numbers=typed, actor=request.user, day=day, today=clock.today()
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    if done:
        messages.success(request, f"存下编号 {done} 个，销号 {closed} 户。")
    if not faults:
        return redirect(_address(request, StepKind.RECORDED))
    context = _desk(request, StepKind.RECORDED, typed=typed, faults=faults)
    return render(request, "screening/steps.html", context, status=422)


@login_required
@needs(Right.APPROVE)
def numbers_import(request: HttpRequest) -> HttpResponse:
    """Provincial numbers from the receipt of the provincial system (xlsx)."""
    form, result = NumbersFileForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        try:
            result = provincial_numbers.record_file(
                scope=request.scope,
                content=form.cleaned_data["file"].read(),
                actor=request.user,
                today=clock.today(),
            )
        except ValidationError as refusal:
            form.add_error("file", refusal)
    status = 422 if form.errors else 200
    context = {"form": form, "result": result, "digits": plans.current().province_number_digits}
    return render(request, "screening/numbers.html", context, status=status)


@login_required
@needs(*DESK, Right.BOARD)
def case_steps_page(request: HttpRequest, case_id: UUID) -> HttpResponse:
    case = _case(request, case_id)
    return render(request, "screening/case_steps.html", household_context(request, case))


@login_required
@needs(*DESK)
@post_only("screening:case-steps", "case_id")
def terms(request: HttpRequest, case_id: UUID, grant_id: UUID) -> HttpResponse:
    """Set tier, amount and first month of one grant."""
    case = _case(request, case_id)
    form = TermsForm(clock.today(), request.POST)
    if not form.is_valid():
        return render(
            request,
            "screening/case_steps.html",
            household_context(request, case, {grant_id: form}),
            status=422,
        )
    try:
        enrolment.set_terms(
            scope=request.scope,
            enrolment_id=grant_id,
            actor=request.user,
            version=form.cleaned_data["version"],
            tier=form.cleaned_data["tier"],
            monthly_amount=form.cleaned_data["monthly_amount"],
            from_month=form.first_month(),
            today=clock.today(),
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, "档次和金额记下了。")
    return redirect("screening:case-steps", case_id=case_id)


def _after(request: HttpRequest, kind: StepKind, act: Callable[[], BatchResult], verb: str) -> HttpResponse:
    """Do it, say what was done, and show who was refused on the same page."""
    try:
        result = act()
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    if result.done:
        messages.success(request, f"{verb} {len(result.done)} 户。")
    if not result.refused:
        if request.POST.get("back"):
            return redirect("screening:case-steps", case_id=result.done[0].pk)
        return redirect(_address(request, kind))
    context = _desk(request, kind) | {"refused": result.refused, "verb": verb}
    return render(request, "screening/steps.html", context, status=422)


def _desk(
    request: HttpRequest,
    kind: StepKind,
    form: StepForm | None = None,
    typed: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> dict[str, Any]:
    plan, day, scope = plans.current(), clock.today(), request.scope
    region = _region(request)
    listed = queries.at_stage(scope, plan, kind, day, region)
    page = Paginator(listed, PAGE).get_page(request.GET.get("page"))
    page.object_list = queries.rows(scope, page.object_list, kind, plan, day)
    shown = queries.stages(scope, plan, day, region)
    form = form or StepForm(kind, day, plan.publicity_days, amounts=queries.last_amounts(scope, plan, region))
    return {
        "stages": [
            (one, f"{reverse('screening:steps')}?{_query(one.kind, region)}", one.kind == kind)
            for one in shown
        ],
        "stage": next(one for one in shown if one.kind == kind),
        "kind": kind,
        "page": page,
        "totals": queries.totals(scope, plan, region),
        "form": form,
        "verb": VERBS[kind],
        "region": region,
        "townships": queries.townships(scope, plan),
        "phase": plans.phases(plan)[1],
        "may": enrolment.may_take_somewhere(scope, kind, township_approves=plan.township_approves),
        "refusable": kind in REFUSABLE,
        "recording": kind == StepKind.RECORDED,
        "lines": _number_lines(page.object_list, typed or {}, faults or {})
        if kind == StepKind.RECORDED
        else (),
        "may_import": scope.may(Right.APPROVE),
        "open_url": _list_address(region, state=(CaseState.TO_ENROL,)),
        "eligible_url": _list_address(region, desk=ENROL, work="total"),
        "closed_url": _list_address(region, outcome=(CaseOutcome.ENROLLED,)),
        "digits": plan.province_number_digits,
        "publicity_days": plan.publicity_days,
        "own_steps": [(one, VERBS[one.kind]) for one in own_steps.own_steps(scope, plan, day)],
        "hanging": publicity_bars.bars(publicity.publicity(scope, plan, day, region), day),
    }


def _number_lines(
    rows: list[queries.Row], typed: dict[str, str], faults: dict[str, str]
) -> list[tuple[queries.Row, Any, str, str]]:
    """One line for each grant that waits for its number: with what was typed wrongly, and why it is wrong."""
    return [
        (row, grant, typed[str(grant.pk)] if str(grant.pk) in faults else "", faults.get(str(grant.pk), ""))
        for row in rows
        for grant in row.grants
        if grant.next_step == StepKind.RECORDED
    ]


def _list_address(region: str, **chosen: Any) -> str:
    return f"{reverse('screening:ledger')}?{CaseFilters(region=region, **chosen).query_string()}"


def household_context(
    request: HttpRequest, case: Any, forms: dict[UUID, TermsForm] | None = None
) -> dict[str, Any]:
    """What the page of a household's steps shows."""
    scope, day = request.scope, clock.today()
    cells, sentence = case_steps.line(scope, case, day)
    lanes = case_steps.lanes(scope, case, day)
    stage = case_steps.stage(scope, case, day)
    may = bool(stage) and enrolment.may_take(
        scope, stage, case.household.region_id, township_approves=case.plan.township_approves
    )
    step = None
    if stage and may and stage != StepKind.RECORDED:
        amounts = queries.last_amounts(scope, case.plan, case.household.region_id[:9])
        step = StepForm(stage, day, case.plan.publicity_days, amounts=amounts)
    return {
        "case": case,
        "cells": cells,
        "sentence": sentence,
        "lanes": [(lane, _terms(lane, day, forms or {}, may=may)) for lane in lanes],
        "refused": case_steps.not_eligible(scope, case),
        "stage": stage,
        "stage_words": f"等{stage.label}" if stage else "",
        "next_words": case_steps.next_words(scope, case, day),
        "applied_by_me": case_steps.applied_by_me(scope, case),
        "may": may,
        "step": step,
        "verb": VERBS[stage] if stage else "",
        "blocked": case_steps.blocked(scope, case, day),
        "refusable": may and stage in REFUSABLE,
        "events": case_steps.events(scope, case),
        "objections": case_steps.objections(scope, case),
        "hangs": any(grant.next_step == StepKind.APPROVED for grant in case.grants),
        "may_object": any(scope.may(right, case.household.region_id) for right in DESK),
        "objection_form": ObjectionForm(initial={"raised_on": day}),
        "digits": case.plan.province_number_digits,
    }


def _terms(lane: case_steps.Lane, day: date, forms: dict[UUID, TermsForm], *, may: bool) -> TermsForm | None:
    """The form of a grant that this viewer may still set."""
    grant = lane.grant
    if not may or not terms_open(grant.next_step):
        return None
    return forms.get(grant.pk) or TermsForm(
        day,
        initial={
            "version": grant.version,
            "tier": grant.tier,
            "monthly_amount": grant.monthly_amount,
            "from_month": grant.from_month.isoformat() if grant.from_month else "",
        },
        prefix=None,
    )


def _case(request: HttpRequest, case_id: UUID) -> Any:
    try:
        return case_steps.one(request.scope, case_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _stage(request: HttpRequest, text: str) -> StepKind:
    """The stage of the address; without one where this viewer's own work begins."""
    own = StepKind.APPROVED if request.scope.may(Right.APPROVE) else StepKind.APPLIED
    return StepKind(text) if text in StepKind.values else own


def _region(request: HttpRequest) -> str:
    text = request.POST.get("region") or request.GET.get("region", "")
    return text if text.isdigit() else ""


def _query(kind: StepKind, region: str) -> str:
    return f"stage={kind}" + (f"&region={region}" if region else "")


def _address(request: HttpRequest, kind: StepKind) -> str:
    return f"{reverse('screening:steps')}?{_query(kind, _region(request))}"


def _versions(request: HttpRequest) -> dict[UUID, int]:
    """The versions of the households that the page showed, from its fields `version-ID`."""
    return {
        case: int(request.POST[f"version-{case}"])
        for case in _uuids(request.POST.getlist("case"))
        if request.POST.get(f"version-{case}", "").isdecimal()
    }


def _uuids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
