"""Forms of offers: what was offered and what he said, a proposal about his share, a signature (C17)."""

from datetime import date
from typing import Any

from django import forms

from dabao import clock
from screening.choices import OfferReply
from screening.forms.changes import months_from
from screening.forms.fields import DayField, money_field

ANSWERS = [choice for choice in OfferReply.choices if choice[0] != OfferReply.PENDING]


class OfferForm(forms.Form):
    """One offer, with the reply where there is one."""

    offered_on = DayField(label="哪天给的")
    project = forms.CharField(
        label="给的什么项目、岗位",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="例如：公益性岗位·护林员，月 800 元",
        error_messages={"required": "请写明给的是什么项目或岗位。"},
    )
    offered_by = forms.CharField(label="谁给的（可以不写）", max_length=60, required=False)
    reply = forms.ChoiceField(
        label="他怎么答复",
        choices=OfferReply.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选他怎么答复的；还没答复的也选。"},
    )
    reason = forms.CharField(
        label="理由和凭据",
        max_length=200,
        required=False,
        help_text="有正当理由的要写，例如：照料住院的父亲（住院证明）",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offered_on"].initial = clock.today

    def clean_offered_on(self) -> date:
        day = self.cleaned_data["offered_on"]
        if day > clock.today():
            raise forms.ValidationError("给项目的日子不能晚于今天。")
        return day


class AnswerForm(forms.Form):
    """The reply to an offer that had none."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    reply = forms.ChoiceField(
        label="他怎么答复",
        choices=[("", "请选"), *ANSWERS],
        error_messages={"required": "请选他怎么答复的。"},
    )
    reason = forms.CharField(label="理由和凭据", max_length=200, required=False)


class ProposalForm(forms.Form):
    """To reduce or stop his own share; signing is part of it."""

    new_amount = money_field("签齐后他每月领多少", initial=0, help_text="停发写 0")
    from_month = forms.ChoiceField(label="从哪个月起")
    employed = forms.TypedChoiceField(
        label="他现在有没有就业",
        choices=[("no", "没有就业"), ("yes", "已就业")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "请选他有没有就业。"},
    )
    not_employed = forms.CharField(
        label="怎么核实的", max_length=200, required=False, help_text="例如：7月底入户，本人在家，村委证明"
    )
    reason = forms.CharField(
        label="理由",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明理由，会留在这一户的经过里。"},
    )

    def __init__(self, first_month: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from_month"].choices = months_from(first_month)
        self.fields["new_amount"].required = True
        self.fields["new_amount"].error_messages = {
            **self.fields["new_amount"].error_messages,
            "required": "请写签齐后每月领多少，停发写 0。",
        }

    def clean_from_month(self) -> date:
        return date.fromisoformat(self.cleaned_data["from_month"])


class StepForm(forms.Form):
    """A signature, a refusal, a withdrawal, a return: the note that goes with it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="意见", max_length=300, required=False)
