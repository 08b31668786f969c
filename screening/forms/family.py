"""The part of the verification form about who lives there: away, moved out, died, the new head."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from screening.choices import Labour, Relation
from screening.forms.fields import DayField, IdNumberField, Speaking, text_field
from screening.forms.parts import MemberRow
from screening.queries.households import HouseholdPage
from screening.queries.known import Member
from screening.rules.verdicts import MemberFound
from screening.services.by_hand import NewMember

NOTED_ROWS = 2
_PARTS = ("lives", "change", "died", "left", "scheme", "reason_code", "reason_text")


class FamilyFields(Speaking):
    """Fields of each member by his id, `living` in number, and a few lines for people without ID number."""

    page: HouseholdPage
    day: date
    living = forms.IntegerField(
        label="共同生活人数",
        min_value=1,
        max_value=30,
        required=False,
        widget=forms.NumberInput(attrs={"data-people": "", "inputmode": "numeric"}),
        error_messages={"invalid": "人数要填整数。", "min_value": "至少 1 人。"},
    )

    def family_start(self, page: HouseholdPage, answers: Mapping[str, Any]) -> dict[str, Any]:
        """What the fields begin with: everybody lives there, but for what was answered; a member registered
        since the answers were given is one more."""
        new = [one for one in page.living if f"change-{one.id}" not in answers]
        start: dict[str, Any] = {}
        for one in page.members:
            start[f"lives-{one.id}"] = one in new or bool(answers.get(f"lives-{one.id}"))
            start[f"died-{one.id}"] = answers.get(f"died-{one.id}", one.died_on)
            start[f"left-{one.id}"] = answers.get(f"left-{one.id}", one.left_on)
        counted = str(answers.get("living") or "")
        start["living"] = len(new) + (int(counted) if counted.isdigit() else 0) or 1
        return start

    def add_family_fields(self, page: HouseholdPage) -> None:
        for member in page.members:
            key, name = member.id, member.name
            self.fields[f"lives-{key}"] = forms.BooleanField(
                label=name, required=False, widget=forms.CheckboxInput(attrs={"data-lives": ""})
            )
            self.fields[f"died-{key}"] = DayField(label=f"{name}去世日期", required=False)
            self.fields[f"left-{key}"] = DayField(label=f"{name}迁出日期", required=False)
            self.fields[f"change-{key}"] = text_field(
                f"{name}的变动", 120, placeholder="在外务工、在读、服刑…"
            )
        heads = [(str(one.id), one.name) for one in page.living]
        self.fields["head"] = forms.ChoiceField(
            label="现在谁是户主", choices=[("", "户主没有变"), *heads], required=False
        )
        for number in range(NOTED_ROWS):
            self.fields[f"added-{number}-name"] = text_field("没有身份证号的人", 60, placeholder="姓名")
            self.fields[f"added-{number}-change"] = text_field(
                "什么关系、何时来的", 120, placeholder="什么关系、何时来的"
            )

    def member_rows(self) -> Iterator[MemberRow]:
        for member in self.page.members:
            yield MemberRow(member, *(self[f"{part}-{member.id}"] for part in _PARTS))

    def added_rows(self) -> Iterator[tuple[BoundField, BoundField]]:
        for number in range(NOTED_ROWS):
            yield self[f"added-{number}-name"], self[f"added-{number}-change"]

    def family_wrong(self) -> bool:
        """Whether the part that is folded away has something to say."""
        parts = ("living", "head", "lives-", "change-", "died-", "left-")
        return any(name.startswith(parts) for name in self.errors)

    def clean_family(self, typed: dict[str, Any]) -> None:
        together = sum(found.living_together for found in self.members_found(typed))
        if typed.get("living") != together:
            self.say(
                "living",
                f"共同生活填了 {typed.get('living') or 0} 人，下面勾的是 {together} 人。"
                "展开成员逐人勾选，使两处一致。",
            )
        for member in self.page.members:
            died, left = (typed.get(f"{part}-{member.id}") for part in ("died", "left"))
            for part, day in (("died", died), ("left", left)):
                if day and day > self.day:
                    self.say(f"{part}-{member.id}", "不能晚于今天。")
            if died and left:
                self.say(f"left-{member.id}", f"{member.name}去世和迁出只填一个。")
            elif not (died or left or typed.get(f"lives-{member.id}") or typed.get(f"change-{member.id}")):
                self.say(
                    f"change-{member.id}",
                    f"{member.name}不共同生活：填去世或迁出日期；人还算这一户的，写明在哪、从哪天起。",
                )
            if typed.get("head") == str(member.id) and not self.lives(member, typed):
                self.say("head", f"{member.name}不共同生活，不能是户主。请另选一人。")

    def lives(self, member: Member, typed: Mapping[str, Any]) -> bool:
        """Whether a member lives there as filled in: a day of death or departure says no, ticked or not."""
        gone = typed.get(f"died-{member.id}") or typed.get(f"left-{member.id}")
        return bool(typed.get(f"lives-{member.id}")) and not gone

    def members_found(self, typed: Mapping[str, Any]) -> Iterator[MemberFound]:
        for member in self.page.members:
            yield MemberFound(
                member.name,
                member.id,
                self.lives(member, typed),
                typed.get(f"change-{member.id}", ""),
                typed.get(f"died-{member.id}"),
                typed.get(f"left-{member.id}"),
                typed.get("head") == str(member.id),
            )
        for number in range(NOTED_ROWS):
            if name := typed.get(f"added-{number}-name"):
                change = typed.get(f"added-{number}-change", "")
                yield MemberFound(name, None, living_together=False, change=change)


class MemberForm(forms.Form):
    """Somebody living there whom no list has, to be registered with his ID number."""

    name = forms.CharField(label="姓名", max_length=60)
    number = IdNumberField(label="身份证号")
    relation = forms.ChoiceField(
        label="与户主关系",
        choices=[("", "请选关系"), *(one for one in Relation.choices if one[0] != Relation.HEAD)],
    )
    labour = forms.ChoiceField(label="劳动技能", choices=[("", "没查清"), *Labour.choices], required=False)
    since = DayField(label="从哪天起")

    def member(self) -> NewMember:
        typed = self.cleaned_data
        return NewMember(typed["name"], typed["number"], typed["relation"], typed["labour"])
