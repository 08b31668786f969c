"""Reminders of what a township owes, to its staff and head, three days and one day before (C23)."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from dabao import plans
from dabao.models import Notice, NoticeKind, WorkPlan
from dabao.services import notices
from reports.models import Feedback, Meeting, MonthlyReport
from reports.rules import reminder_day, zh
from screening.rules.phases import due_on, first_of_month, last_of_month


@transaction.atomic
def remind(*, plan: WorkPlan, day: date) -> list[Notice]:
    """Tell who has to do it and has not; the new notices.

    A run after a standstill tells at once what it missed, while it is still in time; afterwards the flag
    tells it. Whoever was told for that day is not told again.
    """
    found = list(_reminders(plan, day))
    people = notices.township_people(day) if found else {}
    return [
        notice
        for one in found
        for notice in notices.tell(reminder=one, user_ids=people.get(one.region_code, ()))
    ]


def _reminders(plan: WorkPlan, day: date) -> Iterator[notices.Reminder]:
    month = first_of_month(day)
    if not plan.first_report_month <= month <= plan.last_report_month:
        return
    reports = MonthlyReport.objects.filter(submitted_on__isnull=False)
    yield from _undone(plan, day, NoticeKind.REPORT_DUE, due_on(month, plan.report_due_day), reports)
    yield from _undone(plan, day, NoticeKind.MEETING_DUE, last_of_month(month), Meeting.objects.all())
    if month > plan.first_report_month:
        due = due_on(month, plan.feedback_day)
        yield from _undone(plan, day, NoticeKind.FEEDBACK_DUE, due, Feedback.objects.all())


WORDS = {
    NoticeKind.REPORT_DUE: ("report", "月报{due}截止，还没报送"),
    NoticeKind.MEETING_DUE: ("meeting", "研究会{due}截止，还没登记"),
    NoticeKind.FEEDBACK_DUE: ("feedback", "反馈{due}截止，还没交"),
}


def _undone(
    plan: WorkPlan, day: date, kind: NoticeKind, due: date, done: QuerySet
) -> Iterator[notices.Reminder]:
    """One for each township that has not done it, on a day that has a reminder."""
    belongs_to = reminder_day(due, day)
    if belongs_to is None:
        return
    month = first_of_month(due)
    ready = set(done.filter(plan=plan, month=month).values_list("region_id", flat=True))
    name, words = WORDS[kind]
    for region in plans.townships(plan):
        if region.code not in ready:
            yield notices.Reminder(
                kind=kind,
                region_code=region.code,
                subject=subject(name, month),
                text=f"{month.month}月{words.format(due=zh(due))}",
                url_name=f"reports:{name}",
                url_args=(f"{month:%Y-%m}", region.code),
                day=belongs_to,
            )


def subject(name: str, month: date) -> str:
    """report:2020-04, as the flags name it."""
    return f"{name}:{month:%Y-%m}"
