"""The second person's answer: agree with a way of checking, or return with a note."""

from django import forms

from screening.services.recheck import Means


class RecheckForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    action = forms.ChoiceField(choices=[("agree", "同意"), ("return", "退回")])
    means = forms.MultipleChoiceField(
        label="你怎么核的",
        choices=Means.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    note = forms.CharField(label="退回时写明缺什么", max_length=500, required=False)
