"""Findings and their rectification (C21): what is wrong, who puts it right by when, every turn of it."""

from django.db import models
from django.db.models import F, Q

from dabao.models import Editable, Opaque, Region, Unit, User, WorkPlan
from dabao.scope import ScopedQuerySet
from screening.models import Household
from supervision.choices import FindingKind, FindingSource, FindingState, Move
from supervision.rules.rectification import Turn


class Finding(Editable):
    """A finding (问题) in a township or village, or about a household, on its way to 销号.

    `region` is the village where it is known, else the township. `due_on` is the limit in force, set by
    `limit_by`; what was in force before stands in the turns. `progress` repeats the township's last word for
    the register. `reopened` counts how often it came back from 销号; number and turns stay.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案")
    year = models.PositiveSmallIntegerField("年度")
    serial = models.PositiveIntegerField("序号")
    kind = models.CharField("问题类别", max_length=20, choices=FindingKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇或村", related_name="+")
    household = models.ForeignKey(
        Household, models.PROTECT, verbose_name="户", null=True, blank=True, related_name="findings"
    )
    text = models.CharField("问题表述", max_length=500)
    measure = models.CharField("整改措施", max_length=500, blank=True)
    responsible_unit = models.CharField("责任单位", max_length=60, blank=True)
    responsible = models.CharField("责任人", max_length=40, blank=True)
    unit = models.ForeignKey(
        Unit, models.PROTECT, verbose_name="验收股室", null=True, blank=True, related_name="+"
    )
    source = models.CharField("发现来源", max_length=12, choices=FindingSource)
    source_note = models.CharField("来源说明", max_length=100, blank=True)
    found_on = models.DateField("发现日")
    state = models.CharField("到哪了", max_length=10, choices=FindingState, default=FindingState.TO_FIX)
    progress = models.CharField("整改进展", max_length=500, blank=True)
    due_on = models.DateField("整改时限")
    limit_by = models.ForeignKey(User, models.PROTECT, verbose_name="谁定的时限", related_name="+")
    opened_on = models.DateField("交办日")
    opened_by = models.ForeignKey(User, models.PROTECT, verbose_name="交办人", related_name="+")
    replied_on = models.DateField("完成时间", null=True, blank=True)
    accepted_on = models.DateField("验收时间", null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="验收人", null=True, blank=True, related_name="+"
    )
    closed_on = models.DateField("销号时间", null=True, blank=True)
    closed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="销号人", null=True, blank=True, related_name="+"
    )
    reopened = models.PositiveSmallIntegerField("重新打开次数", default=0)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "督战问题"
        ordering = ["due_on", "year", "serial"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "year", "serial"], name="finding_number_once"),
            models.CheckConstraint(
                condition=Q(found_on__lte=F("opened_on")) & Q(due_on__gte=F("opened_on")),
                name="finding_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[FindingState.CLOSED.value, FindingState.WITHDRAWN.value])
                ^ Q(closed_on=None),
                name="finding_ended_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[FindingState.ACCEPTED.value, FindingState.CLOSED.value])
                | Q(accepted_on__isnull=False, accepted_by__isnull=False),
                name="finding_accepted_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | Q(accepted_by=None) | ~Q(closed_by=F("accepted_by")),
                name="finding_closed_by_a_second_person",
            ),
        ]
        indexes = [models.Index(fields=["plan", "state", "due_on"], name="finding_desk")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """督改〔2020〕3号."""
        return f"督改〔{self.year}〕{self.serial}号"

    @property
    def township_code(self) -> str:
        return self.region_id[:9]


class FindingTurn(Opaque):
    """One turn of a finding: who did what on which day, and where that left it. Never edited.

    `due_on` is the limit in force after it, `office` where its author worked on that day.
    """

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="turns")
    order = models.PositiveSmallIntegerField("顺序")
    day = models.DateField("日期")
    at = models.DateTimeField("时间", auto_now_add=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁", related_name="+")
    office = models.CharField("单位", max_length=60, blank=True)
    move = models.CharField("做了什么", max_length=10, choices=Move)
    text = models.CharField("内容", max_length=500, blank=True)
    from_state = models.CharField(max_length=10, choices=FindingState, blank=True)
    to_state = models.CharField(max_length=10, choices=FindingState)
    due_on = models.DateField("时限")

    objects = ScopedQuerySet.as_manager()
    region_path = "finding__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "督战问题经过"
        ordering = ["finding", "order"]
        constraints = [models.UniqueConstraint(fields=["finding", "order"], name="finding_turn_once")]

    @property
    def as_rule(self) -> Turn:
        """What the rules of rectification need of it."""
        return Turn(self.day, self.move, self.to_state, self.due_on)


class FindingEvidence(Opaque):
    """A file that came with a turn: `file_name` as it came, `stored_as` the random name in the storage."""

    turn = models.ForeignKey(FindingTurn, models.PROTECT, related_name="evidence")
    file_name = models.CharField("附件名", max_length=100)
    stored_as = models.CharField("附件存放名", max_length=80)
    size = models.PositiveIntegerField("大小")

    objects = ScopedQuerySet.as_manager()
    region_path = "turn__finding__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "督战问题附件"
        ordering = ["turn", "file_name"]
