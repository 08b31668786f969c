"""What the page of the county's report shows."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from dabao.models import Region, WorkPlan
from dabao.scope import Right, Scope
from reports import county
from reports.forms import CountyForm
from reports.likeness import Group, grouped
from reports.models import CountyReport, CountyState, Recipient, Sending
from reports.pages import Mark, Step, month_words
from reports.queries import county as queries
from reports.queries.reports import months_begun

MARKS = {
    CountyState.DRAFT: Mark("draft", "起草中"),
    CountyState.TO_APPROVE: Mark("prog", "待批"),
    CountyState.APPROVED: Mark("done", "已批"),
}


@dataclass(frozen=True)
class CountyPage:
    """The county's report of a month, as the viewer may see it."""

    scope: Scope
    plan: WorkPlan
    region: Region
    month: date
    day: date
    report: CountyReport | None
    rows: list[county.Row]

    @property
    def state(self) -> CountyState:
        return CountyState(self.report.state) if self.report else CountyState.DRAFT

    @property
    def approved(self) -> bool:
        return self.state == CountyState.APPROVED

    @property
    def into(self) -> list[county.Row]:
        return [row for row in self.rows if row.submitted_on]

    @property
    def progress(self) -> str:
        stored = self.report.progress if self.report else ""
        return stored or county.progress_draft(self.region.name, self.month, self.rows)

    @property
    def problems(self) -> str:
        stored = self.report.problems if self.report else ""
        return stored or county.problems_draft(self.groups)

    @property
    def arranged(self) -> bool:
        """Whether the office grouped the problems by hand."""
        return bool(self.report and self.report.arrangement)

    @cached_property
    def groups(self) -> list[Group]:
        return grouped(county.problems(self.rows), self.report.arrangement if self.report else {})

    @property
    def support(self) -> str:
        return self.report.support if self.report else ""

    @property
    def may_write(self) -> bool:
        return not self.approved and self.scope.may(Right.ANSWER, self.region.code)

    @property
    def may_approve(self) -> bool:
        return self.state == CountyState.TO_APPROVE and self.scope.may(Right.ORDER, self.region.code)

    @property
    def version(self) -> int:
        return self.report.version if self.report else 0

    def form(self) -> CountyForm:
        return CountyForm(
            initial={
                "progress": self.progress,
                "problems": self.problems,
                "support": self.support,
                "version": self.version,
            }
        )


def find(scope: Scope, plan: WorkPlan, month: date, day: date, edition: int = 0) -> CountyPage | None:
    """The report as it stands, or as an edition was approved; None for a month without report.

    Raises ObjectDoesNotExist for who does not read all of the county, and for an edition there is not.
    """
    region = queries.plan_region(scope, plan)
    if month not in months_begun(scope, plan, day):
        return None
    report = queries.edition(scope, plan, month, edition) if edition else queries.find(scope, plan, month)
    kept = report.tables if report and report.state == CountyState.APPROVED else []
    rows = [county.Row.from_json(row) for row in kept] or queries.rows(scope, plan, month)
    return CountyPage(scope, plan, region, month, day, report, rows)


@dataclass(frozen=True, slots=True)
class Sent:
    """A recipient and what he got: `mark` amber when it was not the edition that stands."""

    key: str
    label: str
    mark: Mark
    sendings: list[Sending]
    due: bool


def context(page: CountyPage, form: CountyForm | None = None) -> dict[str, Any]:
    """Everything `reports/county.html` takes."""
    return {
        "page": page,
        "report": page.report,
        "month_words": month_words(page.month),
        "mark": MARKS[page.state],
        "edition": page.report.edition if page.report else 1,
        "in_words": _in_words(page),
        "steps": _steps(page),
        "rows": page.rows,
        "total": county.total(page.into),
        "difference": county.difference(page.rows, queries.screened_now(page.scope, page.plan), page.day),
        "changes": _changes(page),
        "group_words": _group_words(page),
        "form": form or page.form(),
        "recipients": _recipients(page),
        "may_send": page.approved and page.scope.may(Right.ANSWER, page.region.code),
    }


def _in_words(page: CountyPage) -> str:
    out = [row.name for row in page.rows if not row.submitted_on]
    late = [row.name for row in page.into if row.days_late]
    words = f"{len(page.rows)} 份乡镇月报已齐" if not out else f"已报 {len(page.into)} / {len(page.rows)}"
    words += f"，还差{'、'.join(out)}" if 0 < len(out) <= 3 else ""
    return words + (f"，{'、'.join(late)}晚报" if late else "")


def _changes(page: CountyPage) -> dict[str, Any] | None:
    """Charts and the table of the same figures; None when no township reported the month before."""
    if not any(row.last for row in page.into):
        return None
    charts = [
        {"label": label, "unit": unit, "rows": county.changes(page.rows, key)}
        for key, label, unit in county.MEASURES
    ]
    table = list(zip(*(chart["rows"] for chart in charts), strict=True))
    return {"charts": charts, "table": [{"name": cells[0].name, "cells": cells} for cells in table]}


def _group_words(page: CountyPage) -> str:
    """22 条，来自 11 个乡镇；没有问题：新街镇."""
    told = {problem.name for group in page.groups for problem in group.problems}
    number = sum(len(group.problems) for group in page.groups)
    none = [row.name for row in page.into if row.name not in told]
    words = f"{number} 条，来自 {len(told)} 个乡镇"
    return words + (f"；{'、'.join(none) if len(none) <= 3 else f'{len(none)} 个乡镇'}没有" if none else "")


def _steps(page: CountyPage) -> list[Step]:
    names = ("收齐", "起草", "局领导批", "报送")
    done = {
        "收齐": len(page.into) == len(page.rows),
        "起草": page.state != CountyState.DRAFT,
        "局领导批": page.approved,
        "报送": page.approved and all(not one.due for one in _recipients(page)),
    }
    first = next((name for name in names if not done[name]), "")
    return [Step(name, "done" if done[name] else "now" if name == first else "later") for name in names]


def _recipients(page: CountyPage) -> list[Sent]:
    found: list[Sent] = []
    for key, label in Recipient.choices:
        sendings = [s for s in page.report.sendings.all() if s.recipient == key] if page.report else []
        last = max(sendings, key=lambda s: s.edition, default=None)
        edition = page.report.edition if page.report else 1
        if last is None:
            mark = Mark("none", "没报")
        else:
            words = f"{last.sent_on.month}月{last.sent_on.day}日第 {last.edition} 稿"
            mark = Mark("done", words) if last.edition == edition else Mark("lag", f"{words}，不是现在这一稿")
        found.append(Sent(key, label, mark, sendings, due=last is None or last.edition != edition))
    return found
