"""Accountability together with discipline inspection (C22): seen by leaders and the county office only."""

from django.db import models
from django.db.models import Q

from dabao.models import Editable, Opaque, Region, User, WorkPlan
from dabao.scope import ScopedQuerySet
from supervision.choices import AccountState, EntryKind, Ground
from supervision.models.finding import Finding


class Accountability(Editable):
    """A township, or a named official in it, held to account. What happened stands in the entries."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    person = models.CharField("干部姓名", max_length=40, blank=True)
    post = models.CharField("单位和职务", max_length=60, blank=True)
    ground = models.CharField("事由", max_length=12, choices=Ground)
    text = models.CharField("情况", max_length=1000)
    findings = models.ManyToManyField(Finding, verbose_name="有关问题", blank=True, related_name="+")
    state = models.CharField("到哪了", max_length=12, choices=AccountState, default=AccountState.OPEN)
    opened_on = models.DateField("立项日")
    closed_on = models.DateField("办结日", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "问责"
        ordering = ["-opened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=AccountState.CLOSED.value) ^ Q(closed_on=None),
                name="accountability_closed_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AccountabilityEntry(Opaque):
    """One dated entry. Never edited: a correction is an entry of its own that names the one it corrects.

    `day` = when it happened, `recorded_on` = the business day it was written down.
    """

    case = models.ForeignKey(Accountability, models.PROTECT, related_name="entries")
    order = models.PositiveSmallIntegerField("顺序")
    kind = models.CharField("事项", max_length=12, choices=EntryKind)
    day = models.DateField("日期")
    recorded_on = models.DateField("登记日")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁记的", related_name="+")
    to_whom = models.CharField("移交给谁", max_length=60, blank=True)
    text = models.CharField("内容", max_length=1000, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, verbose_name="更正哪一条", null=True, blank=True, related_name="corrections"
    )

    objects = ScopedQuerySet.as_manager()
    region_path = "case__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "问责经过"
        ordering = ["case", "order"]
        constraints = [
            models.UniqueConstraint(fields=["case", "order"], name="accountability_entry_once"),
            models.CheckConstraint(
                condition=Q(kind=EntryKind.CORRECTION.value) ^ Q(corrects=None),
                name="accountability_correction_names_its_entry",
            ),
        ]
