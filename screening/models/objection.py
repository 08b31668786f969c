"""Objections to a publicity (公示异议): who said what, and what was found; approval waits for it (C10)."""

from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, User
from dabao.scope import ScopedQuerySet

OPEN = Q(settled_on=None)


class Objection(Editable):
    """Somebody objects to what hangs in the village. `said_by` is empty when he would not be named.

    `raised_on` is the day on which it was said, within the publicity; `recorded_on` when it was written down.
    `upheld` None until it is settled: True sends the household back to be verified.
    """

    case = models.ForeignKey("Case", models.PROTECT, related_name="objections")
    raised_on = models.DateField("提出日")
    recorded_on = models.DateField("记录日")
    said_by = models.CharField("提出人", max_length=60, blank=True)
    text = models.CharField("说了什么", max_length=300)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁记的", related_name="+")
    settled_on = models.DateField("处理日", null=True, blank=True)
    settled_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁处理的", null=True, blank=True, related_name="+"
    )
    upheld = models.BooleanField("成立", null=True, blank=True)
    finding = models.CharField("查到什么", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "公示异议"
        ordering = ["raised_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(recorded_on__gte=F("raised_on")), name="objection_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(settled_on=None, settled_by=None, upheld=None, finding="")
                | Q(settled_on__gte=F("recorded_on"), settled_by__isnull=False, upheld__isnull=False)
                & ~Q(finding=""),
                name="objection_settled_whole",
            ),
        ]
        indexes = [models.Index(fields=["case"], condition=OPEN, name="objection_open")]

    @property
    def who(self) -> str:
        return self.said_by or "没留名的群众"
