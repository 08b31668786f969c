"""The plan and its standards: read by who administers, changed by the county office."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from dabao.forms import PlanForm, StandardForm, told_by
from dabao.queries import plan as queries
from dabao.scope import Right
from dabao.services import plan as services
from dabao.views.access import needs

reads = needs(Right.PLAN, Right.ACCOUNTS)
changes = needs(Right.PLAN)


def _standard(request: HttpRequest, standard_id: UUID) -> object:
    try:
        return queries.standard(request.scope, standard_id)
    except ObjectDoesNotExist:
        raise Http404 from None


@reads
@require_GET
def index(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 the settings begin with the plan
    return redirect("dabao:settings-plan")


@reads
@require_GET
def plan(request: HttpRequest) -> HttpResponse:
    """Phases, control totals, leading group, contact and days."""
    return _plan_page(request, None)


@changes
@require_POST
def change_plan(request: HttpRequest) -> HttpResponse:
    """Save contact and days, unless somebody was faster."""
    page = queries.plan(request.scope)
    form = PlanForm(request.POST, instance=page.plan)
    if form.is_valid():
        with told_by(form):
            services.change_plan(actor=request.user, plan=page.plan, **form.cleaned_data)
            messages.success(request, "已保存。以后的期限按新的设置算。")
            return redirect("dabao:settings-plan")
    return _plan_page(request, form)


def _plan_page(request: HttpRequest, form: PlanForm | None) -> HttpResponse:
    page = queries.plan(request.scope)
    form = form or PlanForm(instance=page.plan, initial={"version": page.plan.version})
    context = {"page": page, "form": form, "may_change": request.scope.may(Right.PLAN)}
    return render(request, "dabao/settings_plan.html", context)


@reads
@require_GET
def standards(request: HttpRequest) -> HttpResponse:
    """Standards with validity, document and the mark 待确认."""
    context = {
        "standards": queries.standards(request.scope),
        "may_change": request.scope.may(Right.PLAN),
    }
    return render(request, "dabao/settings_standards.html", context)


@changes
def new_standard(request: HttpRequest) -> HttpResponse:
    form = StandardForm(request.POST or None)
    if form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        with told_by(form):
            services.add_standard(actor=request.user, **values)
            messages.success(request, "标准已加，待确认。名单正在按它重新筛查。")
            return redirect("dabao:settings-standards")
    return render(request, "dabao/settings_standard.html", {"form": form})


@changes
def one_standard(request: HttpRequest, standard_id: UUID) -> HttpResponse:
    """Change a standard; it is then to be confirmed again."""
    standard = _standard(request, standard_id)
    form = StandardForm(request.POST or None, instance=standard, initial={"version": standard.version})
    if form.is_valid():
        with told_by(form):
            services.change_standard(actor=request.user, standard=standard, **form.cleaned_data)
            messages.success(request, "标准已改，待确认。名单正在按它重新筛查。")
            return redirect("dabao:settings-standards")
    return render(request, "dabao/settings_standard.html", {"form": form, "standard": standard})


@changes
@require_POST
def confirm_standard(request: HttpRequest, standard_id: UUID) -> HttpResponse:
    """The figure stands as the document has it."""
    standard = _standard(request, standard_id)
    try:
        version = int(request.POST.get("version", "0"))
        services.confirm_standard(actor=request.user, standard=standard, version=version)
        messages.success(request, "已确认。名单正在按它重新筛查。")
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    except ValueError:
        messages.error(request, "这一页不完整，请刷新后再确认。")
    return redirect("dabao:settings-standards")
