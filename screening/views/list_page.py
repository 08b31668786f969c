"""What the page of one list shows, put together from queries: steps, tabs, sums, sticky bar."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from dabao.scope import Scope
from screening.choices import ListKind, ListState, SkipReason
from screening.imports.problems import split_message
from screening.queries import lists as queries
from screening.services import list_confirming, list_mending

STEPS = ("上传", "认表头", "检查", "预览与改错", "确认入库", "筛查")
HOUSEHOLD_KINDS = (ListKind.REGISTRY, ListKind.MARGINAL)


@dataclass(frozen=True)
class Step:
    label: str
    state: str
    url: str | None = None


@dataclass(frozen=True)
class Tab:
    label: str
    url: str
    count: int
    current: bool


def context(scope: Scope, source: Any, tab: str, township: str) -> dict[str, Any]:
    """Everything the page needs; `shown` is what the open tab lists."""
    busy = source.job is not None and not source.job.is_over
    staged = source.state in (ListState.STAGED, ListState.CONFIRMED)
    counts = queries.tab_counts(scope, source) if staged else {}
    tab = tab if tab in dict(queries.TABS) else _first_tab(counts)
    lines, sum_line = queries.townships(scope, source) if staged else ([], None)
    return {
        "source": source,
        "busy": busy,
        "failed": source.job.error if source.job is not None and source.job.error else "",
        "staged": staged,
        "screening": queries.screening_after(scope, source) if source.state == ListState.CONFIRMED else None,
        "steps": steps(source, busy),
        "tabs": [
            Tab(
                label,
                f"?{urlencode({'tab': key, 'township': township} if township else {'tab': key})}",
                counts.get(key, 0),
                key == tab,
            )
            for key, label in queries.TABS
            if counts.get(key) or key == queries.OWN_PROBLEMS
        ],
        "tab": tab,
        "counts": counts,
        "shown": _shown(scope, source, tab, township) if staged else [],
        "township": next((line for line in lines if line.code == township), None),
        "townships": lines,
        "sum_line": sum_line,
        "skipped_why": [
            (SkipReason(key).label, number) for key, number in source.totals.get("skipped_why", {}).items()
        ],
        "by_household": source.kind in HOUSEHOLD_KINDS,
        "unit": "户" if source.kind in queries.HOUSEHOLD_KINDS else "人",
        "corrections": queries.corrections(scope, source),
        "may_mend": source.state == ListState.STAGED and not busy,
        "controls": list_confirming.control_totals(source) if staged else None,
        "headers": source.totals.get("header", {}),
        "recognised": sum(1 for columns in source.columns.values() for _title, key in columns if key),
        "kept_raw": sum(
            1 for columns in source.columns.values() for title, key in columns if title and not key
        ),
        **job_context(source),
    }


def _first_tab(counts: dict[str, int]) -> str:
    return next((key for key, _label in queries.TABS if counts.get(key)), queries.OWN_PROBLEMS)


def _shown(scope: Scope, source: Any, tab: str, township: str) -> Any:
    if tab == "gone":
        return queries.gone(scope, source, township)
    return queries.rows(scope, source, tab, township)


def problem_lines(rows: Any) -> list[tuple[Any, ...]]:
    """(row, column, raw value, 什么错了, 怎么办, may be mended here) of every error of the rows shown."""
    return [
        (row, problem[0], problem[4], *split_message(problem[3]), list_mending.mendable(problem[1]))
        for row in rows
        for problem in row.problems
        if problem[2] == "error"
    ]


def steps(source: Any, busy: bool) -> list[Step]:
    """Where the list stands on its way from file to screening."""
    at = {
        ListState.UPLOADED: 2,
        ListState.REFUSED: 1,
        ListState.STAGED: 4 if busy else 3,
        ListState.CONFIRMED: 6,
        ListState.DISCARDED: 3,
        ListState.UNDONE: 3,
    }[source.state]
    labels = list(STEPS)
    if source.totals.get("rows_read"):
        labels[2] = f"检查 {source.totals['rows_read']:,} 行"
    return [
        Step(label, "done" if place < at else "now" if place == at else "later")
        for place, label in enumerate(labels)
    ]


def job_context(source: Any) -> dict[str, Any]:
    """For parts/job.html."""
    job = source.job
    here = reverse("screening:list", args=[source.pk])
    return {
        "poll_url": reverse("screening:list-job", args=[source.pk]),
        "reload_url": here,
        "text": f"正在处理：{job.step or '排队'}…" if job is not None else "",
        "done": job.done if job is not None else 0,
        "total": job.total if job is not None else 0,
        "finished": False,
    }
