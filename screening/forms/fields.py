"""Inputs that take what people type: sums with commas, ID numbers with blanks."""

import unicodedata
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from dabao import clock
from screening.rules.identity import read_id

_MONEY_ERRORS = {
    "invalid": "这里要填数字，例如 215。",
    "min_value": "金额不能是负数。",
    "max_decimal_places": "最多两位小数。",
    "max_digits": "金额太大。请核对，单位是元。",
    "max_whole_digits": "金额太大。请核对，单位是元。",
}


def money_field(label: str, **kwargs: Any) -> forms.DecimalField:
    """Yuan a month, which may be left empty; never negative."""
    return forms.DecimalField(
        label=label,
        required=False,
        min_value=0,
        max_digits=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "num"}),
        error_messages=_MONEY_ERRORS,
        **kwargs,
    )


def text_field(label: str, length: int, **attributes: str) -> forms.CharField:
    """One line of text that may be left empty."""
    attributes.setdefault("autocomplete", "off")
    return forms.CharField(
        label=label, max_length=length, required=False, widget=forms.TextInput(attrs=attributes)
    )


class MoneyField(forms.DecimalField):
    """Yuan over twelve months: 14,400 · １４４００ · 14400元; empty is None. Never negative."""

    def __init__(self, sign: int, **kwargs: Any) -> None:
        attributes = {"inputmode": "decimal", "data-income": str(sign), "autocomplete": "off", "class": "num"}
        super().__init__(
            required=False,
            min_value=0,
            max_digits=10,
            decimal_places=2,
            widget=forms.TextInput(attrs=attributes),
            error_messages={
                "invalid": "这里要填数字，例如 14400。去掉文字再保存。",
                "min_value": "金额不能是负数。亏损请填在成本里。",
                "max_digits": "金额太大。请核对，单位是元。",
                "max_whole_digits": "金额太大。请核对，单位是元。",
                "max_decimal_places": "最多两位小数。",
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> Decimal | None:
        text = unicodedata.normalize("NFKC", str(value or "")).strip().removesuffix("元")
        return super().to_python(text.replace(",", "").replace(" ", "") or None)

    def prepare_value(self, value: Any) -> Any:
        return value


class DayField(forms.DateField):
    """A day chosen in the browser's own calendar."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            widget=widget, error_messages={"invalid": "日期认不出。请按 2020-04-10 的样子填。"}, **kwargs
        )


class IdNumberField(forms.CharField):
    """An ID number as typed; gives the 18 characters, or says what is wrong and what to do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        reading = read_id(text, clock.today())
        if not reading.ok:
            raise ValidationError(reading.message)
        return reading.number


class Speaking(forms.Form):
    """A form that says one thing of a field at a time."""

    def say(self, name: str, sentence: str) -> None:
        """One sentence for a field, the first that applies."""
        if name not in self._errors:
            self.add_error(name, sentence)
