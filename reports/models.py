"""A township's report of a month (C23), with the figures it was sent with."""

from django.db import models

from dabao.models import Editable, Region, User, WorkPlan
from dabao.scope import ScopedQuerySet


class ReportState(models.TextChoices):
    DRAFT = "draft", "草稿"
    TO_SIGN = "to_sign", "待签字"
    SUBMITTED = "submitted", "已报"
    RETURNED = "returned", "退回修改"


class MonthlyReport(Editable):
    """One per plan, township and month.

    On the first submission the figures are frozen with their time: `figures` as `reports.rules.count` gave
    them, `lines` the cases they counted, as these were (`CaseLine.as_json`). Nothing changes them later, not
    even a report that the county returned for its words. Timeliness goes by `submitted_on`, the business day
    of that first submission; None = not in.
    `progress_offered`: the progress text is still the one that the figures offer, nobody edited it.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇")
    month = models.DateField("月份", help_text="the first day of the month")
    state = models.CharField("状态", max_length=10, choices=ReportState, default=ReportState.DRAFT)
    progress = models.TextField("工作进展情况", blank=True)
    progress_offered = models.BooleanField("进展文字未改", default=True)
    problems = models.TextField("存在问题及困难", blank=True)
    requests = models.TextField("请求帮助解决事项", blank=True)
    remark = models.CharField("退回说明", max_length=500, blank=True)
    figures = models.JSONField("数字", default=dict, blank=True)
    lines = models.JSONField("数字背后的户", default=list, blank=True)
    frozen_at = models.DateTimeField("数字时间", null=True, blank=True)
    saved_at = models.DateTimeField("存于", null=True, blank=True)
    written_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="填报人", null=True, blank=True, related_name="+"
    )
    submitted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="报送人", null=True, blank=True, related_name="+"
    )
    submitted_on = models.DateField("报送日", null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    late = models.BooleanField("晚报", default=False)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "月报"
        ordering = ["-month", "region"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "region", "month"], name="report_once"),
            models.CheckConstraint(condition=models.Q(month__day=1), name="report_month_is_its_first_day"),
        ]
