from django.db import models

from dabao.models.base import Opaque
from dabao.models.region import Region
from dabao.scope import ScopedQuerySet


class FlagKind(models.TextChoices):
    PHASE_OVERDUE = "phase_overdue", "阶段逾期"
    WARNING_OVERDUE = "warning_overdue", "预警逾期"
    TAPER_ENDING = "taper_ending", "渐退到期"
    RECTIFICATION_OVERDUE = "rectification_overdue", "整改逾期"
    DISPATCH_OVERDUE = "dispatch_overdue", "调度逾期"
    REPORT_MISSING = "report_missing", "缺报"
    MEETING_MISSING = "meeting_missing", "缺分析会"
    FEEDBACK_MISSING = "feedback_missing", "缺反馈"
    ANSWER_OWED = "answer_owed", "欠答复"


class Flag(Opaque):
    """A red flag: once per kind, region, subject and the day it fell due (C23, C27).

    `subject` names what is late inside its kind: `phase:1`, `report:2020-03`. Raised for the day after
    `due_on`, noticed when the job saw it, cleared in the transaction of the work that ends it.
    """

    kind = models.CharField("种类", max_length=24, choices=FlagKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    subject = models.CharField("事项", max_length=80)
    label = models.CharField("说明", max_length=120)
    due_on = models.DateField("到期日")
    raised_on = models.DateField("记旗日")
    noticed_on = models.DateField("发现日")
    cleared_on = models.DateField("消除日", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "红旗"
        ordering = ["due_on", "region"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "region", "subject", "due_on"], name="flag_once"),
        ]

    def __str__(self) -> str:
        return self.label
