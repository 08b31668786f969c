"""The forms of the monthly report."""

from typing import Any

from django import forms

from dabao.models import WorkPlan
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

    def __init__(self, scope: Scope, plan: WorkPlan, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [(str(unit.pk), unit.name) for unit in queries.units(scope, plan)]


class MeetingForm(forms.Form):
    """The analysis meeting of a month."""

    held_on = forms.DateField(
        label="开会日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请填哪天开的会。", "invalid": "日期不对，请按 2020-04-20 这样填。"},
    )
    people = forms.CharField(label="参加人员", max_length=300, error_messages={"required": "请写谁参加了。"})
    minutes = forms.CharField(
        label="研究情况",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "请写会上研究了什么。"},
    )
    decisions = forms.CharField(
        label="议定事项",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "请写会上定了什么、谁来办。"},
    )
    file = forms.FileField(
        label="附件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.docx,.jpg,.jpeg,.png"}),
        help_text="会议纪要等一个文件：pdf、docx、jpg、png，可以不附；再选一个就换掉原来的",
        error_messages={"empty": "文件是空的。请重新选。"},
    )
    remove_file = forms.BooleanField(label="去掉附件", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class FeedbackForm(forms.Form):
    """What became of last month's problems and of the county's answers."""

    text = forms.CharField(
        label="处理情况",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="逐条写上月的问题解决了没有、县局的答复有没有用",
        error_messages={"required": "请写上月的问题处理得怎样。"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AnswerForm(forms.Form):
    """The county's answer to a request."""

    answer = forms.CharField(
        label="县局答复",
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "没写答复。请写明怎么解决、谁来办、什么时候。"},
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SolvedForm(forms.Form):
    """The township's word on an answer."""

    solved = forms.ChoiceField(
        label="解决了没有",
        choices=[("yes", "解决了"), ("no", "没解决")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选解决了没有。"},
    )
    note = forms.CharField(label="说明", max_length=300, required=False, help_text="没解决的，写明还差什么")
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class CountyForm(forms.Form):
    """The words of the county's report."""

    progress = forms.CharField(
        label="一、工作进展",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    problems = forms.CharField(
        label="二、存在问题",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    support = forms.CharField(
        label="三、请求上级支持",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
