"""Forms of aid changes: the new amount of each person, the month, the reason (C17)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms

from screening.choices import BenefitScheme
from screening.forms.fields import money_field
from screening.queries.changes import Receiver

SCHEMES = [
    (scheme.value, scheme.label)
    for scheme in (BenefitScheme.RURAL_DIBAO, BenefitScheme.URBAN_DIBAO, BenefitScheme.TEKUN)
]
MONTHS_TO_CHOOSE = 6


def months_from(first: date) -> list[tuple[str, str]]:
    """Months to choose from, the first one first."""
    found = []
    for ahead in range(MONTHS_TO_CHOOSE):
        year, month = divmod(first.year * 12 + first.month - 1 + ahead, 12)
        found.append((f"{year}-{month + 1:02d}-01", f"{year}年{month + 1}月"))
    return found


class DecideChangeForm(forms.Form):
    """What each person of the household is to receive; a line of `receivers` has a scheme and an amount."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    from_month = forms.ChoiceField(label="从哪个月起")
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明为什么这样定，会留在这一户。"},
    )

    def __init__(self, receivers: Iterable[Receiver], first_month: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_month"].choices = months_from(first_month)
        self.receivers = list(receivers)
        for number, one in enumerate(self.receivers):
            self.fields[f"scheme-{number}"] = forms.ChoiceField(
                label=f"{one.name}的救助类型", choices=SCHEMES, initial=one.scheme or SCHEMES[0][0]
            )
            self.fields[f"amount-{number}"] = money_field(
                f"{one.name}每月多少元", initial=0 if one.gone else one.amount
            )

    def lines(self) -> list[tuple[Receiver, forms.BoundField, forms.BoundField]]:
        """Each person with the two inputs of his line."""
        return [
            (one, self[f"scheme-{number}"], self[f"amount-{number}"])
            for number, one in enumerate(self.receivers)
        ]

    def amounts(self) -> list[tuple[UUID, str, Decimal]]:
        """(person, scheme, yuan a month) of every line; an empty amount is nothing."""
        typed = self.cleaned_data
        return [
            (one.id, typed[f"scheme-{number}"], typed[f"amount-{number}"] or Decimal(0))
            for number, one in enumerate(self.receivers)
        ]

    def answers(self) -> dict[str, Any]:
        """A valid form as the service takes it."""
        typed = self.cleaned_data
        return {
            "version": typed["version"],
            "amounts": self.amounts(),
            "from_month": date.fromisoformat(typed["from_month"]),
            "reason": typed["reason"],
        }


class KeepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="为什么不用变", max_length=200, error_messages={"required": "请写明为什么不用变。"}
    )
