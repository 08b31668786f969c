"""Forms of the approval desk: what each step asks for, the number of the provincial system, a refusal."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from screening.choices import Scheme, StepKind
from screening.forms.fields import DayField, money_field
from screening.queries.steps import SHORT
from screening.rules.steps import earliest_last_day
from screening.services.enrolment import Details

VERBS = {
    StepKind.APPLIED: "提出申请",
    StepKind.REVIEWED: "审核通过",
    StepKind.PUBLICISED: "记公示",
    StepKind.APPROVED: "批准",
    StepKind.ENROLLED: "纳入",
    StepKind.RECORDED: "存下编号",
}
MONTHS_AHEAD = 4


def months(day: date) -> list[tuple[str, str]]:
    """The months a payment may begin with: this one and the next ones."""
    found = []
    for ahead in range(MONTHS_AHEAD):
        year, month = divmod(day.year * 12 + day.month - 1 + ahead, 12)
        found.append((f"{year}-{month + 1:02d}-01", f"{year}年{month + 1}月"))
    return found


class StepForm(forms.Form):
    """What one step asks for; `details()` is what the service takes."""

    def __init__(
        self,
        kind: str,
        day: date,
        publicity_days: int,
        *args: Any,
        amounts: Mapping[str, Decimal] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = StepKind(kind)
        word = "公示首日" if self.kind == StepKind.PUBLICISED else f"{self.kind.label}日期"
        self.fields["day"] = DayField(label=word, initial=day)
        if self.kind == StepKind.APPLIED:
            for scheme in Scheme:
                if scheme != Scheme.NONE:
                    self.fields[f"amount-{scheme}"] = money_field(
                        f"{SHORT[scheme]}{'一次' if scheme == Scheme.TEMPORARY else '每人每月'}",
                        initial=(amounts or {}).get(scheme),
                    )
        if self.kind == StepKind.PUBLICISED:
            self.fields["last_day"] = DayField(
                label="公示末日", initial=earliest_last_day(day, publicity_days)
            )
            self.fields["posted_where"] = forms.CharField(
                label="张贴地点", max_length=120, initial="村务公开栏"
            )
        if self.kind == StepKind.APPROVED:
            choices = months(day)
            self.fields["from_month"] = forms.ChoiceField(
                label="从哪个月起", choices=choices, initial=choices[1][0]
            )
        self.fields["note"] = forms.CharField(label="说明", max_length=200, required=False)

    def details(self) -> Details:
        """The answers of a valid form."""
        typed = self.cleaned_data
        named = {scheme: typed.get(f"amount-{scheme}") for scheme in Scheme}
        month = typed.get("from_month")
        return Details(
            day=typed["day"],
            posted_where=typed.get("posted_where", ""),
            last_day=typed.get("last_day"),
            note=typed["note"],
            per_person={scheme: amount for scheme, amount in named.items() if amount is not None},
            from_month=date.fromisoformat(month) if month else None,
        )


class TermsForm(forms.Form):
    """Tier, amount and first month of one grant."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    tier = forms.CharField(label="档次", max_length=30, required=False)
    monthly_amount = money_field("每月金额")
    from_month = forms.ChoiceField(label="从哪个月起", required=False)

    def __init__(self, day: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = months(day)
        standing = self.initial.get("from_month")
        if standing and standing not in dict(choices):
            choices.insert(0, (standing, f"{standing[:4]}年{int(standing[5:7])}月"))
        self.fields["from_month"].choices = [("", "还没定"), *choices]

    def first_month(self) -> date | None:
        chosen = self.cleaned_data["from_month"]
        return date.fromisoformat(chosen) if chosen else None


class NumbersFileForm(forms.Form):
    file = forms.FileField(label="省系统回执（xlsx）")


class ObjectionForm(forms.Form):
    """What somebody said while the list hung."""

    raised_on = DayField(label="哪天提的")
    said_by = forms.CharField(label="谁提的（不愿留名可空着）", max_length=60, required=False)
    text = forms.CharField(label="说了什么", max_length=300, error_messages={"required": "请写明说了什么。"})


class SettleForm(forms.Form):
    """What was found about an objection."""

    upheld = forms.TypedChoiceField(
        label="异议",
        choices=[("no", "不成立，接着办"), ("yes", "成立，退回重新核查")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选成立还是不成立。"},
    )
    finding = forms.CharField(
        label="查到什么", max_length=300, error_messages={"required": "请写明查到什么。"}
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
