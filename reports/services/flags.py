"""Flags of what is due each month: a township's report, meeting, feedback; the county's answers (C20, C23).

Each is raised once, dated for the day it fell due, and cleared in the transaction of the work that ends it. A
late run raises what a timely one would have: also for what was done late meanwhile, cleared by that day.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from dabao import plans
from dabao.models import Flag, FlagKind, WorkPlan
from dabao.services import flags
from reports.models import EarlierAnswer, Feedback, HelpRequest, Meeting, MonthlyReport
from reports.rules import feedback_months
from screening.rules.phases import (
    due_on,
    last_of_month,
    months_due,
    months_met,
    overdue_since,
)


@dataclass(frozen=True, slots=True)
class Due:
    """Something due in a region; `done_on` None = not done yet."""

    kind: FlagKind
    region: str
    subject: str
    label: str
    due_on: date
    done_on: date | None


def subject(month: date) -> str:
    return f"report:{month:%Y-%m}"


@transaction.atomic
def raise_missing(*, plan: WorkPlan, day: date, noticed_on: date | None = None) -> list[Flag]:
    """Flag each township whose report was not in by a due day before `day`; the new flags."""
    return _raise(_reports(plan, day), noticed_on or day)


@transaction.atomic
def raise_others(*, plan: WorkPlan, day: date, noticed_on: date | None = None) -> list[Flag]:
    """Flag missing meetings and feedback of townships and answers that the county owes; the new flags."""
    owed = [*_meetings(plan, day), *_feedback(plan, day), *_answers(plan, day), *_earlier(plan, day)]
    return _raise(owed, noticed_on or day)


def _reports(plan: WorkPlan, day: date) -> Iterable[Due]:
    came, townships = _done(MonthlyReport, plan, "submitted_on"), _townships(plan)
    for month in months_due(plan.first_report_month, plan.last_report_month, plan.report_due_day, day):
        for code in townships:
            yield Due(
                FlagKind.REPORT_MISSING,
                code,
                subject(month),
                f"{month.month}月月报缺报",
                due_on(month, plan.report_due_day),
                came.get((code, month)),
            )


def _meetings(plan: WorkPlan, day: date) -> Iterable[Due]:
    """A month's meeting is missing from the first of the next month; timeliness goes by the day recorded."""
    held, townships = _done(Meeting, plan, "recorded_on"), _townships(plan)
    for month in months_met(plan.first_report_month, plan.last_report_month, day):
        for code in townships:
            yield Due(
                FlagKind.MEETING_MISSING,
                code,
                f"meeting:{month:%Y-%m}",
                f"{month.month}月研究会没登记",
                last_of_month(month),
                held.get((code, month)),
            )


def _feedback(plan: WorkPlan, day: date) -> Iterable[Due]:
    """Each township owes feedback in every month but the first, whether or not its report came (C20)."""
    told, townships = _done(Feedback, plan, "recorded_on"), _townships(plan)
    for _, month in feedback_months(plan.first_report_month, plan.last_report_month):
        due = due_on(month, plan.feedback_day)
        for code in townships if due < day else []:
            yield Due(
                FlagKind.FEEDBACK_MISSING,
                code,
                f"feedback:{month:%Y-%m}",
                f"{month.month}月反馈没交",
                due,
                told.get((code, month)),
            )


def _answers(plan: WorkPlan, day: date) -> Iterable[Due]:
    """What the county owes is flagged against the county."""
    rows = HelpRequest.objects.filter(report__plan=plan, due_on__lt=day).select_related("report__region")
    for row in rows.defer("report__lines", "report__figures"):
        if row.due_on is not None:
            yield _answer(plan, row, row.due_on, row.answered_on)


def _earlier(plan: WorkPlan, day: date) -> Iterable[Due]:
    """Answers that came late and did not solve it: each was owed by a day of its own."""
    rows = EarlierAnswer.objects.filter(request__report__plan=plan, due_on__lt=day)
    rows = rows.select_related("request__report__region")
    for row in rows.defer("request__report__lines", "request__report__figures"):
        yield _answer(plan, row.request, row.due_on, row.answered_on)


def _answer(plan: WorkPlan, row: HelpRequest, due: date, answered_on: date | None) -> Due:
    label = f"欠{row.report.region.name}{row.report.month.month}月请求的答复"
    return Due(FlagKind.ANSWER_OWED, plan.region_id, f"request:{row.pk}", label, due, answered_on)


def _townships(plan: WorkPlan) -> list[str]:
    return [region.code for region in plans.townships(plan)]


def _done(
    model: type[MonthlyReport | Meeting | Feedback], plan: WorkPlan, field: str
) -> dict[tuple[str, date], date]:
    rows = model.objects.filter(plan=plan, **{f"{field}__isnull": False})
    return {(region, month): day for region, month, day in rows.values_list("region_id", "month", field)}


def _raise(dues: Iterable[Due], noticed_on: date) -> list[Flag]:
    """A flag for each that was not done by its day and has none yet. Safe beside another run.

    Of most subjects there is one, though their day be moved; an answer may be owed again by another day.
    """
    late = [due for due in dues if due.done_on is None or due.done_on > due.due_on]
    flags = Flag.objects.filter(
        kind__in={due.kind for due in late}, subject__in={due.subject for due in late}
    ).exclude(kind=FlagKind.ANSWER_OWED)
    standing = set(flags.values_list("kind", "region_id", "subject"))
    raised = []
    for due in late:
        if (due.kind, due.region, due.subject) in standing:
            continue
        flag, new = Flag.objects.get_or_create(
            kind=due.kind,
            region_id=due.region,
            subject=due.subject,
            due_on=due.due_on,
            defaults={
                "label": due.label,
                "raised_on": overdue_since(due.due_on),
                "noticed_on": noticed_on,
                "cleared_on": due.done_on,
            },
        )
        raised += [flag] if new else []
    return raised


@transaction.atomic
def clear_done(*, plan: WorkPlan, day: date) -> dict[str, int]:
    """Clear flags of what is done, should work beside the day's jobs have missed one. How many, by kind."""
    standing = set(Flag.objects.filter(cleared_on=None).values_list("kind", "region_id", "subject"))
    cleared: Counter[str] = Counter()
    for due in [*_reports(plan, day), *_meetings(plan, day), *_feedback(plan, day), *_answers(plan, day)]:
        open_flag = (due.kind.value, due.region, due.subject)
        if due.done_on is not None and due.done_on <= day and open_flag in standing:
            cleared[due.kind.value] += clear(
                kind=due.kind, region_code=due.region, subject=due.subject, day=due.done_on
            )
    return cleared


def clear(*, kind: FlagKind, region_code: str, subject: str, day: date) -> int:
    """Clear the flag of something done on `day`; called in the transaction of that work. How many, 0 or 1."""
    standing = flags.standing(kind=kind, region_id=region_code, subject=subject)
    return flags.clear(found=standing, day=day)
