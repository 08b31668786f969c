"""Forms of aid changes: the new amount of each person, the month, the reason (C17)."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict

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
    """What each person of the household is to receive; a line of `receivers` has a scheme and an amount.

    `receivers` are what stands in the first month without this change; only who differs from it is changed.
    """

    version = forms.IntegerField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
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
        self.initial["seen"] = _digest(self.receivers)
        for one in self.receivers:
            self.fields[f"scheme-{_key(one)}"] = forms.ChoiceField(
                label=f"{one.name}的救助类型", choices=SCHEMES, initial=one.scheme or SCHEMES[0][0]
            )
            self.fields[f"amount-{_key(one)}"] = money_field(
                f"{one.name}每月多少元", initial=0 if one.gone else one.amount
            )

    def lines(self) -> list[tuple[Receiver, forms.BoundField, forms.BoundField]]:
        """Each person with the two inputs of his line."""
        return [(one, self[f"scheme-{_key(one)}"], self[f"amount-{_key(one)}"]) for one in self.receivers]

    def stopped(self, data: QueryDict) -> QueryDict:
        """What was sent (month, reason), with nothing for everybody who receives something: 全户停发."""
        whole = data.copy()
        for one in self.receivers:
            whole[f"scheme-{_key(one)}"] = one.scheme or SCHEMES[0][0]
            whole[f"amount-{_key(one)}"] = "0"
        return whole

    def outdated(self) -> bool:
        """Whether the people or what they receive are others than the page showed."""
        return self.is_bound and self.data.get("seen") != self.initial["seen"]

    def clean(self) -> dict[str, Any]:
        for one in self.receivers:
            name = f"amount-{_key(one)}"
            if name in self.cleaned_data and self._typed(one)[1] is None and self._other_scheme(one):
                self.add_error(name, f"{one.name}现在的金额不明。换救助类型要写每月多少元。")
        return self.cleaned_data

    def amounts(self) -> list[tuple[UUID, str, Decimal | None]]:
        """(person, scheme, yuan a month) of every line of whoever changes. An empty amount is nothing, of
        aid whose amount is not known it is as before (None).
        """
        typed = [(one, *self._typed(one)) for one in self.receivers]
        changed = {
            one.id
            for one, _, amount in typed
            if amount != (one.amount if one.scheme else 0) or self._other_scheme(one)
        }
        return [(one.id, scheme, amount) for one, scheme, amount in typed if one.id in changed]

    def _typed(self, one: Receiver) -> tuple[str, Decimal | None]:
        scheme, amount = (self.cleaned_data.get(f"{name}-{_key(one)}") for name in ("scheme", "amount"))
        unknown = bool(one.scheme) and one.amount is None
        return scheme or "", Decimal(0) if amount is None and not unknown else amount

    def _other_scheme(self, one: Receiver) -> bool:
        return bool(one.scheme) and self._typed(one)[0] not in ("", one.scheme)

    def answers(self) -> dict[str, Any]:
        """A valid form as the service takes it."""
        typed = self.cleaned_data
        return {
            "version": typed["version"],
            "amounts": self.amounts(),
            "from_month": date.fromisoformat(typed["from_month"]),
            "reason": typed["reason"],
        }


def _key(one: Receiver) -> str:
    """Names the inputs of a line, whatever lines come before it."""
    return f"{one.id}-{one.scheme or 'none'}"


def _digest(receivers: Iterable[Receiver]) -> str:
    shown = [f"{_key(one)} {one.amount} {one.gone}" for one in receivers]
    return sha256("\n".join(shown).encode()).hexdigest()


class KeepForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="为什么不用变", max_length=200, error_messages={"required": "请写明为什么不用变。"}
    )
