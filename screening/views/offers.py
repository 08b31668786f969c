"""Jobs and projects offered, person by person, and the proposal after three refusals (C17)."""

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import offer_page
from screening.forms.offers import AnswerForm, OfferForm, ProposalForm, StepForm
from screening.forms.refusals import tell
from screening.queries import offers as queries
from screening.services import looks, share_proposals
from screening.services import offers as services

PAGE = 20
STEPS = {
    "sign": (share_proposals.sign, "两个签字齐了，只动他本人的份额。"),
    "decline": (share_proposals.decline, "没有签，理由已退给乡镇。"),
    "withdraw": (share_proposals.withdraw, "提议撤回了。"),
    "resume": (share_proposals.resume, "他本人的份额恢复了。"),
}


@login_required
@needs(Right.READ)
def offers(request: HttpRequest) -> HttpResponse:
    return render(request, "screening/offers.html", _listed(request))


@login_required
@needs(Right.READ)
@post_only("screening:offers")
def search(request: HttpRequest) -> HttpResponse:
    """Somebody's ledger by his name; what is searched for never stands in an address (P02)."""
    said = request.POST.get("q", "").strip()[:60]
    hits = queries.found(request.scope, said)
    kind = "number" if said[:1].isdigit() else "name"
    looks.record_search(actor=request.user, found=len(hits), kind=kind)
    context = _listed(request) | {"searched": said, "hits": hits}
    return render(request, "screening/offers.html", context)


@login_required
@needs(Right.READ)
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """One person's ledger; a POST writes an offer down."""
    form = OfferForm(request.POST or None)
    if request.method != "POST":
        return _show(request, person_id)
    act = partial(services.give, plan=plans.current(), person_id=person_id)
    if form.is_valid() and _done(request, form, act):
        messages.success(request, "记下了，连续次数已按日期重新数过。")
        return redirect("screening:offer-person", person_id=person_id)
    return _show(request, person_id, offer_form=form)


@login_required
@needs(Right.READ)
@post_only("screening:offer-person", "person_id")
def answer(request: HttpRequest, person_id: UUID, offer_id: UUID) -> HttpResponse:
    """The reply to an offer that had none."""
    form = AnswerForm(request.POST)
    act = partial(services.answer, plan=plans.current(), offer_id=offer_id)
    if form.is_valid() and _done(request, form, act):
        messages.success(request, "答复记下了。")
        return redirect("screening:offer-person", person_id=person_id)
    return _refused(request, person_id, form)


@login_required
@needs(Right.READ)
@post_only("screening:offer-person", "person_id")
def propose(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Propose and sign in the township."""
    context = _open(request, person_id)
    form = _proposal_form(request, context)
    act = partial(share_proposals.propose, plan=plans.current(), person_id=person_id)
    if form.is_valid() and _done(request, form, act):
        messages.success(request, "提议签好了，等县局签。")
        return redirect("screening:offer-person", person_id=person_id)
    if not context["may_propose"]:
        return _refused(request, person_id, form)
    return _show(request, person_id, proposal_form=form)


@login_required
@needs(Right.READ)
@post_only("screening:offers")
def step(request: HttpRequest, proposal_id: UUID, name: str) -> HttpResponse:
    """Sign, decline, withdraw, resume."""
    try:
        person_id = queries.one_proposal(request.scope, proposal_id).person_id
        act, words = STEPS[name]
    except (ObjectDoesNotExist, KeyError) as missing:
        raise Http404 from missing
    form = StepForm(request.POST)
    if form.is_valid() and _done(request, form, partial(act, proposal_id=proposal_id)):
        messages.success(request, words)
        return redirect("screening:offer-person", person_id=person_id)
    return _refused(request, person_id, form)


def _listed(request: HttpRequest) -> dict[str, Any]:
    tab, region = request.GET.get("tab", queries.ALL), request.GET.get("region", "")
    tab, region = tab if tab in queries.TABS else queries.ALL, region if region.isdigit() else ""
    rows, frame = offer_page.listed(request.scope, plans.current(), tab, region)
    return frame | {"page": Paginator(rows, PAGE).get_page(request.GET.get("page"))}


def _open(request: HttpRequest, person_id: UUID) -> dict[str, Any]:
    """The person of an address; outside the scope there is none (404)."""
    try:
        return offer_page.one_person(request.scope, plans.current(), person_id, clock.today())
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _proposal_form(request: HttpRequest, context: dict[str, Any]) -> ProposalForm:
    month = offer_page.first_month(request.scope, context["page"], clock.today())
    return ProposalForm(month, request.POST or None, auto_id="proposal-%s")


def _show(
    request: HttpRequest,
    person_id: UUID,
    *,
    offer_form: OfferForm | None = None,
    proposal_form: ProposalForm | None = None,
) -> HttpResponse:
    context = _open(request, person_id)
    context["offer_form"] = offer_form or OfferForm()
    context["answer_form"] = AnswerForm()
    if context["may_propose"]:
        context["proposal_form"] = proposal_form or _proposal_form(request, context)
    status = 422 if offer_form or proposal_form else 200
    return render(request, "screening/offer_person.html", context, status=status)


def _done(request: HttpRequest, form: Any, act: Any) -> bool:
    """Do what the valid form asks for; a refusal is told in the form, outside the scope it is a 404."""
    try:
        act(scope=request.scope, actor=request.user, day=clock.today(), **form.cleaned_data)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    return True


def _refused(request: HttpRequest, person_id: UUID, form: Any) -> HttpResponse:
    """A small form that stands among others says on the page what was wrong."""
    _open(request, person_id)
    messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect("screening:offer-person", person_id=person_id)
