"""Forms of the assignment table (C19, C26)."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms

from dabao import clock
from dabao.forms import DayInput
from dabao.models import Region, Unit
from supervision.models import Group


class AssignForm(forms.Form):
    """A unit of a group for a township, from a day on."""

    township = forms.ChoiceField(label="乡镇", error_messages={"required": "请选乡镇。"})
    unit = forms.ChoiceField(label="督战股室", error_messages={"required": "请选督战股室。"})
    group = forms.ChoiceField(label="带队领导", error_messages={"required": "请选带队领导。"})
    first_day = forms.DateField(
        label="从哪天起",
        widget=DayInput,
        help_text="当天起新股室看得到这个乡镇",
        error_messages={"required": "请选从哪天起。", "invalid": "日期不对，请重选。"},
    )

    def __init__(
        self,
        townships: Sequence[Region],
        units: Sequence[Unit],
        groups: Sequence[Group],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["township"].choices = [("", "请选"), *((one.code, one.name) for one in townships)]
        self.fields["unit"].choices = [("", "请选"), *((str(one.pk), _unit(one)) for one in units)]
        self.fields["group"].choices = [("", "请选"), *((str(one.pk), _group(one)) for one in groups)]
        self.fields["first_day"].initial = clock.today() + timedelta(days=1)


class ReplaceForm(AssignForm):
    """Another unit or group for the same township; the one before ends the day before."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__((), *args, **kwargs)
        del self.fields["township"]


class EndForm(forms.Form):
    """The last day of an assignment."""

    last_day = forms.DateField(error_messages={"required": "请选最后一天。", "invalid": "日期不对，请重选。"})
    version = forms.IntegerField()


def _unit(unit: Unit) -> str:
    names = "、".join(member.name for member in unit.working)
    return f"{unit.name}（{names}）" if names else f"{unit.name}（没有成员）"


def _group(group: Group) -> str:
    return f"{group.leader_name}·{group.leader_post}"
