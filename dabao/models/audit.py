from django.db import models
from django.utils import timezone

from dabao.models.account import User


class AuditEvent(models.Model):
    """Who did what to which object when, from where; append-only (D01–D04).

    The database refuses UPDATE and DELETE. Holds ids and states, never a name, number or phone of a poor
    person. `at` is the real clock, `business_day` what the pages showed as today.
    """

    at = models.DateTimeField("时间", default=timezone.now)
    business_day = models.DateField("业务日")
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True)
    actor_label = models.CharField("操作人", max_length=80)
    action = models.CharField("动作", max_length=60)
    object_kind = models.CharField("对象", max_length=40, blank=True)
    object_id = models.CharField("对象编号", max_length=40, blank=True)
    region_code = models.CharField("地区", max_length=12, blank=True)
    data = models.JSONField("内容", default=dict)
    result = models.CharField("结果", max_length=10, default="ok")
    address = models.GenericIPAddressField("来源地址", null=True, blank=True)
    request_id = models.CharField("请求编号", max_length=32, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "操作日志"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_kind", "object_id"]),
            models.Index(fields=["actor", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_kind}"


class AuditSeal(models.Model):
    """One link of the chain over committed events, made by a job each minute (D03)."""

    number = models.BigIntegerField("序号", primary_key=True)
    event = models.OneToOneField(AuditEvent, models.PROTECT, related_name="seal")
    mac = models.BinaryField("校验码", max_length=32)

    class Meta:
        verbose_name = verbose_name_plural = "日志链"
        ordering = ["number"]

    def __str__(self) -> str:
        return str(self.number)
