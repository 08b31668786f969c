"""Forms of monitoring: report a household, its visit, its decision, following it in its turn (C13)."""

from typing import Any

from django import forms

from dabao import clock
from screening.choices import REPORTED_KINDS, FollowUpResult, WarningDecision
from screening.forms.fields import DayField

_TEXT = {"rows": 3}


class ReportForm(forms.Form):
    """What happened to a household, as somebody reports it."""

    kind = forms.ChoiceField(
        label="发生了什么",
        choices=[(kind.value, kind.label) for kind in REPORTED_KINDS],
        widget=forms.RadioSelect,
        error_messages={"required": "请选一种情况。"},
    )
    happened_on = DayField(label="哪一天")
    text = forms.CharField(
        label="写一句话",
        max_length=300,
        widget=forms.Textarea(attrs=_TEXT),
        help_text="例如：5月5日山洪冲毁水田 1.2 亩，房屋进水",
        error_messages={"required": "请写明发生了什么。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["happened_on"].initial = clock.today


class VisitForm(forms.Form):
    """A visit because of a warning."""

    went_on = DayField(label="哪天入户")
    result = forms.ChoiceField(
        label="现在的情况",
        choices=[("", "请选"), *FollowUpResult.choices],
        error_messages={"required": "请选现在的情况。"},
    )
    found = forms.CharField(
        label="看到什么",
        max_length=500,
        widget=forms.Textarea(attrs=_TEXT),
        help_text="人、房、收入、支出，现在还缺什么；研判以这段话为据",
        error_messages={"required": "请写明入户看到什么。"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["went_on"].initial = clock.today


class DecideForm(forms.Form):
    """What a warning comes to."""

    decision = forms.ChoiceField(
        label="结论",
        choices=WarningDecision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一个结论。"},
    )
    reason = forms.CharField(
        label="理由", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    fell = forms.BooleanField(label="认定返贫或致贫", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


class FollowForm(forms.Form):
    """A household looked after in its turn: quick when all is well."""

    went_on = DayField(label="哪天去的")
    result = forms.ChoiceField(
        label="现在的情况",
        choices=FollowUpResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选现在的情况。"},
    )
    found = forms.CharField(
        label="看到什么", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="平稳的可以不写；有新困难的要写明，接着报一条预警",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["went_on"].initial = clock.today
