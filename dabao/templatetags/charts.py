"""Small drawings made on the server, in plain SVG: they stand without JavaScript and print as they are."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dabao.templatetags.face import money, per_capita, thousands

register = template.Library()

SCALE_LEFT, SCALE_RIGHT, SCALE_WORDS = 20, 540, 160


@register.simple_tag
def scale(amount: Decimal | None, standard: Decimal, line: Decimal | None = None) -> SafeString:
    """A household's per-capita income (yuan) on one line with the dibao standard and the poverty line.

    Only the stretch that matters is drawn. ``js/percapita.js`` draws the same while somebody is typing.
    """
    marks = [("low", "扶贫标准", line), ("std", "农村低保标准", standard)]
    values = [Decimal(value) for value in (amount, standard, line) if value]
    low, high = min(values), max(values)
    room = max(high - low, high * Decimal("0.05"), Decimal(1)) / 2

    def at(value: Decimal) -> int:
        share = (Decimal(value) - low + room) / (high - low + 2 * room)
        return round(SCALE_LEFT + share * (SCALE_RIGHT - SCALE_LEFT))

    def side(value: Decimal) -> str:
        """Marks too close for their words are written away from each other."""
        others = [at(mark) for _, _, mark in marks if mark and mark != value]
        if not others or abs(others[0] - at(value)) > SCALE_WORDS:
            return "middle"
        return "end" if at(value) < others[0] else "start"

    drawn = format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="20" y2="36"/><text x="{}" y="52" text-anchor="{}">{} {}</text>',
        (
            (css, at(value), at(value), at(value), side(value), word, money(value))
            for css, word, value in marks
            if value
        ),
    )
    own, words = "", "还没有算出人均收入"
    if amount is not None:
        words = f"本户人均 {per_capita(amount)} 元，农村低保标准 {money(standard)} 元"
        own = format_html(
            '<line class="gap" x1="{0}" x2="{1}" y1="28" y2="28"/>'
            '<circle class="dot" cx="{0}" cy="28" r="7"/>'
            '<text class="own" x="{0}" y="14" text-anchor="middle">本户 {2}</text>',
            at(amount),
            at(standard),
            per_capita(amount),
        )
    return format_html(
        '<svg class="scale" viewBox="0 0 560 58" role="img" aria-label="{}" data-sum-scale>'
        '<line class="axis" x1="{}" x2="{}" y1="28" y2="28"/>{}{}</svg>',
        words,
        SCALE_LEFT,
        SCALE_RIGHT,
        drawn,
        own,
    )


TREND_LEFT, TREND_RIGHT, TREND_TOP, TREND_FLOOR = 8, 326, 20, 142


@register.simple_tag
def trend(
    points: Sequence[tuple[int, int]], days: int, total: int, line: int, doing: str = "排查"
) -> SafeString:
    """Households done so far against the straight line, with the dotted pace still needed to the last day.

    ``points`` are (days gone, households done), oldest first; ``days`` is the length of the phase;
    ``line`` is what the straight line asks for at the last point; ``doing`` names the work. Give the same
    figures in a table beside it.
    """

    def x(day: int) -> float:
        return round(TREND_LEFT + day / days * (TREND_RIGHT - TREND_LEFT), 1)

    def y(done: int) -> float:
        return round(TREND_FLOOR - done / max(total, 1) * (TREND_FLOOR - TREND_TOP), 1)

    day, done = points[-1]
    words = (
        f"已{doing} {thousands(done)} 户，按直线应到 {thousands(line)} 户，应{doing} {thousands(total)} 户"
    )
    return format_html(
        '<svg class="trend" viewBox="0 0 334 150" role="img" aria-label="{words}">'
        '<line class="axis" x1="8" y1="142" x2="326" y2="142"/>'
        '<line class="top" x1="8" y1="20" x2="326" y2="20"/>'
        '<text x="8" y="15">应{doing} {total} 户</text>'
        '<line class="straight" x1="8" y1="142" x2="326" y2="20"/>'
        '<line class="needed" x1="{x}" y1="{y}" x2="326" y2="20"/><polyline class="so-far" points="{path}"/>'
        '<line class="now" x1="{x}" y1="20" x2="{x}" y2="142"/><circle class="dot" cx="{x}" cy="{y}" r="4"/>'
        '<text class="own" x="{label_x}" y="136" text-anchor="end">已{doing} {done}</text>'
        '<text x="130" y="80" text-anchor="end">直线 {line}</text></svg>',
        words=words,
        doing=doing,
        total=thousands(total),
        x=x(day),
        y=y(done),
        label_x=x(day) - 8,
        path=format_html_join(" ", "{},{}", ((x(gone), y(count)) for gone, count in points)),
        done=thousands(done),
        line=thousands(line),
    )


BARS_LEFT, BARS_RIGHT, BARS_WIDTH, BAR_STEP = 62, 292, 360, 22


@register.simple_tag
def change_bars(rows: Sequence[Any], label: str, unit: str) -> SafeString:
    """A bar a row for what stands now, with a dotted mark where it stood before.

    ``rows`` have ``name``, ``before`` (None: no mark) and ``now``. Give the same figures in a
    table beside it.
    """
    full = 100 if unit == "%" else max([1, *(max(row.now, row.before or 0) for row in rows)])

    def x(value: float) -> float:
        return round(BARS_LEFT + value / full * (BARS_RIGHT - BARS_LEFT), 1)

    drawn = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>'
        '<rect class="whole" x="{}" y="{}" width="{}" height="12"/>'
        '<rect class="part" x="{}" y="{}" width="{}" height="12"/>{}'
        '<text class="own" x="{}" y="{}">{}</text>',
        (
            (
                BARS_LEFT - 8,
                top + 11,
                row.name[:-1] if len(row.name) > 2 else row.name,
                BARS_LEFT,
                top,
                BARS_RIGHT - BARS_LEFT,
                BARS_LEFT,
                top,
                round(x(row.now) - BARS_LEFT, 1),
                _mark(x(row.before), top) if row.before is not None else "",
                BARS_RIGHT + 8,
                top + 11,
                f"{row.now:,g}{'%' if unit == '%' else f' {unit}'}",
            )
            for top, row in ((6 + place * BAR_STEP, row) for place, row in enumerate(rows))
        ),
    )
    return format_html(
        '<svg class="changes" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        BARS_WIDTH,
        6 + len(rows) * BAR_STEP,
        f"各乡镇{label}，虚线是上月；同样的数在下面的表里",
        drawn,
    )


def _mark(x: float, top: int) -> SafeString:
    return format_html(
        '<line class="halo" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>'
        '<line class="before" x1="{0}" x2="{0}" y1="{1}" y2="{2}"/>',
        x,
        top - 3,
        top + 15,
    )
