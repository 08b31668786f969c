"""Chips of the six categories, with the plan's short and full names."""

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from screening.choices import CATEGORY_FULL_NAMES, Category

register = template.Library()

CIRCLED = dict(zip(Category, "①②③④⑤⑥", strict=True))


@register.simple_tag
def category_chip(category: int, short: bool = False) -> SafeString:
    """③ 残疾大病; ``short``, for tables: the number alone, its full name as title and for screen readers."""
    number = Category(int(category))
    words = '<span class="visually-hidden">{}</span>' if short else "<span>{}</span>"
    return format_html(
        '<span class="cat" title="{}"><b>{}</b>' + words + "</span>",
        CATEGORY_FULL_NAMES[number],
        CIRCLED[number],
        number.label,
    )


@register.simple_tag
def category_chips(categories: Iterable[int], short: bool = True) -> SafeString:
    """The chips of one household in the plan's order."""
    chips = format_html_join(
        "", "{}", ((category_chip(number, short),) for number in sorted(set(categories)))
    )
    return format_html('<span class="cats">{}</span>', chips)
