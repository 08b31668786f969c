"""The bars of the publicity panel: each hanging list from its first to its last day, and today's line."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from screening.queries.publicity import PublicityBatch

WIDTH = 100.0  # units of the drawing


@dataclass(frozen=True, slots=True)
class Bar:
    """One list: where its bar begins and how wide it is, and when its households may be approved."""

    batch: PublicityBatch
    x: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """All of them over the same days; `today_x` and `day_width` draw the line of today."""

    first_day: date
    last_day: date
    today_x: float
    day_width: float
    bars: list[Bar]
    households: int


def bars(batches: Iterable[PublicityBatch], day: date) -> Bars | None:
    """Of the lists that hang; None when none does. Both ends of a publicity are whole days."""
    hanging = [batch for batch in batches if batch.posted]
    if not hanging:
        return None
    first = min(day, *(batch.first_day for batch in hanging))
    last = max(day, *(batch.last_day for batch in hanging))
    day_width = WIDTH / ((last - first).days + 1)

    def x(of: date) -> float:
        return round((of - first).days * day_width, 2)

    return Bars(
        first,
        last,
        x(day),
        round(day_width, 2),
        [
            Bar(
                batch,
                x(batch.first_day),
                round(((batch.last_day - batch.first_day).days + 1) * day_width, 2),
                _words(batch, day),
            )
            for batch in hanging
        ],
        sum(batch.households for batch in hanging),
    )


def _words(batch: PublicityBatch, day: date) -> str:
    if batch.objected:
        return f"异议 {batch.objected} 户，查清再批"
    if batch.last_day == day:
        return "今天满，明天可批"
    over = batch.last_day + timedelta(days=1)
    return f"{over.month}月{over.day}日起可批"
