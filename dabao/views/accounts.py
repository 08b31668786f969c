"""Accounts and postings, for the system administrator; never a household."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dabao.forms import AccountForm, EndForm, PostingForm, TakerForm, told_by
from dabao.queries import accounts as queries
from dabao.queries import regions
from dabao.scope import Right, Role
from dabao.services import accounts, postings
from dabao.views.access import needs

PER_PAGE = 50
administers = needs(Right.ACCOUNTS)


def one_user(request: HttpRequest, account_id: UUID) -> object:
    try:
        return queries.user(request.scope, account_id)
    except ObjectDoesNotExist:
        raise Http404 from None


def _posting(request: HttpRequest, posting_id: UUID) -> object:
    try:
        return queries.posting(request.scope, posting_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@administers
def listing(request: HttpRequest) -> HttpResponse:
    """All accounts with their postings, searched and filtered."""
    filters = queries.AccountFilters.from_query(request.GET, request.POST.get("q", ""))
    found = queries.accounts(request.scope, filters)
    page = Paginator(found, len(found) or 1 if filters.text else PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "filters": filters,
        "numbers": queries.numbers(request.scope),
        "roles": Role.choices,
        "statuses": filters.STATUSES,
        "townships": regions.townships(request.scope),
        "waiting": queries.waiting(request.scope),
    }
    return render(request, "dabao/accounts.html", context)


@administers
def new(request: HttpRequest) -> HttpResponse:
    """A new account: its first password is shown on the answer, and never again."""
    form = AccountForm(request.POST or None)
    if form.is_valid():
        with told_by(form):
            user, password = accounts.create(actor=request.user, **form.cleaned_data)
            return _show_password(request, user, password, "账号已建好")
    return render(request, "dabao/account_new.html", {"form": form})


@administers
def one(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One account: who, which postings, password, in use or not."""
    user = one_user(request, account_id)
    typed = {"name": user.name, "office": user.office, "phone": user.phone, "email": user.email}
    form = AccountForm(request.POST or None, initial=typed, renames=False)
    if form.is_valid():
        with told_by(form):
            accounts.change(actor=request.user, user=user, **form.cleaned_data)
            messages.success(request, "已保存。")
            return redirect("dabao:account-one", account_id)
    return _page(request, account_id, form=form)


def _page(request: HttpRequest, account_id: UUID, **forms: object) -> HttpResponse:
    line = queries.account(request.scope, account_id)
    typed = {"name": line.name, "office": line.office, "phone": line.phone, "email": line.email}
    context = {
        "account": line,
        "is_self": request.user.pk == account_id,
        "form": AccountForm(initial=typed, renames=False),
        "posting_form": PostingForm(),
        "end_form": EndForm(),
        **forms,
    }
    return render(request, "dabao/account_one.html", context)


def _show_password(request: HttpRequest, user: object, password: str, what: str) -> HttpResponse:
    context = {"person": user, "password": password, "what": what}
    return render(request, "dabao/account_password.html", context)


@administers
@require_POST
def reset_password(request: HttpRequest, account_id: UUID) -> HttpResponse:
    user = one_user(request, account_id)
    try:
        password = accounts.reset_password(actor=request.user, user=user)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return redirect("dabao:account-one", account_id)
    return _show_password(request, user, password, "密码已重设")


@administers
@require_POST
def disable(request: HttpRequest, account_id: UUID) -> HttpResponse:
    try:
        accounts.disable(actor=request.user, user=one_user(request, account_id))
        messages.success(request, "账号已停用，他的登录已全部退出。")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("dabao:account-one", account_id)


@administers
@require_POST
def enable(request: HttpRequest, account_id: UUID) -> HttpResponse:
    accounts.enable(actor=request.user, user=one_user(request, account_id))
    messages.success(request, "账号已启用。任职没有变，请核对。")
    return redirect("dabao:account-one", account_id)


@administers
@require_POST
def grant(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Add a posting; a county role then waits for a second person."""
    user = one_user(request, account_id)
    form = PostingForm(request.POST)
    if form.is_valid():
        with told_by(form):
            posting = postings.grant(actor=request.user, user=user, **form.cleaned_data)
            said = "任职已加。" if posting.confirmed else "已提出。县级岗位等第二人确认后生效。"
            messages.success(request, said)
            return redirect("dabao:account-one", account_id)
    answer = _page(request, account_id, posting_form=form)
    answer.status_code = 400
    return answer


@administers
@require_POST
def end(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """Set the last day of a posting."""
    posting = _posting(request, posting_id)
    form = EndForm(request.POST)
    if form.is_valid():
        with told_by(form):
            postings.end(actor=request.user, posting=posting, **form.cleaned_data)
            messages.success(request, "末日已存。到期次日起他就看不到这个范围。")
    for errors in form.errors.values():
        messages.error(request, errors[0])
    return redirect("dabao:account-one", posting.user_id)


@administers
def hand_over(request: HttpRequest, posting_id: UUID) -> HttpResponse:
    """Hand a posting over with its open work: first the numbers, then the deed. No household is named."""
    posting = _posting(request, posting_id)
    form = TakerForm(posting, request.POST or None)
    if form.is_valid():
        with told_by(form):
            moved = postings.hand_over(actor=request.user, posting=posting, **form.cleaned_data)
            messages.success(request, f"已移交 {sum(work.number for work in moved)} 件，今天起由接手人办。")
            return redirect("dabao:account-one", form.cleaned_data["taker"].pk)
    work = postings.work_to_move(actor=request.user, posting=posting)
    context = {"posting": posting, "form": form, "work": work, "total": sum(w.number for w in work)}
    return render(request, "dabao/hand_over.html", context)


@needs(Right.ACCOUNTS, Right.ORDER)
def waiting(request: HttpRequest) -> HttpResponse:
    """Postings that wait for a second person: an administrator, or the county's leader."""
    return render(request, "dabao/waiting.html", {"waiting": queries.waiting(request.scope)})


@needs(Right.ACCOUNTS, Right.ORDER)
@require_POST
def decide(request: HttpRequest, posting_id: UUID, answer: str) -> HttpResponse:
    """Confirm or decline a posting that waits."""
    deed, said = {
        "confirm": (postings.confirm, "已确认，任职生效。"),
        "decline": (postings.decline, "已退回，任职没有生效。"),
    }[answer]
    try:
        deed(actor=request.user, posting=_posting(request, posting_id))
        messages.success(request, said)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("dabao:waiting")
