"""What the pages of reports show, put together from the queries."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse

from dabao.documents import pdf
from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from reports.forms import ReportForm, RequestForm
from reports.models import MonthlyReport, ReportState
from reports.queries import reports as queries
from reports.queries import requests as request_queries
from reports.queries.reports import Table
from reports.rules import Standing, progress_draft, standing, zh
from reports.tables import UNITS, shown
from screening.rules.phases import days_left, previous_month

MARKS = {
    "done": ("done", "{sent}已报"),
    "late": ("late", "{sent}晚报 {days} 天"),
    "missing": ("missing", "缺报 {days} 天"),
    "draft": ("draft", "草稿"),
    "to_sign": ("draft", "待签字"),
    "returned": ("back", "退回修改"),
    "none": ("none", "未报"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """What `status_mark` takes."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the way of a report, for parts/steps.html."""

    label: str
    state: str
    url: str = ""


def words_of(refused: ValidationError) -> dict[str, list[str]]:
    """Messages of a refusal by field; "" for those of the whole."""
    if hasattr(refused, "error_dict"):
        return refused.message_dict
    return {"": refused.messages}


def mark(found: Standing) -> Mark:
    """◆ 缺报 26 天 · ▲ 3月17日晚报 2 天 · ✓ 3月13日已报."""
    kind, words = MARKS[found.kind]
    sent = zh(found.submitted_on) if found.submitted_on else ""
    return Mark(kind, words.format(sent=sent, days=found.days))


def month_words(month: date) -> str:
    return f"{month.year}年{month.month}月"


@dataclass(frozen=True)
class ReportPage:
    """One report of a township, as the viewer may see it."""

    scope: Scope
    plan: WorkPlan
    region: Region
    month: date
    day: date
    report: MonthlyReport | None
    table: Table

    @property
    def standing(self) -> Standing:
        state = self.report.state if self.report else ""
        sent = self.report.submitted_on if self.report else None
        return standing(self.month, self.plan.report_due_day, state, sent, self.day)

    @property
    def offered(self) -> str:
        return progress_draft(self.region.name, self.table.figures)

    @property
    def closed(self) -> bool:
        return self.report is not None and self.report.state == ReportState.SUBMITTED

    @property
    def may_write(self) -> bool:
        return self.scope.may(Right.WRITE_REPORT, self.region.code) and not self.closed

    @property
    def may_sign(self) -> bool:
        return self.scope.may(Right.SIGN_REPORT, self.region.code) and not self.closed

    @property
    def progress(self) -> str:
        if self.report is None or (self.report.progress_offered and not self.report.progress):
            return self.offered
        return self.report.progress

    @property
    def problems(self) -> str:
        return self.report.problems if self.report else ""

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0

    def form(self) -> ReportForm:
        return ReportForm(
            initial={
                "progress": self.progress,
                "problems": self.problems,
                "version": self.version,
                "offered": self.offered,
            }
        )

    def steps(self) -> list[Step]:
        names = ("取数", "写报告", "负责人签字", "报县局")
        now = {"done": 4, "late": 4, "to_sign": 2}.get(self.standing.kind, 1)
        state = ("done", "now", "later")
        return [Step(name, state[(place >= now) + (place > now)]) for place, name in enumerate(names)]

    def missing(self) -> str:
        """What still stands between the report and its submission, in words; empty when nothing does."""
        if self.closed:
            return ""
        if not self.problems.strip():
            return "还差：存在问题及困难"
        return "" if self.report and self.report.state == ReportState.TO_SIGN else "还差：负责人签字"


def find(scope: Scope, plan: WorkPlan, code: str, month: date, day: date) -> ReportPage | None:
    """The page of a township and month, None for a month without report. Raises ObjectDoesNotExist."""
    region = queries.township(scope, plan, code)
    if month not in queries.months_begun(scope, plan, day):
        return None
    report = queries.find(scope, plan, code, month)
    table = queries.table(scope, plan, code, month, day, report)
    return ReportPage(scope, plan, region, month, day, report, table)


def report_context(
    page: ReportPage, *, unit: str = "households", form: ReportForm | None = None, offering: bool = False
) -> dict[str, Any]:
    """Everything `reports/report.html` takes."""
    unit = unit if unit in UNITS else "households"
    head = queries.head_of(page.scope, page.region.code, page.day)
    report = page.report
    return {
        "page": page,
        "report": report,
        "township": page.region.name,
        "month_words": month_words(page.month),
        "mark": mark(page.standing),
        "due": page.standing.due_on,
        "due_words": _due_words(page.standing, page.day),
        "last_url": _last_url(page),
        "last_words": f"看{(page.month.month - 1) or 12}月报告",
        "steps": page.steps(),
        "figures": shown(page.table, page.month, page.region.code, unit),
        "figures_words": _figures_words(page),
        "unit_key": unit,
        "form": form or page.form(),
        "edited": report is not None and not report.progress_offered and not page.closed,
        "offering": offering,
        "requests": request_queries.of_report(page.scope, report),
        "older_requests": request_queries.older_open(page.scope, page.plan, page.region.code, page.month),
        "request_form": RequestForm(page.scope, page.plan, prefix="request") if page.may_write else None,
        "head": head,
        "missing": page.missing(),
        "meeting": queries.meeting(page.scope, page.plan, page.region.code, page.month),
        "pdf": pdf.available(),
        "may_return": page.closed and page.scope.may(Right.ANSWER, page.region.code),
        "draft_url": reverse("reports:draft", args=[page.month, page.region.code]),
    }


def _due_words(found: Standing, day: date) -> str:
    if found.is_in:
        return ""
    left = days_left(found.due_on, day)
    return f"含今天还有 {left} 天" if left else f"已过 {found.days} 天"


def _last_url(page: ReportPage) -> str:
    last = previous_month(page.month)
    return (
        reverse("reports:report", args=[last, page.region.code])
        if last >= page.plan.first_report_month
        else ""
    )


def _figures_words(page: ReportPage) -> str:
    day = zh(date.fromisoformat(page.table.figures["day"]))
    if page.table.frozen_at:
        return f"{day}报送时定住，以后台账再变，这份不变"
    return f"{day}取自台账，不用填；报送时定住，以后台账再变，这份不变"
