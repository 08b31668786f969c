"""Forms of orders: the draft, and the word of a township or of the sender."""

from typing import Any
from uuid import UUID

from django import forms

from dabao.forms import DayInput
from supervision.services.dispatches import Order

BOX = {"class": "form-check-input"}
BOXES = forms.CheckboxSelectMultiple(attrs=BOX)
WORDS = forms.Textarea(attrs={"rows": 4})


class OrderForm(forms.Form):
    """A draft: what is asked, of which townships, by when, who gets a copy."""

    title = forms.CharField(label="标题", max_length=60, error_messages={"required": "请写标题。"})
    text = forms.CharField(
        label="要做什么",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="一条一行，写明做什么、做到什么程度；不要写群众姓名和号码",
        error_messages={"required": "请写要做什么。"},
    )
    townships = forms.MultipleChoiceField(
        label="发给",
        widget=BOXES,
        error_messages={"required": "请至少选一个乡镇。"},
    )
    reply_by = forms.DateField(
        label="回复限期", widget=DayInput, error_messages={"required": "请选回复限期。"}
    )
    finish_by = forms.DateField(
        label="完成限期", widget=DayInput, required=False, help_text="只要回复、不另报办完的，留空"
    )
    to_units = forms.BooleanField(
        label="抄送这些乡镇的督战股室", required=False, widget=forms.CheckboxInput(attrs=BOX)
    )
    leaders = forms.MultipleChoiceField(label="抄送领导", widget=BOXES, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self, townships: list[tuple[str, str]], leaders: list[tuple[str, str]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["townships"].choices = townships
        self.fields["leaders"].choices = leaders

    def order(self) -> Order:
        """What the valid form says."""
        values = self.cleaned_data
        return Order(
            title=values["title"],
            text=values["text"],
            townships=values["townships"],
            reply_by=values["reply_by"],
            finish_by=values["finish_by"],
            to_units=values["to_units"],
            leaders=[UUID(leader) for leader in values["leaders"]],
        )


class WordForm(forms.Form):
    """What a township or the sender says; which of it is needed depends on what is done with it."""

    text = forms.CharField(label="内容", max_length=2000, required=False, widget=WORDS)
    until = forms.DateField(label="到哪天", widget=DayInput, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class TownshipForm(WordForm):
    """A township's word, with a file if it wants."""

    text = forms.CharField(
        label="怎么办的、怎么排的",
        max_length=2000,
        required=False,
        widget=WORDS,
        help_text="排到人、排到村；不要写群众姓名和号码",
    )
    until = forms.DateField(label="要延期的，延到哪天", widget=DayInput, required=False)
    file = forms.FileField(
        label="附件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.jpg,.jpeg,.png"}),
        help_text="一个文件：pdf、docx、jpg、png，可以不附",
        error_messages={"empty": "文件是空的。请重新选。"},
    )


class SenderForm(WordForm):
    """The sender's word: a reason where it says no, a day where it sets one."""

    text = forms.CharField(
        label="说明",
        max_length=2000,
        required=False,
        widget=WORDS,
        help_text="退回、延期、不同意延期要写原因",
    )
    until = forms.DateField(
        label="新的限期", widget=DayInput, required=False, help_text="退回和延期要选一天；阶段的最后一天不变"
    )
