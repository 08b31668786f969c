"""The question before a ledger leaves the system: masked or whole, and what for."""

from django import forms

MASKED, WHOLE = "masked", "whole"


class ExportForm(forms.Form):
    numbers = forms.ChoiceField(
        label="证件号码",
        choices=[(MASKED, "号码遮住"), (WHOLE, "完整号码和病种")],
        initial=MASKED,
        widget=forms.RadioSelect,
    )
    purpose = forms.CharField(
        label="用途（必填，会印在文件里）",
        max_length=100,
        error_messages={"required": "请写用途，例如：发各乡镇督促 4月15日前补齐记录。"},
    )
