"""Home of those who verify: what is left, by when, how many a day; who is next, who came back (V, T, H)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dabao import plans
from dabao.models import Flag, FlagKind, Phase, WorkPlan
from dabao.scope import Right, Scope
from screening.models import Case, QuestionKind
from screening.phase_work import phase_words, together
from screening.queries import reviews
from screening.queries.progress import REVIEWING, done_by_day, progress
from screening.rules.phases import Work, due_on, first_of_month
from supervision.board_rows import phase_at
from supervision.links import case_url, cases_url, dispatch_url, flag_url, phase_url, report_url
from supervision.navigation import url_of
from supervision.pages.dispatch import reply_status
from supervision.pages.findings import waiting_findings
from supervision.queries import dispatches, home, townships, waiting
from supervision.wording import Status, flag_words, report_status, work_status

RECENT_DAYS = 7
RETURNED_SHOWN = 5


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category's households: done of total; a household counts in each of its categories."""

    category: int
    done: int
    total: int
    url: dict[str, str]

    @property
    def left(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class Returned:
    """A household that came back: what is missing, by when; `late` words once its limit has passed."""

    url: str
    head: str
    place: str
    note: str
    limit: date
    late: str


@dataclass(frozen=True, slots=True)
class ToDo:
    """One thing that waits: what, how it stands, a verb and where it is done."""

    label: str
    detail: str
    status: Status
    verb: str
    url: str


def build(scope: Scope, plan: WorkPlan, day: date) -> dict[str, Any]:
    """Context of the page; a fixed number of queries."""
    phases = plans.phases(plan)
    phase = phase_at(phases, day)
    rows = progress(scope, plan, day)
    work = together(rows, phases, day)[phases.index(phase)]
    upcoming = home.upcoming(scope, plan, day)
    returned = home.returned(scope, plan)
    urls = {part: phase_url("", phase.number, part) for part in ("total", "done", "left")}
    return {
        "region": "、".join(region.name for region in home.own_regions(scope)),
        "phase": phase,
        "phase_words": phase_words(phase),
        "work": work,
        "begun": day >= phase.first_day,
        "status": work_status(work, phase, day),
        "pace_words": _pace_words(scope, plan, phase, work, day),
        "urls": urls,
        "worklist_url": cases_url(state="to_verify"),
        "upcoming": upcoming,
        "reviewing": phase.number == REVIEWING and scope.may(Right.APPLY),
        "returned": [_returned(case, day) for case in returned[:RETURNED_SHOWN]],
        "returned_count": len(returned),
        "returned_late": sum(1 for case in returned if case.due_on < day),
        "returned_url": cases_url(state="to_verify", returned=1),
        "to_do": [
            *_flags(scope, day),
            *_findings(scope, plan, day),
            *_dispatches(scope, plan, day),
            *_recheck(scope),
            *_reviews(scope, plan, day),
            *_report(scope, plan, day),
            *_questions(scope),
        ],
        **_categories(scope, plan, phase, day),
    }


def _pace_words(scope: Scope, plan: WorkPlan, phase: Phase, work: Work, day: date) -> str:
    """含今天还有 6 天，37 ÷ 6 进位为 7；最近 7 天平均每天 4.2 户."""
    if not work.left or work.pace is None:
        return ""
    words = f"含今天还有 {work.days_left} 天，{work.left} ÷ {work.days_left} 进位为 {work.pace}"
    recent = sum(
        number
        for days in done_by_day(scope, plan, phase, day).values()
        for concluded, number in days.items()
        if day - timedelta(days=RECENT_DAYS) <= concluded < day
    )
    return f"{words}；最近 {RECENT_DAYS} 天平均每天 {recent / RECENT_DAYS:.1f} 户"


def _returned(case: Case, day: date) -> Returned:
    household = case.household
    late = (day - case.due_on).days
    return Returned(
        url=case_url(case.pk),
        head=household.head.name if household.head else "户主不明",
        place="·".join(filter(None, (household.region.name.removesuffix("村"), household.group))),
        note=case.return_note,
        limit=case.due_on,
        late=f"逾期 {late} 天" if late > 0 else "",
    )


def _categories(scope: Scope, plan: WorkPlan, phase: Phase, day: date) -> dict[str, Any]:
    """Lines of the six categories, and what leads from their sum to the households of the phase (C05).

    Warnings are no households: those of phase 3 are in its work and not in these lines.
    """
    counted = home.categories(scope, plan, phase.number, day)
    lines = [
        CategoryLine(
            number,
            counted[f"done_{number}"],
            counted[f"total_{number}"],
            {
                part: cases_url(phase=phase.number, work=part, category=number)
                for part in ("total", "done", "left")
            },
        )
        for number in plan.categories
    ]
    visits = sum(line.done for line in lines), sum(line.total for line in lines)
    outside = counted["done_0"], counted["total_0"]
    actual = counted["done_all"], counted["total_all"]
    double = visits[0] + outside[0] - actual[0], visits[1] + outside[1] - actual[1]
    sums = {"visits": visits, "outside": outside, "double": double, "actual": actual}
    urls = {part: cases_url(phase=phase.number, work=part) for part in ("total", "done", "left")}
    return {"categories": lines, "actual_urls": urls} | {
        name: (done, total, total - done) for name, (done, total) in sums.items()
    }


def _flags(scope: Scope, day: date) -> list[ToDo]:
    told = FlagKind.DISPATCH_OVERDUE  # the line of the order says it
    return [_flag(flag, day) for flag in townships.open_flags(scope, day) if flag.kind != told]


def _flag(flag: Flag, day: date) -> ToDo:
    verb = "去补报" if flag.kind == FlagKind.REPORT_MISSING else "去办"
    return ToDo("红旗", flag.label, Status("over", flag_words(flag, day)), verb, flag_url(flag))


def _dispatches(scope: Scope, plan: WorkPlan, day: date) -> list[ToDo]:
    """Orders of the county that wait for the township's reply, or for the work to be done."""
    return [
        ToDo(
            f"调度第 {place.dispatch.number} 号",
            place.dispatch.title,
            reply_status(place, day),
            "去回复" if place.replied_on is None else "去报办完",
            dispatch_url(place.dispatch_id),
        )
        for place in dispatches.to_answer(scope, plan)
    ]


def _findings(scope: Scope, plan: WorkPlan, day: date) -> list[ToDo]:
    """Findings of supervision that the township has to put right."""
    found = waiting_findings(scope, plan, day)
    if not found.number:
        return []
    return [
        ToDo(
            "督战整改",
            "整改了附依据回复",
            Status("over" if found.late else "todo", found.words),
            "去整改",
            found.url,
        )
    ]


def _recheck(scope: Scope) -> list[ToDo]:
    number = waiting.waiting(scope).get("to_recheck", 0)
    if not number:
        return []
    status = Status("todo", f"{number} 户等你复核")
    return [ToDo("复核", "别人初核过的", status, "去复核", url_of("screening:recheck"))]


def _reviews(scope: Scope, plan: WorkPlan, day: date) -> list[ToDo]:
    number = reviews.mine(scope, plan, day)
    if not number:
        return []
    status = Status("todo", f"{number} 户等你")
    return [ToDo("动态核查", "低保户核查，渐退到期", status, "去核查", url_of("screening:reviews"))]


def _report(scope: Scope, plan: WorkPlan, day: date) -> list[ToDo]:
    """The month's report of each township one writes for, until it is in."""
    month = first_of_month(day)
    if not scope.may(Right.WRITE_REPORT) or not plan.first_report_month <= month <= plan.last_report_month:
        return []
    reports = townships.reports_of(scope, plan, month, day)
    due = due_on(month, plan.report_due_day)
    found = []
    for code in scope.prefixes(Right.WRITE_REPORT):
        report = reports.get(code)
        if report is None or not report.submitted_on:
            status = report_status(report, month, due, day)
            found.append(
                ToDo(
                    f"{month.month}月月报",
                    f"{due.month}月{due.day}日截止",
                    status,
                    "接着写" if report else "去写",
                    report_url(month, code),
                )
            )
    return found


def _questions(scope: Scope) -> list[ToDo]:
    """What an import could not decide; shown once there is a page that answers it."""
    url = url_of("screening:questions")
    if not url:
        return []
    return [
        ToDo("名单疑问", QuestionKind(kind).label, Status("ask", f"{number} 条"), "去说明", url)
        for kind, number in home.questions(scope)
    ]
