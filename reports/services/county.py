"""The county's report from the first draft to its recipients (C24)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from dabao import audit
from dabao.models import User, WorkPlan
from dabao.scope import Right, Scope
from reports import county
from reports.likeness import arranged, grouped, plain
from reports.models import CountyEdition, CountyReport, CountyState, Recipient, Sending
from reports.queries import county as queries
from screening.rules.phases import first_of_month


@dataclass(frozen=True, slots=True)
class Texts:
    """The three parts of the report."""

    progress: str = ""
    problems: str = ""
    support: str = ""


@transaction.atomic
def save(
    *, scope: Scope, plan: WorkPlan, month: date, actor: User, version: int, texts: Texts, day: date
) -> CountyReport:
    """Keep the words. Whoever saw an older version is told, nothing is overwritten; 0 = there was none."""
    report = _lock(scope, plan, month, Right.ANSWER, day)
    _write(report, actor, version, texts)
    _saved(report, actor, "county_report.save")
    return report


@transaction.atomic
def arrange(
    *,
    scope: Scope,
    plan: WorkPlan,
    month: date,
    actor: User,
    version: int,
    texts: Texts,
    day: date,
    chosen: Mapping[str, str],
) -> CountyReport:
    """Keep the words and group the problems as chosen: label by key; nothing chosen = by likeness again.

    A second part that is still the draft follows the new groups.
    """
    report = _lock(scope, plan, month, Right.ANSWER, day)
    problems = county.problems(queries.rows(scope, plan, month))
    drafted = county.problems_draft(grouped(problems, report.arrangement))
    if plain(texts.problems) == plain(drafted):
        texts = replace(texts, problems="")
    _write(report, actor, version, texts)
    try:
        report.arrangement = arranged(problems, chosen)
    except ValueError as bad:
        raise ValidationError("没有这个组。请从列出的组里选。") from bad
    _saved(report, actor, "county_report.arrange", groups=len(set(report.arrangement.values())))
    return report


@transaction.atomic
def ask_approval(
    *, scope: Scope, plan: WorkPlan, month: date, actor: User, version: int, texts: Texts, day: date
) -> CountyReport:
    """Keep the words and lay the report before a leader; every part must be written."""
    report = _lock(scope, plan, month, Right.ANSWER, day)
    _write(report, actor, version, texts)
    for name, label in (("progress", "工作进展"), ("problems", "存在问题"), ("support", "请求上级支持")):
        if not getattr(report, name).strip():
            raise ValidationError({name: f"“{label}”没写。没有也请写明“无”。"})
    report.state = CountyState.TO_APPROVE
    _saved(report, actor, "county_report.ask_approval")
    return report


@transaction.atomic
def approve(
    *, scope: Scope, plan: WorkPlan, month: date, actor: User, version: int, day: date
) -> CountyReport:
    """A leader approves the edition as it stands, with the figures of the reports that are in by now."""
    report = _lock(scope, plan, month, Right.ORDER, day)
    if report.state != CountyState.TO_APPROVE:
        raise ValidationError("这份报告没有在等批准。请刷新页面看它到了哪一步。")
    if report.version != version:
        raise ValidationError("打开页面后报告又改过，没有批准。请看过现在的内容再批。")
    report.state, report.remark = CountyState.APPROVED, ""
    report.approved_by, report.approved_on = actor, day
    report.tables = [row.as_json() for row in queries.rows(scope, plan, month)]
    _saved(report, actor, "county_report.approve", edition=report.edition)
    CountyEdition.objects.create(
        report=report,
        edition=report.edition,
        progress=report.progress,
        problems=report.problems,
        support=report.support,
        tables=report.tables,
        approved_by=actor,
        approved_on=day,
    )
    return report


@transaction.atomic
def send_back(
    *, scope: Scope, plan: WorkPlan, month: date, actor: User, remark: str, day: date
) -> CountyReport:
    """A leader gives it back to be mended, and says why."""
    report = _lock(scope, plan, month, Right.ORDER, day)
    if report.state != CountyState.TO_APPROVE:
        raise ValidationError("这份报告没有在等批准，不用退回。")
    if not remark.strip():
        raise ValidationError("没写退回的原因。请写明要改什么。")
    report.state, report.remark = CountyState.DRAFT, remark.strip()
    _saved(report, actor, "county_report.send_back")
    return report


@transaction.atomic
def revise(*, scope: Scope, plan: WorkPlan, month: date, actor: User, day: date) -> CountyReport:
    """Begin another edition of an approved report; who got the old one stays on record."""
    report = _lock(scope, plan, month, Right.ANSWER, day)
    if report.state != CountyState.APPROVED:
        raise ValidationError("这份报告还没批，直接改就行。")
    report.state, report.edition = CountyState.DRAFT, report.edition + 1
    report.approved_by = report.approved_on = None
    report.tables = []
    _saved(report, actor, "county_report.revise", edition=report.edition)
    return report


@transaction.atomic
def record_sent(
    *, scope: Scope, plan: WorkPlan, month: date, actor: User, recipient: str, day: date
) -> Sending:
    """The approved edition went to a recipient; twice the same gives one record."""
    report = _lock(scope, plan, month, Right.ANSWER, day)
    if report.state != CountyState.APPROVED:
        raise ValidationError("局领导还没批，不能报送。")
    if recipient not in Recipient.values:
        raise ValidationError("没有这个收件单位。请从列出的三家里选。")
    sending, new = Sending.objects.get_or_create(
        report=report,
        recipient=recipient,
        edition=report.edition,
        defaults={"sent_on": day, "sent_by": actor},
    )
    if new:
        audit.record(
            "county_report.send",
            actor=actor,
            obj=report,
            region_code=report.region_id,
            recipient=recipient,
            edition=report.edition,
        )
    return sending


def _lock(scope: Scope, plan: WorkPlan, month: date, right: Right, day: date) -> CountyReport:
    region = queries.plan_region(scope, plan)
    scope.require(right, region.code)
    if not plan.first_report_month <= month <= min(plan.last_report_month, first_of_month(day)):
        raise ValidationError("这个月没有县级报告，或还没到。")
    CountyReport.objects.get_or_create(plan=plan, month=month, defaults={"region": region, "version": 0})
    return (
        CountyReport.objects.within(scope, Right.READ_REPORT)
        .select_for_update(of=("self",))
        .get(plan=plan, month=month)
    )


def _write(report: CountyReport, actor: User, version: int, texts: Texts) -> None:
    if report.state == CountyState.APPROVED:
        raise ValidationError("这一稿已经批了，不能再改。要改请另起一稿。")
    if report.version != version:
        who = report.written_by.name if report.written_by and report.written_by != actor else "另一个页面"
        raise ValidationError(f"{who}刚改了这份报告，你的没有保存。请另开一页对照着改。")
    report.progress, report.problems, report.support = texts.progress, texts.problems, texts.support
    report.state, report.written_by = CountyState.DRAFT, actor


def _saved(report: CountyReport, actor: User, action: str, **data: Any) -> None:
    report.version += 1
    report.full_clean(validate_unique=False)
    report.save()
    audit.record(
        action,
        actor=actor,
        obj=report,
        region_code=report.region_id,
        month=f"{report.month:%Y-%m}",
        state=report.state,
        version=report.version,
        **data,
    )
