"""Photos taken at a household: its house, its doorplate, papers (C08)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from dabao.models import Opaque, User
from dabao.scope import ScopedQuerySet
from screening.choices import PhotoKind


class Photo(Opaque):
    """One photo of a case, shrunk and without EXIF; what the camera wrote stands in columns instead.

    `stored_as` and `small_as` are random names in the default storage; `size` is bytes of the stored one,
    `sha256` that of the file as it came, by which the same photo is known again. `taken_at` is the camera's
    clock (Shanghai unless the camera says otherwise), `latitude` and `longitude` degrees north and east.
    Who took it may delete it before the household is concluded; after that it is only marked as removed.
    """

    case = models.ForeignKey("Case", models.PROTECT, related_name="photos")
    kind = models.CharField("拍的是", max_length=10, choices=PhotoKind)
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    latitude = models.DecimalField("北纬", max_digits=8, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField("东经", max_digits=9, decimal_places=6, null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, verbose_name="谁", related_name="+")
    recorded_on = models.DateField("记录日")
    recorded_at = models.DateTimeField("存于", default=timezone.now)
    stored_as = models.CharField(max_length=80, unique=True)
    small_as = models.CharField(max_length=80, unique=True)
    size = models.PositiveIntegerField("字节")
    width = models.PositiveSmallIntegerField("宽")
    height = models.PositiveSmallIntegerField("高")
    sha256 = models.CharField(max_length=64)
    removed_on = models.DateField("移除日", null=True, blank=True)
    removed_by = models.ForeignKey(
        User, models.PROTECT, verbose_name="谁移除", null=True, blank=True, related_name="+"
    )
    removal_reason = models.CharField("为什么移除", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "case__household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "照片"
        ordering = ["recorded_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sha256"], condition=Q(removed_on=None), name="photo_once_per_case"
            ),
            models.CheckConstraint(
                condition=Q(removed_on=None) | (Q(removed_by__isnull=False) & ~Q(removal_reason="")),
                name="removed_photo_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="photo_place_is_whole",
            ),
        ]
        indexes = [models.Index(fields=["sha256"], name="photo_sha256")]
