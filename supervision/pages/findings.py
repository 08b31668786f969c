"""The register of findings (整改台账) as its page shows it (C21)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.urls import reverse

from dabao.models import WorkPlan
from dabao.scope import Right, Scope
from screening.models import Household
from supervision.choices import FindingKind, FindingSource, FindingState
from supervision.models import Finding
from supervision.queries import finding_list as lists
from supervision.queries import findings as queries
from supervision.queries.finding_list import FindingFilters
from supervision.rules import rectification as rules

PAGE = 20
NEAR = 3


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A finding as the register shows it."""

    finding: Finding
    mark: Mark
    township: str
    village: str
    found: str
    progress: str

    @property
    def url(self) -> str:
        return finding_url(self.finding.pk)


def finding_url(pk: UUID) -> str:
    return reverse("supervision:finding", args=[pk])


def short(day: date) -> str:
    return f"{day.month}月{day.day}日"


def mark_of(finding: Finding, day: date) -> Mark:
    """How it stands against its limit, in words and shape."""
    state, due = finding.state, finding.due_on
    late = rules.days_late(state, due, day)
    if state in rules.ENDED and finding.closed_on:
        return Mark("done", f"{short(finding.closed_on)}{'销号' if state == FindingState.CLOSED else '撤销'}")
    if late:
        return Mark("over", f"逾期 {late} 天")
    if state in (FindingState.CONTESTED, FindingState.WEIGHED):
        return Mark("lag", "有异议")
    if finding.replied_on and finding.replied_on > due:
        return Mark("late", f"晚 {(finding.replied_on - due).days} 天回复")
    if state in rules.AT_TOWNSHIP and (due - day).days <= NEAR:
        return Mark("lag", f"还 {(due - day).days} 天" if due > day else "今天到期")
    return Mark("ok", "按期")


def rows(found: Iterable[Finding], day: date) -> list[Row]:
    return [row_of(finding, day) for finding in found]


def row_of(finding: Finding, day: date) -> Row:
    region = finding.region
    in_village = len(region.code) > len(finding.township_code)
    township = region.parent if in_village and region.parent else region
    reopened_on: date | None = getattr(finding, "reopened_on", None)
    progress = finding.progress
    if finding.state == FindingState.ACCEPTED and finding.accepted_on:
        progress = f"复查通过 {short(finding.accepted_on)}"
    return Row(
        finding=finding,
        mark=mark_of(finding, day),
        township=township.name,
        village=_bare(region.name) if in_village else "—",
        found=f"{short(reopened_on)}重开" if reopened_on else short(finding.found_on),
        progress=progress or ("没回复" if finding.state in rules.AT_TOWNSHIP else "—"),
    )


def _bare(village: str) -> str:
    """柳树塘 of 柳树塘村, but 大村 as it is."""
    return village.removesuffix("村") if len(village) > 2 else village


# --- The register ---


def register(
    scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date, page: str | None, said: str = ""
) -> dict[str, Any]:
    """Counts that add up, tabs, filters, a page of rows; `said` = what is searched for (POST only)."""
    found = (
        lists.searched(scope, plan, filters, said, day) if said else lists.ordered(scope, plan, filters, day)
    )
    paged = Paginator(found, PAGE).get_page(page)
    paged.object_list = rows(paged.object_list, day)
    return {
        "page": paged,
        "total": paged.paginator.count,
        "said": said,
        "filters": filters,
        "counts": lists.counts(scope, plan, filters, day),
        "urls": {
            name: findings_url(filters, **changes)
            for name, changes in {
                "open": {"tab": lists.OPEN, "due": "", "reopened": "", "mine": ""},
                "in": {"tab": lists.OPEN, "due": "in", "reopened": "", "mine": ""},
                "late": {"tab": lists.OPEN, "due": "late", "reopened": "", "mine": ""},
                "closed": {"tab": "closed", "due": "", "reopened": "", "mine": ""},
                "reopened": {"tab": lists.OPEN, "due": "", "reopened": "1", "mine": ""},
                "mine": {"tab": lists.OPEN, "due": "", "reopened": "", "mine": "1"},
            }.items()
        },
        "tabs": _tabs(scope, plan, filters, day, said),
        "kinds": _kinds(scope, plan, filters, day),
        "selects": _selects(scope, plan, filters),
        "chosen": _chosen(filters),
        "clear_url": findings_url(FindingFilters(tab=filters.tab, order=filters.order)),
        "kept": filters.pairs(),
        "heading": "、".join(filters.describe().values()),
        "may_open": scope.may(Right.SUPERVISE),
    }


def findings_url(filters: FindingFilters | None = None, **changes: str) -> str:
    """The register with its filters set: what every figure of findings links to."""
    chosen = (filters or FindingFilters()).but(**changes)
    query = chosen.query_string()
    return reverse("supervision:findings") + (f"?{query}" if query else "")


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of the findings waits for the viewer: how many, how many late, in words, and where."""

    number: int
    late: int
    words: str
    url: str


def waiting_findings(scope: Scope, plan: WorkPlan, day: date) -> Waiting:
    """For the homes: findings to put right, to check again, to decide; the list opens exactly these."""
    found = queries.waiting_for_me(scope, plan, day)
    parts = [
        f"要整改 {found['fix']} 条" if found["fix"] else "",
        f"逾期 {found['late']} 条" if found["late"] else "",
        f"等你复查 {found['check']} 条" if found["check"] else "",
        f"等你定 {found['decide']} 条" if found["decide"] else "",
    ]
    number = found["fix"] + found["check"] + found["decide"]
    words = "，".join(part for part in parts if part)
    return Waiting(number, found["late"], words, findings_url(mine="1"))


def _tabs(
    scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date, said: str
) -> list[dict[str, Any]]:
    counted = lists.by_tab(scope, plan, filters, day)
    return [
        {
            "label": label,
            "url": findings_url(filters, tab=tab),
            "count": counted[tab],
            "current": tab == filters.tab and not said,
        }
        for tab, (label, _) in lists.TABS.items()
        if tab != lists.ALL and (tab != "withdrawn" or counted[tab] or tab == filters.tab)
    ]


def _kinds(scope: Scope, plan: WorkPlan, filters: FindingFilters, day: date) -> list[dict[str, Any]]:
    return [
        {
            "label": FindingKind(kind).label,
            "count": number,
            "url": findings_url(filters, kind="" if kind == filters.kind else kind),
            "current": kind == filters.kind,
        }
        for kind, number in lists.by_kind(scope, plan, filters, day)
    ]


def _selects(scope: Scope, plan: WorkPlan, filters: FindingFilters) -> list[dict[str, Any]]:
    choices = {
        "region": ("乡镇", lists.places(scope)),
        "source": ("发现来源", list(FindingSource.choices)),
        "unit": ("验收股室", lists.units(scope, plan)),
        "order": ("次序", [(key, label) for key, (label, _) in lists.ORDERS.items()]),
    }
    return [
        {"name": name, "label": label, "options": options, "value": getattr(filters, name)}
        for name, (label, options) in choices.items()
        if len(options) > 1
    ]


def _chosen(filters: FindingFilters) -> list[dict[str, str]]:
    return [
        {"label": words, "without": findings_url(filters, **{name: ""})}
        for name, words in filters.describe().items()
    ]


def preset(household: Household | None, query: Mapping[str, str]) -> dict[str, str]:
    """What the form of a new finding begins with: the household's village, or what the address says."""
    place = household.region_id if household else query.get("township", "")
    return {"place": place, "kind": query.get("kind", ""), "source": query.get("source", "")}
