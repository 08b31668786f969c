"""What a household on 低保 may be given when looked at again: keep, taper, stop (C14, C15; Plan 二(四)).

Pure: amounts are yuan a year for one person, days are calendar days. A way that does not apply says by how
much, in the words people read; the form shows them and the service refuses with the same ones.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from screening.choices import ReasonCode, ReviewOutcome, ReviewWay
from screening.rules.income import Place, may_keep_dibao, position, taper_end
from screening.rules.phases import first_of_month, next_month

ONE_DAY = timedelta(days=1)
NO_STANDARD = "还没有农村低保标准，定不了。请县局在“设置·标准”里填"


@dataclass(frozen=True, slots=True)
class Standards:
    """The two lines in force on a day; None = the table has none. `confirmed`: both have their document."""

    rural_dibao: Decimal | None
    poverty_line: Decimal | None
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Months:
    """How long a taper may be in months; `already` = those of one that runs, which may only be lengthened."""

    shortest: int
    longest: int
    already: int = 0

    @property
    def choices(self) -> range:
        return range(max(self.shortest, self.already + 1), self.longest + 1)


@dataclass(frozen=True, slots=True)
class WayAnswer:
    """A way with its name, whether it applies, and its condition in words (with the difference when not)."""

    way: ReviewWay
    label: str
    applies: bool
    words: str


def ways(income: Decimal, standards: Standards, months: Months, *, lifted: bool) -> tuple[WayAnswer, ...]:
    """Keep, taper and stop for a household of that income. Without a dibao standard none applies."""
    standard = standards.rural_dibao
    if standard is None:
        return tuple(WayAnswer(way, str(way.label), applies=False, words=NO_STANDARD) for way in ReviewWay)
    where = position(income, standard)
    return (
        _keep(income, standards, where.place, where.gap, lifted=lifted),
        _taper(standard, where.place, where.gap, months),
        _stop(standard, where.place),
    )


def _keep(income: Decimal, standards: Standards, place: Place, gap: Decimal, *, lifted: bool) -> WayAnswer:
    standard, line = standards.rural_dibao or Decimal(0), standards.poverty_line
    if place is Place.ABOVE:
        between = f"在 {line:,.0f} 和 {standard:,.0f} 之间" if line is not None else f"低于 {standard:,.0f}"
        label = ReviewOutcome.KEEP_LIFTED.label if lifted else ReviewWay.KEEP.label
        return WayAnswer(
            ReviewWay.KEEP, str(label), applies=False, words=f"收入要{between}；本户高出 {gap:,.2f}，不适用"
        )
    outcome = kept_as(income, standards, lifted=lifted)
    if place is Place.AT:
        words = f"正好等于 {standard:,.0f}：由你定，写明为什么"
    elif outcome == ReviewOutcome.KEEP_LIFTED:
        words = f"高于扶贫标准 {line:,.0f}、低于低保标准 {standard:,.0f}：脱了贫，保不断"
    elif line is None:
        words = f"低于 {standard:,.0f}，差 {gap:,.2f}；还没有扶贫标准，分不出是不是脱贫不脱保"
    elif income <= line:
        words = f"不高于扶贫标准 {line:,.0f}，照旧享受"
    else:
        words = f"低于 {standard:,.0f}，差 {gap:,.2f}，照旧享受"
    return WayAnswer(ReviewWay.KEEP, str(outcome.label), applies=True, words=words)


def _taper(standard: Decimal, place: Place, gap: Decimal, months: Months) -> WayAnswer:
    label = str(ReviewWay.TAPER.label)
    if place is not Place.ABOVE:
        why = f"本户低 {gap:,.2f}" if place is Place.BELOW else "本户正好等于"
        words = f"收入要高于 {standard:,.0f}；{why}，不适用"
    elif not months.choices:
        words = f"渐退期已给足 {months.longest} 个月，不能再延"
    elif months.already:
        words = f"已给 {months.already} 个月，可延到 {months.choices[0]}—{months.longest} 个月"
    else:
        words = f"收入高于 {standard:,.0f}，可给 {months.shortest}—{months.longest} 个月"
    return WayAnswer(ReviewWay.TAPER, label, place is Place.ABOVE and bool(months.choices), words)


def _stop(standard: Decimal, place: Place) -> WayAnswer:
    words = {
        Place.ABOVE: "不给渐退期；要写理由，另一人审批",
        Place.AT: f"正好等于 {standard:,.0f}：由你定，写明为什么，另一人审批",
        Place.BELOW: f"收入低于 {standard:,.0f}：只能因别的原因停，另一人审批",
    }[place]
    return WayAnswer(ReviewWay.STOP, str(ReviewWay.STOP.label), applies=True, words=words)


def kept_as(income: Decimal, standards: Standards, *, lifted: bool) -> ReviewOutcome:
    """脱贫不脱保 for a lifted household strictly between the two lines, else it goes on as before (C14)."""
    line, standard = standards.poverty_line, standards.rural_dibao
    between = line is not None and standard is not None and may_keep_dibao(income, line, standard)
    return ReviewOutcome.KEEP_LIFTED if lifted and between else ReviewOutcome.KEEP


def fault(
    way: str,
    income: Decimal,
    standards: Standards,
    months: Months,
    *,
    chosen_months: int | None,
    stop_reason: str,
) -> tuple[str, str] | None:
    """Why a way cannot be taken, as (field of the form, sentence); None when it can."""
    answers = {answer.way: answer for answer in ways(income, standards, months, lifted=True)}
    if way not in ReviewWay.values:
        return "way", "还没选怎么办：继续享受、救助渐退或停发。"
    if not (answer := answers[ReviewWay(way)]).applies:
        return "way", f"{answer.words}。请另选一种，或核对收入。"
    if way == ReviewWay.TAPER and chosen_months not in months.choices:
        return "months", _months_fault(months)
    if way == ReviewWay.STOP:
        return _stop_fault(income, standards.rural_dibao, stop_reason)
    return None


def _months_fault(months: Months) -> str:
    if months.already:
        return f"渐退期要比现在的 {months.already} 个月长，合计不超过 {months.longest} 个月。请重选。"
    return f"渐退期应为 {months.shortest} 至 {months.longest} 个月。请重选。"


def _stop_fault(income: Decimal, standard: Decimal | None, reason: str) -> tuple[str, str] | None:
    if reason not in ReasonCode.values:
        return "stop_reason", "停发要选原因。"
    if reason == ReasonCode.INCOME_OVER and standard is not None and income < standard:
        gap = f"{standard - income:,.2f}"
        return "stop_reason", f"收入比标准低 {gap} 元，不能因“收入超标准”停发。请选别的原因。"
    return None


def stop_month(from_month: date, approved_on: date) -> date:
    """The month from which a stop holds: as reviewed, but no month already begun when it was approved."""
    return max(from_month, next_month(approved_on))


@dataclass(frozen=True, slots=True)
class Span:
    """A taper on the calendar: counts from `first_day` to `last_day`, paid from `from_month` to `to_month`.

    `remind_on`: the day from which it is on the list of those that end soon.
    """

    months: int
    first_day: date
    last_day: date
    remind_on: date
    from_month: date
    to_month: date


def span(from_month: date, months: int, limits: Months, notice_days: int) -> Span:
    """A taper paid from that month. Raises ValueError when it is shorter or longer than the plan allows.

    It counts from the last day of the month before: 31 August + 6 months = 28 or 29 February, since there is
    no 31st; 28 February + 6 months = 28 August, the same day.
    """
    first_day = first_of_month(from_month) - ONE_DAY
    last_day = taper_end(first_day, months, shortest=limits.shortest, longest=limits.longest)
    to_month = first_of_month(last_day)
    return Span(months, first_day, last_day, last_day - timedelta(days=notice_days), from_month, to_month)


def granted(from_month: date, months: int, notice_days: int) -> Span:
    """A taper as it was given, whatever the plan allows by now."""
    return span(from_month, months, Months(months, months), notice_days)
