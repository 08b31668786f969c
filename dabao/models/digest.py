from django.contrib.postgres.fields import ArrayField
from django.db import models

from dabao.models.account import User
from dabao.models.base import Opaque


class Digest(Opaque):
    """That a person was told on a day what waits for him: once per person and day (C27).

    `since`: the day of the one before. `flags`: those that stood when he was last told that day; what is not
    among them is new to him the next time, whenever it was noticed. What waits is not kept: the
    page counts it when it is opened, so it never tells of finished work. `lines`: how many there were.
    With an address and a mail server it also goes out by mail, once: `mailed_at`, or `mail_error`.
    """

    user = models.ForeignKey(User, models.PROTECT, verbose_name="给谁", related_name="digests")
    day = models.DateField("哪天")
    since = models.DateField("上一次", null=True, blank=True)
    flags = ArrayField(models.UUIDField(), verbose_name="告诉时立着的红旗", default=list, blank=True)
    lines = models.PositiveSmallIntegerField("几件")
    mailed_at = models.DateTimeField("邮件发于", null=True, blank=True)
    mail_error = models.CharField("邮件没发出的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "每日汇总"
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="digest_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}"
