"""A taper on a line of months: start, reminder, end, the longest there may be (C15)."""

from datetime import date

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from screening.rules.income import add_months
from screening.rules.reviews import Span

register = template.Library()

LEFT, RIGHT = 30, 850


@register.simple_tag
def taper_line(span: Span, longest: int) -> SafeString:
    """The months from the day it counts from; what is drawn is also said in words for who does not see it."""
    step = (RIGHT - LEFT) / longest
    end = round(LEFT + span.months * step, 1)
    days = [add_months(span.first_day, number) for number in range(longest + 1)]
    before = (span.last_day - span.remind_on).days / max((span.last_day - days[span.months - 1]).days, 1)
    remind = round(end - before * step, 1)
    ticks = format_html_join(
        "",
        '<line class="{}" x1="{}" x2="{}" y1="34" y2="54"/><text class="{}" x="{}" y="70">{}</text>'
        '<text class="tick" x="{}" y="86">{}</text>',
        (
            (
                "bound" if number in (0, span.months, longest) else "tick",
                x := round(LEFT + number * step, 1),
                x,
                "bound" if number in (0, span.months, longest) else "tick",
                x,
                f"{day.month}/{day.day}",
                x,
                f"{number} 个月" if number else "起",
            )
            for number, day in enumerate(days)
        ),
    )
    longest_words = format_html('<text class="end" x="866" y="18">最长到 {}</text>', days[longest])
    return format_html(
        '<svg class="taper-line" viewBox="0 0 880 92" role="img" aria-label="{}">'
        '<rect class="rest" x="{}" y="38" width="{}" height="12"/>'
        '<rect class="run" x="{}" y="38" width="{}" height="12"/>{}'
        '<path class="remind" d="M{} 32l-5-8h10z"/><text class="remind" x="{}" y="18">{} 起提醒</text>'
        '<text class="last" x="{}" y="18">{} 到期</text>'
        '<text class="start" x="14" y="18">{} 起算</text>{}</svg>',
        f"{span.first_day} 起算，{span.remind_on} 起提醒，{span.last_day} 到期，最长到 {days[longest]}",
        end,
        round(RIGHT - end, 1),
        LEFT,
        round(end - LEFT, 1),
        ticks,
        remind,
        round(remind - 8, 1),
        f"{span.remind_on.month}/{span.remind_on.day}",
        round(end + 6, 1),
        span.last_day,
        span.first_day,
        "" if span.months > longest - 3 else longest_words,
    )


@register.filter
def month_rule(span: Span) -> str:
    """8月31日 ＋ 6 个月：2月没有 31 日，取当月最后一天 28 日."""
    first, last = span.first_day, span.last_day
    begins = f"{_day(first)} ＋ {span.months} 个月"
    if first.day == last.day:
        return f"{begins} ＝ {last.year}年{_day(last)}：按月算，对应的同一天"
    return f"{begins}：{last.month}月没有 {first.day} 日，取当月最后一天 {last.day} 日"


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
