"""The second step of signing in (A05): a secret shared with a phone, and codes on paper besides."""

from django.db import models
from django.utils import timezone

from dabao.models.account import User


class SecondFactor(models.Model):
    """The authenticator of one account. `last_step` is the newest code used, which serves once."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="second_factor")
    secret_sealed = models.BinaryField("验证器密钥")
    last_step = models.BigIntegerField("用过的最新一步", default=0)
    since = models.DateTimeField("绑定于", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "动态码"

    def __str__(self) -> str:
        return f"{self.since:%Y-%m-%d}"


class RecoveryCode(models.Model):
    """One code on paper, by its blind index; works once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    code_index = models.BinaryField("备用码摘要", max_length=32)
    used_at = models.DateTimeField("用于", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备用码"
        constraints = [models.UniqueConstraint(fields=["user", "code_index"], name="recovery_code_once")]

    def __str__(self) -> str:
        return "用过" if self.used_at else "可用"
