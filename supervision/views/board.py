"""The board (督战图): each township in every phase, each figure leading to its households; also on a wall."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from dabao import clock, plans
from dabao.scope import Right
from dabao.views.access import needs, post_only, spreadsheet
from reports.rules import zh
from supervision import flag_page
from supervision import laggards as sheet
from supervision.board import Board, build
from supervision.services.board_exports import record_laggards
from supervision.tiles import tiles

CHOICES = (("slow", "滞后"), ("all", "全部"), ("mine", "我挂的"))


@login_required
@require_GET
def board(request: HttpRequest) -> HttpResponse:
    _require(request)
    plan = plans.current()
    if words := _no_such_day(plan.first_day, request.GET.get("as_at", "")):
        messages.warning(request, f"{words}下面是今天的。")
        return redirect("supervision:board")
    shown = build(request.scope, plan, clock.as_at(request.GET.get("as_at", "")))
    may = {"may_wall": request.scope.may(Right.BOARD), "may_dispatch": request.scope.may(Right.DISPATCH)}
    context = _context(shown) | _cards(request, shown) | may
    return render(request, "supervision/board.html", context)


@login_required
@needs(Right.BOARD)
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The board of today for a screen on the wall: no links, no names, refreshed by its script."""
    shown = build(request.scope, plans.current(), clock.today())
    return render(request, "supervision/board_wall.html", _context(shown) | {"no_links": True})


@login_required
@require_GET
def flags(request: HttpRequest) -> HttpResponse:
    """The red flags behind a count of the board."""
    _require(request)
    filters, day = flag_page.FlagFilters.from_query(request.GET), clock.as_at(request.GET.get("as_at", ""))
    page = flag_page.build(request.scope, filters, day)
    return render(request, "supervision/flags.html", {"page": page})


@login_required
@needs(Right.BOARD)
@post_only("supervision:board")
def laggards(request: HttpRequest) -> HttpResponse:
    """The slow townships with the people who answer for them, written into the log."""
    plan, day = plans.current(), clock.as_at(request.POST.get("as_at", ""))
    shown = build(request.scope, plan, day)
    place = plan.region.name if shown.whole else "、".join(row.name for row in shown.rows)
    said = sheet.foot(shown, place, request.user.name, f"{timezone.localtime():%Y-%m-%d %H:%M}")
    content = sheet.workbook(request.scope, plan, shown, said)
    record_laggards(actor=request.user, region_code=plan.region_id, townships=len(shown.slow), day=day)
    return spreadsheet(content, f"滞后乡镇名单-{day}.xlsx")


def _require(request: HttpRequest) -> None:
    if not (request.scope.may(Right.BOARD) or request.scope.may(Right.SIGN_REPORT)):
        raise PermissionDenied("督战图给县局和乡镇负责人看。乡镇经办请看首页和排查名单。")


def _no_such_day(first: date, asked: str) -> str:
    """Why the board has nothing to show of the day that the address asks for; empty when it has."""
    day = clock.day_of(asked)
    if not asked or (day and first <= day <= clock.today()):
        return ""
    if day is None:
        return "地址里的日子不对，要写成 2020-04-01 这样。"
    if day < first:
        return f"方案从{zh(first)}开始，{day.year}年{zh(day)}还没有数。"
    return f"{day.year}年{zh(day)}还没到。"


def _context(shown: Board) -> dict[str, Any]:
    return {
        "board": shown,
        "tiles": tiles(shown.rows) if shown.whole else [],
        "as_at": timezone.localtime(),
    }


def _cards(request: HttpRequest, shown: Board) -> dict[str, Any]:
    """Which townships a phone lists: the slow ones unless another choice is in the address."""
    lists = {"slow": shown.slow, "all": shown.rows, "mine": shown.mine}
    chosen = request.GET.get("show", "slow" if shown.slow else "all")
    return {
        "cards": lists.get(chosen, shown.rows),
        "choices": [(key, word, len(lists[key]), key == chosen) for key, word in CHOICES if lists[key]],
    }
