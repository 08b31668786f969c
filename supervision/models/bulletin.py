"""Bulletins of supervision: drafted from the board, approved by a leader, issued to everybody (C19)."""

from django.db import models
from django.db.models import Q

from dabao.models import Editable, Region, User, WorkPlan
from dabao.scope import ScopedQuerySet


class BulletinState(models.TextChoices):
    DRAFT = "draft", "起草中"
    TO_APPROVE = "to_approve", "待批"
    APPROVED = "approved", "已批，待发"
    ISSUED = "issued", "已发"


class Bulletin(Editable):
    """An issue of 督战通报.

    `day`: the day of its figures. `drafted` holds what the board gave for each part, as
    `supervision.drafting.Piece` lists; `texts` the words as people left them. What differs is lit, and
    survives when the draft is made again. `table`: a line of figures a township.
    From the approval on nothing of it changes any more.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案", related_name="bulletins")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="县")
    number = models.PositiveSmallIntegerField("期", null=True, blank=True)
    state = models.CharField("状态", max_length=12, choices=BulletinState, default=BulletinState.DRAFT)
    day = models.DateField("数字日期")
    addressee = models.CharField("主送", max_length=100)
    copies = models.CharField("抄送", max_length=100, blank=True)
    drafted = models.JSONField("起草的话", default=dict)
    texts = models.JSONField("正文", default=dict)
    table = models.JSONField("各乡镇进度", default=list)
    remark = models.CharField("退回说明", max_length=500, blank=True)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="起草人", related_name="+")
    saved_at = models.DateTimeField("存于", null=True, blank=True)
    approved_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="批准人", null=True, blank=True, related_name="+"
    )
    approved_on = models.DateField("批准日", null=True, blank=True)
    issued_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="发出人", null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField("发出日", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "督战通报"
        ordering = ["-number", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="bulletin_number_once"),
            models.UniqueConstraint(
                fields=["plan"],
                condition=~Q(state=BulletinState.ISSUED.value),
                name="bulletin_one_in_work",
            ),
            models.CheckConstraint(
                condition=Q(state=BulletinState.ISSUED.value, number__isnull=False, issued_on__isnull=False)
                | (~Q(state=BulletinState.ISSUED.value) & Q(number=None, issued_on=None)),
                name="bulletin_issued_has_its_number",
            ),
            models.CheckConstraint(
                condition=Q(state__in=(BulletinState.DRAFT.value, BulletinState.TO_APPROVE.value))
                | Q(approved_on__isnull=False),
                name="bulletin_approved_has_its_day",
            ),
        ]
