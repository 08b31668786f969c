"""Aid on its way: what a decision grants, and the dated steps until the provincial system has it (C10)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, Opaque, User
from dabao.scope import ScopedQuerySet
from screening.choices import Scheme, StepKind
from screening.rules import steps as rules

NOW = Q(ended_on=None)
UNDER_WAY = NOW & ~Q(next_step="")
FINISHED = NOW & Q(next_step="")


class Enrolment(Editable):
    """One grant of one case: for a single person, or (`person` None) for those of the household it covers.

    `persons` are the ids of everybody covered; `monthly_amount` yuan a month for all of them (temporary aid:
    the one payment). `next_step` (empty when all six are done), `waiting_since` (the day of the last step)
    and `publicity_last_day` repeat what the steps say, for lists of thousands. `ended_on` is set when the
    case leaves enrolment without it: refused, corrected, withdrawn.
    """

    case = models.ForeignKey("Case", models.PROTECT, related_name="enrolments")
    decision = models.ForeignKey("Decision", models.PROTECT, verbose_name="研判结论", related_name="+")
    person = models.ForeignKey("Person", models.PROTECT, null=True, blank=True, related_name="enrolments")
    scheme = models.CharField("救助种类", max_length=14, choices=Scheme)
    persons = ArrayField(models.UUIDField(), verbose_name="保障人员", default=list, blank=True)
    tier = models.CharField("档次", max_length=30, blank=True)
    monthly_amount = models.DecimalField("月保障金额", max_digits=12, decimal_places=2, null=True, blank=True)
    from_month = models.DateField("起始保障年月", null=True, blank=True)
    next_step = models.CharField(
        "待办步骤", max_length=10, choices=StepKind, default=StepKind.APPLIED, blank=True
    )
    waiting_since = models.DateField("等待自")
    publicity_last_day = models.DateField("公示末日", null=True, blank=True)
    provincial_number = models.CharField("省系统编号", max_length=40, blank=True)
    opened_on = models.DateField("列入日")
    ended_on = models.DateField("终止日", null=True, blank=True)
    end_reason = models.CharField("终止原因", max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "救助纳入"
        ordering = ["case", "scheme", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "person", "scheme"],
                condition=UNDER_WAY,
                name="enrolment_once_under_way",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["provincial_number"],
                condition=~Q(provincial_number=""),
                name="provincial_number_once",
                violation_error_message="这个省系统编号已经用在别的户上。请核对回执。",
            ),
            models.CheckConstraint(
                condition=Q(monthly_amount=None) | Q(monthly_amount__gte=0),
                name="monthly_amount_not_negative",
                violation_error_message="金额不能小于 0。",
            ),
            models.CheckConstraint(
                condition=~Q(next_step="") | ~Q(provincial_number=""),
                name="enrolled_has_provincial_number",
                violation_error_message="没有省系统编号，不能算办完。",
            ),
        ]
        indexes = [models.Index(fields=["next_step", "waiting_since"], name="enrolment_desk")]

    @property
    def taken(self) -> list[rules.Taken]:
        """The steps taken, in their order, as the rules take them (uses a prefetch of `steps`)."""
        found = [rules.Taken(s.kind, s.day, s.by_id, s.first_day, s.last_day) for s in self.steps.all()]
        return sorted(found, key=lambda step: rules.ORDER.index(StepKind(step.kind)))


class EnrolmentStep(Opaque):
    """One step, once: `day` it was done, `recorded_on` the business day it was written down, by whom.

    Publicity carries where it hung and its first and last day; recording carries the provincial number.
    """

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="steps")
    kind = models.CharField("步骤", max_length=10, choices=StepKind)
    day = models.DateField("办理日")
    recorded_on = models.DateField("记录日")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁", related_name="+")
    posted_where = models.CharField("张贴地点", max_length=120, blank=True)
    first_day = models.DateField("公示首日", null=True, blank=True)
    last_day = models.DateField("公示末日", null=True, blank=True)
    number = models.CharField("省系统编号", max_length=40, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "enrolment__case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "纳入步骤"
        ordering = ["enrolment", "day"]
        constraints = [
            models.UniqueConstraint(fields=["enrolment", "kind"], name="step_once"),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.PUBLICISED.value)
                | (Q(first_day__isnull=False) & Q(last_day__gte=F("first_day")) & ~Q(posted_where="")),
                name="publicity_has_days_and_place",
                violation_error_message="公示要写明张贴地点、首日和末日。",
            ),
            models.CheckConstraint(
                condition=~Q(kind=StepKind.RECORDED.value) | ~Q(number=""),
                name="recording_has_number",
                violation_error_message="录入省系统要有省系统编号。",
            ),
        ]
