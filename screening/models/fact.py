"""Facts from the lists, each with the days it held and the row it came from.

`last_day` None = still holds. A newer full edition that no longer has the fact ends it on the day before.
"""

from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from dabao import crypto
from dabao.models import Opaque
from dabao.scope import ScopedQuerySet
from screening.choices import BenefitScheme, DisabilityKind, WatchKind


def held_on(day: date) -> Q:
    """What held on a day, of facts and memberships alike, by its first and last one."""
    return (Q(last_day=None) | Q(last_day__gte=day)) & Q(first_day__lte=day)


class Fact(Opaque):
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)
    row = models.ForeignKey("ListRow", models.PROTECT, verbose_name="来源行", null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()
    # A person's township is that of the household he lives in now.
    region_path = "person__memberships__household__region__code"
    region_when: Q | None = Q(person__memberships__last_day=None)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="%(class)s_days_in_order"
            )
        ]


class DisabilityCertificate(Fact):
    person = models.ForeignKey("Person", models.PROTECT, related_name="certificates")
    number_sealed = models.BinaryField("残疾证号", null=True)
    kind = models.PositiveSmallIntegerField("残疾类别", choices=DisabilityKind)
    grade = models.PositiveSmallIntegerField("残疾等级")
    parts = ArrayField(models.SmallIntegerField(), verbose_name="多重的各类", default=list, blank=True)
    status = models.CharField("状态", max_length=20, blank=True)

    class Meta(Fact.Meta):
        verbose_name = verbose_name_plural = "残疾证"
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(fields=["person"], condition=Q(last_day=None), name="certificate_once"),
            models.CheckConstraint(condition=Q(grade__range=(1, 4)), name="certificate_grade"),
        ]


class IllnessRecord(Fact):
    """A major illness: one per person and diagnosis; stays are summed, the rows stay in the list."""

    person = models.ForeignKey("Person", models.PROTECT, related_name="illnesses")
    diagnosis_sealed = models.BinaryField("病种")
    diagnosis_index = models.BinaryField(max_length=32)
    total_cost = models.DecimalField("总费用", max_digits=12, decimal_places=2, null=True)
    own_paid = models.DecimalField("个人自付", max_digits=12, decimal_places=2, null=True)
    stays = models.PositiveSmallIntegerField("次数", default=1)

    class Meta(Fact.Meta):
        verbose_name = verbose_name_plural = "重特大疾病"
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "diagnosis_index"], condition=Q(last_day=None), name="illness_once"
            ),
        ]

    @property
    def diagnosis(self) -> str:
        return crypto.unseal(self.diagnosis_sealed)


class BenefitRecord(Fact):
    """One person on the roll of recipients; `incomplete` = the certificate covers more than it names."""

    person = models.ForeignKey("Person", models.PROTECT, related_name="benefits")
    scheme = models.CharField("救助类型", max_length=12, choices=BenefitScheme)
    tier = models.CharField("档次", max_length=30, blank=True)
    monthly_amount = models.DecimalField("月保障金额", max_digits=12, decimal_places=2, null=True)
    from_month = models.DateField("起始保障年月", null=True)
    covered_persons = models.PositiveSmallIntegerField("保障人数", null=True)
    incomplete = models.BooleanField("保障人未列全", default=False)

    class Meta(Fact.Meta):
        verbose_name = verbose_name_plural = "在保"
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["person", "scheme"], condition=Q(last_day=None), name="benefit_once"
            ),
        ]


class WatchRecord(Fact):
    household = models.ForeignKey("Household", models.PROTECT, related_name="watches")
    kind = models.CharField("种类", max_length=10, choices=WatchKind)
    risk = models.CharField("监测对象类型", max_length=40, blank=True)
    identified_on = models.DateField("识别时间", null=True)

    region_path = "household__region__code"
    region_when = None

    class Meta(Fact.Meta):
        verbose_name = verbose_name_plural = "监测与边缘"
        constraints = [
            *Fact.Meta.constraints,
            models.UniqueConstraint(
                fields=["household", "kind"], condition=Q(last_day=None), name="watch_once"
            ),
        ]


class PriorFinding(Fact):
    """What an earlier campaign found (C07)."""

    household = models.ForeignKey("Household", models.PROTECT, related_name="prior_findings")
    campaign = models.CharField("行动", max_length=40)
    text = models.TextField("发现")
    found_on = models.DateField("日期", null=True)

    region_path = "household__region__code"
    region_when = None

    class Meta(Fact.Meta):
        verbose_name = verbose_name_plural = "既往排查"
