"""The daily digest of a person: once a day in the application, once by mail where mail is set up (C27)."""

from datetime import date
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dabao import clock, jobs
from dabao.models import Digest, Posting, User
from dabao.scope import Scope
from supervision import digests
from supervision.digests import Section

MAIL_JOB = "supervision.digest_mail"
LONGEST_ERROR = 200


class MailServerError(RuntimeError):
    """Some mails did not leave; the job is tried again."""


@transaction.atomic
def told(*, user: User, day: date) -> Digest:
    """The digest of a person on a day: made when he first asks, or when it is mailed, whichever is first."""
    before = Digest.objects.filter(user=user, day__lt=day).order_by("-day").first()
    since, known = (before.day, before.flags) if before else (None, [])
    lines = digests.number(digests.sections(user.scope(day), day, known))
    defaults = {"since": since, "lines": lines, "flags": known}
    digest, _ = Digest.objects.get_or_create(user=user, day=day, defaults=defaults)
    return digest


@transaction.atomic
def shown(*, user: User, day: date) -> tuple[Digest, list[Section]]:
    """As the person opens it: no flag is told on two days, one noticed later that day is told on the next."""
    digest = Digest.objects.select_for_update().get(pk=told(user=user, day=day).pk)
    found = _sections(digest, user.scope(day))
    digest.save(update_fields=["flags"])
    return digest, found


def _sections(digest: Digest, scope: Scope) -> list[Section]:
    """What stands, told against what he knew before that day; `flags` of the digest is what he knows then."""
    before = Digest.objects.filter(user=digest.user_id, day__lt=digest.day).order_by("-day").first()
    found = digests.sections(scope, digest.day, before.flags if before else [])
    digest.flags = [flag.pk for flag in digests.open_flags(scope, digest.day)]
    return found


def ask_for_mail(*, day: date) -> None:
    """Have the day's digests mailed, once however often it is asked; nothing where no mail server is set."""
    if settings.MAIL_ON:
        jobs.enqueue(MAIL_JOB, key=f"{MAIL_JOB}:{day.isoformat()}", day=day.isoformat())


def mail(*, day: date, last_try: bool = True) -> dict[str, Any]:
    """Mail the digests of the day that have not gone out; safe to repeat, and stale ones stay unsent.

    One that fails holds up no other: what failed is tried again (MailServerError), at the last try it is
    told (ValidationError, which ends the job as failed).
    """
    if day != clock.today():
        return {"mailed": 0, "stale": True}
    outcomes = [_mail_one(user, day) for user in _people(day)]
    failed = outcomes.count("failed")
    if failed:
        words = f"{failed} 封每日汇总没发出：邮件服务器连不上或拒收。请检查 DABAO_EMAIL_URL 和邮箱地址。"
        raise ValidationError(words) if last_try else MailServerError(words)
    return {"mailed": outcomes.count("mailed")}


def _people(day: date) -> QuerySet[User]:
    """Who has an address and a posting on the day."""
    posted = Posting.objects.on(day).values("user")
    return User.objects.filter(pk__in=posted, is_active=True).exclude(email="").order_by("pk")


def _mail_one(user: User, day: date) -> str:
    """ "mailed", "failed", or "" for who has nothing to be told or was told."""
    with transaction.atomic():
        digest = Digest.objects.select_for_update().get(pk=told(user=user, day=day).pk)
        found = _sections(digest, user.scope(day))
        if digest.mailed_at or not found:
            return ""
        try:
            send_mail(subject(found, day), body(found), settings.DEFAULT_FROM_EMAIL, [user.email])
        except (OSError, SMTPException) as failure:
            digest.mail_error = f"{type(failure).__name__}"[:LONGEST_ERROR]
            digest.save(update_fields=["mail_error"])
            return "failed"
        digest.mailed_at, digest.mail_error = timezone.now(), ""
        digest.lines = digests.number(found)
        digest.save(update_fields=["mailed_at", "mail_error", "lines", "flags"])
        return "mailed"


def subject(found: list[Section], day: date) -> str:
    return f"{day.month}月{day.day}日要你办的 {digests.number(found)} 件"


def body(found: list[Section]) -> str:
    """Plain text: titles and lines, and where to go; no names of people in need, no links that sign in."""
    parts = ["\n".join([section.title, *(f"· {line.text}" for line in section.lines)]) for section in found]
    where = (
        f"登录后看：{settings.SITE_URL}/digest/" if settings.SITE_URL else "请登录系统，看“今天要你办的”。"
    )
    return "\n\n".join([*parts, where])
