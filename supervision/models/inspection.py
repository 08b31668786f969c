"""Inspections by any level, the townships they go to and the households they visit (C18, C19, C21)."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, Region, User, WorkPlan
from dabao.scope import Right, Scope, ScopedQuerySet
from supervision.choices import InspectionLevel, Manner, Met, Occasion
from supervision.models.finding import Finding


class SupervisedQuerySet(ScopedQuerySet):
    """Rows of an inspection: whoever supervises a township reads them all.

    The township itself reads those of open visits, and of unannounced ones when they are closed: nobody may
    know beforehand who is called on (C21). `inspection_path` leads from the model to its inspection.
    """

    def within(self, scope: Scope, right: Right = Right.READ) -> Self:
        if right != Right.READ:
            return super().within(scope, right)
        path = self.model.inspection_path
        told = Q(**{f"{path}manner": Manner.OPEN}) | Q(**{f"{path}closed_on__isnull": False})
        region = self.model.region_path
        return self.filter(scope.q(region, Right.SUPERVISE) | (scope.q(region, Right.RECTIFY) & told))


class InspectionQuerySet(ScopedQuerySet):
    """Inspections that go to a township of the scope, each once however many they go to."""

    def within(self, scope: Scope, right: Right = Right.READ) -> Self:
        return self.filter(pk__in=Stop.objects.within(scope, right).values("inspection"))


class Inspection(Editable):
    """Somebody comes to look: which level and authority, who, how, tied to what, from which day to which."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    level = models.CharField("哪一级", max_length=12, choices=InspectionLevel)
    manner = models.CharField("明察暗访", max_length=12, choices=Manner)
    occasion = models.CharField("结合什么", max_length=12, choices=Occasion)
    authority = models.CharField("哪个单位", max_length=60)
    visitors = models.CharField("谁去", max_length=120)
    first_day = models.DateField("起")
    last_day = models.DateField("止")
    recorded_on = models.DateField("记录日")
    recorded_by = models.ForeignKey(User, models.PROTECT, verbose_name="谁记的", related_name="+")
    closed_on = models.DateField("办结日", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁办结", null=True, blank=True, related_name="+"
    )

    objects = InspectionQuerySet.as_manager()
    region_path = "stops__township__code"

    class Meta:
        verbose_name = verbose_name_plural = "巡查"
        ordering = ["-first_day", "-recorded_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="inspection_days_in_order",
                violation_error_message="止日早于起日，请改正。",
            ),
            models.CheckConstraint(
                condition=Q(closed_on=None, closed_by=None)
                | Q(closed_on__isnull=False, closed_by__isnull=False),
                name="inspection_closed_whole",
            ),
        ]


class Stop(Editable):
    """A township that an inspection goes to: its villages, what was seen there, what was said on the spot."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="stops")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    villages = ArrayField(models.CharField(max_length=12), verbose_name="村", default=list, blank=True)
    summary = models.CharField("总的看到什么", max_length=1000, blank=True)
    feedback = models.CharField("现场反馈", max_length=500, blank=True)
    feedback_to = models.CharField("反馈给谁", max_length=60, blank=True)

    objects = SupervisedQuerySet.as_manager()
    region_path = "township__code"
    inspection_path = "inspection__"

    class Meta:
        verbose_name = verbose_name_plural = "到的乡镇"
        ordering = ["township__order", "township_id"]
        constraints = [
            models.UniqueConstraint(fields=["inspection", "township"], name="stop_once"),
        ]


class Visit(Editable):
    """A household on the way of an inspection, and what was found at its door against the record.

    `met` is empty until somebody has been there; `tries` are the times nobody was at home. `matches` and
    `said` are by item (`choices.Item`): same/differs/not_asked, and the words. `finding` is the problem that
    was opened from it.
    """

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="visits")
    household = models.ForeignKey(
        "screening.Household", models.PROTECT, verbose_name="户", related_name="inspection_visits"
    )
    order = models.PositiveSmallIntegerField("顺序")
    met = models.CharField("见到没有", max_length=10, choices=Met, blank=True)
    at = models.DateTimeField("什么时候", null=True, blank=True)
    tries = ArrayField(models.DateTimeField(), verbose_name="没在家的时间", default=list, blank=True)
    matches = models.JSONField("相符不符", default=dict, blank=True)
    said = models.JSONField("看到听到", default=dict, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁查的", null=True, blank=True, related_name="+"
    )
    finding = models.OneToOneField(
        Finding, models.PROTECT, verbose_name="问题", null=True, blank=True, related_name="visit"
    )

    objects = SupervisedQuerySet.as_manager()
    region_path = "stop__township__code"
    inspection_path = "stop__inspection__"

    class Meta:
        verbose_name = verbose_name_plural = "走访户"
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stop", "household"],
                name="visit_household_once",
                violation_error_message="这一户已在这次走访里，不用再加。",
            ),
            models.CheckConstraint(
                condition=Q(met="", at=None) | (~Q(met="") & Q(at__isnull=False, by__isnull=False)),
                name="visit_met_has_time",
            ),
        ]
