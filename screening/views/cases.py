"""The worklist: filters in the address, search by POST, handing out, export, adding a household by hand."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only
from screening import exports
from screening.choices import CaseState
from screening.forms.household import NewHouseholdForm
from screening.forms.refusals import tell
from screening.queries import on_day, worklist
from screening.queries.cases import (
    SORTS,
    CaseFilters,
    filtered,
    found,
    may_verify_there,
    ordered,
    places,
)
from screening.queries.duplicates import duplicates
from screening.queries.remaining import place_name, remaining
from screening.services import by_hand, looks
from screening.services.cases import assign as assign_cases
from screening.views import as_at

PAGE_SIZES = (16, 32, 50)
SEARCH_LIMIT = 100
NO_FACET = ("state", "region", "phase", "work", "desk", "origin", "outcome", "as_at", "sort")
HEADS = [
    "序号", "乡镇", "村", "组", "户主", "身份证号", "人口", "类别",
    "为什么在名单里", "低保/特困", "列入日", "在名单（天）", "状态", "分给",
]  # fmt: skip
WIDTHS = [6, 10, 12, 8, 10, 22, 6, 10, 40, 12, 12, 12, 18, 10]


@login_required
@needs(Right.READ)
def cases(request: HttpRequest) -> HttpResponse:
    filters = CaseFilters.from_query(request.GET, default_state=CaseState.TO_VERIFY)
    as_at.say_if_refused(request, filters)
    plan, day = plans.current(), clock.today()
    listed = filtered(request.scope, plan, filters, day)
    page = _page(request, ordered(request.scope, listed, filters.order, day), filters)
    context = _frame(request, filters) | _choices(request, filters)
    context |= {"page": page, "done": request.GET.get("done", "")}
    context["households"], context["persons"] = _totals(request, listed, filters)
    context["next"] = None if filters.past else _next(request, filters)
    return render(request, "screening/worklist.html", context)


def _totals(request: HttpRequest, listed: Any, filters: CaseFilters) -> tuple[int, int]:
    if filters.past:
        return on_day.totals(request.scope, listed, filters.past)
    return worklist.totals(request.scope, listed)


def _next(request: HttpRequest, filters: CaseFilters) -> Any:
    """The case that waits first: a returned one, else along the route."""
    filters, plan, day = filters.with_(state=(CaseState.TO_VERIFY.value,)), plans.current(), clock.today()
    waiting = filtered(request.scope, plan, filters, day).select_related("household__head")
    return ordered(request.scope, waiting, filters.sort, day).first()


@login_required
@needs(Right.READ)
@post_only("screening:cases")
def search(request: HttpRequest) -> HttpResponse:
    """Results come as the answer to the POST: what is searched for never stands in an address (P02)."""
    said, plan, day = request.POST.get("q", "").strip()[:60], plans.current(), clock.today()
    hits = found(request.scope, plan, said)
    households, persons = worklist.totals(request.scope, hits)
    looks.record_search(actor=request.user, found=households, kind="number" if said[:1].isdigit() else "name")
    filters = CaseFilters()
    first = ordered(request.scope, hits, "route", day)
    context = _frame(request, filters) | {"searched": said, "households": households, "persons": persons}
    context["page"] = _rows_page(request, first, SEARCH_LIMIT, 1, filters)
    return render(request, "screening/worklist.html", context)


@login_required
@needs(Right.READ)
@post_only("screening:cases")
def export(request: HttpRequest) -> HttpResponse:
    """The whole list as it stands, masked."""
    filters = CaseFilters.from_query(request.POST)
    plan, day = plans.current(), clock.today()
    listed = ordered(request.scope, filtered(request.scope, plan, filters, day), filters.order, day)
    rows = _rows(request, _for_rows(request, listed, filters), filters)
    words = filters.describe(places(request.scope))
    looks.record_export(actor=request.user, filters=filters.query_string(), households=len(rows))
    now = timezone.localtime()
    who = f"{request.user.name} {now:%Y-%m-%d %H:%M} 导出，号码已遮"
    foot = f"{words}，{len(rows)} 户，截至 {filters.past or day}；{who}"
    content = exports.workbook(
        "排查名单", HEADS, [_cells(n, row) for n, row in enumerate(rows, 1)], foot, WIDTHS
    )
    answer = HttpResponse(content, content_type=exports.XLSX)
    answer["Content-Disposition"] = f'attachment; filename="cases-{filters.past or day}.xlsx"'
    return answer


@login_required
@needs(Right.ASSIGN)
@post_only("screening:cases")
def assign(request: HttpRequest) -> HttpResponse:
    """Give the ticked households to somebody, or take them back."""
    back = f"{reverse('screening:cases')}?{CaseFilters.from_query(request.POST).query_string()}"
    chosen, person = _uuids(request.POST.getlist("case")), _uuids(request.POST.getlist("assignee"))
    if not chosen:
        messages.warning(request, "还没勾选。先在名单左边勾选要分的户。")
        return redirect(back)
    try:
        changed = assign_cases(
            scope=request.scope,
            case_ids=chosen,
            assignee_id=person[0] if person else None,
            actor=request.user,
            day=clock.today(),
        )
    except ObjectDoesNotExist as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, f"{'分出' if person else '收回'} {changed} 户。")
    return redirect(back)


@login_required
@needs(Right.VERIFY)
def following(request: HttpRequest) -> HttpResponse:
    """The first household that waits: overdue and returned ones, then along the route."""
    first = _next(request, CaseFilters.from_query(request.GET))
    if first is None:
        messages.success(request, "没有待核查的户了。")
        return redirect("screening:cases")
    return redirect("screening:case", case_id=first.pk)


@login_required
@needs(Right.ADD_HOUSEHOLD)
def new(request: HttpRequest) -> HttpResponse:
    """Add a household by hand (主动发现): first look whether it is there already, then write it."""
    villages = places(request.scope)
    form = NewHouseholdForm(villages, request.POST or None)
    context: dict[str, Any] = {"form": form, "looked": request.method == "POST"}
    if request.method == "POST" and request.POST.get("known"):
        return _open_known(request)
    if request.method == "POST" and form.is_valid():
        people = [(one.name, one.number) for one in form.members()]
        village = form.cleaned_data["village"]
        context["same"] = same = duplicates(request.scope, plans.current(), village, people)
        certain = sum(one.certain for one in same)
        context["certain"] = certain
        looks.record_look(actor=request.user, village=village, certain=certain, near=len(same) - certain)
        if request.POST.get("then") == "add" and (case_id := _added(request, form)):
            return redirect("screening:case", case_id=case_id)
    return render(request, "screening/case_new.html", context)


def _added(request: HttpRequest, form: NewHouseholdForm) -> UUID | None:
    typed = form.cleaned_data
    try:
        case = by_hand.add_household(
            scope=request.scope,
            plan=plans.current(),
            village=typed["village"],
            group=typed["group"],
            phone=typed["phone"],
            members=form.members(),
            reason=typed["reason"],
            looked_at_near=typed["looked_at_near"],
            actor=request.user,
            day=clock.today(),
        )
    except ValidationError as refusal:
        tell(form, refusal)
        return None
    return case.pk


def _open_known(request: HttpRequest) -> HttpResponse:
    """A case for a household that the look found in the registry."""
    try:
        case = by_hand.open_for_known(
            scope=request.scope,
            plan=plans.current(),
            household_id=_uuids([request.POST["known"]])[0],
            reason=request.POST.get("reason", ""),
            actor=request.user,
            day=clock.today(),
        )
    except (ObjectDoesNotExist, IndexError) as missing:
        raise Http404 from missing
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("screening:case-new")
    return redirect("screening:case", case_id=case.pk)


def _frame(request: HttpRequest, filters: CaseFilters) -> dict[str, Any]:
    """What stands above every list: place, what is left, tabs."""
    plan, day = plans.current(), clock.today()
    return {
        "filters": filters,
        "region": place_name(request.scope, filters.region),
        "rest": remaining(request.scope, plan, day, filters.region),
        "tabs": worklist.tabs(request.scope, plan, filters, day),
        "may_verify": request.scope.may(Right.VERIFY),
        "may_add": request.scope.may(Right.ADD_HOUSEHOLD),
        "clear_url": f"?{filters.cleared().query_string()}" if filters.past else reverse("screening:cases"),
    } | as_at.frame(filters)


def _choices(request: HttpRequest, filters: CaseFilters) -> dict[str, Any]:
    """Facets, chips of what is chosen, orders, and who may be given households."""
    plan, day, scope = plans.current(), clock.today(), request.scope
    villages = places(scope, filters.region)
    people = may_verify_there(scope, filters.region, day)
    words = filters.words(villages, {str(person.pk): person.name for person in people})
    return {
        "facets": worklist.facets(scope, plan, filters, day, _few(villages, filters)),
        "chosen": [
            {"label": label, "without": f"?{filters.without(name, value).query_string()}"}
            for name, value, label in words
        ],
        "kept": filters.pairs(),
        "kept_by_facets": [(n, v) for n, v in filters.pairs() if n in NO_FACET],
        "sorts": [
            (value, label, value == (filters.order or "returned"))
            for value, label in SORTS.items()
            if not (filters.past and value == "returned")
        ],
        "kept_by_sort": [(n, v) for n, v in filters.pairs() if n != "sort"],
        "may_assign": scope.may(Right.ASSIGN) and not filters.past,
        "assignees": people,
    }


def _few(villages: dict[str, str], filters: CaseFilters) -> dict[str, str]:
    """Villages as a facet only inside a township; the county's 129 are no choice."""
    townships = {code[:9] for code in villages}
    return villages if len(townships) == 1 or filters.village else {}


def _page(request: HttpRequest, listed: Any, filters: CaseFilters) -> Any:
    size = int(request.GET["size"]) if request.GET.get("size", "") in map(str, PAGE_SIZES) else PAGE_SIZES[0]
    return _rows_page(request, listed, size, request.GET.get("page"), filters)


def _rows_page(request: HttpRequest, listed: Any, size: int, number: Any, filters: CaseFilters) -> Any:
    """One page of the list, its objects made into rows."""
    page = Paginator(_for_rows(request, listed, filters), size).get_page(number)
    page.object_list = _rows(request, page.object_list, filters)
    return page


def _for_rows(request: HttpRequest, listed: Any, filters: CaseFilters) -> Any:
    return (on_day if filters.past else worklist).for_rows(request.scope, listed)


def _rows(request: HttpRequest, found: Any, filters: CaseFilters) -> list[worklist.Row]:
    if filters.past:
        return on_day.rows(request.scope, found, filters.past)
    return worklist.rows(request.scope, found, clock.today())


def _uuids(texts: list[str]) -> list[UUID]:
    """The ids among the texts; what is none is dropped, as a stranger's would be."""
    ids = []
    for text in texts:
        try:
            ids.append(UUID(text))
        except ValueError:
            continue
    return ids


def _cells(number: int, row: worklist.Row) -> list[Any]:
    marks = "".join(worklist.CATEGORY_MARKS[category - 1] for category in sorted(row.categories))
    return [
        number, row.township, row.village, row.group, row.head, row.masked, row.size, marks,
        row.why, row.coverage, row.opened_on, row.days, row.status_text, row.assigned_to,
    ]  # fmt: skip
