"""Monitoring: warnings, their visit and decision, households reported and followed, lists (C02, C13)."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only, spreadsheet
from screening import monitoring_export, monitoring_page
from screening.choices import FollowUpResult
from screening.forms.refusals import tell
from screening.forms.warnings import DecideForm, FollowForm, ReportForm, VisitForm
from screening.queries import monitoring
from screening.queries import warnings as queries
from screening.services import looks
from screening.services import warnings as services


@login_required
@needs(Right.READ)
def first(request: HttpRequest) -> HttpResponse:
    context = monitoring_page.first_page(request.scope, plans.current(), clock.today())
    return render(request, "screening/warnings.html", context)


@login_required
@needs(Right.READ)
def listed(request: HttpRequest) -> HttpResponse:
    filters = queries.WarningFilters.from_query(request.GET)
    context = monitoring_page.warning_list(
        request.scope, plans.current(), filters, clock.today(), request.GET.get("page")
    )
    return render(request, "screening/warning_list.html", context)


@login_required
@needs(Right.READ)
def households(request: HttpRequest) -> HttpResponse:
    """The households behind a figure of a watched group, a zero target or of following."""
    chosen = request.GET.get("set", monitoring.LEDGER)
    if chosen not in monitoring.SET_WORDS:
        raise Http404
    context = monitoring_page.household_list(
        request.scope,
        plans.current(),
        chosen,
        _digits(request.GET.get("region", "")),
        _yes_or_no(request.GET.get("followed", "")),
        clock.today(),
        request.GET.get("page"),
    )
    return render(request, "screening/monitored.html", context)


@login_required
@needs(Right.READ)
@post_only("screening:warning-list")
def export(request: HttpRequest) -> HttpResponse:
    """The list as it stands: warnings, or with `set` the households of one."""
    day = clock.today()
    foot = f"截至 {day}；{request.user.name} {timezone.localtime():%Y-%m-%d %H:%M} 导出，不含证件号码"
    make = _households_book if request.POST.get("set", "") in monitoring.SET_WORDS else _warnings_book
    filters, (content, rows) = make(request, foot)
    looks.record_export(actor=request.user, filters=filters, households=rows)
    return spreadsheet(content, f"动态监测-{day}.xlsx")


def _households_book(request: HttpRequest, foot: str) -> tuple[str, tuple[bytes, int]]:
    """What was chosen, and the workbook with its number of rows."""
    of, region = request.POST["set"], _digits(request.POST.get("region", ""))
    followed, title = _yes_or_no(request.POST.get("followed", "")), monitoring.SET_WORDS[of]
    found = monitoring.households(request.scope, plans.current(), of, clock.today(), region, followed)
    filters = f"set={of}&region={region}&followed={followed}"
    return filters, monitoring_export.households(request.scope, found, title, f"{title}，{foot}")


def _warnings_book(request: HttpRequest, foot: str) -> tuple[str, tuple[bytes, int]]:
    filters, day = queries.WarningFilters.from_query(request.POST), clock.today()
    listed = queries.filtered(request.scope, plans.current(), filters, day)
    return filters.query_string(), monitoring_export.warnings(request.scope, listed, f"预警，{foot}", day)


@login_required
@needs(Right.READ)
def work(request: HttpRequest) -> HttpResponse:
    """The households and warnings behind a figure of phase 3."""
    part = request.GET.get("work", "total")
    context = monitoring_page.work_list(
        request.scope,
        plans.current(),
        part if part in monitoring_page.PARTS else "total",
        _digits(request.GET.get("region", "")),
        request.GET.get("of", ""),
        clock.as_at(request.GET.get("as_at", "")),
        request.GET.get("page"),
    )
    return render(request, "screening/monitoring_work.html", context)


@login_required
def one(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    return _show(request, warning_id)


@login_required
@post_only("screening:warning", "warning_id")
def visit(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    """Record a visit; the next thing is the decision."""
    form = VisitForm(request.POST)
    if form.is_valid() and _done(request, form, services.visit, warning_id):
        messages.success(request, "入户已记下。有权研判的人现在可以定结论。")
        return redirect("screening:warning", warning_id=warning_id)
    return _show(request, warning_id, visit_form=form)


@login_required
@post_only("screening:warning", "warning_id")
def decide(request: HttpRequest, warning_id: UUID) -> HttpResponse:
    form = DecideForm(request.POST)
    if form.is_valid() and _done(request, form, services.decide, warning_id):
        messages.success(request, "结论已定，这条预警办完了。")
        return redirect("screening:warning", warning_id=warning_id)
    return _show(request, warning_id, decide_form=form)


def _done(request: HttpRequest, form: Any, act: Any, warning_id: UUID) -> bool:
    try:
        act(
            scope=request.scope,
            warning_id=warning_id,
            actor=request.user,
            day=clock.today(),
            **form.cleaned_data,
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    return True


def _show(
    request: HttpRequest,
    warning_id: UUID,
    visit_form: VisitForm | None = None,
    decide_form: DecideForm | None = None,
) -> HttpResponse:
    try:
        found = queries.warning(request.scope, warning_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    context = monitoring_page.one_warning(request.scope, found, clock.today())
    context |= {"visit_form": visit_form or VisitForm(), "decide_form": decide_form or DecideForm()}
    return render(
        request, "screening/warning.html", context, status=422 if visit_form or decide_form else 200
    )


@login_required
@needs(Right.ADD_HOUSEHOLD)
def find(request: HttpRequest) -> HttpResponse:
    """Which household is it: looked for by POST, so that no name stands in an address (P02)."""
    said = request.POST.get("q", "").strip()[:60]
    found = monitoring.found_by(request.scope, said) if said else []
    if said:
        kind = "number" if said[:1].isdigit() else "name"
        looks.record_search(actor=request.user, found=len(found), kind=kind)
    return render(request, "screening/warning_find.html", {"said": said, "found": found})


@login_required
def report(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Report a household (主动发现)."""
    household = _household(request, household_id, Right.ADD_HOUSEHOLD)
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            warning = services.report_by_person(
                scope=request.scope,
                plan=plans.current(),
                household_id=household_id,
                actor=request.user,
                day=clock.today(),
                **form.cleaned_data,
            )
        except ValidationError as refusal:
            tell(form, refusal)
        else:
            messages.success(
                request, f"已报。请在 {warning.due_on.month}月{warning.due_on.day}日以前入户并研判。"
            )
            return redirect("screening:warning", warning_id=warning.pk)
    context = {"household": household, "form": form}
    standing = queries.others_of(request.scope, household_id)
    context["others"] = queries.rows(request.scope, queries.for_rows(request.scope, standing), clock.today())
    return render(request, "screening/warning_report.html", context, status=422 if form.errors else 200)


@login_required
@needs(Right.VERIFY)
def follow_next(request: HttpRequest) -> HttpResponse:
    """The first ledger household that nobody has looked after in this phase."""
    region = _digits(request.GET.get("region", ""))
    following, _ = monitoring.next_to_follow(request.scope, plans.current(), clock.today(), region)
    if following is None:
        messages.success(request, "台账户都跟踪过了。")
        return redirect("screening:warnings")
    return redirect("screening:follow", household_id=following)


@login_required
def follow(request: HttpRequest, household_id: UUID) -> HttpResponse:
    """Record that somebody looked after a household; the next one follows along the villages."""
    household = _household(request, household_id, Right.VERIFY)
    form = FollowForm(request.POST or None)
    phase = monitoring.phase_of_monitoring(request.scope, plans.current())
    early = phase is not None and clock.today() < phase.first_day
    if request.method == "POST" and form.is_valid() and _followed(request, form, household_id):
        if form.cleaned_data["result"] == FollowUpResult.TROUBLE:
            messages.warning(request, "跟踪已记下。有新困难，请接着报一条预警。")
            return redirect("screening:warning-report", household_id=household_id)
        messages.success(request, f"{household.head}户已记下。")
        if early:
            return redirect("screening:follow", household_id=household_id)
        return redirect("screening:follow-next")
    _, left = monitoring.next_to_follow(request.scope, plans.current(), clock.today())
    context = {"household": household, "form": form, "left": left}
    context["history"] = monitoring.history(request.scope, household_id)
    context |= {"phase": phase, "early": early}
    return render(request, "screening/follow.html", context, status=422 if form.errors else 200)


def _followed(request: HttpRequest, form: FollowForm, household_id: UUID) -> bool:
    try:
        services.follow(
            scope=request.scope,
            plan=plans.current(),
            household_id=household_id,
            actor=request.user,
            day=clock.today(),
            **form.cleaned_data,
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return False
    return True


def _household(request: HttpRequest, household_id: UUID, right: Right) -> monitoring.Row:
    """The household: what is not in the scope is missing, before any right is asked."""
    try:
        code = monitoring.region_of(request.scope, household_id)
        request.scope.require(right, code)
        return monitoring.household(request.scope, household_id)
    except ObjectDoesNotExist as missing:
        raise Http404 from missing


def _digits(text: str) -> str:
    return text if text.isdigit() and len(text) in (6, 9, 12) else ""


def _yes_or_no(text: str) -> str:
    return text if text in (monitoring.YES, monitoring.NO) else ""
