"""One household: evidence and the verification form for who verifies, the record for who only reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import photo_page
from screening.choices import CaseOutcome, CaseState, PropertyKind, VisitResult
from screening.forms import conflict as conflicts
from screening.forms.family import MemberForm
from screening.forms.household import ClosingForm, ReasonForm, RevealForm
from screening.forms.parts import NEW_MEMBER, answers_of, as_data
from screening.forms.refusals import tell
from screening.forms.verification import VerificationForm
from screening.papers.notice import notices
from screening.queries import advice, changes, households, moves
from screening.queries.cases import neighbours
from screening.queries.remaining import remaining
from screening.rules.income import income_window
from screening.services import answers, family, looks, verification
from screening.services import cases as case_services
from screening.services.cases import ConflictError


@dataclass
class Opened:
    """A household's page for one request, and what this viewer may do with it."""

    request: HttpRequest
    page: households.HouseholdPage

    @property
    def case_id(self) -> UUID:
        return self.page.case.pk

    def may(self, right: Right) -> bool:
        return self.request.scope.may(right, self.page.case.household.region_id)

    @property
    def to_verify(self) -> bool:
        return self.page.case.state == CaseState.TO_VERIFY and self.may(Right.VERIFY)

    @property
    def has_steps(self) -> bool:
        """Whether there are steps of enrolment that this viewer may look at."""
        case = self.page.case
        enrolling = case.state == CaseState.TO_ENROL or case.outcome == CaseOutcome.ENROLLED
        return enrolling and any(self.may(right) for right in (Right.APPLY, Right.APPROVE, Right.BOARD))

    @property
    def may_notice(self) -> bool:
        """Whether somebody is to be told that he is not eligible, and this viewer may print it."""
        told = any(self.may(right) for right in (Right.VERIFY, Right.APPROVE))
        return told and bool(notices(self.page))

    def answers(self) -> Mapping[str, Any]:
        """What the form begins with: my draft, else what was found last."""
        if self.page.draft is not None:
            return self.page.draft.draft
        last = [record for record in self.page.records if record.round == 1 and record.result == "visited"]
        if not last:
            return {}
        found = answers.of_verification(last[-1])
        if self.page.case.state == CaseState.TO_VERIFY:
            found["visited_on"] = clock.today()  # another visit: what was found stays, the day does not
        return found

    def form(self, data: Any = None) -> VerificationForm:
        role = verification.role_of(self.request.scope)
        return VerificationForm(self.page, role, clock.today(), answers=self.answers(), data=data)


def open_household(request: HttpRequest, case_id: UUID) -> Opened:
    """The household of an address; outside the scope there is none (404)."""
    try:
        return Opened(request, households.household(request.scope, case_id, clock.today()))
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


@login_required
@needs(Right.READ)
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    opened = open_household(request, case_id)
    if request.method != "POST":
        return _show(opened, opened.form() if opened.to_verify else None)
    if not opened.may(Right.VERIFY):
        raise PermissionDenied("你只能看这一户，核查由乡镇和村级协理员做。")
    form = opened.form(request.POST)
    try:
        if form.is_valid():
            return _submitted(opened, form)
        keep_draft(opened)
    except ConflictError as conflict:
        return show_conflict(opened, conflict)
    return _show(opened, form, status=422)


def _submitted(opened: Opened, form: VerificationForm) -> HttpResponse:
    """Record the visit; then the next household on the route, or this one again."""
    request, typed = opened.request, form.cleaned_data
    after = neighbours(request.scope, opened.page.case)[1]
    try:
        record = verification.submit(
            scope=request.scope,
            case_id=opened.case_id,
            actor=request.user,
            version=typed["version"],
            submission_key=typed["submission_key"],
            entry=form.entry(),
            payload=answers_of(request.POST),
            day=clock.today(),
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return _show(opened, form, status=422)
    if request.POST.get("then") != "next":
        after = opened.case_id
    back = reverse("screening:case", args=[after]) if after else reverse("screening:cases")
    if record.result == VisitResult.VISITED:
        return redirect(f"{back}?done={record.case_id}")
    messages.success(request, f"记下了：{record.get_result_display()}。这一户还在待核查。")
    return redirect(back)


def keep_draft(opened: Opened) -> None:
    """A form with faults is kept as a draft, so that nothing typed is lost without JavaScript either."""
    request = opened.request
    version = request.POST.get("version", "")
    if opened.to_verify and version.isdecimal():
        verification.save_draft(
            scope=request.scope,
            case_id=opened.case_id,
            actor=request.user,
            version=int(version),
            payload=answers_of(request.POST),
        )


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def member(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Register somebody whom no list has; what else is filled in stays as a draft."""
    opened, form = open_household(request, case_id), MemberForm(request.POST, prefix=NEW_MEMBER)
    try:
        keep_draft(opened)
    except ConflictError as conflict:
        return show_conflict(opened, conflict)
    if form.is_valid() and _registered(opened, form):
        return redirect("screening:case", case_id=case_id)
    opened = open_household(request, case_id)
    return _show(opened, opened.form() if opened.to_verify else None, member_form=form, status=422)


def _registered(opened: Opened, form: MemberForm) -> bool:
    request = opened.request
    try:
        family.add_member(
            scope=request.scope,
            case_id=opened.case_id,
            actor=request.user,
            member=form.member(),
            since=form.cleaned_data["since"],
            day=clock.today(),
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    messages.success(request, f"登记了{form.cleaned_data['name']}，这次核查要给他下结论。")
    return True


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def draft(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Autosave: 204 when kept, 409 when somebody else concluded the household."""
    version = request.POST.get("version", "")
    try:
        verification.save_draft(
            scope=request.scope,
            case_id=case_id,
            actor=request.user,
            version=int(version) if version.isdecimal() else 0,
            payload=answers_of(request.POST),
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except (ConflictError, ValidationError):
        return HttpResponse(status=409)
    return HttpResponse(status=204)


def show_conflict(opened: Opened, conflict: ConflictError) -> HttpResponse:
    """Both versions side by side; what was typed rides along, hidden."""
    kept = answers_of(opened.request.POST)
    pairs = as_data(kept).lists()
    context = {
        "page": opened.page,
        "items": conflicts.items(kept, conflict.theirs),
        "other": conflict.by,
        "at": conflict.at,
        "kept": [(name, one) for name, values in pairs for one in values],
        "version": conflict.version,
        "submission_key": opened.request.POST.get("submission_key", ""),
    }
    return render(opened.request, "screening/case_conflict.html", context, status=409)


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def resolve(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The form with, item by item, mine or theirs; it becomes a correction, or nothing when all is theirs."""
    opened = open_household(request, case_id)
    standing = opened.page.current
    if standing is None:
        return redirect("screening:case", case_id=case_id)
    theirs = answers.of_verification(standing)
    both = conflicts.merged(answers_of(request.POST), theirs, request.POST)
    if all(item.same for item in conflicts.items(both, theirs)):
        messages.success(request, f"都按{standing.by.name}写的，没有另存。")
        return redirect("screening:case", case_id=case_id)
    extra = {name: request.POST.get(name, "") for name in ("version", "submission_key")}
    form = opened.form(as_data(both, **extra))
    if opened.to_verify and form.is_valid():
        return _submitted(opened, form)
    reason = f"与{standing.by.name}同时核查，逐项选定"
    if form.is_valid() and (answer := _corrected(opened, form, reason)):
        return answer
    return _show(opened, form, correcting=reason, status=422)


@login_required
@needs(Right.VERIFY)
def correct(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Another version of a conclusion that stands, with a reason; both are kept."""
    opened = open_household(request, case_id)
    if opened.page.current is None or opened.page.case.state == CaseState.TO_VERIFY:
        return redirect("screening:case", case_id=case_id)
    form = opened.form(request.POST or None)
    reason = request.POST.get("correction_reason", "")
    if request.method == "POST" and form.is_valid() and (answer := _corrected(opened, form, reason)):
        return answer
    return _show(opened, form, correcting=reason, status=422 if form.is_bound else 200)


def _corrected(opened: Opened, form: VerificationForm, reason: str) -> HttpResponse | None:
    request = opened.request
    try:
        verification.correct(
            scope=request.scope,
            case_id=opened.case_id,
            actor=request.user,
            version=form.cleaned_data["version"],
            submission_key=form.cleaned_data["submission_key"],
            entry=form.entry(),
            reason=reason,
            day=clock.today(),
        )
    except ConflictError as conflict:
        return show_conflict(opened, conflict)
    except ValidationError as refusal:
        tell(form, refusal)
        return None
    messages.success(request, "已更正，前后两版都留着。")
    return redirect("screening:case", case_id=opened.case_id)


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def withdraw(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Take one's own last conclusion back, before anybody rechecked it."""
    return _done(
        request,
        case_id,
        "已撤回，这一户回到待核查，你填的都还在。",
        lambda: verification.withdraw(
            scope=request.scope,
            case_id=case_id,
            actor=request.user,
            day=clock.today(),
            version=_version(request),
        ),
    )


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def close(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Moved out, died or declined: to be agreed by another person."""
    open_household(request, case_id)
    form = ClosingForm(request.POST)
    if not form.is_valid():
        return _refused(request, case_id, "没有报上去：选情况，并写明依据（村委证明的日期等）。")
    return _done(
        request,
        case_id,
        "已报，等另一人复核。",
        lambda: verification.propose_closing(
            scope=request.scope, case_id=case_id, actor=request.user, day=clock.today(), **form.cleaned_data
        ),
    )


@login_required
@needs(Right.VERIFY)
@post_only("screening:case", "case_id")
def reopen(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Look again at a closed household, with a reason."""
    form = ReasonForm(request.POST)
    form.is_valid()
    reason = form.cleaned_data.get("reason", "")
    return _done(
        request,
        case_id,
        "这一户回到待核查，以前的都留着。",
        lambda: case_services.reopen(
            scope=request.scope,
            case_id=case_id,
            actor=request.user,
            day=clock.today(),
            reason=reason,
            version=_version(request),
        ),
    )


@login_required
@needs(Right.READ)
@post_only("screening:case", "case_id")
def reveal(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The page with whole numbers, for a reason that goes to the log; leaving it masks them again."""
    opened, form = open_household(request, case_id), RevealForm(request.POST)
    if not form.is_valid():
        return _refused(request, case_id, "没有显示：先选用途。")
    numbers = looks.reveal(
        scope=request.scope, case_id=case_id, actor=request.user, reason=form.cleaned_data["reason"]
    )
    shown = _show(opened, opened.form() if opened.to_verify else None, numbers=numbers)
    shown["Cache-Control"] = "no-store"
    return shown


def _version(request: HttpRequest) -> int | None:
    """The version that the page showed; none from the note under a conclusion just saved."""
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else None


def _done(request: HttpRequest, case_id: UUID, words: str, work: Any) -> HttpResponse:
    """Do it and say so on the household's page; a refusal is said there too."""
    try:
        work()
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        return _refused(request, case_id, " ".join(refusal.messages))
    messages.success(request, words)
    return redirect("screening:case", case_id=case_id)


def _refused(request: HttpRequest, case_id: UUID, words: str) -> HttpResponse:
    messages.error(request, words)
    return redirect("screening:case", case_id=case_id)


def _show(
    opened: Opened,
    form: VerificationForm | None,
    *,
    correcting: str | None = None,
    numbers: Mapping[str, str] | None = None,
    member_form: MemberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    request, page, day = opened.request, opened.page, clock.today()
    previous, following, _ = neighbours(request.scope, page.case)
    context = {
        "page": page,
        "aid": changes.of_household(request.scope, page.case.household_id, day),
        "move": moves.open_of(request.scope, page.case.household_id),
        "case": page.case,
        "form": form,
        "correcting": correcting,
        "numbers": numbers or {},
        "previous": previous,
        "following": following,
        "rest": remaining(request.scope, plans.current(), day, page.case.household.region_id),
        "window": income_window(day),
        "may_reveal": opened.may(Right.REVEAL),
        "may_verify": opened.may(Right.VERIFY),
        "may_regroup": opened.may(Right.APPLY),
        "may_supervise": opened.may(Right.SUPERVISE),
        "has_steps": opened.has_steps,
        "may_notice": opened.may_notice,
        "reveal_form": RevealForm(),
        "member_form": member_form or MemberForm(prefix=NEW_MEMBER),
        "closing_form": ClosingForm(initial={"version": page.case.version}),
        "just_done": _just_done(request),
        "rechecked": bool(page.rechecks) and page.case.state != CaseState.TO_RECHECK,
        "property_words": _property_words(page),
        "at": timezone.localtime(),
    }
    visited_on = opened.answers().get("visited_on", day)
    context |= photo_page.context(request.scope, page, visited_on, correcting=correcting is not None)
    if form is not None:
        filled = answers_of(form.data) if form.is_bound else {**form.initial, **opened.answers()}
        context["choices"] = advice.choices(request.scope, page, filled, form.verdict_choices(), day)
        context["income"], context["each"] = advice.typed_income(request.scope, filled)
    return render(request, "screening/household.html", context, status=status)


def _property_words(page: households.HouseholdPage) -> list[str]:
    return [PropertyKind(kind).label for kind in page.current.property_held] if page.current else []


def _just_done(request: HttpRequest) -> str:
    """The case concluded a moment ago, so that it can be taken back from the next one's page."""
    try:
        return str(UUID(request.GET.get("done", "")))
    except ValueError:
        return ""
