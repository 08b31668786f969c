"""Forms of accountability: a new case, one more entry, a correction (C22)."""

from collections.abc import Sequence
from typing import Any

from django import forms

from dabao import clock
from screening.forms.fields import DayField, text_field
from supervision.choices import EntryKind, Ground

_TEXT = {"rows": 3}


class AccountForm(forms.Form):
    """A township or a named official held to account."""

    township = forms.ChoiceField(label="乡镇", error_messages={"required": "请选乡镇。"})
    ground = forms.ChoiceField(
        label="事由",
        choices=Ground.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选事由。"},
    )
    opened_on = DayField(label="立项日")
    person = text_field("干部姓名", 40)
    post = text_field("单位和职务", 60)
    text = forms.CharField(
        label="情况",
        max_length=1000,
        widget=forms.Textarea(attrs=_TEXT),
        help_text="谁、什么事、有什么后果；不要写群众的证件号码",
        error_messages={"required": "请写明情况。"},
    )
    findings = forms.MultipleChoiceField(
        label="有关的督战问题", required=False, widget=forms.SelectMultiple(attrs={"size": 6})
    )

    def __init__(self, townships: Sequence[Any], findings: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "请选"), *townships]
        self.fields["findings"].choices = findings
        self.fields["opened_on"].initial = clock.today
        self.fields["opened_on"].help_text = "以前已经立项、现在补记的，写原来的日子"
        self.fields["person"].help_text = "对乡镇问责就留空"


class EntryForm(forms.Form):
    """What happened on a day."""

    kind = forms.ChoiceField(
        label="事项", widget=forms.RadioSelect, error_messages={"required": "请选记的是什么。"}
    )
    happened_on = DayField(label="哪天")
    to_whom = text_field("移交给谁", 60)
    text = forms.CharField(label="内容", max_length=1000, required=False, widget=forms.Textarea(attrs=_TEXT))
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kinds: Sequence[EntryKind], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]
        self.fields["happened_on"].initial = clock.today
        self.fields["to_whom"].help_text = "移交时写，例如：县纪委监委派驻纪检监察组"


class CorrectionForm(forms.Form):
    """What an entry should have said; the entry stays."""

    happened_on = DayField(label="应是哪天")
    to_whom = text_field("应移交给谁", 60)
    text = forms.CharField(
        label="应写",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "请写明应是什么。"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
