"""Objections to a publicity: written down and settled on the page of a household's steps (C10)."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening.forms.refusals import tell
from screening.forms.steps import ObjectionForm, SettleForm
from screening.queries import case_steps
from screening.services import objections
from screening.views.steps import household_context

MAY = (Right.APPLY, Right.APPROVE)


@login_required
@needs(*MAY)
@post_only("screening:case", "case_id")
def record(request: HttpRequest, case_id: UUID) -> HttpResponse:
    form = ObjectionForm(request.POST)

    def act() -> str:
        objections.record(
            scope=request.scope,
            case_id=case_id,
            actor=request.user,
            today=clock.today(),
            **form.cleaned_data,
        )
        return "异议记下了，查清以前这一户不能审批。"

    return _done(request, case_id, form, act, objection_form=form)


@login_required
@needs(*MAY)
@post_only("screening:case", "case_id")
def settle(request: HttpRequest, case_id: UUID, objection_id: UUID) -> HttpResponse:
    form = SettleForm(request.POST)

    def act() -> str:
        done = objections.settle(
            scope=request.scope,
            objection_id=objection_id,
            actor=request.user,
            today=clock.today(),
            **form.cleaned_data,
        )
        return "异议成立，这一户退回重新核查。" if done.upheld else "异议不成立，这一户接着办。"

    return _done(request, case_id, form, act, settling=objection_id, settle_form=form)


def _done(
    request: HttpRequest, case_id: UUID, form: Form, act: Callable[[], str], **shown: Any
) -> HttpResponse:
    """Do it and say so on the household's page; what is refused stays in its form. A stranger gets 404."""
    try:
        case = case_steps.one(request.scope, case_id)
        if form.is_valid():
            messages.success(request, act())
            return redirect("screening:case-steps", case_id=case_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        tell(form, refusal)
    context = household_context(request, case) | shown
    return render(request, "screening/case_steps.html", context, status=422)
