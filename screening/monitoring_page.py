"""What the pages of monitoring show: the first page, one warning, the lists behind its figures (C02, C13)."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.urls import reverse

from dabao import clock, plans
from dabao.models import Phase, WorkPlan
from dabao.scope import Right, Scope
from screening.choices import WarningState
from screening.phase_work import TownshipProgress, phase_ordinal, together
from screening.queries import monitoring, progress
from screening.queries import warnings as queries
from screening.queries.remaining import place_name
from screening.queries.warnings import WarningFilters
from screening.rules.phases import Stage, Work

PRESSING = 6
FELL_SHOWN, NEAREST_SHOWN = 5, 3
PAGE = 20
PARTS = {"total": "应办", "done": "已办", "left": "还没办"}


@dataclass(frozen=True, slots=True)
class Mark:
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TownshipLine:
    """A township: its work of the phase, how it stands, its warnings decided and all."""

    code: str
    name: str
    work: Work
    mark: Mark
    decided: int
    warnings: int


def mark_of(work: Work, stage: Stage, phase: Phase) -> Mark:
    """How a place stands against the straight line, in words and shape."""
    if not work.total:
        return Mark("none", "没有对象")
    if not work.left:
        return Mark("done", "完成")
    if stage is Stage.BEFORE:
        return Mark("none", f"{phase.first_day.month}月{phase.first_day.day}日起")
    if work.overdue:
        return Mark("over", f"逾期 {work.left}")
    if work.lag > 0:
        return Mark("lag", f"滞后 {work.lag}")
    return Mark("ok", f"按期 +{-work.lag}" if work.lag else "按期")


def work_url(part: str, region: str = "", of: str = "", day: date | None = None) -> str:
    """The list behind a figure of phase 3; `of` opens its households or its warnings, as at a past `day`."""
    as_at = day.isoformat() if day and day < clock.today() else ""
    chosen = {"work": part, "region": region, "of": of, "as_at": as_at}
    return f"{reverse('screening:monitoring-work')}?{urlencode({k: v for k, v in chosen.items() if v})}"


def households_url(of: str, **more: str) -> str:
    chosen = {"set": of} | {name: value for name, value in more.items() if value}
    return f"{reverse('screening:monitored')}?{urlencode(chosen)}"


def warnings_url(**chosen: str) -> str:
    return f"{reverse('screening:warning-list')}?{urlencode({k: v for k, v in chosen.items() if v})}"


def first_page(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Followed and decided against the line, zero targets, groups, what presses, counts that add up."""
    phases = plans.phases(plan)
    phase = monitoring.phase_of_monitoring(scope, plan)
    if phase is None:
        return {"phase": None}
    place = phases.index(phase)
    rows = progress.progress(scope, plan, day)
    work = together(rows, phases, day)[place]
    stage = _stage(phase, day)
    kinds, sums = queries.by_kind(scope, plan, day)
    open_ones = queries.filtered(scope, plan, WarningFilters(where=queries.OPEN), day)
    pressing = queries.rows(scope, queries.for_rows(scope, open_ones)[:PRESSING], day)
    by_data, by_people = queries.by_origin(scope, plan)
    warned = {
        part: progress.phase_warnings(scope, plan, phase.number, part, day).count()
        for part in ("total", "done")
    }
    return {
        "phase": phase,
        "ordinal": phase_ordinal(phase.number),
        "days": (phase.last_day - phase.first_day).days + 1,
        "begun": stage is not Stage.BEFORE,
        "work": work,
        "mark": mark_of(work, stage, phase),
        "households": (work.done - warned["done"], work.total - warned["total"]),
        "warned": (warned["done"], warned["total"]),
        "urls": {part: work_url(part) for part in PARTS},
        "household_urls": {part: work_url(part, of="households") for part in PARTS},
        "warning_urls": {part: work_url(part, of="warnings") for part in PARTS},
        "targets": [_target(target) for target in monitoring.zero_targets(scope, plan, day)],
        "groups": [
            (group, households_url(group.of), households_url(group.of, followed="yes"))
            for group in monitoring.groups(scope, plan, day)
        ],
        "pressing": pressing,
        "kinds": [_kind_line(line) for line in kinds if line.total],
        "sums": _kind_line(sums),
        "by_data": by_data,
        "by_people": by_people,
        "decisions": [
            (label, number, warnings_url(where=queries.DECIDED, decision=value))
            for value, label, number in queries.by_decision(scope, plan)
        ],
        "townships": _townships(scope, plan, rows, place, stage, phase),
        "fell": _fell(scope, plan, day),
        "nearest": monitoring.nearest(scope, plan, day, NEAREST_SHOWN),
        "warning_days": plan.warning_days,
        "may_report": scope.may(Right.ADD_HOUSEHOLD),
        "may_follow": scope.may(Right.VERIFY),
    }


def _stage(phase: Phase, day: date) -> Stage:
    if day < phase.first_day:
        return Stage.BEFORE
    return Stage.DURING if day <= phase.last_day else Stage.PAST


def _kind_line(line: queries.KindCount) -> dict[str, Any]:
    return {
        "line": line,
        "url": warnings_url(kind=line.kind),
        "decided_url": warnings_url(kind=line.kind, where=queries.DECIDED),
        "running_url": warnings_url(kind=line.kind, where=queries.RUNNING),
        "overdue_url": warnings_url(kind=line.kind, where=queries.OVERDUE),
    }


def _target(target: monitoring.ZeroTarget) -> dict[str, Any]:
    return {
        "target": target,
        "fell_url": households_url(target.fell_set),
        "watched_url": households_url(target.watched_set),
    }


def _townships(
    scope: Scope, plan: WorkPlan, rows: list[TownshipProgress], place: int, stage: Stage, phase: Phase
) -> list[dict[str, Any]]:
    warned = queries.by_township(scope, plan)
    lines = []
    for row in rows:
        work = row.works[place]
        decided, total = warned.get(row.code, (0, 0))
        lines.append(
            {
                "line": TownshipLine(row.code, row.name, work, mark_of(work, stage, phase), decided, total),
                "left_url": work_url("left", row.code),
                "done_url": work_url("done", row.code),
                "total_url": work_url("total", row.code),
                "decided_url": warnings_url(region=row.code, where=queries.DECIDED),
                "warnings_url": warnings_url(region=row.code),
            }
        )
    return lines


def _fell(scope: Scope, plan: WorkPlan, day: date) -> list[tuple[monitoring.Row, str]]:
    """Households that fell, with the word that says so."""
    found = []
    for of, word in ((monitoring.FELL_INTO, "新致贫"), (monitoring.FELL_BACK, "返贫")):
        listed = monitoring.for_rows(scope, monitoring.households(scope, plan, of, day))[:FELL_SHOWN]
        found += [(row, word) for row in monitoring.rows(scope, listed)]
    return found


def warning_list(
    scope: Scope, plan: WorkPlan, filters: WarningFilters, day: date, number: Any
) -> dict[str, Any]:
    """Warnings of the filters: tabs that add up, chips of what is chosen, one page of rows."""
    listed = queries.filtered(scope, plan, filters, day)
    page = Paginator(queries.for_rows(scope, listed), PAGE).get_page(number)
    total = page.paginator.count
    page.object_list = queries.rows(scope, page.object_list, day)
    chosen = [(name, words) for name, words in filters.words() if name != "where"]
    return {
        "filters": filters,
        "page": page,
        "total": total,
        "place": place_name(scope, filters.region),
        "tabs": _where_tabs(scope, plan, filters, day),
        "chosen": [
            {"label": words, "without": f"?{filters.with_(**{name: ''}).query_string()}"}
            for name, words in chosen
        ],
        "clear_url": reverse("screening:warning-list"),
        "kept": filters.pairs(),
        "heading": "、".join(words for _, words in filters.words()) or "全部预警",
    }


def _where_tabs(scope: Scope, plan: WorkPlan, filters: WarningFilters, day: date) -> list[dict[str, Any]]:
    """期限内 + 逾期 + 已定 = 全部; a decision chosen belongs to 已定 only."""
    plain = filters.with_(where="", decision="")
    tabs = []
    for where, label in (
        (queries.OVERDUE, "逾期"), (queries.RUNNING, "期限内"), (queries.DECIDED, "已定"), ("", "全部"),
    ):  # fmt: skip
        of = plain.with_(where=where)
        tabs.append(
            {
                "label": label,
                "url": f"?{of.query_string()}",
                "count": queries.filtered(scope, plan, of, day).count(),
                "current": filters.where == where,
            }
        )
    return tabs


def household_list(
    scope: Scope, plan: WorkPlan, of: str, region: str, followed: str, day: date, number: Any
) -> dict[str, Any]:
    """The households of a set, with how many of them are followed and not."""
    listed = monitoring.households(scope, plan, of, day, region, followed)
    page = Paginator(monitoring.for_rows(scope, listed), PAGE).get_page(number)
    total = page.paginator.count
    page.object_list = monitoring.rows(scope, page.object_list)
    tabs = []
    for value, label in ((monitoring.NO, "还没跟踪"), (monitoring.YES, "已跟踪"), ("", "全部")):
        counted = monitoring.households(scope, plan, of, day, region, value).count()
        tabs.append(
            {
                "label": label,
                "url": households_url(of, region=region, followed=value),
                "count": counted,
                "current": followed == value,
            }
        )
    return {
        "page": page,
        "total": total,
        "tabs": tabs,
        "heading": monitoring.SET_WORDS[of],
        "kept": [("set", of), ("region", region), ("followed", followed)],
        "place": place_name(scope, region),
        "by_township": _by_township(scope, plan, of, region, followed, day),
        "may_follow": scope.may(Right.VERIFY),
    }


def _by_township(
    scope: Scope, plan: WorkPlan, of: str, region: str, followed: str, day: date
) -> list[tuple[str, int, str]]:
    """(name, households, address) of the townships that have any; they add up to the county's figure."""
    if len(region) >= 9:
        return []
    counted = monitoring.by_township(scope, plan, of, day, followed)
    return [
        (township.name, counted[township.code], households_url(of, region=township.code, followed=followed))
        for township in plans.townships(plan)
        if counted.get(township.code)
    ]


def work_list(
    scope: Scope, plan: WorkPlan, part: str, region: str, of: str, day: date, number: Any
) -> dict[str, Any]:
    """What a figure of phase 3 counted: ledger households and warnings, which add up to it."""
    phase = monitoring.phase_of_monitoring(scope, plan)
    place = phase.number if phase else progress.MONITORING
    cases = progress.phase_cases(scope, plan, place, part, day)
    warned = progress.phase_warnings(scope, plan, place, part, day)
    if region:
        cases = cases.filter(region_then__startswith=region)
        warned = warned.filter(region_then__startswith=region)
    counts = {"households": cases.count(), "warnings": warned.count()}
    if of not in counts:
        of = "households" if counts["households"] or not counts["warnings"] else "warnings"
    if of == "warnings":
        page = Paginator(queries.for_rows(scope, warned), PAGE).get_page(number)
        page.object_list = queries.rows(scope, page.object_list, day)
    else:
        listed = monitoring.of_cases(scope, cases)
        page = Paginator(monitoring.for_rows(scope, listed), PAGE).get_page(number)
        page.object_list = monitoring.rows(scope, page.object_list)
    return {
        "part": PARTS[part],
        "day": day,
        "place": place_name(scope, region),
        "of": of,
        "counts": counts,
        "total": sum(counts.values()),
        "page": page,
        "tabs": [
            {
                "label": label,
                "url": work_url(part, region, name, day),
                "count": counts[name],
                "current": of == name,
            }
            for name, label in (("households", "台账户"), ("warnings", "预警"))
        ],
        "may_follow": scope.may(Right.VERIFY),
    }


def one_warning(scope: Scope, warning: Any, day: date) -> dict[str, Any]:
    """The page of a warning: what is known, who went, what may be done here."""
    code = warning.household.region_id
    state = warning.state
    row = queries.row(scope, warning, day)
    household = monitoring.household(scope, warning.household_id)
    return {
        "warning": warning,
        "row": row,
        "household": household,
        "standard": warning.evidence.get("standard"),
        "visits": queries.visits(scope, warning),
        "others": queries.rows(
            scope, queries.for_rows(scope, queries.others_of(scope, warning.household_id, warning.pk)), day
        ),
        "decided": state == WarningState.DECIDED,
        "may_visit": scope.may(Right.VERIFY, code) and state != WarningState.DECIDED,
        "may_decide": scope.may(Right.APPLY, code) and state == WarningState.VISITED,
        "waits_for_visit": state == WarningState.OPEN,
    }  # fmt: skip
