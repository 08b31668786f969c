"""Who supervises whom (C19, C26, annex 2). Making or ending an assignment writes the members' postings."""

from datetime import date

from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, Opaque, Region, Unit, User, WorkPlan
from dabao.scope import ScopedQuerySet


class Group(Opaque):
    """A supervision group: a bureau leader with his units."""

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案", related_name="groups")
    order = models.PositiveSmallIntegerField("顺序")
    leader_name = models.CharField("带队领导", max_length=40)
    leader_post = models.CharField("职务", max_length=60)
    leader = models.ForeignKey(User, models.PROTECT, verbose_name="账号", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督战组"
        ordering = ["plan", "order"]

    def __str__(self) -> str:
        return self.leader_name


def in_force(day: date) -> Q:
    """The assignments of a day, its first and last day included."""
    return (Q(last_day=None) | Q(last_day__gte=day)) & Q(first_day__lte=day)


class Assignment(Editable):
    """A unit of a group against a township, from a first to a last day."""

    group = models.ForeignKey(Group, models.PROTECT, verbose_name="督战组", related_name="assignments")
    unit = models.ForeignKey(Unit, models.PROTECT, verbose_name="督战股室", related_name="assignments")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="assignments")
    order = models.PositiveSmallIntegerField("顺序")
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "township__code"

    class Meta:
        verbose_name = verbose_name_plural = "挂包"
        ordering = ["group", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "township"], condition=Q(last_day=None), name="assignment_once"
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="assignment_days_in_order"
            ),
        ]
