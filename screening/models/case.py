"""What screening found, and the case of each household of a plan with its history."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from dabao.models import Editable, Opaque, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import Answer, CaseOrigin, CaseOutcome, CaseState, Category, Coverage


class CategoryMatch(Opaque):
    """A household hit by a category, or one of which a category cannot tell (C05), with its grounds as data.

    One live match per plan, household and category; when the answer or its grounds change, it ends and a new
    one begins. `grounds` is what the rule gave (`screening.rules.categories.CategoryAnswer.grounds`);
    `persons` the ids of the members hit (category 3).
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="matches")
    category = models.PositiveSmallIntegerField("类别", choices=Category)
    answer = models.CharField(
        "结论", max_length=8, choices=[(a.value, a.label) for a in Answer if a != Answer.NO]
    )
    persons = ArrayField(models.UUIDField(), default=list, blank=True)
    grounds = models.JSONField("依据", default=list)
    rule_version = models.CharField("规则版本", max_length=20)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "六类对象命中"
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "household", "category"], condition=Q(last_day=None), name="match_once"
            )
        ]


class Case(Editable):
    """One household of one plan. Once opened it never disappears, even when its category ends.

    `categories`, `unknown`, `coverage` and `why` repeat what the last screening said, for lists of thousands.
    `due_on` is the last day for its verification: the phase's, or later for late cases and returned ones.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="cases")
    state = models.CharField("状态", max_length=10, choices=CaseState, default=CaseState.TO_VERIFY)
    outcome = models.CharField("结果", max_length=20, choices=CaseOutcome, blank=True)
    origin = models.CharField("来源", max_length=10, choices=CaseOrigin, default=CaseOrigin.SCREENING)
    categories = ArrayField(models.SmallIntegerField(), verbose_name="类别", default=list, blank=True)
    unknown = ArrayField(models.SmallIntegerField(), verbose_name="待查类别", default=list, blank=True)
    coverage = models.CharField("在保", max_length=8, choices=Coverage, default=Coverage.NONE)
    why = models.CharField("为什么在名单里", max_length=200, blank=True)
    opened_on = models.DateField("列入日")
    due_on = models.DateField("核查期限")
    verified_on = models.DateField("核查日", null=True, blank=True)
    closed_on = models.DateField("销号日", null=True, blank=True)
    returned_on = models.DateField("退回日", null=True, blank=True)
    return_note = models.CharField("退回说明", max_length=500, blank=True)
    assigned_to = models.ForeignKey(User, models.PROTECT, verbose_name="分给", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "排查对象"
        constraints = [
            models.UniqueConstraint(fields=["plan", "household"], name="case_once"),
            models.CheckConstraint(
                condition=Q(state=CaseState.CLOSED.value) ^ Q(outcome=""), name="case_outcome_when_closed"
            ),
        ]
        indexes = [models.Index(fields=["plan", "state"]), GinIndex(fields=["categories"])]


class CaseEvent(Opaque):
    """One step in the life of a case: the timeline people read, and the source of every "as at" figure.

    `day` is the business day it was recorded; `from_state`/`to_state` are equal when the state stays.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    at = models.DateTimeField("时间", default=timezone.now)
    day = models.DateField("日期")
    kind = models.CharField("事项", max_length=20)
    from_state = models.CharField(max_length=10, choices=CaseState, blank=True)
    to_state = models.CharField(max_length=10, choices=CaseState)
    outcome = models.CharField(max_length=20, choices=CaseOutcome, blank=True)
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    actor_label = models.CharField("谁", max_length=80)
    text = models.CharField("内容", max_length=500)
    data = models.JSONField(default=dict)

    objects = ScopedQuerySet.as_manager()
    region_path = "case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "经过"
        ordering = ["day", "at"]
        indexes = [models.Index(fields=["case", "day"])]
