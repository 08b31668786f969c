"""A household, or one of its members, moves to another village: given up here, accepted there (C17)."""

from django.db import models
from django.db.models import Q

from dabao.models import Editable, Region, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import MoveState, Relation


class HouseholdMove(Editable):
    """`person` None = the whole household. Until it is accepted the old township is responsible.

    Both sides see an open move; after it the side without them is left this row, and no name. `to_household`
    is chosen by who accepts a person. `persons` = how many people came with it.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="moves")
    person = models.ForeignKey("Person", models.PROTECT, null=True, blank=True, related_name="moves")
    from_region = models.ForeignKey(Region, models.PROTECT, verbose_name="从哪个村", related_name="+")
    to_region = models.ForeignKey(Region, models.PROTECT, verbose_name="到哪个村", related_name="+")
    to_household = models.ForeignKey(
        "Household", models.PROTECT, verbose_name="到哪一户", null=True, blank=True, related_name="+"
    )
    relation = models.CharField("与户主关系", max_length=2, choices=Relation, blank=True)
    persons = models.PositiveSmallIntegerField("人数")
    reason = models.CharField("原因和依据", max_length=200)
    state = models.CharField("到哪了", max_length=10, choices=MoveState, default=MoveState.OPEN)
    asked_on = models.DateField("提出日")
    asked_by = models.ForeignKey(User, models.PROTECT, verbose_name="谁提的", related_name="+")
    decided_on = models.DateField("办结日", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁定的", null=True, blank=True, related_name="+"
    )
    note = models.CharField("意见", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "from_region__code"

    class Meta:
        verbose_name = verbose_name_plural = "迁移"
        ordering = ["asked_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person"],
                condition=Q(state=MoveState.OPEN.value),
                name="move_open_once",
                nulls_distinct=False,
                violation_error_message="已经提过迁移，在等对方接收。",
            ),
            models.CheckConstraint(
                condition=Q(state=MoveState.OPEN.value, decided_on=None)
                | ~Q(state=MoveState.OPEN.value) & Q(decided_on__isnull=False, decided_by__isnull=False),
                name="move_decided_whole",
            ),
        ]
