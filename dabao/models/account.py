"""Accounts and postings. Postings are the only source of scope (B02, B03)."""

import secrets
from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from dabao import clock
from dabao.models.base import Opaque
from dabao.models.region import Region
from dabao.scope import ALONE, Role, Scope


def new_session_stamp() -> str:
    return secrets.token_hex(8)


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username: str) -> "User":
        return self.get(username=username)


class User(Opaque, AbstractBaseUser):
    """A person with an account. Has no right of its own: everything comes from postings."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    office = models.CharField("单位", max_length=60, blank=True, help_text="石羊镇社会事务办")
    phone = models.CharField("办公电话", max_length=20, blank=True)
    email = models.EmailField("邮箱", blank=True, help_text="收每日汇总，可不填")
    is_active = models.BooleanField("启用", default=True)
    is_demo = models.BooleanField("演示账号", default=False)
    must_change_password = models.BooleanField("须改密码", default=False)
    session_stamp = models.CharField(max_length=16, default=new_session_stamp, editable=False)
    created_at = models.DateTimeField("建立于", default=timezone.now, editable=False)

    objects = UserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name

    def scope(self, day: date | None = None) -> Scope:
        """The scope of the postings in force on `day` (default: the business day)."""
        if not self.is_active:
            return Scope(self.pk)
        postings = self.postings.on(day or clock.today()).values_list("role", "region_id")
        return Scope(self.pk, frozenset((role, region or "") for role, region in postings))

    def end_sessions(self) -> None:
        """Sign this user out everywhere at the next request (A07); the caller saves."""
        self.session_stamp = new_session_stamp()

    def get_session_auth_hash(self) -> str:
        return f"{super().get_session_auth_hash()}{self.session_stamp}"


class FormerPassword(models.Model):
    """The hash of a password that was replaced, so that it does not come back too soon (A03)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="former_passwords")
    password = models.CharField(max_length=128)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "用过的密码"
        ordering = ["-replaced_at", "-id"]

    def __str__(self) -> str:
        return f"{self.replaced_at:%Y-%m-%d}"


class PostingQuerySet(models.QuerySet):
    def on(self, day: date) -> "PostingQuerySet":
        """Postings in force on a day."""
        return self.filter(Q(last_day=None) | Q(last_day__gte=day), first_day__lte=day, confirmed=True)


class Posting(Opaque):
    """One role of one user in one region, with its first and last day (both inclusive)."""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="账号", related_name="postings")
    role = models.CharField("岗位", max_length=20, choices=Role)
    region = models.ForeignKey(Region, models.PROTECT, verbose_name="范围", null=True, blank=True)
    first_day = models.DateField("起")
    last_day = models.DateField("止", null=True, blank=True)
    assignment = models.UUIDField("来自挂包", null=True, blank=True, editable=False)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed = models.BooleanField("已由第二人确认", default=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["user", "first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="posting_days_in_order",
                violation_error_message="止日早于起日，请改正。",
            ),
            models.CheckConstraint(
                condition=(Q(role__in=sorted(ALONE)) & Q(region=None))
                | (~Q(role__in=sorted(ALONE)) & Q(region__isnull=False)),
                name="posting_region_by_role",
                violation_error_message="系统管理员和审计员没有行政范围；其他岗位必须选范围。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} {self.region or ''}".strip()

    def clean(self) -> None:
        others = self.user.postings.exclude(pk=self.pk).filter(
            Q(last_day=None) | Q(last_day__gte=self.first_day)
        )
        if self.last_day:
            others = others.filter(first_day__lte=self.last_day)
        roles = set(others.values_list("role", flat=True))
        if (self.role in ALONE and roles - {self.role}) or (self.role not in ALONE and roles & ALONE):
            raise ValidationError("系统管理员、审计员不能兼任其他岗位。请为这项工作另建账号。")


class SigninAttempt(models.Model):
    """One try to sign in, for locking (A04); the name is kept only as a blind index."""

    name_index = models.BinaryField()
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now)
    succeeded = models.BooleanField()

    class Meta:
        verbose_name = verbose_name_plural = "登录尝试"
        indexes = [models.Index(fields=["name_index", "at"]), models.Index(fields=["address", "at"])]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
