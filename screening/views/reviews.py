"""Benefit reviews: what is left, one household, its three ways while one types, approval (C14, C15)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import review_page
from screening.choices import ReviewState
from screening.forms.refusals import tell
from screening.forms.reviews import ApprovalForm, ReviewForm
from screening.queries import reviews as queries
from screening.review_words import outcome_words
from screening.services import reviews as services


@login_required
@needs(Right.READ)
def reviews(request: HttpRequest) -> HttpResponse:
    """A list of phase 4, or of tapers."""
    region, tab = request.GET.get("region", ""), request.GET.get("tab", "")
    chosen = queries.Chosen(
        tab if tab in queries.TABS else queries.LEFT,
        region if region.isdigit() else "",
        _month(request.GET.get("month", "")) if tab in queries.TAPERS else None,
    )
    context = review_page.list_page(
        request.scope, plans.current(), chosen, clock.today(), request.GET.get("page")
    )
    return render(request, "screening/reviews.html", context)


@login_required
@needs(Right.READ)
def review(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One household: filled in by the township, read and approved by the county."""
    case = _case(request, case_id)
    if request.method == "POST":
        return _recorded(request, case)
    form = _form(request, case, request.GET) if _wants_form(request, case) else None
    return _show(request, case, form)


@login_required
@post_only("screening:review", "case_id")
def ways(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The three ways for what is typed so far; nothing is kept."""
    case = _case(request, case_id)
    form = _form(request, case, request.POST, bound=True)
    form.is_valid()  # the sum takes what can be read
    about = queries.basis(request.scope, case, clock.today())
    context = review_page.ways(case, about, form) | {"typing": True}
    return render(request, "screening/review_ways.html", context)


@login_required
@post_only("screening:reviews")
def approval(request: HttpRequest, review_id: UUID) -> HttpResponse:
    """Approve a taper or a stop, or send it back."""
    form = ApprovalForm(request.POST)
    case = _case_of_review(request, review_id)
    sent_back = request.POST.get("then") == "return"
    if form.is_valid():
        act = services.send_back if sent_back else services.approve
        try:
            act(scope=request.scope, review_id=review_id, actor=request.user, day=clock.today(),
                **form.cleaned_data)  # fmt: skip
        except ValidationError as refusal:
            tell(form, refusal)
            if queries.last_review(request.scope, case).state != ReviewState.WAITING:
                messages.warning(request, " ".join(refusal.messages))
        else:
            told = "已退回，乡镇重新核查。" if sent_back else "已批准，从下面写的月份起生效。"
            messages.success(request, told)
            return redirect("screening:review", case_id=case.pk)
    return _show(request, case, None, approval=form, status=422)


def _recorded(request: HttpRequest, case: Any) -> HttpResponse:
    """Record what was filled in; then the next household, or this one."""
    if not request.scope.may(Right.APPLY, case.household.region_id):
        raise PermissionDenied("你只能看；动态核查由乡镇做。")
    form = _form(request, case, request.POST, bound=True)
    following = queries.neighbours(request.scope, case, clock.today())[1]
    if form.is_valid():
        try:
            done = services.record(
                scope=request.scope,
                case_id=case.pk,
                actor=request.user,
                day=clock.today(),
                found=form.found(),
                seen=form.cleaned_data["seen"],
                submission_key=form.cleaned_data["submission_key"],
                correction_reason=form.cleaned_data.get("correction_reason"),
            )
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            return _after(request, case, done, following)
    return _show(request, case, form, status=422)


def _after(request: HttpRequest, case: Any, done: Any, following: UUID | None) -> HttpResponse:
    waits = "，等县局审批" if done.approved_by_id is None and done.settled_on is None else ""
    head = case.household.head.name if case.household.head else ""
    messages.success(request, f"{head}户已核查：{outcome_words(done)}{waits}。")
    if request.POST.get("then") == "next":
        return redirect(review_page.next_url(following, case.household.region_id[:9]))
    return redirect("screening:review", case_id=case.pk)


def _show(
    request: HttpRequest,
    case: Any,
    form: ReviewForm | None,
    *,
    approval: ApprovalForm | None = None,
    status: int = 200,
) -> HttpResponse:
    context = review_page.one(request.scope, case, clock.today(), form=form, approval=approval)
    return render(request, "screening/review.html", context, status=status)


def _form(request: HttpRequest, case: Any, asked: Any, *, bound: bool = False) -> ReviewForm:
    """The empty form, the one that was sent, or with `correct` the last review's."""
    scope, day = request.scope, clock.today()
    last = queries.last_review(scope, case)
    return ReviewForm(
        queries.basis(scope, case, day),
        case.household.size,
        day,
        last=last,
        corrects=last if asked.get("correct") else None,
        before=queries.before(scope, case),
        data=request.POST if bound else None,
    )


def _wants_form(request: HttpRequest, case: Any) -> bool:
    """A household not reviewed, or sent back, is filled in at once; a reviewed one when asked for."""
    if not request.scope.may(Right.APPLY, case.household.region_id):
        return False
    last = queries.last_review(request.scope, case)
    if last is None or last.state == "returned":
        return queries.reviewable(request.scope, case.plan, clock.today()).filter(pk=case.pk).exists()
    return bool(request.GET.get("again") or request.GET.get("correct"))


def _case(request: HttpRequest, case_id: UUID) -> Any:
    try:
        return queries.case(request.scope, pk=case_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _case_of_review(request: HttpRequest, review_id: UUID) -> Any:
    try:
        return queries.case_of_review(request.scope, review_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
