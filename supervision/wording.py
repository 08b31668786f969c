"""Figures of a phase, a report and a flag in the words, shape and colour of the board (face, Components)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dabao.models import Flag, FlagKind, Phase
from reports.models import MonthlyReport, ReportState
from screening.phase_work import phase_ordinal
from screening.rules.phases import PhaseSpan, Stage, Work

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"

MONTHLY = (FlagKind.REPORT_MISSING, FlagKind.MEETING_MISSING, FlagKind.FEEDBACK_MISSING)


@dataclass(frozen=True, slots=True)
class Status:
    """A kind of `status_mark` with its word."""

    kind: str
    text: str


def work_status(work: Work, phase: Phase, day: date) -> Status:
    """How a township stands in a phase: never by colour alone."""
    stage = PhaseSpan(phase.first_day, phase.last_day).stage(day)
    if not work.total:
        return Status("none", "没有对象")
    if not work.left:
        return Status("done", "完成")
    if work.overdue:
        return Status("over", f"逾期 {work.left} 户")
    if stage is Stage.BEFORE:
        return Status("none", f"{phase.first_day.month}月{phase.first_day.day}日起")
    if work.lag > 0:
        return Status("lag", f"滞后 {work.lag} 户")
    return Status("ok", f"按期 +{-work.lag}" if work.lag else "按期")


def report_status(report: MonthlyReport | None, month: date, due: date, day: date) -> Status:
    """State of a township's report of a month: sent, late, draft, not yet, missing since so many days."""
    if report is not None and report.submitted_on:
        sent = f"{report.submitted_on.month}月{report.submitted_on.day}日"
        return Status("late", f"{sent}晚报") if report.submitted_on > due else Status("done", f"{sent}已报")
    if day > due:
        return Status("missing", f"{month.month}月缺报 {(day - due).days} 天")
    if report is None:
        return Status("none", "未报")
    return Status("draft", ReportState(report.state).label)


def by_words(flags: Iterable[Flag], day: date) -> dict[str, list[Flag]]:
    """Flags that say the same together, in the order of the first of each."""
    found: dict[str, list[Flag]] = {}
    for flag in flags:
        found.setdefault(flag_words(flag, day), []).append(flag)
    return found


def counted(words: str, flags: int, places: int) -> str:
    """3月缺报 26 天, or 预警逾期 3 天（3 面） where there are more flags than places."""
    return words if flags == places else f"{words}（{flags} 面）"


def flag_words(flag: Flag, day: date) -> str:
    """3月缺报 26 天 · 第一阶段逾期 3 天: what is late and for how long."""
    days = (day - flag.due_on).days
    if flag.kind == FlagKind.PHASE_OVERDUE:
        return f"{phase_ordinal(int(flag.subject.rpartition(':')[2]))}逾期 {days} 天"
    month = f"{flag.due_on.month}月" if flag.kind in MONTHLY else ""
    return f"{month}{flag.get_kind_display()} {days} 天"
