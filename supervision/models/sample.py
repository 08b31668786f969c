"""Samples for unannounced visits: drawn by a seed, frozen, and how they came out (C21)."""

from django.db import models
from django.db.models import Q

from dabao.models import Editable, Opaque, User
from supervision.choices import Stratum
from supervision.models.inspection import Stop, SupervisedQuerySet, Visit


class Sample(Editable):
    """A draw in one township for an unannounced visit.

    `frames` are the households there were to draw from when it was drawn, by stratum; with `seed` and
    `sizes` anybody can draw again (`supervision.rules.sampling.draw`) and gets the same.
    """

    stop = models.OneToOneField(Stop, models.PROTECT, related_name="sample")
    seed = models.CharField("种子", max_length=40)
    sizes = models.JSONField("各层户数")
    frames = models.JSONField("抽样底册")
    drawn_on = models.DateField("抽取日")
    drawn_by = models.ForeignKey(User, models.PROTECT, verbose_name="谁抽的", related_name="+")

    objects = SupervisedQuerySet.as_manager()
    region_path = "stop__township__code"
    inspection_path = "stop__inspection__"

    class Meta:
        verbose_name = verbose_name_plural = "抽查"
        ordering = ["-drawn_on", "pk"]


class SampleItem(Opaque):
    """A household of a sample: its stratum, its place in the order of the seed, what was judged at the draw.

    One that gives way to another (`replaces`) stays, with the reason.
    """

    sample = models.ForeignKey(Sample, models.PROTECT, related_name="items")
    visit = models.OneToOneField(Visit, models.PROTECT, related_name="item")
    stratum = models.CharField("层", max_length=12, choices=Stratum)
    place = models.PositiveSmallIntegerField("层内次序")
    verdict = models.CharField("原判", max_length=120)
    replaces = models.OneToOneField(
        "self", models.PROTECT, verbose_name="换下", null=True, blank=True, related_name="replaced_by"
    )
    dropped_on = models.DateField("换下日", null=True, blank=True)
    dropped_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁换的", null=True, blank=True, related_name="+"
    )
    drop_reason = models.CharField("换户原因", max_length=200, blank=True)

    objects = SupervisedQuerySet.as_manager()
    region_path = "sample__stop__township__code"
    inspection_path = "sample__stop__inspection__"

    class Meta:
        verbose_name = verbose_name_plural = "抽中户"
        ordering = ["sample", "stratum", "place"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "stratum", "place"], name="sample_place_once"),
            models.CheckConstraint(
                condition=Q(dropped_on=None, dropped_by=None, drop_reason="")
                | (Q(dropped_on__isnull=False, dropped_by__isnull=False) & ~Q(drop_reason="")),
                name="sample_drop_has_reason",
                violation_error_message="换户要写原因。",
            ),
        ]
