"""The rows of the board: one township, or the county, with its figures and the lists they open (C19, C27)."""

from dataclasses import dataclass, field
from datetime import date

from dabao import plans
from dabao.models import Flag, FlagKind, Phase, WorkPlan
from dabao.scope import Right, Scope
from reports.models import MonthlyReport
from reports.queries import requests
from screening.phase_work import TownshipProgress, together
from screening.queries.desk_work import DESKS, Share, desk_counts
from screening.queries.progress import progress
from screening.rules.phases import Work, due_on, first_of_month
from supervision.links import (
    as_at,
    cases_url,
    flag_url,
    flags_url,
    phase_url,
    report_url,
    requests_url,
    same_flags_url,
)
from supervision.models import Assignment
from supervision.pages.findings import findings_url
from supervision.queries import findings, townships
from supervision.wording import CIRCLED, Status, by_words, counted, flag_words, report_status, work_status

NOBODY_WAITS = requests.Owed(0, 0)


@dataclass(frozen=True, slots=True)
class Cell:
    """One township, or the county, in one phase."""

    phase: Phase
    work: Work
    status: Status
    line: int | None
    main: bool
    total_url: str
    done_url: str
    left_url: str

    @property
    def circled(self) -> str:
        return CIRCLED[self.phase.number - 1]


@dataclass(frozen=True, slots=True)
class ShareCell:
    """So many of so many households, each figure with its list: 应保尽保, 复核."""

    share: Share
    done_url: str
    total_url: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with the list it opens; `late` of these are past their day, in a list of their own."""

    count: int
    url: str
    late: int = 0
    late_url: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A township: its units, cells by phase, 应保尽保 and 复核, its report, what it and the county owe.

    `flags` by what they say, `flag_links` the same with the list or the work they open, `standing` each;
    `own_red` = those of `red` that are the county's own, in its sums. `report` is that of the month;
    `missing` = the longest missing one of any month. `findings` = those not ended, None on a past day, of
    which they keep no account.
    """

    code: str
    name: str
    url: str
    assignments: list[Assignment]
    cells: list[Cell]
    shares: list[ShareCell]
    answers: Figure
    findings: Figure | None
    red: Figure
    report: Status | None
    report_url: str
    missing: Status | None = None
    missing_url: str = ""
    flags: list[Status] = field(default_factory=list)
    flag_links: list[tuple[str, str]] = field(default_factory=list)
    standing: list[Flag] = field(default_factory=list)
    own_red: int = 0

    @property
    def main(self) -> Cell:
        return next(cell for cell in self.cells if cell.main)

    @property
    def after(self) -> Cell:
        """The phase after the current one, the one before it at the end."""
        place = self.cells.index(self.main)
        return self.cells[place + 1] if place + 1 < len(self.cells) else self.cells[place - 1]

    @property
    def red_parts(self) -> str:
        """乡镇 9＋县局 7: what the rows above add up to, and what the county adds."""
        return f"乡镇 {self.red.count - self.own_red}＋县局 {self.own_red}" if self.own_red else ""

    @property
    def findings_late(self) -> str:
        return f"{self.findings.late} 逾期" if self.findings else ""

    @property
    def reported(self) -> bool:
        """Whether the report of the month is in."""
        return self.report is not None and self.report.kind in ("done", "late")

    @property
    def behind(self) -> bool:
        return self.main.status.kind in ("lag", "over")

    def is_of(self, scope: Scope) -> bool:
        """Whether the viewer leads the group of this township, or works in its unit."""
        leaders = {assignment.group.leader_id for assignment in self.assignments}
        members = {m.user_id for assignment in self.assignments for m in assignment.unit.working}
        return scope.user_id is not None and scope.user_id in leaders | members

    @property
    def short(self) -> str:
        """石羊 for 石羊镇, as on the tiles."""
        return self.name.removesuffix("镇").removesuffix("乡")


class Reading:
    """What the queries gave for one board on a day, and the rows made of it.

    On a past day every figure's address names that day, and the list behind it is read as it stood.
    """

    def __init__(self, scope: Scope, plan: WorkPlan, day: date) -> None:
        self.plan, self.day = plan, day
        self.then = as_at(day)
        self.phases = plans.phases(plan)
        self.phase = phase_at(self.phases, day)
        self.month = first_of_month(day)
        self.report_due = due_on(self.month, plan.report_due_day)
        self.progress = progress(scope, plan, day)
        self.assignments = townships.assignments(scope, plan, day)
        self.desks = desk_counts(scope, plan, day)
        self.reports: dict[str, MonthlyReport] = {}
        self.owed: dict[str, requests.Owed] = {}
        self.reported = plan.first_report_month <= self.month <= plan.last_report_month
        if scope.may(Right.READ_REPORT):
            self.owed = requests.owed_to(scope, plan, day)
            if self.reported:
                self.reports = townships.reports_of(scope, plan, self.month, day)
        self.findings = {} if self.then else findings.open_counts(scope, day, plan)
        self.flags: dict[str, list[Flag]] = {}
        for flag in townships.open_flags(scope, day):
            self.flags.setdefault(flag.region_id, []).append(flag)

    def rows(self) -> dict[str, Row]:
        """The townships by code."""
        return {work.code: self._row(work) for work in self.progress}

    def _row(self, progress_of: TownshipProgress) -> Row:
        code = progress_of.code
        flags = self.flags.get(code, [])
        missing = next((flag for flag in flags if flag.kind == FlagKind.REPORT_MISSING), None)
        return Row(
            code=code,
            name=progress_of.name,
            url=cases_url(region=code, **self.then),
            assignments=[a for a in self.assignments if a.township_id == code],
            cells=self._cells(code, progress_of.works),
            shares=self._shares(code, [self.desks.get(code, {})]),
            answers=self._answers(code, self.owed.get(code, NOBODY_WAITS).number),
            findings=self._findings(code, [self.findings.get(code, (0, 0))]),
            red=Figure(len(flags), flags_url(code, **self.then)),
            report=report_status(self.reports.get(code), self.month, self.report_due, self.day)
            if self.reported
            else None,
            report_url=report_url(self.month, code),
            missing=Status("missing", flag_words(missing, self.day)) if missing else None,
            missing_url=flag_url(missing) if missing else "",
            flags=self._flags(code),
            flag_links=[
                (counted(words, len(same), 1), same_flags_url(same, self.day))
                for words, same in by_words(flags, self.day).items()
            ],
            standing=flags,
        )

    def sums(self) -> Row:
        """The county, or all that the viewer sees of it."""
        region = self.plan.region_id
        return Row(
            code=region,
            name=self.plan.region.name,
            url=cases_url(region=region, **self.then),
            assignments=[],
            cells=self._cells(region, together(self.progress, self.phases, self.day)),
            shares=self._shares(region, list(self.desks.values())),
            answers=self._answers(region, sum(owed.number for owed in self.owed.values())),
            findings=self._findings(region, list(self.findings.values())),
            red=Figure(sum(map(len, self.flags.values())), flags_url("", **self.then)),
            report=None,
            report_url="",
            flags=self._flags(region, told=(FlagKind.ANSWER_OWED,)),
            own_red=len(self.flags.get(region, [])),
        )

    def _flags(self, code: str, told: tuple[str, ...] = ()) -> list[Status]:
        """Flags of a place by what they say, but those of the kinds that are told together elsewhere."""
        flags = [flag for flag in self.flags.get(code, []) if flag.kind not in told]
        said = by_words(flags, self.day).items()
        return [Status("over", counted(words, len(same), 1)) for words, same in said]

    def _cells(self, code: str, works: tuple[Work, ...]) -> list[Cell]:
        return [
            Cell(
                phase=phase,
                work=work,
                status=work_status(work, phase, self.day),
                line=work.line if phase.first_day <= self.day else None,
                main=phase == self.phase,
                total_url=phase_url(code, phase.number, "total", **self.then),
                done_url=phase_url(code, phase.number, "done", **self.then),
                left_url=phase_url(code, phase.number, "left", **self.then),
            )
            for phase, work in zip(self.phases, works, strict=True)
        ]

    def _shares(self, code: str, counted: list[dict[str, Share]]) -> list[ShareCell]:
        """应保尽保 and 复核: in the order of the board's columns."""
        return [
            ShareCell(
                sum((of.get(desk, Share()) for of in counted), Share()),
                cases_url(region=code, desk=desk, work="done", **self.then),
                cases_url(region=code, desk=desk, work="total", **self.then),
            )
            for desk in DESKS
        ]

    def _answers(self, code: str, number: int) -> Figure:
        return Figure(number, requests_url(code, **self.then))

    def _findings(self, code: str, counted: list[tuple[int, int]]) -> Figure | None:
        if self.then:
            return None
        number, late = (sum(column) for column in zip(*counted, strict=True)) if counted else (0, 0)
        return Figure(number, findings_url(region=code), late, findings_url(region=code, due="late"))


def phase_at(phases: list[Phase], day: date) -> Phase:
    """The phase of the day: the first before the plan begins, the latest begun afterwards."""
    begun = [phase for phase in phases if phase.first_day <= day]
    return begun[-1] if begun else phases[0]
