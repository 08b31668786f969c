"""The registry: households, persons, and who lived in which household from when to when."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from dabao import crypto
from dabao.models import Editable, Opaque, Region
from dabao.scope import ScopedQuerySet
from screening.choices import Labour, PovertyStatus, Relation, Sex


def came_from_row() -> models.ForeignKey:
    """The row of a list behind a record. `check_invariants` looks after it, not the database: a check of each
    row at commit cost a sixth of an import.
    """
    return models.ForeignKey(
        "ListRow", models.PROTECT, verbose_name="来源行", null=True, related_name="+", db_constraint=False
    )


class Household(Editable):
    """A household. `registered` = 建档立卡; the township of `region`, where it is registered, is responsible.

    `head` and `size` (living members) repeat what the memberships say, for lists of thousands; imports and
    services write them together with the memberships, and `check_invariants` compares them.
    """

    number = models.CharField("户编号", max_length=30, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="村", related_name="+")
    group = models.CharField("村民小组", max_length=40, blank=True)
    registered = models.BooleanField("建档立卡")
    head = models.ForeignKey("Person", models.PROTECT, verbose_name="户主", null=True, related_name="+")
    size = models.PositiveSmallIntegerField("人口", default=0, db_default=0)
    poverty_status = models.CharField("脱贫属性", max_length=12, choices=PovertyStatus, blank=True)
    lifted_year = models.PositiveSmallIntegerField("脱贫年度", null=True, blank=True)
    poverty_kind = models.CharField("贫困户属性", max_length=40, blank=True)
    cause = models.CharField("主要致贫原因", max_length=60, blank=True)
    income_per_capita = models.DecimalField(
        "人均纯收入", max_digits=12, decimal_places=2, null=True, blank=True
    )
    unsafe_house = models.BooleanField("危房户", null=True, blank=True)
    safe_water = models.BooleanField("饮水安全", null=True, blank=True)
    phone_sealed = models.BinaryField("联系电话", null=True, blank=True)
    living_region = models.ForeignKey(
        Region, models.PROTECT, verbose_name="现住地", null=True, blank=True, related_name="+"
    )
    came_from = models.ForeignKey("self", models.PROTECT, verbose_name="分自", null=True, blank=True)
    row = came_from_row()
    added_on = models.DateField("入库日")

    objects = ScopedQuerySet.as_manager()
    region_path = "region__code"

    class Meta:
        verbose_name = verbose_name_plural = "户"
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="household_number_once"),
            models.CheckConstraint(
                condition=Q(income_per_capita=None) | Q(income_per_capita__gte=0),
                name="household_income_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def phone(self) -> str:
        return crypto.unseal(self.phone_sealed)


class Person(Editable):
    """A person. The ID number is sealed; its blind index finds him, its last four search him."""

    number = models.CharField("人编号", max_length=40, blank=True)
    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    name_key = models.CharField("拼音排序", max_length=160, blank=True)
    id_sealed = models.BinaryField("身份证号", null=True, blank=True)
    id_index = models.BinaryField(max_length=32, null=True, blank=True)
    id_last4_index = models.BinaryField(max_length=32, null=True, blank=True)
    sex = models.CharField("性别", max_length=1, choices=Sex, blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    education = models.CharField("文化程度", max_length=30, blank=True)
    student = models.CharField("在校生状况", max_length=30, blank=True)
    health = models.CharField("健康状况", max_length=60, blank=True)
    labour = models.CharField("劳动技能", max_length=10, choices=Labour, blank=True)
    work = models.CharField("务工状况", max_length=60, blank=True)
    work_months = models.DecimalField("务工时间（月）", max_digits=4, decimal_places=1, null=True, blank=True)
    phone_sealed = models.BinaryField("联系电话", null=True, blank=True)
    died_on = models.DateField("死亡日期", null=True, blank=True)
    row = came_from_row()

    objects = ScopedQuerySet.as_manager()
    region_path = "memberships__household__region__code"
    region_when = Q(memberships__last_day=None)

    class Meta:
        verbose_name = verbose_name_plural = "人"
        constraints = [
            models.UniqueConstraint(
                fields=["id_index"], condition=Q(id_index__isnull=False), name="person_id_once"
            ),
        ]
        indexes = [
            models.Index(fields=["id_last4_index"]),
            models.Index(fields=["initials"], name="person_initials", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=["name"], name="person_name", opclasses=["varchar_pattern_ops"]),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def id_number(self) -> str:
        """The whole ID number. Pages show `masked_id`; whoever shows the whole writes an audit event."""
        return crypto.unseal(self.id_sealed)

    @property
    def masked_id(self) -> str:
        return crypto.mask_id(self.id_number)

    @property
    def phone(self) -> str:
        return crypto.unseal(self.phone_sealed)


class MembershipQuerySet(ScopedQuerySet):
    """Memberships, and those of whom somebody asks by what he knows of a person."""

    def known_as(self, text: str) -> Self:
        """Who lives there now, by name, pinyin initials, ID number or its last four; nobody for nothing."""
        said = "".join(text.split())
        if not said:
            return self.none()
        people = Q(person__name__contains=said)
        if said.isascii():
            people |= Q(person__initials__startswith=said.lower())
            if len(said) == 4:
                people |= Q(person__id_last4_index=crypto.blind_last4(said.upper()))
            if len(said) >= 18:
                people |= Q(person__id_index=crypto.blind(said[:18].upper()))
        return self.filter(people, last_day=None)


class Membership(Opaque):
    """Somebody living in a household from a first day to a last; `last_day` None = lives there now."""

    household = models.ForeignKey(Household, models.PROTECT, verbose_name="户", related_name="memberships")
    person = models.ForeignKey(Person, models.PROTECT, verbose_name="人", related_name="memberships")
    relation = models.CharField("与户主关系", max_length=2, choices=Relation)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)
    row = came_from_row()

    objects = MembershipQuerySet.as_manager()
    region_path = "household__region__code"

    class Meta:
        verbose_name = verbose_name_plural = "家庭成员"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(last_day=None), name="person_lives_in_one_household"
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(last_day=None, relation=Relation.HEAD.value),
                name="household_has_one_head",
            ),
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name="membership_days_in_order"
            ),
        ]
