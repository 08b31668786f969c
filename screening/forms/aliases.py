"""The form for a heading that the import should know."""

from typing import Any

from django import forms

from screening.choices import ListKind
from screening.imports.kinds import KINDS


class AliasForm(forms.Form):
    """A heading as it stands in the spreadsheet, and the column that it means."""

    heading = forms.CharField(label="表格上的列名", max_length=80, help_text="照原样填，空格、全角半角不影响")
    column = forms.ChoiceField(label="是哪一列")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = [
            (
                str(ListKind(code).label),
                [(f"{code}:{c.key}", f"{ListKind(code).label}：{c.label}") for c in kind.columns],
            )
            for code, kind in KINDS.items()
        ]
        self.fields["column"].choices = [("", "请选名单和列"), *columns]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if "column" in typed:
            typed["kind"], typed["field"] = typed.pop("column").split(":", 1)
        return typed
