"""Rows of the lists that look like somebody known, and what a person said of it (C06)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from dabao.models import Editable, Opaque, Region, User
from dabao.scope import ScopedQuerySet
from screening.choices import ListKind, NearAnswer, NearReason


class NearMatch(Editable):
    """A row that found nobody by its number, and a person it may be (相近待认).

    `row_key` and `name` tell the same row of a later edition: a decision is remembered for it. The number of
    the registry is never repaired. `region` is the village of the person's household: who is asked.
    """

    kind = models.CharField("名单种类", max_length=12, choices=ListKind)
    row = models.ForeignKey("ListRow", models.PROTECT, verbose_name="名单行", related_name="near_matches")
    row_key = models.CharField("行的摘要", max_length=64, blank=True, help_text="空：没有号码，下一期再问")
    name = models.CharField("名单上的姓名", max_length=60)
    person = models.ForeignKey("Person", models.PROTECT, verbose_name="相近的人", related_name="near_matches")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    reasons = ArrayField(models.CharField(max_length=12, choices=NearReason), verbose_name="为什么相近")
    proposed_on = models.DateField("提出日")
    question = models.ForeignKey("Question", models.PROTECT, verbose_name="问乡镇", null=True, blank=True)
    answer = models.CharField("认定", max_length=3, choices=NearAnswer, blank=True)
    note = models.CharField("说明", max_length=200, blank=True)
    decided_on = models.DateField("认定日", null=True, blank=True)
    decided_at = models.DateTimeField("认定时间", null=True, blank=True)
    decided_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="认定人", null=True, blank=True, related_name="+"
    )

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "相近的人"
        ordering = ["proposed_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["row", "person"], name="near_match_once"),
            models.CheckConstraint(
                condition=Q(answer="", decided_on=None) | ~Q(answer="") & Q(decided_on__isnull=False),
                name="near_match_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(answer=NearAnswer.NO.value) | ~Q(note=""), name="near_match_no_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["kind", "row_key", "name"], name="near_match_remembered")]

    @property
    def why(self) -> str:
        """Why they look alike, in words: 号码一位不同、同音字同村."""
        return "、".join(NearReason(reason).label for reason in self.reasons)


class ListChange(Opaque):
    """What an import, or one near match, did to one table: enough to take it back.

    `created` are the ids of its new records; `before` the old rows of those it changed, as JSON of their
    columns (sealed ones stay sealed); `marks` a digest of every such record as it was left, by id: a record
    whose digest differs was worked on since.
    """

    source_list = models.ForeignKey(
        "SourceList", models.CASCADE, verbose_name="名单", null=True, blank=True, related_name="changes"
    )
    near_match = models.ForeignKey(
        NearMatch, models.CASCADE, verbose_name="相近的人", null=True, blank=True, related_name="changes"
    )
    table = models.CharField("表", max_length=60)
    created = ArrayField(models.UUIDField(), verbose_name="新增的记录", default=list)
    before = models.JSONField("改动前", default=list)
    marks = models.JSONField("改动后的校验", default=dict)

    class Meta:
        verbose_name = verbose_name_plural = "入库改动"
        constraints = [
            models.CheckConstraint(
                condition=Q(source_list__isnull=False) ^ Q(near_match__isnull=False),
                name="list_change_has_one_cause",
            ),
        ]
