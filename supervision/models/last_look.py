"""What somebody saw when he last looked at his home, to tell him what changed since (C19)."""

from django.db import models
from django.utils import timezone

from dabao.models import Opaque, User


class LastLook(Opaque):
    """A person's last look and the one before it: only figures of townships, nothing of a household.

    Looks that follow one another shortly are one: `before` stays what it was until he comes back later.
    """

    user = models.OneToOneField(User, models.PROTECT, verbose_name="谁", related_name="+")
    day = models.DateField("业务日")
    at = models.DateTimeField("时间", default=timezone.now)
    figures = models.JSONField("当时的数", default=dict)
    before_day = models.DateField("上一次的业务日", null=True, blank=True)
    before_at = models.DateTimeField("上一次的时间", null=True, blank=True)
    before = models.JSONField("上一次的数", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "上次看首页"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
