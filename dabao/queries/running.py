"""How the machinery runs, without a word of any case (G04)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone
from kombu.exceptions import OperationalError

from dabao.celery import app
from dabao.models import AuditEvent, Digest, Job, JobState
from dabao.scope import Right, Scope

KINDS = {
    "screening.screen": "筛查六类对象",
    "screening.stage_list": "读名单",
    "screening.confirm_list": "名单入库",
    "supervision.daily": "每日任务",
    "supervision.digest_mail": "发每日汇总邮件",
    "audit.verify": "日志链校验",
}
SEALED_WITHIN = timedelta(minutes=3)
FAILED_WITHIN = timedelta(days=7)
BACKED_UP_WITHIN = timedelta(hours=26)
NEWEST_FAILED = 20


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the system: `mark` is (kind, words) for a status mark, `detail` what was measured."""

    name: str
    mark: tuple[str, str]
    detail: str


@dataclass(frozen=True, slots=True)
class KindState:
    """The last run of one kind of job."""

    name: str
    mark: tuple[str, str]
    started_at: datetime | None
    seconds: int | None
    failed: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed job: which kind, when, after how many tries, and the sentence it left."""

    name: str
    finished_at: datetime | None
    attempts: int
    error: str


def parts(scope: Scope) -> list[Part]:
    """Database, broker, worker, clock, queue, mail, backup: asked now."""
    scope.require(Right.ACCOUNTS)
    return [_database(), *_broker_and_worker(), _sealing(), _queue(), _mail(), _backup()]


def kinds(scope: Scope) -> list[KindState]:
    """The last run of each kind of job that ever ran."""
    scope.require(Right.ACCOUNTS)
    since = timezone.now() - FAILED_WITHIN
    newest = Job.objects.order_by("kind", "-created_at").distinct("kind")
    return [
        KindState(
            KINDS.get(job.kind, job.kind),
            _job_mark(job),
            job.started_at,
            int((job.finished_at - job.started_at).total_seconds())
            if job.finished_at and job.started_at
            else None,
            Job.objects.filter(kind=job.kind, state=JobState.FAILED, finished_at__gte=since).count(),
        )
        for job in newest
    ]


def failures(scope: Scope) -> list[Failure]:
    """The newest failed jobs of a week; their arguments stay hidden."""
    scope.require(Right.ACCOUNTS)
    since = timezone.now() - FAILED_WITHIN
    rows = Job.objects.filter(state=JobState.FAILED, finished_at__gte=since).order_by("-finished_at")
    return [
        Failure(KINDS.get(job.kind, job.kind), job.finished_at, job.attempts, job.error)
        for job in rows[:NEWEST_FAILED]
    ]


def _database() -> Part:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), pg_database_size(current_database())")
        version, size = cursor.fetchone()
    return Part("数据库 PostgreSQL", ("done", "正常"), f"{version.split()[0]}，{size // 1024 // 1024:,} MB")


def _broker_and_worker() -> list[Part]:
    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, timeout=2)
            answers = app.control.ping(timeout=0.7, connection=link)
    except (OperationalError, OSError):
        gone = "连不上。任务排在数据库里，恢复后自动接着做"
        return [
            Part("消息队列 Redis", ("over", "连不上"), gone),
            Part("后台程序", ("ask", "问不到"), "消息队列不通时问不到"),
        ]
    worker = (
        Part("后台程序", ("done", "在运行"), f"{len(answers)} 个")
        if answers
        else Part("后台程序", ("over", "没有应答"), "新任务会排队；请在服务器上看它是否停了")
    )
    return [Part("消息队列 Redis", ("done", "正常"), "能连上"), worker]


def _sealing() -> Part:
    """The beat seals the log each minute: an event unsealed for longer means that it stands still."""
    late = AuditEvent.objects.filter(seal=None, at__lt=timezone.now() - SEALED_WITHIN).count()
    if late:
        return Part("定时任务", ("over", "停了"), f"{late:,} 条日志超过 3 分钟没有封存")
    return Part("定时任务", ("done", "在运行"), "日志每分钟封存")


def _queue() -> Part:
    oldest = Job.objects.filter(state=JobState.QUEUED).order_by("created_at").first()
    if oldest is None:
        return Part("排队的任务", ("done", "没有"), "0 件")
    minutes = int((timezone.now() - oldest.created_at).total_seconds() // 60)
    number = Job.objects.filter(state=JobState.QUEUED).count()
    mark = ("lag", "排得久了") if minutes >= 2 else ("prog", "正在排")
    return Part("排队的任务", mark, f"{number:,} 件，最早的等了 {minutes} 分钟")


def _mail() -> Part:
    """Digests of the newest day that were mailed, and those that did not leave."""
    if not settings.MAIL_ON:
        return Part("每日汇总邮件", ("none", "没配置"), "汇总只在系统里看；要发邮件请设 DABAO_EMAIL_URL")
    newest = Digest.objects.exclude(mailed_at=None, mail_error="").order_by("-day").first()
    if newest is None:
        return Part("每日汇总邮件", ("none", "还没发过"), "每天零点过后发给填了邮箱的人")
    of_day = Digest.objects.filter(day=newest.day)
    sent, failed = of_day.exclude(mailed_at=None).count(), of_day.exclude(mail_error="").count()
    day = f"{newest.day.month}月{newest.day.day}日"
    if failed:
        return Part("每日汇总邮件", ("over", f"{failed} 封没发出"), f"{day}发出 {sent} 封；请查邮件服务器")
    return Part("每日汇总邮件", ("done", "正常"), f"{day}发出 {sent} 封")


def _backup() -> Part:
    """The newest backup that could be read back; each night makes one."""
    newest = AuditEvent.objects.filter(action="backup.make").order_by("-at").first()
    if newest is None:
        return Part("备份", ("lag", "还没做过"), "每晚自动备份要先装好定时器，见部署说明")
    at = timezone.localtime(newest.at)
    said = f"{at.month}月{at.day}日 {at:%H:%M}，{newest.data['bytes'] / 1024 / 1024:,.1f} MB，已读回核对"
    if timezone.now() - newest.at > BACKED_UP_WITHIN:
        return Part("备份", ("over", "超过一天没备份"), f"最近一次 {said}。请看 dabao-backup 定时器")
    return Part("备份", ("done", "正常"), said)


def _job_mark(job: Job) -> tuple[str, str]:
    return {
        JobState.QUEUED: ("prog", "排队"),
        JobState.RUNNING: ("prog", "进行中"),
        JobState.DONE: ("done", "完成"),
        JobState.FAILED: ("over", "失败"),
    }[JobState(job.state)]
