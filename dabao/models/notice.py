from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse

from dabao.models.account import User
from dabao.models.base import Opaque
from dabao.models.region import Region
from dabao.scope import ScopedQuerySet


class NoticeKind(models.TextChoices):
    REPORT_DUE = "report_due", "月报快到期"
    MEETING_DUE = "meeting_due", "研究会快到期"
    FEEDBACK_DUE = "feedback_due", "反馈快到期"
    DISPATCH = "dispatch", "调度"
    DISPATCH_URGED = "dispatch_urged", "调度催办"
    DISPATCH_COPY = "dispatch_copy", "抄送调度"
    DISPATCH_ASKED = "dispatch_asked", "要求延期"
    BULLETIN = "bulletin", "通报"
    TAPER_DUE = "taper_due", "渐退快到期"
    FINDING = "finding", "督战整改"


class Notice(Opaque):
    """What one person is told of a region: something nearly due, an order, a bulletin (C19, C23).

    Once per person, region, kind, subject (`report:2020-04`) and the `day` it belongs to, however often and
    late the daily job runs. `cleared_on`: the work was done, nobody sees it any more.
    """

    user = models.ForeignKey(User, models.PROTECT, verbose_name="给谁", related_name="notices")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    kind = models.CharField("种类", max_length=20, choices=NoticeKind)
    subject = models.CharField("事项", max_length=80)
    text = models.CharField("内容", max_length=120)
    url_name = models.CharField("打开哪一页", max_length=60)
    url_args = models.JSONField("页的参数", default=list, encoder=DjangoJSONEncoder)
    day = models.DateField("提醒日")
    read_at = models.DateTimeField("看过", null=True, blank=True)
    cleared_on = models.DateField("办完日", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "提醒"
        ordering = ["-day", "kind", "region"]
        constraints = [
            models.UniqueConstraint(fields=["user", "region", "kind", "subject", "day"], name="notice_once"),
        ]
        indexes = [
            models.Index(
                fields=["user"],
                name="notice_unread",
                condition=models.Q(read_at=None, cleared_on=None),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def url(self) -> str:
        """The page on which it is done."""
        return reverse(self.url_name, args=self.url_args)
