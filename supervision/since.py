"""What changed in one's townships since one last looked (上次看以后): households, lag, flags, findings."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from supervision.board_rows import Row
from supervision.services.looks import Look

NAMED = 4  # townships that a line names


@dataclass(frozen=True, slots=True)
class Moved:
    """How a township moved in the current phase: households done since, and the lag then and now."""

    done: int
    lag_before: int
    lag: int

    @property
    def signed(self) -> str:
        return _signed(self.done)

    @property
    def words(self) -> str:
        """滞后 23 → 21, 滞后不变, or nothing when it is not behind."""
        before, now = max(self.lag_before, 0), max(self.lag, 0)
        if not before and not now:
            return ""
        return "滞后不变" if before == now else f"滞后 {before} → {now}"


@dataclass(frozen=True, slots=True)
class Change:
    """One line: what, by how much, and how it spreads."""

    label: str
    words: str
    red: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """Empty `changes`: nothing changed. `moved` by township code."""

    look: Look
    changes: list[Change]
    moved: dict[str, Moved] = field(default_factory=dict)
    done: int = 0


def figures(rows: Iterable[Row]) -> dict[str, Any]:
    """What is kept of a look, by township code."""
    return {
        row.code: {
            "phases": {str(cell.phase.number): [cell.work.done, cell.work.lag] for cell in row.cells},
            "enrolled": row.shares[0].share.done,
            "rechecked": row.shares[1].share.done,
            "answers": row.answers.count,
            "findings": row.findings.count if row.findings else 0,
            "flags": {_key(flag): flag.label for flag in row.standing},
        }
        for row in rows
    }


def changes(look: Look | None, rows: list[Row]) -> Since | None:
    """None at the first look. Townships that came into one's scope since are left out: nothing is known."""
    if look is None:
        return None
    known = [row for row in rows if row.code in look.figures]
    moved = {row.code: one for row in known if (one := _moved(look.figures[row.code], row))}
    if not known:
        return Since(look, [])
    phase = known[0].main.phase
    flags_then = {row.code: look.figures[row.code]["flags"] for row in known}
    lines = [
        _spread(f"已{phase.short_name}", known, lambda row: moved[row.code].done if row.code in moved else 0),
        _spread("新纳入", known, _more(look, "enrolled", lambda row: row.shares[0].share.done)),
        _spread("复核", known, _more(look, "rechecked", lambda row: row.shares[1].share.done)),
        _flags(
            "新红旗", known, lambda row: _flags_only(_now(row), look.figures[row.code]["flags"]), red=True
        ),
        _flags("红旗消了", known, lambda row: _flags_only(flags_then[row.code], _now(row))),
        _from_to("未销问题", known, look, "findings", lambda row: row.findings.count if row.findings else 0),
        _from_to("县局欠答复", known, look, "answers", lambda row: row.answers.count),
    ]
    return Since(look, [line for line in lines if line], moved, sum(one.done for one in moved.values()))


def _moved(before: dict[str, Any], row: Row) -> Moved | None:
    then = before["phases"].get(str(row.main.phase.number))
    return Moved(row.main.work.done - then[0], then[1], row.main.work.lag) if then else None


def _more(look: Look, name: str, now: Callable[[Row], int]) -> Callable[[Row], int]:
    return lambda row: now(row) - look.figures[row.code][name]


def _spread(label: str, rows: list[Row], number: Callable[[Row], int]) -> Change | None:
    """已排查 +24 户：三台 +10、石羊 +8."""
    found = [(row.short, number(row)) for row in rows if number(row)]
    if not found:
        return None
    found.sort(key=lambda one: -abs(one[1]))
    named = "、".join(f"{name} {_signed(many)}" for name, many in found[:NAMED])
    rest = "等" if len(found) > NAMED else ""
    return Change(label, f"{_signed(sum(many for _, many in found))} 户：{named}{rest}")


def _flags(
    label: str, rows: list[Row], pick: Callable[[Row], list[str]], *, red: bool = False
) -> Change | None:
    named = [f"{row.short} {text}" for row in rows for text in pick(row)]
    if not named:
        return None
    rest = f"等 {len(named)} 面" if len(named) > NAMED else ""
    return Change(label, "；".join(named[:NAMED]) + rest, red)


def _from_to(label: str, rows: list[Row], look: Look, name: str, now: Callable[[Row], int]) -> Change | None:
    before, after = sum(look.figures[row.code][name] for row in rows), sum(now(row) for row in rows)
    return Change(label, f"{before} → {after} 条") if before != after else None


def _now(row: Row) -> dict[str, str]:
    return {_key(flag): flag.label for flag in row.standing}


def _flags_only(these: dict[str, str], not_those: dict[str, str]) -> list[str]:
    return [text for key, text in these.items() if key not in not_those]


def _key(flag: Any) -> str:
    return f"{flag.kind}:{flag.subject}:{flag.due_on.isoformat()}"


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}"
