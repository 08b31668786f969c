"""Home of the county office: what waits for the county itself, each with one verb (C)."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from dabao.models import Standard, WorkPlan
from dabao.scope import Scope
from screening.choices import CaseState, StepKind
from screening.queries import aid_work, reviews, steps
from supervision.board import build as build_board
from supervision.links import cases_url, stage_url
from supervision.navigation import url_of
from supervision.pages.findings import waiting_findings
from supervision.queries import bulletins, county, waiting
from supervision.queries.assignments import gaps

LISTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Count:
    """One count of the top row: zero shows 0 and no verb. `of` = out of how many."""

    label: str
    number: int
    detail: str
    verb: str
    url: str
    of: int | None = None
    red: bool = False


def build(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Context of the page; a fixed number of queries but one per unconfirmed standard (a handful)."""
    board = build_board(scope, plan, day)
    stages = [(stage, stage_url(stage.kind)) for stage in steps.stages(scope, plan, day)]
    approval = next(stage for stage, _ in stages if stage.kind == StepKind.APPROVED)
    debts = board.debts or county.debts(scope, plan, day)
    standards = list(county.unconfirmed_standards(scope, plan, day))
    lists = list(county.staged_lists(scope)[:LISTS_SHOWN])
    waits = waiting.waiting(scope)
    missing = [row for row in board.rows if row.report and not row.reported]
    month = f"{board.report_due.month}月"
    oldest = debts.oldest_question
    county_flags = board.sums.own_red
    return {
        "board": board,
        "lists": lists,
        "standards": [_standard(scope, plan, standard) for standard in standards],
        "missing": missing,
        "month": month,
        "counts": [
            Count("入库等确认", debts.lists, "份名单", "去确认", url_of("screening:lists")),
            Count(
                "名单疑问",
                debts.questions,
                f"条，最早 {oldest.month}月{oldest.day}日提出" if oldest else "条",
                "去答复",
                url_of("screening:questions"),
            ),
            Count(
                "欠答复",
                debts.answers.number,
                f"条请求，最久 {debts.answers.oldest} 天",
                "去答复",
                url_of("reports:requests"),
                red=True,
            ),
            Count("待复核", waits.get("to_recheck", 0), "户", "去复核", url_of("screening:recheck")),
            Count(
                "等审批",
                approval.count,
                f"户，最久 {approval.longest} 天",
                "去审批" if not plan.township_approves else "去看",
                stage_url(StepKind.APPROVED),
            ),
            Count(
                f"{month}月报没到",
                len(missing),
                f"个乡镇，{month}{board.report_due.day}日截止",
                "去催报",
                url_of("reports:calendar"),
                of=len(board.rows),
                red=any(row.report and row.report.kind == "missing" for row in missing),
            ),
            Count(
                "红旗",
                board.sums.red.count,
                f"面，其中县局 {county_flags} 面" if county_flags else "面",
                "看红旗",
                board.sums.red.url,
                red=True,
            ),
            _findings(scope, plan, day),
            Count("标准待确认", len(standards), "项", "去确认", url_of("dabao:settings-standards")),
            *_beside(scope, plan, waits, day),
        ],
        "stages": stages,
        "to_enrol": sum(stage.count for stage, _ in stages),
        "to_enrol_url": cases_url(state=CaseState.TO_ENROL.value),
        "gaps": gaps(scope, plan, day),
        "standards_url": url_of("dabao:settings-standards"),
        "lists_url": url_of("screening:lists"),
        "calendar_url": url_of("reports:calendar"),
    }


def _beside(scope: Scope, plan: WorkPlan, waits: dict[str, int], day: date) -> list[Count]:
    """What the county decides besides, where something waits: aid goes on being paid meanwhile."""
    aid, raised = aid_work.counts(scope, plan), aid_work.oldest_change(scope, plan)
    longest = f"，最久 {(day - raised).days} 天" if raised else ""
    stops = reviews.waiting(scope).count()
    bulletin = bulletins.in_work(scope, plan)
    counts = [
        Count(
            "待变更", aid["changes"], f"户等定金额{longest}", "去定", url_of("screening:changes"), red=True
        ),
        Count(
            "动态核查等审批", stops, "户渐退或停发", "去审批", f"{url_of('screening:reviews')}?tab=waiting"
        ),
        Count("就业帮扶等签", aid["offers"], "份提议", "去签", url_of("screening:offers")),
        Count("预警没处置", waits.get("warnings", 0), "条", "去看", url_of("screening:warning-list")),
    ]
    if bulletin:
        state, url = str(bulletin.get_state_display()), url_of("supervision:bulletins")
        counts.append(Count("没发的督战通报", 1, f"期，{state}", "去看", url))
    return [one for one in counts if one.number]


def _standard(scope: Scope, plan: WorkPlan, standard: Standard) -> tuple[Standard, int]:
    """A standard with the number of households that hang on it."""
    return standard, county.households_on_standard(scope, plan, standard.kind)


def _findings(scope: Scope, plan: WorkPlan, day: date) -> Count:
    """Findings whose move is the county office's: without a unit to check, without a leader to decide."""
    found = waiting_findings(scope, plan, day)
    return Count("督战整改", found.number, found.words, "去办", found.url)
