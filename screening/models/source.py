"""Lists that came in, their rows as they came, and the questions they left."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from dabao import crypto
from dabao.models import Editable, Job, Opaque, Region, User
from dabao.scope import ScopedQuerySet
from screening.choices import Hold, ListKind, ListState, RowState, SkipReason


class SourceList(Editable):
    """One uploaded file of one kind: an edition is (kind, as-of day, declared region)."""

    number = models.PositiveIntegerField("批次号", unique=True, null=True, blank=True)
    kind = models.CharField("种类", max_length=12, choices=ListKind)
    as_of = models.DateField("截至日期")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="声明的地区")
    file_name = models.CharField("文件名", max_length=200)
    stored_as = models.CharField("存放", max_length=80, blank=True)
    sha256 = models.CharField("文件校验", max_length=64)
    state = models.CharField("状态", max_length=10, choices=ListState, default=ListState.UPLOADED)
    hold = models.CharField("有问题的行", max_length=10, choices=Hold, default=Hold.HOUSEHOLD)
    columns = models.JSONField("列名对应", default=dict, help_text="sheet → [[heading, field or null], …]")
    totals = models.JSONField("合计", default=dict, help_text="interfaces, JSON of import_list")
    refused = models.TextField("拒绝原因", blank=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_on = models.DateField("入库日", null=True, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "来源名单"
        ordering = ["-uploaded_at"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}（截至 {self.as_of}）"


class ListRow(Opaque):
    """One line of a list, with what was understood of it and what became of it.

    `raw` is one sealed JSON array of the cells as they came. `parsed` holds what was understood and
    identifies nobody (labour, income, dates…); numbers and illness names are sealed in columns of their own.
    `region` is the village understood, else the declared region of the list.
    """

    # As with `came_from_row`: looked after by `check_invariants`.
    source_list = models.ForeignKey(
        SourceList, models.CASCADE, verbose_name="名单", related_name="rows", db_constraint=False
    )
    sheet = models.CharField("工作表", max_length=60)
    line = models.PositiveIntegerField("行号")
    raw = models.BinaryField("原始单元格", null=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="村", null=True, related_name="+")
    household_key = models.CharField("户编号", max_length=40, blank=True)
    person_number = models.CharField("人编号", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60, blank=True)
    id_sealed = models.BinaryField(null=True)
    id_index = models.BinaryField(max_length=32, null=True)
    id_last4_index = models.BinaryField(max_length=32, null=True)
    phone_sealed = models.BinaryField(null=True)
    detail_sealed = models.BinaryField("病种等", null=True)
    parsed = models.JSONField("理解", default=dict)
    state = models.CharField("结果", max_length=10, choices=RowState, blank=True)
    skip = models.CharField("跳过原因", max_length=10, choices=SkipReason, blank=True)
    problems = models.JSONField("问题", default=list, help_text="[[column, code, level, message, masked], …]")
    household = models.ForeignKey("Household", models.SET_NULL, null=True, related_name="rows")
    person = models.ForeignKey("Person", models.SET_NULL, null=True, related_name="rows")

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "名单行"
        ordering = ["source_list", "sheet", "line"]
        constraints = [models.UniqueConstraint(fields=["source_list", "sheet", "line"], name="row_once")]
        indexes = [
            models.Index(fields=["id_index"]),
            models.Index(
                fields=["source_list"],
                name="row_unmatched",
                condition=Q(state=RowState.SKIPPED, skip=SkipReason.UNMATCHED),
            ),
        ]

    @property
    def near_key(self) -> str:
        """What a decision about the row is remembered by: its number's digest; blank when it has none."""
        return self.parsed.get("refused") or (bytes(self.id_index).hex() if self.id_index else "")


class RowCorrection(Opaque):
    """A cell of a staged list mended on the page: what came in stays in the row, this stands beside it."""

    source_list = models.ForeignKey(
        SourceList, models.CASCADE, verbose_name="名单", related_name="corrections"
    )
    sheet = models.CharField("工作表", max_length=60)
    line = models.PositiveIntegerField("行号")
    position = models.PositiveSmallIntegerField("第几列")
    heading = models.CharField("列名", max_length=80)
    key = models.CharField("含义", max_length=40)
    value_sealed = models.BinaryField("改为")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁改的", related_name="+")
    at = models.DateTimeField("何时", default=timezone.now)

    objects = ScopedQuerySet.as_manager()
    region_path = "source_list__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "改过的格"
        ordering = ["sheet", "line", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_list", "sheet", "line", "position"], name="correction_once"
            )
        ]

    @property
    def value(self) -> str:
        return crypto.unseal(self.value_sealed)


class ColumnAlias(Editable):
    """A heading met in the field and the column it means; remembered per kind of list."""

    kind = models.CharField("种类", max_length=12, choices=ListKind)
    heading = models.CharField("列名（规整后）", max_length=80)
    field = models.CharField("含义", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "列名对照"
        constraints = [models.UniqueConstraint(fields=["kind", "heading"], name="alias_once")]


class QuestionKind(models.TextChoices):
    DISAPPEARED = "disappeared", "新名单里没有了"
    MOVED = "moved", "两个乡镇都有"
    SEVERAL = "several", "对上多人"
    CONFLICT = "conflict", "两份名单说法不同"
    NEAR = "near", "是不是同一个人"


class Question(Editable):
    """Something an import cannot decide: asked of a person, never answered by the first guess."""

    kind = models.CharField("种类", max_length=12, choices=QuestionKind)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="地区")
    source_list = models.ForeignKey(SourceList, models.PROTECT, verbose_name="名单", related_name="questions")
    household = models.ForeignKey(
        "Household", models.PROTECT, null=True, blank=True, related_name="questions"
    )
    person = models.ForeignKey("Person", models.PROTECT, null=True, blank=True, related_name="questions")
    rows = ArrayField(models.UUIDField(), default=list, blank=True)
    asked_on = models.DateField("提出日")
    answer = models.CharField("答复", max_length=200, blank=True)
    answered_on = models.DateField("答复日", null=True, blank=True)
    answered_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "名单疑问"
        ordering = ["asked_on"]
