"""The board (督战图): every township in every phase, each figure leading to its households."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from dabao import clock, plans
from dabao.scope import Right
from supervision.board import build
from supervision.tiles import tiles

CHOICES = (("slow", "滞后"), ("all", "全部"), ("mine", "我挂的"))


@login_required
def board(request: HttpRequest) -> HttpResponse:
    if not (request.scope.may(Right.BOARD) or request.scope.may(Right.SIGN_REPORT)):
        raise PermissionDenied("督战图给县局和乡镇负责人看。乡镇经办请看首页和排查名单。")
    shown = build(request.scope, plans.current(), clock.today())
    lists = {"slow": shown.slow, "all": shown.rows, "mine": shown.mine}
    default = "slow" if shown.slow else "all"
    chosen = request.GET.get("show", default)
    context = {
        "board": shown,
        "tiles": tiles(shown.rows) if shown.whole else [],
        "cards": lists.get(chosen, shown.rows),
        "choices": [(key, word, len(lists[key]), key == chosen) for key, word in CHOICES if lists[key]],
        "as_at": timezone.localtime(),
    }
    return render(request, "supervision/board.html", context)
