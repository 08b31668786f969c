"""The form with which a list is brought in."""

from typing import Any

from django import forms

from dabao import clock
from dabao.scope import Scope
from screening.choices import ListKind
from screening.queries import lists as queries


class UploadForm(forms.Form):
    """Kind, as-of day, declared region and file of a list."""

    kind = forms.ChoiceField(label="名单种类", choices=ListKind.choices)
    as_of = forms.DateField(
        label="截至日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="名单里的情况截至哪一天，不是上传的日期",
        error_messages={"required": "请填名单的截至日期。"},
    )
    region = forms.ChoiceField(label="名单的范围", help_text="只在这个范围里判断谁不见了")
    file = forms.FileField(
        label="文件",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv"}),
        help_text=".xlsx、.xls 或 .csv，不超过 20 MB",
        error_messages={"required": "请选择名单文件。", "empty": "文件是空的。请重新导出后再上传。"},
    )

    def __init__(self, scope: Scope, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [(region.code, region.name) for region in queries.regions(scope)]

    def clean_as_of(self) -> Any:
        as_of = self.cleaned_data["as_of"]
        if as_of > clock.today():
            raise forms.ValidationError("截至日期晚于今天。请填名单实际的截至日期。")
        return as_of
