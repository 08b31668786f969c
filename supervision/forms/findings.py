"""Forms of findings: a new one, and one for each move (C21)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from dabao import clock
from screening.forms.fields import DayField, text_field
from supervision.choices import FindingKind, FindingSource, Move
from supervision.rules.rectification import SETS_LIMIT

_TEXT = {"rows": 3}
ACCEPT = ".pdf,.docx,.jpg,.jpeg,.png"
FIRST_LIMIT = timedelta(days=7)


class FilesInput(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; the service checks what they are."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            widget=FilesInput(attrs={"accept": ACCEPT, "multiple": True}),
            error_messages={"empty": "文件是空的。请重新选。"},
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(FilesField, self).clean(file, initial) for file in files]


class FindingForm(forms.Form):
    """A new finding. The household, when there is one, comes with the address of the page."""

    kind = forms.ChoiceField(
        label="问题类别",
        choices=FindingKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选一类问题。"},
    )
    place = forms.ChoiceField(label="乡镇或村", error_messages={"required": "请选乡镇或村。"})
    text = forms.CharField(
        label="问题表述",
        max_length=500,
        widget=forms.Textarea(attrs=_TEXT),
        help_text="什么人、什么事、差在哪里；不要写身份证号和电话",
        error_messages={"required": "请写明问题是什么。"},
    )
    measure = forms.CharField(
        label="整改措施",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="要乡镇怎么改，例如：停发、追回 215 元",
    )
    responsible_unit = text_field("责任单位", 60)
    responsible = text_field("责任人", 40)
    source = forms.ChoiceField(
        label="发现来源",
        choices=[("", "请选"), *FindingSource.choices],
        error_messages={"required": "请选发现来源。"},
    )
    source_note = text_field("来源说明", 100)
    found_on = DayField(label="发现日")
    due_on = DayField(label="整改时限")
    files = FilesField(label="现场照片和材料", help_text="pdf、docx、jpg、png，一次最多 9 个；可以不附")

    def __init__(self, places: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", "请选"), *places]
        self.fields["source_note"].help_text = "例如：暗访、第一季度评估"
        today = clock.today()
        self.fields["found_on"].initial = today
        self.fields["due_on"].initial = today + FIRST_LIMIT
        self.fields["responsible_unit"].initial = "社会事务办"


class MoveForm(forms.Form):
    """What is said with a move; the new limit and files where the move has them."""

    text = forms.CharField(max_length=500, required=False, widget=forms.Textarea(attrs=_TEXT))
    due_on = DayField(label="新的时限", required=False)
    files = FilesField(label="依据")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, move: Move, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix=move.value, **kwargs)
        self.move = move
        label, hint = LABELS[move]
        self.fields["text"].label, self.fields["text"].help_text = label, hint
        if move not in SETS_LIMIT:
            del self.fields["due_on"]
        elif move != Move.EXTEND:
            self.fields["due_on"].initial = clock.today() + FIRST_LIMIT
        if move not in WITH_FILES:
            del self.fields["files"]
        else:
            self.fields["files"].help_text = "pdf、docx、jpg、png，一次最多 9 个"

    @property
    def limit(self) -> Any:
        return self["due_on"] if "due_on" in self.fields else None

    @property
    def upload(self) -> Any:
        return self["files"] if "files" in self.fields else None


# What is asked for with a move: label, hint.
LABELS: dict[str, tuple[str, str]] = {
    Move.PROGRESS: ("做到哪一步", "例如：4月9日已入户，等村里评议"),
    Move.REPLY: ("怎么整改的、结果怎样", "例如：已停发 4 月低保，追回 215 元；要附依据，进展里附过的也算"),
    Move.CONTEST: ("为什么有异议、依据是什么", "提出以后由督战股室复核、局领导裁定，这期间时限不走"),
    Move.WEIGH: ("复核看到什么、什么意见", "局领导按这段话裁定"),
    Move.UPHOLD: ("为什么不成立、还要怎么改", ""),
    Move.WITHDRAW: ("为什么撤销", "撤销以后不能再打开"),
    Move.REJECT: ("哪里没改到位、还要怎么改", ""),
    Move.ACCEPT: ("复查看到什么", "可以不写；通过以后由另一个人销号"),
    Move.SEND_BACK: ("为什么不予销号、还要怎么改", ""),
    Move.CLOSE: ("凭什么销号", "例如：停发单和收款单都看过"),
    Move.REOPEN: ("为什么重新打开", "编号和经过都留着"),
    Move.EXTEND: ("为什么延期", ""),
    Move.URGE: ("说明", "可以不写；提醒会送到乡镇每个经办和负责人"),
}
WITH_FILES = (Move.PROGRESS, Move.REPLY, Move.CONTEST, Move.WEIGH, Move.REJECT, Move.ACCEPT, Move.REOPEN)
