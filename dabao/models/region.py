from django.contrib.postgres.fields import ArrayField
from django.db import models

from dabao.scope import ScopedQuerySet


class RegionLevel(models.TextChoices):
    PROVINCE = "province", "省"
    PREFECTURE = "prefecture", "州市"
    COUNTY = "county", "县"
    TOWNSHIP = "township", "乡镇"
    VILLAGE = "village", "村（社区）"


class Region(models.Model):
    """An administrative division; its code begins with its parent's, so a prefix is a scope.

    Codes have 2, 4, 6, 9 or 12 digits for province, prefecture, county, township and village.
    """

    code = models.CharField("代码", max_length=12, primary_key=True)
    name = models.CharField("名称", max_length=40, help_text="短名：湾碧乡、柳树塘村")
    official_name = models.CharField("全称", max_length=60)
    aliases = ArrayField(models.CharField(max_length=60), verbose_name="别名", default=list, blank=True)
    level = models.CharField("级别", max_length=12, choices=RegionLevel)
    parent = models.ForeignKey(
        "self", models.PROTECT, verbose_name="上级", null=True, related_name="children"
    )
    order = models.PositiveSmallIntegerField("顺序", default=0)
    delisted_village = models.BooleanField("出列村", default=False)
    first_day = models.DateField("启用", null=True, blank=True)
    last_day = models.DateField("停用", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()
    region_path = "code"

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name
