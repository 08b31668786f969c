"""Tags and filters with which every page shows a status, a ruler, a figure, a day, a sum or a masked number.

They only turn values into words and SVG; nothing is looked up. Category chips know the plan's names and
therefore live in ``screening.templatetags.category``. Both are built in: no page needs to load them.
"""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.core.paginator import Paginator
from django.forms import BoundField
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select, Widget
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dabao import crypto

register = template.Library()

# Shape of each state; several words of the plan share a shape (missing and refused look like overdue).
SHAPES = {
    "over": "over",
    "missing": "over",
    "refused": "over",
    "lag": "lag",
    "late": "lag",
    "ok": "ok",
    "done": "done",
    "none": "none",
    "todo": "todo",
    "prog": "prog",
    "draft": "prog",
    "back": "back",
    "ask": "ask",
}

FLASH_LOOKS = {
    "success": {"css": "ok", "shape": "done", "role": "status", "stays": "no"},
    "warning": {"css": "warn", "shape": "lag", "role": "alert", "stays": "yes"},
    "error": {"css": "err", "shape": "over", "role": "alert", "stays": "yes"},
}
FLASH_INFO = {"css": "", "shape": "prog", "role": "status", "stays": "no"}

MOBILE_LENGTH = 11

RULER_HEIGHTS = {"": 8, "tall": 12, "thin": 5}


@register.simple_tag
def status_mark(kind: str, text: str = "", pill: bool = False) -> SafeString:
    """Shape, word and colour of a state. ``kind`` is a key of ``SHAPES``; a pill is for page heads."""
    shape = SHAPES[kind]
    return format_html(
        '<span class="st {}{}"><svg aria-hidden="true"><use href="#s-{}"/></svg>{}</span>',
        shape,
        " pill" if pill else "",
        shape,
        text,
    )


@register.simple_tag
def ruler(done: int, line: int | None = None, total: int = 0, size: str = "", unit: str = "户") -> SafeString:
    """进度尺: blue up to ``done``, amber from there to ``line``, a tick there, all green when complete.

    ``line`` is what the straight line asks for today; None, for a phase not begun, draws no tick.
    ``size`` is "", "tall" or "thin". The same figures are written for screen readers.
    """
    height = RULER_HEIGHTS[size]
    pieces = [("track", Decimal(0), Decimal(100))]
    words = f"完成 {thousands(done)} / {thousands(total)} {unit}"
    if line is not None and done < line:
        pieces.append(("miss", _percent(done, total), _percent(line - done, total)))
    if done:
        pieces.append(("got full" if done >= total else "got", Decimal(0), _percent(done, total)))
    tick = ""
    if line is not None and total:
        words += f"，按直线应到 {thousands(line)} {unit}"
        tick = format_html(
            '<rect class="tick" x="{}%" y="-3" width="2" height="{}" transform="translate(-1)"/>',
            _percent(line, total),
            height + 6,
        )
    bars = format_html_join(
        "",
        '<rect class="{}" x="{}%" width="{}%" height="{}" rx="1"/>',
        ((css, start, width, height) for css, start, width in pieces),
    )
    return format_html('<svg class="bar {}" role="img" aria-label="{}">{}{}</svg>', size, words, bars, tick)


def _percent(part: int, whole: int) -> Decimal:
    """Share of ``whole`` in percent, 0 to 100, two places."""
    if not whole:
        return Decimal(0)
    return min(Decimal(100), (Decimal(part) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP))


@register.simple_tag(name="figure_link", takes_context=True)
def figure_in(
    context: Context, count: int, url: str = "", unit: str = "", tone: str = "", bold: bool = False
) -> SafeString:
    """`figure_link` as templates use it: with `no_links` (the wall) no figure leads anywhere."""
    return figure_link(count, "" if context.get("no_links") else url, unit, tone, bold)


def figure_link(count: int, url: str = "", unit: str = "", tone: str = "", bold: bool = False) -> SafeString:
    """A figure that opens the list of exactly what it counted; zero, or a figure with no list, is plain text.

    ``tone`` is "red" or "amber" and only stands beside its word."""
    css = "fig" + (f" t-{tone}" if tone else "") + (" b" if bold else "")
    after = format_html(" {}", unit) if unit else ""
    if not count:
        return format_html('<span class="fig zero">0</span>{}', after)
    if not url:
        plain = css.removeprefix("fig").strip()
        return format_html('<span class="{}">{}</span>{}', plain, thousands(count), after)
    return format_html('<a class="{}" href="{}">{}</a>{}', css, url, thousands(count), after)


@register.filter
def flash_look(level: str) -> dict:
    """Colour, shape and role of a message of Django's level ("success", "info", "warning", "error")."""
    return FLASH_LOOKS.get(level, FLASH_INFO)


@register.filter
def thousands(value: int | None) -> str:
    """1265 → 1,265; nothing for None. (Django's own grouping for Chinese is by four digits.)"""
    return f"{int(value):,}" if value not in (None, "") else ""


@register.filter
def households(value: int | None) -> str:
    """1265 → 1,265 户."""
    return f"{thousands(value or 0)} 户"


@register.filter
def persons(value: int | None) -> str:
    """37 → 37 人."""
    return f"{thousands(value or 0)} 人"


@register.filter
def zh_date(value: date | datetime | None) -> str:
    """2020-04-15 → 4月15日. An instant is shown as its Shanghai day."""
    day = _day(value)
    return f"{day.month}月{day.day}日" if day else ""


@register.filter
def full_date(value: date | datetime | None) -> str:
    """2020-04-15 → 2020年4月15日, for evidence."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def clock_time(value: datetime | None) -> str:
    """An instant → 10:44, Shanghai time."""
    return timezone.localtime(value).strftime("%H:%M") if value else ""


def _day(value: date | datetime | None) -> date | None:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value or None


@register.filter
def money(value: Decimal | int | None) -> str:
    """Yuan as entered: 14400 → 14,400; 14400.50 → 14,400.50. Nothing for None."""
    if value is None or value == "":
        return ""
    amount = Decimal(value)
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


@register.filter
def per_capita(value: Decimal | None) -> str:
    """Computed yuan a person: always two places, 3912.5 → 3,912.50."""
    return "" if value is None else f"{Decimal(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


@register.filter
def mask(number: str | None) -> str:
    """532326196203041217 → 532326********1217; 13887832217 → 138****2217. What is masked already stays."""
    text = number or ""
    return crypto.mask_phone(text) if len(text) == MOBILE_LENGTH else crypto.mask_id(text)


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: object) -> str:
    """The query string with some parameters set, or dropped when None: paging keeps filters."""
    query = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}"


@register.filter
def page_range(paginator: Paginator, number: int) -> Iterable[int | str]:
    """The page numbers to offer around ``number``, with ellipses."""
    return paginator.get_elided_page_range(number, on_each_side=2, on_ends=1)


@register.filter
def with_control(field: BoundField) -> SafeString:
    """A form field's input with our classes and its error tied to it for screen readers."""
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return field.as_widget()
    attrs: dict[str, str | bool] = {"class": _css_of(widget)}
    if given := widget.attrs.get("class"):
        attrs["class"] = f"{attrs['class']} {given}"
    if field.errors:
        attrs["class"] = f"{attrs['class']} is-invalid"
        attrs["aria-describedby"] = f"{field.auto_id}_error"
    return field.as_widget(attrs=attrs)


def _css_of(widget: Widget) -> str:
    if isinstance(widget, CheckboxInput):
        return "form-check-input"
    if isinstance(widget, Select):
        return "form-select"
    return "form-control"
