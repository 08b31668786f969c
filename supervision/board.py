"""The board: townships × phases, grouped by leader and unit, with the sentences above (C19, C27)."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from dabao import clock
from dabao.models import Phase, WorkPlan
from dabao.scope import Right, Scope
from screening.phase_work import phase_ordinal
from screening.queries.progress import done_by_day
from supervision.board_rows import Reading, Row
from supervision.debts import Debt, owes
from supervision.links import same_flags_url
from supervision.models import Assignment, Group
from supervision.queries import county
from supervision.wording import by_words, counted

NO_LEADER = "没有带队领导"
NAMED = 3  # townships that a sentence names


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

    `sums.red` counts every open flag of the scope, those of the county too; `owes` = what the county owes.
    """

    day: date
    past: bool
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
    report_due: date
    reports_in: int
    trend: list[tuple[int, int]]

    @property
    def phase_name(self) -> str:
        """第一阶段."""
        return phase_ordinal(self.phase.number)


def build(scope: Scope, plan: WorkPlan, day: date) -> Board:
    """The board as this scope sees it, as it stood on a past day too; the number of queries does not grow
    with townships or people.
    """
    read = Reading(scope, plan, day)
    phase, rows, sums = read.phase, read.rows(), read.sums()
    whole = scope.may(Right.BOARD, plan.region_id)
    debts = county.debts(scope, plan, day) if whole else None
    return Board(
        day=day,
        past=day < clock.today(),
        phase=phase,
        phases=read.phases,
        days=(phase.last_day - phase.first_day).days + 1,
        days_gone=min(max((day - phase.first_day).days, 0), (phase.last_day - phase.first_day).days + 1),
        teams=_teams(read.assignments, rows),
        rows=list(rows.values()),
        sums=sums,
        whole=whole,
        slow=sorted((row for row in rows.values() if row.behind), key=lambda row: -row.main.work.lag),
        mine=[row for row in rows.values() if row.is_of(scope)],
        flags=flag_groups(list(rows.values()), day),
        debts=debts,
        owes=owes(debts, keeps_lists=scope.may(Right.IMPORT), keeps_plan=scope.may(Right.PLAN))
        if debts
        else [],
        report_due=read.report_due,
        reports_in=sum(row.reported for row in rows.values()),
        trend=trend_points(done_by_day(scope, plan, phase, day), sums.main.work.done, phase, day),
    )


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


def flag_groups(rows: list[Row], day: date) -> list[FlagGroup]:
    """Flags of these townships by what they say, the most widespread last; one alone leads to its work,
    several to the list of them.
    """
    by_code = {row.code: row for row in rows}
    found = []
    for words, flags in by_words([flag for row in rows for flag in row.standing], day).items():
        late = [by_code[code] for code in dict.fromkeys(flag.region_id for flag in flags)]
        found.append(FlagGroup(counted(words, len(flags), len(late)), late, same_flags_url(flags, day)))
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
