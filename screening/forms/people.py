"""Forms about who belongs where: splitting off, moving, taking over (C17)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from screening.choices import Relation

WHOLE = "whole"
_REASON = {"required": "请写明为什么、有什么凭据。"}
RELATIONS = [choice for choice in Relation.choices if choice[0] != Relation.HEAD]


class SplitForm(forms.Form):
    """Who leaves, who of them is the head, and what the others are to him. `members`: (id, name)."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    persons = forms.MultipleChoiceField(
        label="谁分出去",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选分出去的人。"},
    )
    head = forms.ChoiceField(label="新户户主", error_messages={"required": "请选新户的户主。"})
    group = forms.CharField(label="新户在哪个组（不写就同原户）", max_length=40, required=False)
    reason = forms.CharField(
        label="为什么分户、凭据",
        max_length=200,
        help_text="例如：2020年3月婚后另立户口，户口簿",
        error_messages=_REASON,
    )

    def __init__(self, members: Sequence[tuple[UUID, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), name) for pk, name in members]
        self.fields["persons"].choices = choices
        self.fields["head"].choices = [("", "请选"), *choices]
        for pk, name in choices:
            self.fields[f"relation-{pk}"] = forms.ChoiceField(
                label=f"{name}与新户主的关系", choices=RELATIONS, initial=Relation.OTHER, required=False
            )

    def rows(self) -> list[tuple[Any, forms.BoundField]]:
        """Each member's checkbox with his relation."""
        boxes = list(self["persons"])
        return [(box, self[f"relation-{box.data['value']}"]) for box in boxes]

    def answers(self) -> dict[str, Any]:
        """A valid form as the service takes it."""
        typed = self.cleaned_data
        return {
            "version": typed["version"],
            "persons": [UUID(pk) for pk in typed["persons"]],
            "head": UUID(typed["head"]),
            "relations": {UUID(pk): typed[f"relation-{pk}"] for pk in typed["persons"]},
            "group": typed["group"],
            "reason": typed["reason"],
        }


class MoveForm(forms.Form):
    """Who moves to which village."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    person = forms.ChoiceField(label="谁迁")
    to_village = forms.ChoiceField(label="迁到哪个村", error_messages={"required": "请选迁到哪个村。"})
    reason = forms.CharField(
        label="为什么迁、凭据",
        max_length=200,
        help_text="例如：2020年4月户口迁到大麦地村，准迁证",
        error_messages=_REASON,
    )

    def __init__(
        self,
        members: Sequence[tuple[UUID, str]],
        villages: Sequence[tuple[str, list[tuple[str, str]]]],
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), f"只有{name}") for pk, name in members]
        self.fields["person"].choices = [(WHOLE, "全户"), *people]
        self.fields["to_village"].choices = [("", "请选"), *villages]

    def answers(self) -> dict[str, Any]:
        """A valid form as the service takes it."""
        typed = self.cleaned_data
        who = typed["person"]
        return {
            "version": typed["version"],
            "person_id": None if who == WHOLE else UUID(who),
            "to_village": typed["to_village"],
            "reason": typed["reason"],
        }


class AcceptForm(forms.Form):
    """Taking over: for one person, the household he comes to."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    known = forms.CharField(
        label="他住进哪一户",
        max_length=60,
        required=False,
        help_text="写那一户里一个人的姓名或身份证号",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    relation = forms.ChoiceField(
        label="与户主关系", choices=RELATIONS, initial=Relation.OTHER, required=False
    )


class ReasonForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(label="为什么", max_length=200, required=False)
