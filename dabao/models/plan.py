"""The work plan as data (C01, C27, C28): phases, categories, control totals, standards, days."""

from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from dabao.models.base import Editable, Opaque
from dabao.models.region import Region


class WorkPlan(Editable):
    """The plan of one region and year. Its settings are columns, so that none of them is a number in code."""

    code = models.SlugField("代号", max_length=40, unique=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=80)
    document = models.CharField("文号", max_length=40)
    first_day = models.DateField("起")
    last_day = models.DateField("止")
    categories = ArrayField(models.SmallIntegerField(), verbose_name="启用的类别")
    baseline_households = models.PositiveIntegerField("剩余贫困户（户）")
    baseline_persons = models.PositiveIntegerField("剩余贫困人口（人）")
    target_day = models.DateField("全部脱贫的期限")
    publicity_days = models.PositiveSmallIntegerField("公示天数", default=7)
    late_case_days = models.PositiveSmallIntegerField("阶段结束后新增户的办理天数", default=10)
    returned_case_days = models.PositiveSmallIntegerField("退回后的办理天数", default=3)
    warning_days = models.PositiveSmallIntegerField("预警后入户研判的天数", default=10)
    taper_shortest_months = models.PositiveSmallIntegerField("渐退期最短（月）", default=6)
    taper_longest_months = models.PositiveSmallIntegerField("渐退期最长（月）", default=12)
    taper_notice_days = models.PositiveSmallIntegerField("渐退到期前多少天提醒", default=30)
    township_approves = models.BooleanField("委托乡镇审批", default=False)
    province_number_digits = models.PositiveSmallIntegerField("省系统编号位数", default=16)
    report_due_day = models.PositiveSmallIntegerField("月报截止日", default=15)
    first_report_month = models.DateField("首个报告月")
    last_report_month = models.DateField("末个报告月")
    feedback_day = models.PositiveSmallIntegerField("反馈截止日", default=25)
    near_miss_percent = models.PositiveSmallIntegerField("接近标准的幅度（%）", default=10)
    contact_name = models.CharField("联系人", max_length=40, blank=True)
    contact_phone = models.CharField("联系电话", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案"

    def clean(self) -> None:
        """The two ends of a taper the right way round."""
        if self.taper_shortest_months > self.taper_longest_months:
            raise ValidationError({"taper_longest_months": "渐退期最长不能短于最短。请改其中一个。"})

    def __str__(self) -> str:
        return self.title


class Phase(Opaque):
    """One dated phase of a plan; its last day is on time, the next one is late."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案", related_name="phases")
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("名称", max_length=40)
    short_name = models.CharField("简称", max_length=10)
    first_day = models.DateField("起")
    last_day = models.DateField("止")

    class Meta:
        verbose_name = verbose_name_plural = "阶段"
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="phase_once_per_plan"),
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="phase_days_in_order"),
        ]

    def __str__(self) -> str:
        return self.name


class StandardKind(models.TextChoices):
    POVERTY_LINE = "poverty_line", "扶贫标准"
    RURAL_DIBAO = "rural_dibao", "农村低保标准"
    MONITORING_LINE = "monitoring_line", "监测线"
    MARGINAL_FACTOR = "marginal_factor", "低保边缘倍数"
    MEDICAL_SPENDING = "medical_spending", "医疗自付预警线"


class StandardQuerySet(models.QuerySet):
    def in_force(self, kind: str, region_code: str, day: date) -> "Standard | None":
        """The standard of the nearest region above or equal to the code that is in force on the day."""
        codes = [region_code[:n] for n in (2, 4, 6, 9, 12) if len(region_code) >= n]
        rows = self.filter(
            Q(last_day=None) | Q(last_day__gte=day), kind=kind, region__in=codes, first_day__lte=day
        )
        return max(rows, key=lambda s: (len(s.region_id), s.first_day), default=None)


class Standard(Editable):
    """An amount (yuan a year a person) or a factor, with region and validity; no such number is in code."""

    kind = models.CharField("种类", max_length=20, choices=StandardKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    amount = models.DecimalField("数值", max_digits=12, decimal_places=2)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)
    document = models.CharField("文号", max_length=80, blank=True)
    confirmed = models.BooleanField("已确认", default=False)
    note = models.CharField("说明", max_length=200, blank=True)

    objects = StandardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "标准"
        ordering = ["kind", "region", "first_day"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "region", "first_day"], name="standard_once_per_day"),
            models.CheckConstraint(condition=Q(amount__gte=Decimal(0)), name="standard_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount.normalize():f}"
