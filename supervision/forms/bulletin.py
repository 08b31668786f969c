"""The words of a bulletin."""

from typing import Any

from django import forms

from supervision import drafting
from supervision.models import Bulletin
from supervision.services.bulletins import Words

LONGEST = 4000


class BulletinForm(forms.Form):
    """Each part as the board drafted it and people wrote it on, who it is for, who gets a copy."""

    addressee = forms.CharField(label="主送", max_length=100, error_messages={"required": "请写主送哪里。"})
    copies = forms.CharField(label="抄送", max_length=100, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, bulletin: Bulletin, data: Any = None) -> None:
        initial = {
            "addressee": bulletin.addressee,
            "copies": bulletin.copies,
            "version": bulletin.version,
            **bulletin.texts,
        }
        super().__init__(data, initial=initial)
        for key, heading in drafting.PARTS:
            self.fields[key] = forms.CharField(
                label=heading or "开头",
                required=False,
                max_length=LONGEST,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    def parts(self) -> list[forms.BoundField]:
        """The fields of the parts, in the order of the paper."""
        return [self[key] for key, _ in drafting.PARTS]

    def words(self) -> Words:
        """What the valid form says."""
        values = self.cleaned_data
        texts = {key: values[key] for key, _ in drafting.PARTS}
        return Words(texts, values["addressee"], values["copies"])
