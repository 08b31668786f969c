"""Income of twelve months, item by item, each with its ground: of a verification, of a review (C16)."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django import forms

from screening.choices import INCOME_SIGNS, IncomeKind
from screening.forms.fields import MoneyField, Speaking, text_field
from screening.forms.parts import IncomeRow
from screening.services.answers import NO_INCOME

_HINTS = {
    IncomeKind.WAGES: "谁，在哪做什么，几个月 × 多少",
    IncomeKind.EMPLOYMENT_COST: "交通、租房；凭什么票据",
    IncomeKind.BUSINESS: "种什么、养什么，多少",
    IncomeKind.BUSINESS_COST: "籽种、化肥、饲料",
    IncomeKind.PROPERTY: "土地流转、房租、利息",
    IncomeKind.TRANSFERS_IN: "养老金、补贴、亲友给的",
    IncomeKind.TRANSFERS_OUT: "没有就留空",
}


class IncomeFields(Speaking):
    """Amount and ground of each kind; `income-KIND` and `income-KIND-note`, or 没有任何收入."""

    no_income = forms.BooleanField(
        label=NO_INCOME, required=False, widget=forms.CheckboxInput(attrs={"data-no-income": ""})
    )

    def add_income_fields(self) -> None:
        for kind in IncomeKind:
            self.fields[f"income-{kind}"] = MoneyField(INCOME_SIGNS[kind], label=kind.label)
            self.fields[f"income-{kind}-note"] = text_field(
                f"{kind.label}的依据", 200, placeholder=_HINTS[kind]
            )

    def income_rows(self) -> Iterator[IncomeRow]:
        for kind in IncomeKind:
            name = f"income-{kind}"
            yield IncomeRow(kind.label, INCOME_SIGNS[kind], self[name], self[f"{name}-note"])

    def clean_income(self, typed: dict[str, Any]) -> None:
        amounts = {kind: typed.get(f"income-{kind}") for kind in IncomeKind}
        unread = any(f"income-{kind}" in self._errors for kind in IncomeKind)
        nothing = all(amount is None for amount in amounts.values())
        if not unread and nothing and not typed.get("no_income"):
            self.say(f"income-{IncomeKind.WAGES}", f"收入一项都没填。确实没有，就勾“{NO_INCOME}”。")
        if typed.get("no_income") and any(amounts.values()):
            self.say("no_income", f"勾了“{NO_INCOME}”，又填了金额。请去掉一个。")
        cost = amounts[IncomeKind.EMPLOYMENT_COST] or 0
        note = typed.get(f"income-{IncomeKind.EMPLOYMENT_COST}-note")
        if cost > (amounts[IncomeKind.WAGES] or 0) and not note:
            self.say(
                f"income-{IncomeKind.EMPLOYMENT_COST}", "成本比工资还多。核对金额；确实如此就在依据里写明。"
            )
        elif cost and not note:
            self.say(f"income-{IncomeKind.EMPLOYMENT_COST}-note", "就业成本要写依据，例如：车票、租房收条。")

    def income_typed(self, typed: dict[str, Any]) -> dict[str, tuple[Decimal, str]]:
        """Kind → (yuan, ground). Blank is 0 where one is given; left out when not explained either."""
        if typed.get("no_income"):
            return {IncomeKind.WAGES.value: (Decimal(0), NO_INCOME)}
        return {
            kind.value: (typed.get(f"income-{kind}") or Decimal(0), typed.get(f"income-{kind}-note", ""))
            for kind in IncomeKind
            if typed.get(f"income-{kind}") is not None or typed.get(f"income-{kind}-note")
        }
