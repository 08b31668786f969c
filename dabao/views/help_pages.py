"""Help: a short chapter per page, opened from the page one is on."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

CHAPTERS = {
    "start": "从哪里开始",
    "worklist": "排查名单",
    "household": "入户核查一户",
    "recheck": "复核",
    "lists": "名单导入",
    "warnings": "动态监测和预警",
    "reviews": "动态核查和渐退",
    "aid": "救助变更和就业帮扶",
    "board": "督战图",
    "findings": "督战整改",
    "inspections": "巡查和抽查",
    "orders": "调度和通报",
    "reports": "月报",
    "accounts": "账号、任职和日志",
    "words": "名词和算法",
}


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    url: str
    current: bool


@login_required
def chapter(request: HttpRequest, page: str = "start") -> HttpResponse:
    if page not in CHAPTERS:
        raise Http404
    back = request.GET.get("from", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    context = {
        "chapters": [
            Chapter(title, reverse("dabao:help-page", args=[name]), name == page)
            for name, title in CHAPTERS.items()
        ],
        "back": back if safe else "",
    }
    return render(request, f"help/{page}.html", context)
