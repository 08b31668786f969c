"""Forms of the benefit review: what was found and what it comes to; approval (C14, C15, C16)."""

import uuid
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict

from screening.choices import IncomeKind, ReasonCode, ReviewOutcome, ReviewWay
from screening.forms.fields import DayField
from screening.forms.income import IncomeFields
from screening.models import BenefitReview
from screening.queries.reviews import Basis, Before
from screening.rules.income import Income, IncomeItem, family_income
from screening.services.answers import NO_INCOME
from screening.services.reviews import Found

_WAYS = {
    ReviewOutcome.KEEP: ReviewWay.KEEP,
    ReviewOutcome.KEEP_LIFTED: ReviewWay.KEEP,
    ReviewOutcome.TAPER: ReviewWay.TAPER,
    ReviewOutcome.STOP: ReviewWay.STOP,
}


class ReviewForm(IncomeFields):
    """A review of a household; `basis` gives the months a taper may have. It begins with the answers of the
    review that it `corrects`; the amounts found `before` stand pale in the empty boxes.
    """

    seen = forms.UUIDField(widget=forms.HiddenInput, required=False)
    submission_key = forms.UUIDField(widget=forms.HiddenInput)
    visited_on = DayField(label="入户日")
    living = forms.IntegerField(
        label="共同生活人数",
        min_value=1,
        max_value=30,
        widget=forms.NumberInput(attrs={"data-people": "", "inputmode": "numeric"}),
        error_messages={
            "required": "还没填共同生活人数。",
            "invalid": "人数要填整数。",
            "min_value": "至少 1 人。",
        },
    )
    way = forms.ChoiceField(
        label="该怎么办",
        choices=ReviewWay.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "还没选怎么办：继续享受、救助渐退或停发。"},
    )
    stop_reason = forms.ChoiceField(
        label="停发原因", choices=[("", "请选原因"), *ReasonCode.choices], required=False
    )
    reason = forms.CharField(
        label="理由（会显示在这一户的经过里）",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self,
        basis: Basis,
        size: int,
        day: Any,
        *,
        last: BenefitReview | None = None,
        corrects: BenefitReview | None = None,
        before: Before | None = None,
        data: QueryDict | None = None,
    ) -> None:
        start = {
            "visited_on": day,
            "living": size,
            "seen": last.pk if last else None,
            "submission_key": uuid.uuid4(),
        }
        super().__init__(data, initial=start | (_answers(corrects) if corrects else {}))
        self.add_income_fields()
        self.before = before
        for kind, amount in before.amounts.items() if before else ():
            self.fields[f"income-{kind}"].widget.attrs["placeholder"] = f"{amount.normalize():,f}"
        self.fields["months"] = forms.TypedChoiceField(
            label="渐退几个月",
            choices=[(months, f"{months} 个月") for months in basis.months.choices],
            coerce=int,
            empty_value=None,
            required=False,
            initial=(corrects.months if corrects and corrects.months else None)
            or next(iter(basis.months.choices), None),
            widget=forms.RadioSelect,
        )
        if corrects is not None:
            self.fields["correction_reason"] = forms.CharField(
                label="为什么更正",
                max_length=200,
                error_messages={"required": "请写明为什么更正，例如：漏算了养老金。"},
            )

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        self.clean_income(typed)
        return typed

    def found(self) -> Found:
        """What the service takes; only of a form without errors."""
        typed = self.cleaned_data
        return Found(
            visited_on=typed["visited_on"],
            living_together=typed["living"],
            way=typed["way"],
            income=self.income_typed(typed),
            reason=typed["reason"],
            stop_reason=typed["stop_reason"] if typed["way"] == ReviewWay.STOP else "",
            months=typed["months"] if typed["way"] == ReviewWay.TAPER else None,
        )

    def sum_so_far(self) -> tuple[Income | None, Decimal | None]:
        """The sum of what stands in the fields, and per capita without 必要就业成本."""
        typed = self._standing()
        people = typed.get("living") or 0
        items = [
            IncomeItem(kind.value, typed[f"income-{kind}"])
            for kind in IncomeKind
            if typed.get(f"income-{kind}") is not None
        ]
        if not items and not typed.get("no_income"):
            return None, None
        without = [item for item in items if item.kind != IncomeKind.EMPLOYMENT_COST]
        return family_income(items, people), family_income(without, people).per_capita

    def _standing(self) -> dict[str, Any]:
        return self.cleaned_data if self.is_bound else dict(self.initial)


def _answers(review: BenefitReview) -> dict[str, Any]:
    """A stored review as the form begins with it."""
    found: dict[str, Any] = {
        "visited_on": review.visited_on,
        "living": review.living_together,
        "way": _WAYS[ReviewOutcome(review.outcome)],
        "stop_reason": review.stop_reason,
        "reason": review.reason,
    }
    items = list(review.income.all())
    if [item.note for item in items] == [NO_INCOME]:
        return found | {"no_income": True}
    for item in items:
        found[f"income-{item.kind}"] = item.amount
        found[f"income-{item.kind}-note"] = item.note
    return found


class ApprovalForm(forms.Form):
    """A second person's word on a taper or a stop; `version` is that of the review his page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(label="意见（退回必填）", max_length=300, required=False)
