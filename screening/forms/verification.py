"""The verification form (C08): what was found at the door and its conclusion, for one household.

One flat form, so that a draft, a correction and a conflict are all plain dicts of its field names. What is
needed depends on whether somebody was met, hence `clean` and not `required`.
"""

import uuid
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.forms import BoundField
from django.http import QueryDict

from dabao.scope import NOTHING
from screening.choices import (
    ObligorAbility,
    PropertyKind,
    ReasonCode,
    Scheme,
    VerifierRole,
    VisitResult,
)
from screening.forms.family import FamilyFields
from screening.forms.fields import DayField, text_field
from screening.forms.income import IncomeFields
from screening.forms.parts import ObligorRow, answers_of
from screening.queries import advice
from screening.queries.households import HouseholdPage
from screening.queries.known import Member
from screening.rules.income import Place, position
from screening.rules.verdicts import Entry, ObligorFound, Verdict, faults
from screening.services.answers import EACH, KEEP, NO_PROPERTY, WHOLE

OBLIGOR_ROWS = 4
OBLIGOR_PARTS = ("name", "relation", "ability", "note")
YES_NO = [("yes", "是"), ("no", "否")]
_REASONS = [("", "请选原因"), *ReasonCode.choices]


def _yes(answer: str) -> bool | None:
    return {"yes": True, "no": False}.get(answer)


def _radios() -> forms.RadioSelect:
    return forms.RadioSelect(attrs={"class": "form-check-input"})


class VerificationForm(IncomeFields, FamilyFields):
    """`page` gives the members and the standard; `answers` what a draft or a record has."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    on_site = forms.BooleanField(label="实地入户", required=False)
    visited_on = DayField(label="入户日")
    companions = text_field("同去的人", 120, placeholder="驻村队员、村组干部")
    role = forms.ChoiceField(label="以什么身份", choices=VerifierRole.choices)
    result = forms.ChoiceField(label="见到没有", choices=VisitResult.choices, widget=_radios())
    holds = forms.MultipleChoiceField(
        label="财产",
        choices=[*PropertyKind.choices, (NO_PROPERTY, "以上都没有")],
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )
    property_note = text_field("财产说明", 200, placeholder="哪一样、值多少、谁的名下")
    food_ok = forms.ChoiceField(label="不愁吃", choices=YES_NO, required=False, widget=_radios())
    clothing_ok = forms.ChoiceField(label="不愁穿", choices=YES_NO, required=False, widget=_radios())
    dependent = forms.ChoiceField(
        label="重残、重病的人靠家庭供养，无法单独立户", choices=YES_NO, required=False, widget=_radios()
    )
    hardship = forms.ChoiceField(
        label="遇到突发急难或大额支出", choices=YES_NO, required=False, widget=_radios()
    )
    hardship_note = text_field("什么急难、哪天、花了多少", 200, placeholder="什么急难、哪天、花了多少")
    for_whom = forms.ChoiceField(
        label="结论给谁",
        choices=[(WHOLE, "整户一样"), (EACH, "各人不同")],
        required=False,
        initial=WHOLE,
        widget=_radios(),
    )
    reason_code = forms.ChoiceField(label="不符合的原因", choices=_REASONS, required=False)
    reason_text = text_field("写明具体情况", 300)
    at_standard = text_field("正好等于（或高于）标准，写明为什么这样判", 200)
    departure_reason = text_field("结论与条件不同，写明为什么", 300)
    grounds = forms.CharField(
        label="理由（会显示在台账、公示和复核页）",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        page: HouseholdPage,
        role: str,
        day: date,
        *,
        answers: Mapping[str, Any] | None = None,
        data: QueryDict | None = None,
    ) -> None:
        start: dict[str, Any] = {
            "on_site": not answers,
            "visited_on": day,
            "role": role,
            "result": VisitResult.VISITED,
            "for_whom": WHOLE,
        }
        start |= {**(answers or {}), **self.family_start(page, answers or {})}
        start |= {"version": page.case.version, "submission_key": uuid.uuid4()}
        super().__init__(data, initial=start)
        self.page, self.day = page, day
        self.departing: list[str] = []
        self.fields["scheme"] = forms.ChoiceField(
            label="结论", choices=self.verdict_choices(), required=False, widget=forms.RadioSelect
        )
        self.add_income_fields()
        self.add_family_fields(page)
        for member in page.members:
            self._add_verdict(member)
        for number in range(OBLIGOR_ROWS):
            self._add_obligor(number)

    def _add_verdict(self, member: Member) -> None:
        name = member.name
        self.fields[f"scheme-{member.id}"] = forms.ChoiceField(
            label=f"{name}的结论", choices=[("", "请选结论"), *self.verdict_choices(member)], required=False
        )
        self.fields[f"reason_code-{member.id}"] = forms.ChoiceField(
            label=f"{name}不符合的原因", choices=_REASONS, required=False
        )
        self.fields[f"reason_text-{member.id}"] = text_field(f"{name}的具体情况", 300, placeholder="具体情况")

    def _add_obligor(self, number: int) -> None:
        self.fields[f"obligor-{number}-name"] = text_field("义务人姓名", 60, placeholder="姓名")
        self.fields[f"obligor-{number}-relation"] = text_field(
            "与本户关系", 60, placeholder="之女，已嫁，三台乡"
        )
        self.fields[f"obligor-{number}-ability"] = forms.ChoiceField(
            label="赡养能力", choices=[("", "请选择"), *ObligorAbility.choices], required=False
        )
        self.fields[f"obligor-{number}-note"] = text_field("依据", 200, placeholder="依据")

    def verdict_choices(self, member: Member | None = None) -> list[tuple[str, str]]:
        """In the plan's order; who is covered, or a household all covered, may also keep what there is."""
        whom = [member] if member else self.page.living
        covered = self.page.more_than_named or (bool(whom) and all(one.covered for one in whom))
        return [*([(KEEP, "维持在保")] if covered else []), *Scheme.choices]

    # --- For the template ---

    @property
    def visit_helper(self) -> FormHelper:
        """Layout of the visit: day, company, role, and whether somebody was met."""
        helper = FormHelper()
        helper.form_tag, helper.disable_csrf = False, True
        helper.layout = Layout(
            Div(
                Field("visited_on", wrapper_class="field"),
                Field("role", wrapper_class="field"),
                Field("companions", wrapper_class="field"),
                css_class="fields three-up",
            )
        )
        return helper

    @property
    def two_worries(self) -> tuple[BoundField, BoundField]:
        return self["food_ok"], self["clothing_ok"]

    @property
    def facts_asked(self) -> tuple[BoundField, BoundField]:
        """What no list says and the tests of 单人户 and 临时救助 need."""
        return self["dependent"], self["hardship"]

    def obligor_rows(self) -> Iterator[ObligorRow]:
        for number in range(OBLIGOR_ROWS):
            yield ObligorRow(
                *(self[f"obligor-{number}-{part}"] for part in ("name", "relation", "ability", "note"))
            )

    def wrong(self) -> list[tuple[str, str]]:
        """Fields with an error, as (id, label), in the order of the page."""
        return [(field.id_for_label or field.auto_id, field.label) for field in self if field.errors]

    # --- Checks ---

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        if typed.get("visited_on") and typed["visited_on"] > self.day:
            self.add_error("visited_on", "入户日不能晚于今天。")
        if typed.get("result") != VisitResult.VISITED:
            for name in set(self._errors) - {"version", "submission_key", "visited_on", "role", "result"}:
                del self._errors[name]
            return typed
        self.clean_family(typed)
        self.clean_income(typed)
        self._clean_property(typed)
        self._clean_obligors(typed)
        if typed.get("hardship") == "yes" and not typed.get("hardship_note"):
            self.say("hardship_note", "写明什么急难、哪天、花了多少。")
        for name, word in (("food_ok", "吃"), ("clothing_ok", "穿")):
            if not typed.get(name):
                self.say(name, f"还没答“不愁{word}”。")
        self._clean_verdicts(typed)
        if not typed.get("grounds"):
            self.say("grounds", "还没写理由。一两句即可：谁、什么情况、收入怎么算的。")
        if not self.errors:
            self._clean_standard(typed)
        if not self.errors:
            self._clean_departures(typed)
        return typed

    def _clean_property(self, typed: dict[str, Any]) -> None:
        held = typed.get("holds") or []
        if not held:
            self.say("holds", "还没查财产。都没有就勾“以上都没有”。")
        if NO_PROPERTY in held and len(held) > 1:
            self.say("holds", "勾了财产，又勾“以上都没有”。请去掉一个。")

    def _clean_obligors(self, typed: dict[str, Any]) -> None:
        for number in range(OBLIGOR_ROWS):
            name, ability = (typed.get(f"obligor-{number}-{part}") for part in ("name", "ability"))
            if name and not ability:
                self.fields[f"obligor-{number}-ability"].label = f"{name}的赡养能力"
                self.say(
                    f"obligor-{number}-ability",
                    f"{name}还没选能力。联系不上就选“失联”，并写派出所或村委证明的日期。",
                )
            if ability and not name:
                self.say(f"obligor-{number}-name", "选了能力，没写是谁。")

    def _clean_verdicts(self, typed: dict[str, Any]) -> None:
        if typed.get("for_whom") != EACH:
            self._clean_verdict(typed, "scheme", "reason_code", "reason_text", "还没选结论。")
            return
        for member in self.page.members:
            if self.lives(member, typed):
                names = [f"{part}-{member.id}" for part in ("scheme", "reason_code", "reason_text")]
                self._clean_verdict(typed, *names, f"{member.name}还没选结论。")

    def _clean_verdict(self, typed: dict[str, Any], scheme: str, code: str, text: str, missing: str) -> None:
        if not typed.get(scheme):
            self.say(scheme, missing)
        elif typed[scheme] == Scheme.NONE:
            if not typed.get(code):
                self.say(code, "不符合的，要选原因。")
            if not typed.get(text):
                self.say(text, "写明具体情况：什么、多少、凭什么。")

    def _clean_standard(self, typed: dict[str, Any]) -> None:
        """Exactly at the standard the officer decides and says why; so does who keeps somebody above it."""
        each = self.entry().sum().per_capita
        if each is None or self.page.standard is None or typed.get("at_standard"):
            return
        where = position(each, self.page.standard.amount)
        verdicts = self._verdicts(typed)
        if where.place is Place.AT:
            self.say("at_standard", "人均正好等于低保标准：符合或不符合由你定，写明为什么。")
        elif where.place is Place.ABOVE and any(verdict.covered for verdict in verdicts):
            self.say(
                "at_standard", f"人均高出低保标准 {where.gap:,.2f} 元，仍维持在保：写明为什么，例如在渐退期。"
            )

    def _clean_departures(self, typed: dict[str, Any]) -> None:
        """Who concludes against the advice says why; the second person reads both."""
        verdicts = self._verdicts(typed)
        entry, standard = self.entry(), self.page.standard
        if faults(entry, entry.sum().per_capita, standard.amount if standard else None):
            return  # the service refuses it anyway, reason or not
        self.departing = advice.departing(NOTHING, self.page, answers_of(self.data), verdicts, self.day)
        if self.departing and not typed.get("departure_reason"):
            self.say("departure_reason", f"{'；'.join(self.departing)}。结论由你定，写明为什么。")

    # --- What the service takes ---

    def entry(self) -> Entry:
        """The verification as filled in; only of a form without errors."""
        typed = self.cleaned_data
        met = typed["result"] == VisitResult.VISITED
        visit = {
            "result": typed["result"],
            "visited_on": typed["visited_on"],
            "role": typed["role"],
            "on_site": typed["on_site"],
            "companions": typed["companions"],
        }
        if not met:
            return Entry(**visit, grounds=typed.get("grounds", ""))
        why_here = f"（{typed['at_standard']}）" if typed.get("at_standard") else ""
        return Entry(
            **visit,
            members=list(self.members_found(typed)),
            income=self.income_typed(typed),
            property_held=[held for held in typed["holds"] if held != NO_PROPERTY],
            property_note=typed["property_note"],
            obligors=[
                ObligorFound(
                    *(typed[f"obligor-{n}-{part}"] for part in ("name", "relation", "ability", "note"))
                )
                for n in range(OBLIGOR_ROWS)
                if typed.get(f"obligor-{n}-name")
            ],
            food_ok=typed["food_ok"] == "yes",
            clothing_ok=typed["clothing_ok"] == "yes",
            dependent=_yes(typed["dependent"]),
            hardship=_yes(typed["hardship"]),
            hardship_note=typed["hardship_note"],
            verdicts=self._verdicts(typed),
            grounds=typed["grounds"] + why_here,
            departures=self.departing,
            departure_reason=typed.get("departure_reason", ""),
        )

    def _verdicts(self, typed: dict[str, Any]) -> list[Verdict]:
        if typed.get("for_whom") != EACH:
            return [self._verdict(None, typed["scheme"], typed["reason_code"], typed["reason_text"])]
        return [
            self._verdict(
                member,
                typed[f"scheme-{member.id}"],
                typed[f"reason_code-{member.id}"],
                typed[f"reason_text-{member.id}"],
            )
            for member in self.page.members
            if typed.get(f"scheme-{member.id}") and self.lives(member, typed)
        ]

    def _verdict(self, member: Member | None, choice: str, code: str, text: str) -> Verdict:
        whom = [member] if member else self.page.living
        if choice == KEEP:
            on_tekun = all(one.id in self.page.on_tekun for one in whom)
            choice, covered = (Scheme.TEKUN if on_tekun else Scheme.DIBAO), True
        else:
            covered = False
        refused = choice == Scheme.NONE
        return Verdict(
            scheme=choice,
            person=member.id if member else None,
            covered=covered,
            reason_code=code if refused else "",
            reason_text=text if refused else "",
        )
