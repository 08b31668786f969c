"""The analysis across townships for the county's report: pure, from the figures of the reports sent (C24)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.likeness import Group, Problem, split
from reports.rules import percent, zh

KEYS = ("to_screen", "screened", "covered", "eligible", "enrolled", "not_eligible", "annotated")


@dataclass(frozen=True, slots=True)
class Row:
    """A township in a month: households by figure; `submitted_on` None = its report is not in, figures are 0.

    `before` = rate of screening in its report of the month before, `last` its figures; None without one.
    """

    code: str
    name: str
    submitted_on: date | None
    days_late: int
    figures: dict[str, int]
    problems: str = ""
    before: str | None = None
    last: dict[str, int] | None = None

    @property
    def screening_rate(self) -> str:
        return percent(self.figures["screened"], self.figures["to_screen"])

    @property
    def enrolment_rate(self) -> str:
        return _share(self.figures["enrolled"], self.figures["eligible"])

    @property
    def recheck_rate(self) -> str:
        return _share(self.figures["annotated"], self.figures["not_eligible"])

    @property
    def change(self) -> str:
        """+65.3 points of the screening rate since the month before; empty without one."""
        if self.before is None:
            return ""
        return f"{float(self.screening_rate) - float(self.before):+.1f}"

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "name": self.name,
            "submitted_on": self.submitted_on.isoformat() if self.submitted_on else None,
            "days_late": self.days_late,
            "figures": self.figures,
            "problems": self.problems,
            "before": self.before,
            "last": self.last,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "Row":
        sent = row["submitted_on"]
        return cls(**row | {"submitted_on": date.fromisoformat(sent) if sent else None})


def _share(part: int, whole: int) -> str:
    """59.6%, or — of nothing."""
    return f"{percent(part, whole)}%" if whole else "—"


def households(table: dict[str, Any]) -> dict[str, int]:
    """The figures of a row from a report's table."""
    if not table:
        return dict.fromkeys(KEYS, 0)
    real = {key: pair[0] for key, pair in table["real"].items()}
    enrolled = real["eligible"] - real["in_process"]
    return {key: enrolled if key == "enrolled" else real[key] for key in KEYS}


def total(rows: Sequence[Row]) -> Row:
    """The sum of the rows."""
    figures = {key: sum(row.figures[key] for row in rows) for key in KEYS}
    return Row("", "合计", None, 0, figures)


MOST_NAMES = 3


def _named(rows: Sequence[Row]) -> str:
    """铁锁乡、三台乡, or their number when they are many."""
    return "、".join(row.name for row in rows) if len(rows) <= MOST_NAMES else f"{len(rows)}个乡镇"


def _of(share: str) -> str:
    return "" if share == "—" else f"，占{share}"


def progress_draft(county: str, month: date, rows: Sequence[Row]) -> str:
    """What the table says, in words: how many are in, rates, who lags."""
    into = [row for row in rows if row.submitted_on]
    late = [row for row in into if row.days_late > 0]
    out = [row for row in rows if not row.submitted_on]
    sums = total(into)
    figures = sums.figures
    first = f"{month.month}月，{county}{len(rows)}个乡镇中{len(into)}个报来月报"
    first += f"，{_named(late)}晚报" if late else ""
    first += f"，{_named(out)}没报" if out else ""
    sentences = [
        f"{first}。",
        f"报来的乡镇应排查{figures['to_screen']}户，已排查{figures['screened']}户，"
        f"占{sums.screening_rate}%。已排查户中，在保已核{figures['covered']}户；符合条件{figures['eligible']}户，"
        f"已纳入{figures['enrolled']}户{_of(sums.enrolment_rate)}；不符合{figures['not_eligible']}户，"
        f"已复核标注{figures['annotated']}户{_of(sums.recheck_rate)}。",
    ]
    slow = [row for row in laggards(into) if row.figures["screened"] < row.figures["to_screen"]]
    if slow:
        sentences.append("排查较慢的是" + "、".join(f"{r.name}（{r.screening_rate}%）" for r in slow) + "。")
    return "".join(sentences)


def laggards(rows: Sequence[Row]) -> list[Row]:
    """The slowest quarter of the townships by screening rate, slowest first."""
    return sorted(rows, key=lambda row: float(row.screening_rate))[: max(1, len(rows) // 4)]


def problems(rows: Sequence[Row]) -> list[Problem]:
    """What the townships whose reports are in call their problems, in the county's order."""
    return [
        Problem(row.code, row.name, text) for row in rows if row.submitted_on for text in split(row.problems)
    ]


def problems_draft(groups: Sequence[Group]) -> str:
    """The problems, what many share told once with all who told it."""
    return "\n".join(
        f"{number}．{group.title}（{'、'.join(group.names)}）。" for number, group in enumerate(groups, 1)
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of a township last month and this month; `before` None without a report of that month."""

    name: str
    before: float | None
    now: float

    @property
    def by(self) -> str:
        """+3, or +65.3 for rates; empty without a month before."""
        if self.before is None:
            return ""
        gap = round(self.now - self.before, 1)
        return f"{gap:+g}" if gap else "0"

    @property
    def before_words(self) -> str:
        return "" if self.before is None else f"{self.before:g}"

    @property
    def now_words(self) -> str:
        return f"{self.now:g}"


MEASURES = (("screening", "排查率", "%"), ("enrolled", "已纳入", "户"), ("not_eligible", "不符合", "户"))


def changes(rows: Sequence[Row], measure: str) -> list[Change]:
    """How a measure of each township that reported moved since the month before."""

    def value(figures: dict[str, int]) -> float:
        if measure == "screening":
            return float(percent(figures["screened"], figures["to_screen"]))
        return figures[measure]

    return [
        Change(row.name, value(row.last) if row.last else None, value(row.figures))
        for row in rows
        if row.submitted_on
    ]


def difference(rows: Sequence[Row], ledger: int, day: date) -> str:
    """How the reports' sum of screened households differs from the ledger of a day; never hidden."""
    sent = total([row for row in rows if row.submitted_on]).figures["screened"]
    out = [row for row in rows if not row.submitted_on]
    gap = ledger - sent
    words = f"月报合计已排查 {sent:,} 户；{zh(day)}台账 {ledger:,} 户，"
    if not gap:
        return f"{words}相同。"
    words += f"{'多' if gap > 0 else '少'} {abs(gap):,} 户，是报送后查的"
    if not out:
        return f"{words}。"
    unsent = _named(out) if len(out) <= MOST_NAMES else f" {len(out)} 个乡镇"
    return f"{words}，和没报的{unsent}的。"
