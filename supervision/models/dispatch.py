"""Orders to townships with a limit, and what each of them made of it (C19)."""

from django.db import models
from django.db.models import Q

from dabao.models import Editable, Opaque, Region, User, WorkPlan
from dabao.scope import ScopedQuerySet
from supervision.choices import DispatchMove


class Dispatch(Editable):
    """An order of the county to one or many townships (调度令).

    A draft until it is issued; then it has its number (the plan's next one) and its words stay as they are.
    `reply_by`: the day by which each township says how it does it; `finish_by`: by which it is done, if the
    order asks for more than an answer. Both may be put off for one township (`DispatchPlace`).
    `by_leader`: a bureau leader issued it, so only a leader puts a limit off.
    """

    plan = models.ForeignKey(WorkPlan, models.PROTECT, verbose_name="方案", related_name="dispatches")
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="县")
    number = models.PositiveSmallIntegerField("号", null=True, blank=True)
    title = models.CharField("标题", max_length=60)
    text = models.TextField("要做什么", max_length=2000)
    reply_by = models.DateField("回复限期")
    finish_by = models.DateField("完成限期", null=True, blank=True)
    to_units = models.BooleanField("抄送督战股室", default=True)
    written_by = models.ForeignKey(User, models.PROTECT, verbose_name="起草人", related_name="+")
    written_on = models.DateField("起草日")
    issued_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="发令人", null=True, blank=True, related_name="+"
    )
    issued_on = models.DateField("发出日", null=True, blank=True)
    issued_at = models.DateTimeField("发出于", null=True, blank=True)
    by_leader = models.BooleanField("局领导发的", default=False)

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "调度令"
        ordering = ["-issued_on", "-number", "-written_on"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="dispatch_number_once"),
            models.CheckConstraint(
                condition=Q(number=None, issued_on=None, issued_at=None, issued_by=None)
                | Q(
                    number__isnull=False,
                    issued_on__isnull=False,
                    issued_at__isnull=False,
                    issued_by__isnull=False,
                ),
                name="dispatch_issued_has_its_number",
            ),
        ]

    @property
    def issued(self) -> bool:
        return self.number is not None


class DispatchCopy(Opaque):
    """A leader who gets a copy of an order."""

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, verbose_name="调度令", related_name="copies")
    user = models.ForeignKey(User, models.PROTECT, verbose_name="抄送", related_name="+")

    objects = ScopedQuerySet.as_manager()
    region_path = "dispatch__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "调度抄送"
        constraints = [models.UniqueConstraint(fields=["dispatch", "user"], name="dispatch_copy_once")]


class DispatchPlace(Editable):
    """An order in one township: who read it and when, its answer, its end.

    Two duties with a limit each: to reply (`reply_by`, `replied_on`) and, where the order has a
    `finish_by`, to get it done (`finished_on`: the township's word; `done_on`: the sender's).
    A word that the sender gave back is no word: its day is empty again and there is a new limit.
    `figures`: households when it was issued, {"left", "lag", "pace"}.
    """

    dispatch = models.ForeignKey(Dispatch, models.CASCADE, verbose_name="调度令", related_name="places")
    township = models.ForeignKey(Region, models.PROTECT, verbose_name="乡镇", related_name="+")
    reply_by = models.DateField("回复限期", null=True, blank=True)
    finish_by = models.DateField("完成限期", null=True, blank=True)
    figures = models.JSONField("发出时的户数", default=dict, blank=True)
    read_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁读的", null=True, blank=True, related_name="+"
    )
    read_on = models.DateField("读于哪天", null=True, blank=True)
    read_at = models.DateTimeField("读于", null=True, blank=True)
    replied_on = models.DateField("回复日", null=True, blank=True)
    accepted_on = models.DateField("认可回复日", null=True, blank=True)
    finished_on = models.DateField("报办完日", null=True, blank=True)
    done_on = models.DateField("办结日", null=True, blank=True)
    asked_until = models.DateField("要延到", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "township__code"

    class Meta:
        verbose_name = verbose_name_plural = "调度到乡镇"
        ordering = ["dispatch", "township"]
        constraints = [
            models.UniqueConstraint(fields=["dispatch", "township"], name="dispatch_place_once"),
            models.CheckConstraint(
                condition=Q(accepted_on=None) | Q(replied_on__isnull=False),
                name="dispatch_accepted_was_replied",
            ),
        ]


class DispatchTurn(Opaque):
    """One step of an order in a township, never changed afterwards; `until`: the day asked for or given.

    A file may come with it: `file_name` as it was called, `stored_as` the random name in the storage.
    """

    place = models.ForeignKey(DispatchPlace, models.CASCADE, verbose_name="调度到乡镇", related_name="turns")
    kind = models.CharField("做了什么", max_length=10, choices=DispatchMove)
    day = models.DateField("哪天")
    at = models.DateTimeField("时间")
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁", related_name="+")
    text = models.TextField("内容", max_length=2000, blank=True)
    until = models.DateField("到哪天", null=True, blank=True)
    file_name = models.CharField("附件名", max_length=100, blank=True)
    stored_as = models.CharField("附件存放名", max_length=80, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "place__township__code"

    class Meta:
        verbose_name = verbose_name_plural = "调度经过"
        ordering = ["place", "at"]
