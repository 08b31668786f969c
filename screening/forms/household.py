"""Small forms around a household: added by hand, closed for a reason, looked at again, whole numbers."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.db.models import TextChoices
from django.forms import BoundField

from screening.choices import CaseOutcome, Labour, Relation
from screening.forms.fields import DayField, IdNumberField
from screening.services.by_hand import NewMember

MEMBER_ROWS = 6
_CLOSING = (CaseOutcome.MOVED_OUT, CaseOutcome.DECEASED, CaseOutcome.DECLINED)


class RevealReason(TextChoices):
    """Why somebody needs whole numbers (P04); a closed list, kept in the log."""

    CHECK = "check", "核对证件"
    APPLY = "apply", "填申请或录入省系统"
    CONTACT = "contact", "联系本户"
    CLEAR = "clear", "排除重复、错号"


class RevealForm(forms.Form):
    reason = forms.ChoiceField(label="用途", choices=RevealReason.choices)


class ClosingForm(forms.Form):
    """Moved out, died, declined: closed when another person agrees."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="情况",
        choices=[
            (one.value, one.label)
            for one in (CaseOutcome.MOVED_OUT, CaseOutcome.DECEASED, CaseOutcome.DECLINED)
        ],
    )
    reason = forms.CharField(label="依据", max_length=300)
    died_on = DayField(label="去世日期", required=False)


class ReasonForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(label="原因", max_length=300)


class NewHouseholdForm(forms.Form):
    """A household added by hand: where, who, and how it was found. The first member is its head."""

    village = forms.ChoiceField(label="村")
    group = forms.CharField(label="村民小组", max_length=40, required=False)
    phone = forms.CharField(label="联系电话", max_length=20, required=False)
    reason = forms.CharField(
        label="怎么发现的",
        max_length=200,
        widget=forms.TextInput(attrs={"placeholder": "群众反映、走访时看到…"}),
    )
    looked_at_near = forms.BooleanField(label="逐户看过，都不是同一户", required=False)

    def __init__(self, villages: dict[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].choices = [("", "请选村"), *villages.items()]
        for number in range(MEMBER_ROWS):
            head = number == 0
            self.fields[f"name-{number}"] = forms.CharField(
                label="户主姓名" if head else "姓名", max_length=60, required=head
            )
            self.fields[f"number-{number}"] = IdNumberField(label="身份证号", required=head)
            self.fields[f"relation-{number}"] = forms.ChoiceField(
                label="与户主关系",
                choices=[("", "请选关系"), *(c for c in Relation.choices if c[0] != Relation.HEAD)],
                required=False,
            )
            self.fields[f"labour-{number}"] = forms.ChoiceField(
                label="劳动技能", choices=[("", "没查清"), *Labour.choices], required=False
            )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        fields = [Field(name, wrapper_class="field") for name in ("village", "group", "phone")]
        helper.layout = Layout(
            Div(*fields, Field("reason", wrapper_class="field whole"), css_class="fields three-up")
        )
        return helper

    def member_rows(self) -> Iterator[tuple[BoundField | None, ...]]:
        for number in range(MEMBER_ROWS):
            names = ("name", "number", "relation", "labour")
            yield tuple(self[f"{part}-{number}"] if number or part != "relation" else None for part in names)

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        for number in range(1, MEMBER_ROWS):
            if typed.get(f"name-{number}") and not typed.get(f"relation-{number}"):
                self.add_error(f"relation-{number}", "还没选与户主的关系。")
            if typed.get(f"number-{number}") and not typed.get(f"name-{number}"):
                self.add_error(f"name-{number}", "有号码，没写是谁。")
        numbers = [typed[f"number-{n}"] for n in range(MEMBER_ROWS) if typed.get(f"number-{n}")]
        if len(numbers) != len(set(numbers)):
            self.add_error(None, "有两个人填了同一个身份证号。请核对。")
        return typed

    def members(self) -> list[NewMember]:
        typed = self.cleaned_data
        return [
            NewMember(
                name=typed[f"name-{n}"],
                number=typed.get(f"number-{n}") or "",
                relation=typed.get(f"relation-{n}") or Relation.HEAD,
                labour=typed.get(f"labour-{n}") or "",
            )
            for n in range(MEMBER_ROWS)
            if typed.get(f"name-{n}")
        ]
