"""Warnings and the following of households (C13): why, by when, who went, what was decided."""

from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, Opaque, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import FollowUpResult, WarningDecision, WarningKind, WarningState

DECIDED = Q(state=WarningState.DECIDED.value)


class RiskWarning(Editable):
    """A warning (预警) about a household: raised by an import, or reported by a person.

    `key` tells one piece of news from another of its kind (edition, person, day it happened): once each.
    `evidence` is what the rule gave, with the list row, or `text` as reported; `happened_on` the list's day,
    or the day people name. `fell` = the decision finds that a monitored household fell back into poverty, or
    a marginal one into it (C02).
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="warnings")
    kind = models.CharField("为什么预警", max_length=20, choices=WarningKind)
    key = models.CharField("同一件事", max_length=60)
    evidence = models.JSONField("依据", default=dict)
    state = models.CharField("到哪了", max_length=10, choices=WarningState, default=WarningState.OPEN)
    happened_on = models.DateField("发生日")
    raised_on = models.DateField("预警日")
    due_on = models.DateField("限期")
    source_list = models.ForeignKey(
        "SourceList", models.PROTECT, verbose_name="名单", null=True, blank=True, related_name="+"
    )
    reported_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁报的", null=True, blank=True, related_name="+"
    )
    decision = models.CharField("研判", max_length=10, choices=WarningDecision, blank=True)
    decision_reason = models.CharField("理由", max_length=300, blank=True)
    decided_on = models.DateField("研判日", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="研判人", null=True, blank=True, related_name="+"
    )
    fell = models.BooleanField("认定返贫或致贫", default=False)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "预警"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "household", "kind", "key"],
                name="warning_once",
                violation_error_message="这件事已经报过预警，不用再报。请在这一户的预警里接着办。",
            ),
            models.CheckConstraint(
                condition=Q(source_list__isnull=False) ^ Q(reported_by__isnull=False),
                name="warning_has_one_origin",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=WarningState.DECIDED.value, decided_on__isnull=False, decided_by__isnull=False
                )
                & ~Q(decision="")
                | ~Q(state=WarningState.DECIDED.value) & Q(decision="", decided_on=None, fell=False),
                name="warning_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(decision=WarningDecision.NONE.value) | ~Q(decision_reason=""),
                name="warning_none_has_reason",
                violation_error_message="定为“不需要”的，要写明理由。",
            ),
            models.CheckConstraint(condition=Q(due_on__gte=F("raised_on")), name="warning_days_in_order"),
        ]
        indexes = [models.Index(fields=["plan", "state", "due_on"], name="warning_desk")]


class FollowUp(Opaque):
    """Somebody looked after a household (跟踪): `day` he went, `recorded_on` the day it was written down.

    With a `warning`, it is the visit that the warning asks for; it follows the household all the same.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="follow_ups")
    warning = models.ForeignKey(RiskWarning, models.PROTECT, null=True, blank=True, related_name="visits")
    day = models.DateField("去的日子")
    recorded_on = models.DateField("记录日")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁去的", related_name="+")
    result = models.CharField("情况", max_length=10, choices=FollowUpResult)
    found = models.CharField("看到什么", max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "跟踪"
        ordering = ["-day", "-recorded_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "household", "warning", "by", "day"],
                name="follow_up_once_a_day",
                nulls_distinct=False,
                violation_error_message="你已经记过这一天去这一户了，不用再记。",
            ),
            models.CheckConstraint(condition=Q(recorded_on__gte=F("day")), name="follow_up_days_in_order"),
        ]
        indexes = [models.Index(fields=["household", "recorded_on"], name="follow_up_household")]
