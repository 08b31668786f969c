"""Verification at the door, its rows, and the decision for each member (C08, C11)."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from dabao.models import Editable, Opaque, User
from dabao.scope import ScopedQuerySet
from screening.choices import (
    IncomeKind,
    ObligorAbility,
    PropertyKind,
    ReasonCode,
    Scheme,
    VerificationState,
    VerifierRole,
    VisitResult,
)


class VerificationQuerySet(ScopedQuerySet):
    """Verifications, and which of a case's is the one that stands."""

    def concluded(self) -> Self:
        """First rounds that came to a conclusion, neither withdrawn nor superseded, the newest first.

        Of one case the first stands, those after it were returned or corrected.
        """
        found = self.filter(round=1, state=VerificationState.SUBMITTED, result=VisitResult.VISITED)
        return found.select_related("by").order_by("-submitted_at", "-pk")

    def standing(self) -> "Verification | None":
        """Of the verifications of one case, the conclusion that stands."""
        return self.concluded().first()

    def standing_of(self, **outer: Any) -> Self:
        """The one that stands for a row of an outer query, to be asked with Exists.

        `outer` names its case, by `OuterRef(OuterRef(…))`.
        """
        newest = Verification.objects.concluded().filter(**outer).values("pk")[:1]
        return self.filter(pk=models.Subquery(newest))


class Verification(Editable):
    """One round of checking a household: 1 初核, 2 复核 by another person.

    A draft keeps the form as typed in `draft` and belongs to its author; submitting fills the columns and
    rows, and writes deaths, departures and a new head into the registry: `family` says which fields changed
    from what to what (`screening.services.family`). Withdrawn and superseded ones are kept.
    `submission_key` makes a double submit one record (E03).
    """

    case = models.ForeignKey("Case", models.PROTECT, related_name="verifications")
    round = models.PositiveSmallIntegerField("轮次", default=1)
    state = models.CharField(
        "状态", max_length=10, choices=VerificationState, default=VerificationState.DRAFT
    )
    by = models.ForeignKey(User, models.PROTECT, verbose_name="核查人", related_name="+")
    role = models.CharField("身份", max_length=20, choices=VerifierRole, blank=True)
    companions = models.CharField("同去的人", max_length=120, blank=True)
    on_site = models.BooleanField("实地入户", default=True)
    result = models.CharField("见到没有", max_length=12, choices=VisitResult, blank=True)
    visited_on = models.DateField("入户日", null=True, blank=True)
    recorded_on = models.DateField("记录日", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    draft = models.JSONField("草稿", default=dict, blank=True)
    saved_at = models.DateTimeField("存于", default=timezone.now)
    case_version = models.PositiveIntegerField("打开时的版本", default=1)
    submission_key = models.UUIDField(null=True, blank=True, unique=True)
    food_ok = models.BooleanField("不愁吃", null=True, blank=True)
    clothing_ok = models.BooleanField("不愁穿", null=True, blank=True)
    dependent = models.BooleanField("有重残重病的人靠家庭供养、无法单独立户", null=True, blank=True)
    hardship = models.BooleanField("遇到急难或大额支出", null=True, blank=True)
    hardship_note = models.CharField("急难说明", max_length=200, blank=True)
    property_held = ArrayField(
        models.CharField(max_length=10, choices=PropertyKind), verbose_name="财产", default=list, blank=True
    )
    property_note = models.CharField("财产说明", max_length=200, blank=True)
    living_together = models.PositiveSmallIntegerField("共同生活人数", null=True, blank=True)
    per_capita = models.DecimalField("人均年收入", max_digits=12, decimal_places=2, null=True, blank=True)
    standard_amount = models.DecimalField(
        "当时的低保标准", max_digits=12, decimal_places=2, null=True, blank=True
    )
    grounds = models.TextField("理由", blank=True)
    departures = models.JSONField("与建议不同之处", default=list, blank=True)
    departure_reason = models.CharField("为什么与建议不同", max_length=300, blank=True)
    family = models.JSONField("改了户籍底数的哪些栏", default=list, blank=True)
    # Round 2 only
    agreed = models.BooleanField("复核同意", null=True, blank=True)
    checked_by_means = ArrayField(
        models.CharField(max_length=20), verbose_name="复核方式", default=list, blank=True
    )
    note = models.CharField("复核意见", max_length=500, blank=True)
    # Correction after recheck
    corrects = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    correction_reason = models.CharField("更正原因", max_length=200, blank=True)

    objects = VerificationQuerySet.as_manager()
    region_path = "case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "入户核查"
        ordering = ["case", "submitted_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "round", "by"],
                condition=Q(state=VerificationState.DRAFT.value),
                name="one_draft_per_person",
            ),
        ]

    @property
    def concluded(self) -> bool:
        """Whether it is one of `concluded()` above, for those that were read already."""
        found = (self.round, self.state, self.result)
        return found == (1, VerificationState.SUBMITTED, VisitResult.VISITED)


class MemberCheck(Opaque):
    """One member as found at the door; `person` None = somebody without an ID number, who does not count.

    `died_on` and `left_on` are what was found, also when the registry has another first day of his.
    """

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="members")
    person = models.ForeignKey("Person", models.PROTECT, null=True, blank=True)
    name = models.CharField("姓名", max_length=60)
    living_together = models.BooleanField("共同生活", default=True)
    change = models.CharField("变动", max_length=120, blank=True)
    died_on = models.DateField("去世日期", null=True, blank=True)
    left_on = models.DateField("迁出日期", null=True, blank=True)
    named_head = models.BooleanField("改为户主", default=False)

    objects = ScopedQuerySet.as_manager()
    region_path = "verification__case__household__region__code"


class IncomeItem(Opaque):
    """Yuan over twelve months, always positive; the sign belongs to the kind."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="income")
    kind = models.CharField("项目", max_length=20, choices=IncomeKind)
    amount = models.DecimalField("金额", max_digits=12, decimal_places=2)
    note = models.CharField("依据", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "verification__case__household__region__code"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["verification", "kind"], name="income_kind_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="income_not_negative"),
        ]


class Obligor(Opaque):
    """Somebody bound by law to support a member (赡养、抚养、扶养义务人)."""

    verification = models.ForeignKey(Verification, models.CASCADE, related_name="obligors")
    name = models.CharField("姓名", max_length=60)
    relation = models.CharField("关系", max_length=60, blank=True)
    ability = models.CharField("能力", max_length=10, choices=ObligorAbility)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "verification__case__household__region__code"


class Decision(Editable):
    """One for each member, or one for the whole household (`person` None): a scheme, or why not eligible."""

    verification = models.ForeignKey(Verification, models.PROTECT, related_name="decisions")
    person = models.ForeignKey("Person", models.PROTECT, null=True, blank=True, related_name="decisions")
    scheme = models.CharField("结论", max_length=14, choices=Scheme)
    covered = models.BooleanField("维持在保", default=False)
    reason_code = models.CharField("不符合原因", max_length=24, choices=ReasonCode, blank=True)
    reason_text = models.CharField("原因说明", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "verification__case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "研判结论"
        constraints = [
            models.UniqueConstraint(
                fields=["verification", "person"], name="decision_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                condition=(Q(scheme=Scheme.NONE.value) & ~Q(reason_code="") & ~Q(reason_text=""))
                | (~Q(scheme=Scheme.NONE.value) & Q(reason_code="")),
                name="ineligible_has_reason",
                violation_error_message="不符合的，要选原因并写明。",
            ),
        ]
