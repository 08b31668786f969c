"""What a household receives changes: stop the old, create the new, each with the month it takes effect (C17).

A change and its lines are never edited: what turns out wrong is followed by another change.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dabao.models import Editable, Opaque, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.choices import BenefitScheme, ChangeKind, LineSide


class BenefitChange(Editable):
    """One link of a household's chain: why, recorded when, in effect from which month.

    `follows` is the change before it; `counterpart` the change on the other side of a split or move.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="benefit_changes")
    kind = models.CharField("为什么变", max_length=12, choices=ChangeKind)
    day = models.DateField("记录日")
    from_month = models.DateField("从哪月起")
    reason = models.CharField("理由", max_length=300)
    follows = models.ForeignKey(
        "self", models.PROTECT, verbose_name="接着哪次", null=True, blank=True, related_name="followed_by"
    )
    counterpart = models.ForeignKey(
        "self", models.PROTECT, verbose_name="另一边", null=True, blank=True, related_name="+"
    )
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁记的", null=True, blank=True)
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "救助变更"
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_month__day=1),
                name="benefit_change_from_first_of_month",
                violation_error_message="从哪月起，要写那个月的 1 日。",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="benefit_change_has_reason"),
        ]
        indexes = [models.Index(fields=["household", "day"], name="benefit_change_chain")]


class BenefitLine(Opaque):
    """One person's aid stops or starts with a change; yuan a month for him alone, None = not known.

    `enrolment` names the grant that the aid comes from; without one it is the roll's, and the next edition
    of the roll says more.
    """

    change = models.ForeignKey(BenefitChange, models.PROTECT, related_name="lines")
    person = models.ForeignKey("Person", models.PROTECT, related_name="benefit_lines")
    scheme = models.CharField("救助类型", max_length=12, choices=BenefitScheme)
    side = models.CharField("停还是起", max_length=6, choices=LineSide)
    monthly_amount = models.DecimalField("月金额", max_digits=12, decimal_places=2, null=True, blank=True)
    enrolment = models.ForeignKey(
        "Enrolment", models.PROTECT, verbose_name="纳入项", null=True, blank=True, related_name="lines"
    )

    objects = ScopedQuerySet.as_manager()
    region_path = "change__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "救助变更的人"
        constraints = [
            models.UniqueConstraint(
                fields=["change", "person", "scheme", "side"],
                name="benefit_line_once",
                violation_error_message="同一个人的同一种救助，一次变更里只能停一次、起一次。",
            ),
            models.CheckConstraint(
                condition=Q(monthly_amount=None) | Q(monthly_amount__gte=0),
                name="benefit_line_not_negative",
                violation_error_message="金额不能小于 0。",
            ),
            models.CheckConstraint(
                condition=~Q(scheme=BenefitScheme.TEMPORARY.value),
                name="benefit_line_lasting",
                violation_error_message="临时救助是一次发的，没有变更。",
            ),
        ]


class PendingChange(Editable):
    """Something happened in a household that receives aid, and a person must decide the amounts (待变更).

    `persons` are those it is about, `counterpart` the change of the other side (a split, a move) if there is
    one, `raised_by` whoever said so (a list has nobody). It waits until a change settles it, or another
    person says why nothing changes.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT)
    household = models.ForeignKey("Household", models.PROTECT, related_name="pending_changes")
    kind = models.CharField("出了什么事", max_length=12, choices=ChangeKind)
    persons = ArrayField(models.UUIDField(), verbose_name="涉及的人", default=list, blank=True)
    text = models.CharField("说明", max_length=200)
    happened_on = models.DateField("发生日")
    raised_on = models.DateField("列入日")
    raised_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁提的", null=True, blank=True, related_name="+"
    )
    verification = models.ForeignKey(
        "Verification", models.PROTECT, verbose_name="哪次核查发现", null=True, blank=True, related_name="+"
    )
    counterpart = models.ForeignKey(
        BenefitChange, models.PROTECT, verbose_name="另一边的变更", null=True, blank=True, related_name="+"
    )
    settled_by = models.OneToOneField(
        BenefitChange, models.PROTECT, verbose_name="哪次变更", null=True, blank=True, related_name="settles"
    )
    no_change = models.CharField("为什么不用变", max_length=200, blank=True)
    settled_on = models.DateField("办结日", null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁定的", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "待变更"
        ordering = ["happened_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settled_on=None, settled_by=None, no_change="")
                | Q(settled_on__isnull=False) & (Q(settled_by__isnull=False) ^ ~Q(no_change="")),
                name="pending_change_settled_whole",
            ),
            models.CheckConstraint(
                condition=Q(raised_on__gte=F("happened_on")), name="pending_change_days_in_order"
            ),
        ]
        indexes = [
            models.Index(
                fields=["plan", "household"], condition=Q(settled_on=None), name="pending_change_open"
            )
        ]
