"""Long work as rows in the database (F01, F04, F10): enqueue, run under a lease, sweep what was lost.

A handler is a function `handler(job, **job.arguments) -> dict | None`, registered by `@jobs.handler("kind")`
in a `tasks.py`. It may run more than once (a worker was killed): it must be safe to repeat.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from dabao.models import Job, JobState, User

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=60)
HEARTBEAT = 15  # seconds
MOST_ATTEMPTS = 3
Handler = Callable[..., dict[str, Any] | None]
_handlers: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does the work of a kind of job."""

    def register(function: Handler) -> Handler:
        _handlers[kind] = function
        return function

    return register


def enqueue(kind: str, *, created_by: User | None = None, key: str | None = None, **arguments: Any) -> Job:
    """A new job, sent to a worker when the transaction commits; with a `key`, the one that already has it."""
    if key is not None:
        job, created = Job.objects.get_or_create(
            key=key, defaults={"kind": kind, "arguments": arguments, "created_by": created_by}
        )
        if not created:
            return job
    else:
        job = Job.objects.create(kind=kind, arguments=arguments, created_by=created_by)
    transaction.on_commit(lambda: send(job))
    return job


def send(job: Job) -> None:
    """Tell the workers. A broker that is away loses nothing and holds nobody up: the sweep finds the row."""
    from dabao.tasks import run_job

    try:
        _ask_broker()
        run_job.apply_async([str(job.pk)], retry=False)
    except (OperationalError, RedisError):
        logger.warning("job %s waits for the broker", job.pk)


def _ask_broker() -> None:
    """Raise RedisError at once when the broker is away; the client behind Celery would try for seconds."""
    url = settings.REDIS_URL.replace("redis+socket://", "unix://")
    with Redis.from_url(url, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)) as broker:
        broker.ping()


def claim(job_id: str) -> Job | None:
    """Take a job under a lease; None when another worker has it or it is over."""
    now = timezone.now()
    free = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, attempts__lt=MOST_ATTEMPTS).update(
        state=JobState.RUNNING,
        lease_until=now + LEASE,
        attempts=F("attempts") + 1,
        started_at=now,
        done=0,
        total=0,
    )
    return Job.objects.get(pk=job_id) if taken else None


def run(job_id: str) -> Job | None:
    """Claim and do a job; returns it, or None when there was nothing to claim."""
    job = claim(job_id)
    if job is None:
        return None
    with _heartbeat(job):
        try:
            result = _handlers[job.kind](job, **job.arguments)
        except ValidationError as refusal:
            _finish(job, JobState.FAILED, error="；".join(refusal.messages))
        else:
            _finish(job, JobState.DONE, result=result or {})
        finally:
            # After any other exception the job is due again at once; the sweep retries it, then gives up.
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=timezone.now())
    return job


def progress(job: Job | None, step: str, done: int = 0, total: int = 0) -> None:
    """Show how far a job is; outside any transaction of its work, else it shows only at the end."""
    if job is not None:
        Job.objects.filter(pk=job.pk).update(step=step, done=done, total=total)


def sweep() -> int:
    """Send again what waits or lost its lease, give up what failed too often; returns how many were sent."""
    now = timezone.now()
    lost = Job.objects.filter(
        Q(state=JobState.QUEUED, created_at__lt=now - timedelta(seconds=20))
        | Q(state=JobState.RUNNING, lease_until__lt=now)
    )
    lost.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=now, error="多次中断，已停止重试。请联系县局系统管理员。"
    )
    jobs = list(lost.filter(attempts__lt=MOST_ATTEMPTS))
    for job in jobs:
        send(job)
    return len(jobs)


def _finish(job: Job, state: str, *, result: dict[str, Any] | None = None, error: str = "") -> None:
    job.state, job.result, job.error = state, result or {}, error
    job.finished_at, job.lease_until = timezone.now(), None
    job.save(update_fields=["state", "result", "error", "finished_at", "lease_until"])


@contextmanager
def _heartbeat(job: Job) -> Iterator[None]:
    """Renew the lease from a second connection while the work lasts."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(HEARTBEAT):
            close_old_connections()
            Job.objects.filter(pk=job.pk, state=JobState.RUNNING).update(lease_until=timezone.now() + LEASE)
        connection.close()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
