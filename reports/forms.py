"""The forms of the monthly report."""

from typing import Any

from django import forms

from dabao.scope import Scope
from reports.queries import requests as queries

MAX_TEXT = 5000


class ReportForm(forms.Form):
    """The words of a report, with the version they were written on and the draft that the page offered."""

    progress = forms.CharField(
        label="一、工作进展情况",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    problems = forms.CharField(
        label="二、存在问题及困难",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    offered = forms.CharField(widget=forms.HiddenInput, required=False)


class RequestForm(forms.Form):
    """One request for help: what, of which unit, by when. Part of the report's form, mostly left blank."""

    use_required_attribute = False

    text = forms.CharField(
        label="事项", max_length=300, error_messages={"required": "请写明要县局帮助解决什么。"}
    )
    unit = forms.ChoiceField(label="请谁解决", error_messages={"required": "请选由哪个股室解决。"})
    wanted_by = forms.DateField(
        label="希望何时前",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "请填希望何时前解决。",
            "invalid": "日期不对，请按 2020-04-20 这样填。",
        },
    )

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(unit.pk), unit.name) for unit in queries.units(scope)]
