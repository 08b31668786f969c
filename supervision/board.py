"""The board: townships × phases, grouped by leader and unit, with the sentences above (C19, C27)."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby

from dabao import plans
from dabao.models import Flag, FlagKind, Phase, WorkPlan
from dabao.scope import Right, Scope
from reports.models import MonthlyReport
from screening.phase_work import TownshipProgress, together
from screening.queries.progress import done_by_day, progress
from screening.rules.phases import Work, due_on, first_of_month
from supervision.debts import Debt, owes
from supervision.links import cases_url, flag_url, phase_url, report_url
from supervision.models import Assignment, Group
from supervision.navigation import url_of
from supervision.queries import county, townships
from supervision.wording import CIRCLED, Status, flag_words, report_status, work_status

NO_LEADER = "没有带队领导"
NAMED = 3  # townships that a sentence names


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
class Figure:
    """A count with the list it opens; red or amber only beside its word."""

    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A township: its units, its cells by phase, what waits there, its report and its red flags."""

    code: str
    name: str
    url: str
    assignments: list[Assignment]
    cells: list[Cell]
    waits: list[Figure]
    report: Status | None
    report_url: str
    flags: list[Status] = field(default_factory=list)
    flag_urls: dict[str, str] = field(default_factory=dict)

    @property
    def main(self) -> Cell:
        return next(cell for cell in self.cells if cell.main)

    def is_of(self, scope: Scope) -> bool:
        """Whether the viewer leads the group of this township, or works in its unit."""
        leaders = {assignment.group.leader_id for assignment in self.assignments}
        members = {m.user_id for assignment in self.assignments for m in assignment.unit.working}
        return scope.user_id is not None and scope.user_id in leaders | members

    @property
    def short(self) -> str:
        """石羊 for 石羊镇, as on the tiles."""
        return self.name.removesuffix("镇").removesuffix("乡")


@dataclass(frozen=True, slots=True)
class FlagGroup:
    """What several townships are late with in the same way: 3月缺报 26 天, 铁锁、三台 or 12 个乡镇."""

    text: str
    rows: list[Row]
    url: str

    @property
    def names(self) -> str:
        return self._named([row.short for row in self.rows[:NAMED]])

    @property
    def full_names(self) -> str:
        """As a sentence of its own begins with them."""
        return self._named([row.name for row in self.rows[:NAMED]])

    def _named(self, names: list[str]) -> str:
        named = "、".join(names)
        return named if len(self.rows) <= NAMED else f"{named}等 {len(self.rows)} 个乡镇"


@dataclass(frozen=True, slots=True)
class Team:
    """A bureau leader with the rows of his units."""

    leader: str
    post: str
    rows: list[Row]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a board shows on a day. `whole`: all of the county; `mine`: the rows one supervises.

    `red` counts every open flag of the scope, the county's own among them; `owes` is what the county owes.
    """

    phase: Phase
    phases: list[Phase]
    days: int
    days_gone: int
    teams: list[Team]
    rows: list[Row]
    sums: Row
    whole: bool
    slow: list[Row]
    mine: list[Row]
    flags: list[FlagGroup]
    debts: county.Debts | None
    owes: list[Debt]
    red: int
    report_due: date
    reports_in: int
    trend: list[tuple[int, int]]


def build(scope: Scope, plan: WorkPlan, day: date) -> Board:
    """The board as this scope sees it; the number of queries does not grow with townships or people."""
    phases = plans.phases(plan)
    phase = phase_at(phases, day)
    rows_of_work = progress(scope, plan, day)
    at = _Reading(scope, plan, phases, phase, day)
    rows = {work.code: at.row(work) for work in rows_of_work}
    whole = scope.may(Right.BOARD, plan.region_id)
    sums = at.sums(rows_of_work, list(rows.values()))
    debts = county.debts(scope, plan, day) if whole else None
    lagging = [row for row in rows.values() if row.main.status.kind in ("lag", "over")]
    return Board(
        phase=phase,
        phases=phases,
        days=(phase.last_day - phase.first_day).days + 1,
        days_gone=min(max((day - phase.first_day).days, 0), (phase.last_day - phase.first_day).days + 1),
        teams=_teams(at.assignments, rows),
        rows=list(rows.values()),
        sums=sums,
        whole=whole,
        slow=sorted(lagging, key=lambda row: -row.main.work.lag),
        mine=[row for row in rows.values() if row.is_of(scope)],
        flags=flag_groups(list(rows.values())),
        debts=debts,
        owes=owes(debts, keeps_lists=scope.may(Right.IMPORT), keeps_plan=scope.may(Right.PLAN))
        if debts
        else [],
        red=sum(len(flags) for flags in at.flags.values()),
        report_due=at.report_due,
        reports_in=sum(1 for row in rows.values() if row.report and row.report.kind in ("done", "late")),
        trend=trend_points(done_by_day(scope, plan, phase, day), sums.main.work.done, phase, day),
    )


def phase_at(phases: list[Phase], day: date) -> Phase:
    """The phase of the day: the first before the plan begins, the latest begun afterwards."""
    begun = [phase for phase in phases if phase.first_day <= day]
    return begun[-1] if begun else phases[0]


def trend_points(
    by_day: dict[str, dict[date, int]], done: int, phase: Phase, day: date
) -> list[tuple[int, int]]:
    """(whole days gone, households done before that day), and for the last point what is done now."""
    gone = min((day - phase.first_day).days, (phase.last_day - phase.first_day).days + 1)
    if gone < 0:
        return []
    per_day: dict[date, int] = {}
    for days in by_day.values():
        for concluded, number in days.items():
            per_day[concluded] = per_day.get(concluded, 0) + number
    points = [
        (number, sum(n for on, n in per_day.items() if on < phase.first_day + timedelta(days=number)))
        for number in range(gone)
    ]
    return [*points, (gone, done)]


class _Reading:
    """What the queries gave for one board, and the rows made of it."""

    def __init__(self, scope: Scope, plan: WorkPlan, phases: list[Phase], phase: Phase, day: date) -> None:
        self.plan, self.phases, self.phase, self.day = plan, phases, phase, day
        self.month = first_of_month(day)
        self.report_due = due_on(self.month, plan.report_due_day)
        self.assignments = townships.assignments(scope, plan, day)
        self.desks = townships.desks(scope, plan, day)
        self.reports: dict[str, MonthlyReport] = {}
        self.reported = plan.first_report_month <= self.month <= plan.last_report_month
        if scope.may(Right.READ_REPORT) and self.reported:
            self.reports = townships.reports_of(scope, plan, self.month)
        self.flags: dict[str, list[Flag]] = {}
        for flag in townships.open_flags(scope, day):
            self.flags.setdefault(flag.region_id, []).append(flag)

    def row(self, progress_of: TownshipProgress) -> Row:
        code = progress_of.code
        return Row(
            code=code,
            name=progress_of.name,
            url=cases_url(region=code),
            assignments=[a for a in self.assignments if a.township_id == code],
            cells=self._cells(code, progress_of.works),
            waits=self._waits(code, self.desks.get(code, townships.Desks())),
            report=report_status(self.reports.get(code), self.month, self.report_due, self.day)
            if self.reported
            else None,
            report_url=report_url(self.month, code),
            flags=self._flags(code),
            flag_urls={flag_words(flag, self.day): flag_url(flag) for flag in self.flags.get(code, [])},
        )

    def sums(self, rows_of_work: list[TownshipProgress], rows: list[Row]) -> Row:
        desks = [self.desks.get(row.code, townships.Desks()) for row in rows]
        total = townships.Desks(
            not_covered=sum(d.not_covered for d in desks),
            to_recheck=sum(d.to_recheck for d in desks),
            to_enrol=sum(d.to_enrol for d in desks),
        )
        region = self.plan.region_id
        return Row(
            code=region,
            name=self.plan.region.name,
            url=cases_url(region=region),
            assignments=[],
            cells=self._cells(region, together(rows_of_work, self.phases, self.day)),
            waits=self._waits(region, total),
            report=None,
            report_url="",
            flags=self._flags(region, told=(FlagKind.ANSWER_OWED,)),
        )

    def _flags(self, code: str, told: tuple[str, ...] = ()) -> list[Status]:
        """Flags of a place but those of the kinds that are told together elsewhere."""
        flags = [flag for flag in self.flags.get(code, []) if flag.kind not in told]
        return [Status("over", flag_words(flag, self.day)) for flag in flags]

    def _cells(self, code: str, works: tuple[Work, ...]) -> list[Cell]:
        return [
            Cell(
                phase=phase,
                work=work,
                status=work_status(work, phase, self.day),
                line=work.line if work.recorded and phase.first_day <= self.day else None,
                main=phase == self.phase,
                total_url=phase_url(code, phase.number, "total"),
                done_url=phase_url(code, phase.number, "done"),
                left_url=phase_url(code, phase.number, "left"),
            )
            for phase, work in zip(self.phases, works, strict=True)
        ]

    def _waits(self, code: str, desks: townships.Desks) -> list[Figure]:
        """未保, 待复核, 待纳入: in the order of the board's columns."""
        return [
            Figure(desks.not_covered, cases_url(region=code, covered="none")),
            Figure(desks.to_recheck, cases_url(region=code, state="to_recheck")),
            Figure(desks.to_enrol, cases_url(region=code, state="to_enrol")),
        ]


def flag_groups(rows: list[Row]) -> list[FlagGroup]:
    """Flags of these townships by what they say, the most widespread last; one alone leads to its work."""
    by_text: dict[str, list[Row]] = {}
    for row in rows:
        for text in row.flag_urls:
            by_text.setdefault(text, []).append(row)
    found = [
        FlagGroup(text, late, late[0].flag_urls[text] if len(late) == 1 else url_of("reports:calendar"))
        for text, late in by_text.items()
    ]
    return sorted(found, key=lambda group: len(group.rows))


def _teams(assignments: list[Assignment], rows: dict[str, Row]) -> list[Team]:
    """Rows by leader in the order of the assignment table; each township once, those without a unit last."""
    seen: set[str] = set()
    teams = []
    for group, members in groupby(assignments, key=lambda assignment: assignment.group):
        codes = [a.township_id for a in members if a.township_id in rows]
        own = [rows[code] for code in dict.fromkeys(codes) if code not in seen]
        seen.update(row.code for row in own)
        if own:
            teams.append(_team(group, own))
    rest = [row for code, row in rows.items() if code not in seen]
    return [*teams, _team(None, rest)] if rest else teams


def _team(group: Group | None, rows: list[Row]) -> Team:
    return Team(
        leader=group.leader_name if group else NO_LEADER,
        post=group.leader_post if group else "",
        rows=rows,
        done=sum(row.main.work.done for row in rows),
        total=sum(row.main.work.total for row in rows),
    )
