"""Forms of inspections, their visits, and samples (C18, C21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from dabao import clock
from screening.forms.fields import DayField, text_field
from supervision.choices import FindingKind, InspectionLevel, Item, Manner, Match, Met, Occasion, Stratum
from supervision.forms.findings import FilesField
from supervision.queries.visits import Line

Choices = Iterable[tuple[str, str]]
_LINES = {"rows": 3}
AT_MOST = 50
# The kinds that come to light at a door, the plan's own first (C21); the others are opened under 问题.
DOOR_KINDS = (
    FindingKind.MISSED,
    FindingKind.WRONGLY_COVERED,
    FindingKind.ONLY_COVERED,
    FindingKind.ONE_SIZE,
    FindingKind.LEDGER,
    FindingKind.SCREENING,
    FindingKind.FRAUD,
    FindingKind.OTHER,
)


class _ComingForm(forms.Form):
    """Who comes, tied to what, on which days."""

    level = forms.ChoiceField(label="哪一级", error_messages={"required": "请选哪一级。"})
    authority = forms.CharField(
        label="哪个单位",
        max_length=60,
        help_text="例如：州民政局；县局社会救助股",
        error_messages={"required": "请写哪个单位。"},
    )
    visitors = forms.CharField(
        label="谁去",
        max_length=120,
        help_text="去的人，用顿号分开",
        error_messages={"required": "请写谁去。"},
    )
    occasion = forms.ChoiceField(
        label="结合什么", choices=Occasion.choices, error_messages={"required": "请选结合什么。"}
    )
    first_day = DayField(label="从哪天")
    last_day = DayField(label="到哪天")

    def __init__(self, *args: Any, levels: Choices = InspectionLevel.choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = list(levels)
        self.fields["first_day"].initial = self.fields["last_day"].initial = clock.today


class InspectionForm(_ComingForm):
    """An inspection: open or unannounced, to one township or several."""

    manner = forms.ChoiceField(
        label="明察还是暗访",
        choices=Manner.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选明察还是暗访。"},
    )
    townships = forms.MultipleChoiceField(
        label="去哪个乡镇",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请选去哪个乡镇。"},
    )
    field_order = ["level", "authority", "visitors", "occasion", "manner", "first_day", "last_day"]

    def __init__(self, *args: Any, townships: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["townships"].choices = list(townships)


class SampleForm(_ComingForm):
    """What to draw: a township, how many of each stratum, and the seed."""

    township = forms.ChoiceField(label="抽哪个乡镇", error_messages={"required": "请选乡镇。"})
    seed = text_field("种子", 40)

    def __init__(self, *args: Any, townships: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "请选"), *townships]
        self.fields["seed"].help_text = "不填就用“日期-乡镇”。同一个种子，谁来抽都一样"
        for stratum, usual in zip(Stratum, (5, 3, 4), strict=True):
            self.fields[f"size-{stratum}"] = forms.IntegerField(
                label=f"{stratum.label}抽几户",
                min_value=0,
                max_value=AT_MOST,
                initial=usual,
                error_messages={
                    "required": "请填户数，不抽填 0。",
                    "invalid": "请填整数。",
                    "min_value": "不能小于 0。",
                    "max_value": f"一层最多 {AT_MOST} 户。",
                },
            )

    @property
    def size_fields(self) -> list[BoundField]:
        return [self[f"size-{stratum}"] for stratum in Stratum]

    def sizes(self) -> dict[str, int]:
        return {stratum.value: self.cleaned_data[f"size-{stratum}"] for stratum in Stratum}


class StopForm(forms.Form):
    """What was seen in a township, and said there."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    villages = forms.MultipleChoiceField(
        label="到了哪些村", required=False, widget=forms.CheckboxSelectMultiple
    )
    summary = forms.CharField(
        label="总的看到什么",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text="不写群众姓名和号码；办结前必填",
    )
    feedback = forms.CharField(
        label="现场反馈",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs=_LINES),
        help_text="当场向乡镇说了什么、要求什么",
    )
    feedback_to = text_field("反馈给谁", 60)

    def __init__(self, *args: Any, villages: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["villages"].choices = list(villages)


class ReplaceForm(forms.Form):
    reason = forms.CharField(
        label="为什么换",
        max_length=200,
        help_text="例如：全家去外省务工，年底才回",
        error_messages={"required": "换户要写原因。"},
    )


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of the sheet with its record and its two fields."""

    line: Line
    match: BoundField
    said: BoundField


class VisitForm(forms.Form):
    """A visit sheet: was anybody at home, item by item against the record, and what problem it looks like."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    met = forms.ChoiceField(
        label="见到没有",
        choices=Met.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "请选人在家、没在家，还是不让查。"},
    )
    note = forms.CharField(
        label="说明", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    problem = forms.ChoiceField(
        label="像哪一种问题",
        required=False,
        widget=forms.RadioSelect,
        choices=[("", "没有"), *((kind.value, kind.label) for kind in DOOR_KINDS)],
    )
    problem_text = forms.CharField(
        label="问题是什么", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    due_on = DayField(label="整改期限", required=False)
    files = FilesField(label="现场照片", help_text="附在问题后面作依据；没信号时照片不存进手机")
    kept_ms = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item in Item:
            self.fields[f"match-{item}"] = forms.ChoiceField(
                label=item.label, choices=Match.choices, widget=forms.RadioSelect, required=False
            )
            self.fields[f"said-{item}"] = text_field(f"{item.label}：看到听到", 200, placeholder="看到听到的")

    def rows(self, lines: Iterable[Line]) -> list[ItemRow]:
        return [ItemRow(line, self[f"match-{line.item}"], self[f"said-{line.item}"]) for line in lines]

    def answers(self) -> dict[str, Any]:
        """What the service takes of it, beside the problem."""
        given = self.cleaned_data
        return {
            "version": given["version"],
            "met": given["met"],
            "matches": {item.value: given[f"match-{item}"] for item in Item if given[f"match-{item}"]},
            "said": {item.value: given[f"said-{item}"] for item in Item},
            "note": given["note"],
        }
