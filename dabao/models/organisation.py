"""The bureau: units with their members, and the leading group (C19, C25, C26; annexes 1 and 2)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dabao.models.account import User
from dabao.models.base import Opaque
from dabao.models.region import Region


class Unit(Opaque):
    """A bureau unit (股室); annex 1 and annex 2 name some differently, hence aliases."""

    region = models.ForeignKey(Region, models.PROTECT, verbose_name="县")
    name = models.CharField("名称", max_length=60)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="别名", default=list, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "股室"
        ordering = ["order", "name"]
        constraints = [models.UniqueConstraint(fields=["region", "name"], name="unit_name_once_a_county")]

    def __str__(self) -> str:
        return self.name


class UnitMember(Opaque):
    """A person working in a unit, from a first to a last day; an account may stand behind the name."""

    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="股室", related_name="members")
    name = models.CharField("姓名", max_length=40)
    post = models.CharField("职务", max_length=60, blank=True)
    phone = models.CharField("电话", max_length=20, blank=True)
    user = models.ForeignKey(User, models.PROTECT, verbose_name="账号", null=True, blank=True)
    order = models.PositiveSmallIntegerField("顺序", default=0)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "股室成员"
        ordering = ["unit", "order"]

    def __str__(self) -> str:
        return self.name


class LeadingGroupMember(Opaque):
    """A member of the leading group of a plan (annex 1)."""

    plan = models.ForeignKey(
        "dabao.WorkPlan", models.PROTECT, verbose_name="方案", related_name="leading_group"
    )
    position = models.CharField("组内职务", max_length=20, help_text="组长、副组长、成员、办公室主任")
    name = models.CharField("姓名", max_length=40)
    post = models.CharField("职务", max_length=80)
    in_office = models.BooleanField("办公室人员", default=False)
    order = models.PositiveSmallIntegerField("顺序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "领导小组成员"
        ordering = ["plan", "order"]

    def __str__(self) -> str:
        return self.name
