"""A township's report from the first word to its submission (C23). The figures are taken, never typed.

Everybody who changes a report locks its row first; whoever saw an older version than the one stored gets a
`ConflictError` with both texts, and nothing is overwritten (F06).
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from dabao import audit
from dabao.models import FlagKind, NoticeKind, User, WorkPlan
from dabao.scope import Right, Scope
from dabao.services import notices
from reports.models import MonthlyReport, ReportState
from reports.queries import reports as queries
from reports.rules import answer_due, progress_draft
from reports.services import flags
from screening.rules.phases import first_of_month, is_late

MAX_TEXT = 5000


@dataclass(frozen=True, slots=True)
class Texts:
    """The words of a report as the form has them."""

    progress: str = ""
    problems: str = ""


@dataclass
class ConflictError(Exception):
    """Somebody else saved this report since the page was opened. Nothing was written."""

    mine: Texts
    theirs: Texts
    by: str
    report: MonthlyReport

    def __str__(self) -> str:
        return f"{self.by}也改了这份月报。你的没有覆盖他的，请逐项选。"


@transaction.atomic
def save(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    texts: Texts,
    offered: str,
    day: date,
) -> MonthlyReport:
    """Keep the words; `offered` = the progress draft the page showed, `version` 0 = nothing was kept yet.

    A progress text equal to the offered one stays the system's and follows the figures until submission.
    """
    report = lock_report(scope, plan, region_code, month, Right.WRITE_REPORT, day)
    _write(report, texts, offered, version, actor)
    return report


@transaction.atomic
def ask_signature(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    texts: Texts,
    offered: str,
    day: date,
) -> MonthlyReport:
    """Keep the words and lay the report before the township's head; one that the county returned as well."""
    report = lock_report(scope, plan, region_code, month, Right.WRITE_REPORT, day)
    _write(report, texts, offered, version, actor)
    _check_whole(report)
    report.state = ReportState.TO_SIGN
    _saved(report, actor, "report.ask_signature")
    return report


@dataclass(frozen=True, slots=True)
class Giver:
    """Who may give a report back, in which state, and what it becomes."""

    right: Right
    state: ReportState
    becomes: ReportState
    action: str
    elsewhere: str


# The head gives it back to be mended; the county with its remarks: the figures of a report that is in stay
# frozen, only the words may be mended.
GIVERS = {
    "head": Giver(
        Right.SIGN_REPORT,
        ReportState.TO_SIGN,
        ReportState.DRAFT,
        "report.send_back",
        "这份月报没有在等签字，不用退回。请刷新页面看它到了哪一步。",
    ),
    "county": Giver(
        Right.ANSWER,
        ReportState.SUBMITTED,
        ReportState.RETURNED,
        "report.return",
        "这份月报还没报来，或已经退回。请刷新页面看它到了哪一步。",
    ),
}


@transaction.atomic
def give_back(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    by: str,
    remark: str,
    day: date,
) -> MonthlyReport:
    """Give a report back with what is to be mended; `by` is a key of GIVERS."""
    giver = GIVERS[by]
    report = lock_report(scope, plan, region_code, month, giver.right, day)
    if report.state != giver.state:
        raise ValidationError(giver.elsewhere)
    if not remark.strip():
        raise ValidationError({"remark": "没写退回的原因。请写明要改什么。"})
    was_in = report.submitted_on is not None
    report.state, report.remark = ReportState.RETURNED if was_in else giver.becomes, remark.strip()
    _saved(report, actor, giver.action)
    return report


@transaction.atomic
def submit(
    *,
    scope: Scope,
    plan: WorkPlan,
    region_code: str,
    month: date,
    actor: User,
    version: int,
    texts: Texts,
    offered: str,
    day: date,
) -> MonthlyReport:
    """Sign and send the report: freeze its figures with their time, say whether it is late, clear the flag.

    Only the head may (Right.SIGN_REPORT). The same head sending twice gets the report that stands. A report
    that the county returned keeps its figures and its first day. Nobody signs what he has not seen: an older
    version is a `ConflictError` even with the same words, as its requests may be others.
    """
    report = lock_report(scope, plan, region_code, month, Right.SIGN_REPORT, day)
    if report.state == ReportState.SUBMITTED and report.submitted_by_id == actor.pk:
        return report
    _write(report, texts, offered, version, actor, signing=True)
    _check_whole(report)
    if report.submitted_on is None:
        _freeze(scope, plan, report, day)
        report.late = is_late(day, month, plan.report_due_day)
        report.help_requests.update(due_on=answer_due(day, plan.feedback_day))
        report.submitted_on, report.submitted_at = day, timezone.now()
    if report.progress_offered:
        report.progress = progress_draft(report.region.name, report.figures)
    report.submitted_by, report.state, report.remark = actor, ReportState.SUBMITTED, ""
    _saved(report, actor, "report.submit", late=report.late, submitted_on=report.submitted_on.isoformat())
    flags.clear(
        kind=FlagKind.REPORT_MISSING,
        region_code=region_code,
        subject=flags.subject(month),
        day=report.submitted_on,
    )
    notices.clear(kind=NoticeKind.REPORT_DUE, region_code=region_code, subject=flags.subject(month), day=day)
    return report


def _freeze(scope: Scope, plan: WorkPlan, report: MonthlyReport, day: date) -> None:
    found = queries.table(scope, plan, report.region_id, report.month, day, None)
    report.figures = found.figures
    report.lines = [line.as_json() for line in found.lines]
    report.frozen_at = timezone.now()


def lock_report(
    scope: Scope, plan: WorkPlan, region_code: str, month: date, right: Right, day: date
) -> MonthlyReport:
    """The report, made when it is not there yet, locked until the transaction ends.

    Raises ObjectDoesNotExist outside the scope, PermissionDenied inside it without the right, ValidationError
    for a month that has none or has not begun.
    """
    region = queries.township(scope, plan, region_code)
    scope.require(right, region_code)
    if not plan.first_report_month <= month <= plan.last_report_month:
        raise ValidationError("这个月不用报月报。请回月报日历选方案期内的月份。")
    if month > first_of_month(day):
        raise ValidationError("这个月还没到，不能填报。请到了当月再写。")
    MonthlyReport.objects.get_or_create(plan=plan, region=region, month=month, defaults={"version": 0})
    return (
        MonthlyReport.objects.within(scope, Right.READ_REPORT)
        .select_related("region", "written_by")
        .select_for_update(of=("self",))
        .get(plan=plan, region=region, month=month)
    )


def _write(
    report: MonthlyReport, texts: Texts, offered: str, version: int, actor: User, *, signing: bool = False
) -> None:
    if report.state == ReportState.SUBMITTED:
        raise ValidationError("这份月报已经报送，不能再改。有误请联系县局退回修改。")
    if report.version != version:
        theirs = Texts(report.progress or offered, report.problems)
        same = (_plain(theirs.progress), _plain(theirs.problems)) == (
            _plain(texts.progress),
            _plain(texts.problems),
        )
        if signing or not same:
            by = report.written_by.name if report.written_by and report.written_by != actor else "另一个页面"
            raise ConflictError(texts, theirs, by, report)
    same_as_offered = _plain(texts.progress) in ("", _plain(offered))
    report.progress = "" if same_as_offered else texts.progress
    report.progress_offered = same_as_offered
    report.problems = texts.problems
    report.written_by = report.written_by if _is_head_only(report, actor) else actor
    report.saved_at = timezone.now()
    _saved(report, actor, "report.save")


def _is_head_only(report: MonthlyReport, actor: User) -> bool:
    """Whether a report written by somebody else is only being signed by its head."""
    return (
        report.written_by_id is not None
        and report.state == ReportState.TO_SIGN
        and report.written_by != actor
    )


def _plain(text: str) -> str:
    return "".join(text.split())


def _check_whole(report: MonthlyReport) -> None:
    if not report.problems.strip():
        raise ValidationError({"problems": "“存在问题及困难”没写。没有问题也请写明“无”。"})


def _saved(report: MonthlyReport, actor: User, action: str, **data: Any) -> None:
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
        characters=len(report.progress) + len(report.problems),
        **data,
    )
