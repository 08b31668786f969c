"""Jobs are rows: done once, resumed after a killed worker, given up after three tries (F01, F04, F10)."""

import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from dabao import jobs
from dabao.models import Job, JobState

done: list[int] = []


@jobs.handler("test.work")
def work(job: Job, *, number: int) -> dict[str, int]:
    jobs.progress(job, "数数", number, number)
    done.append(number)
    return {"number": number}


@jobs.handler("test.refuse")
def refuse(_job: Job) -> None:
    raise ValidationError("名单是旧的。请换新的一期。")


@jobs.handler("test.crash")
def crash(_job: Job) -> None:
    raise ZeroDivisionError


@pytest.fixture(autouse=True)
def nothing_done():
    done.clear()


def lose(job: Job) -> None:
    """As if its worker had been killed: still running, the lease past."""
    Job.objects.filter(pk=job.pk).update(
        state=JobState.RUNNING, lease_until=timezone.now() - timedelta(seconds=1), attempts=1
    )


@pytest.mark.django_db
def test_a_job_is_done_and_keeps_its_result():
    job = jobs.run(str(jobs.enqueue("test.work", number=7).pk))
    job.refresh_from_db()
    assert (job.state, job.result, job.step) == (JobState.DONE, {"number": 7}, "数数")
    assert job.finished_at


@pytest.mark.django_db
def test_a_second_delivery_does_nothing():
    job = jobs.enqueue("test.work", number=1)
    assert jobs.run(str(job.pk))
    assert jobs.run(str(job.pk)) is None
    assert done == [1]


@pytest.mark.django_db
def test_one_key_is_one_job():
    first, second = (jobs.enqueue("test.work", key="daily:2020-04-10", number=n) for n in (1, 2))
    assert first == second


@pytest.mark.django_db
def test_a_refusal_is_told_and_not_tried_again():
    job = jobs.run(str(jobs.enqueue("test.refuse").pk))
    assert (job.state, job.error) == (JobState.FAILED, "名单是旧的。请换新的一期。")


@pytest.mark.django_db
def test_a_job_whose_worker_was_killed_is_sent_again_and_done():
    job = jobs.enqueue("test.work", number=3)
    lose(job)
    assert jobs.sweep() == 1
    assert jobs.run(str(job.pk)).state == JobState.DONE


@pytest.mark.django_db
def test_a_job_in_good_hands_is_left_alone():
    job = jobs.enqueue("test.work", number=3)
    jobs.claim(str(job.pk))
    assert jobs.sweep() == 0
    assert jobs.run(str(job.pk)) is None


@pytest.mark.django_db
def test_a_crash_is_tried_three_times_and_then_given_up_in_words():
    job = jobs.enqueue("test.crash")
    for _ in range(jobs.MOST_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            jobs.run(str(job.pk))
    assert jobs.run(str(job.pk)) is None
    jobs.sweep()
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "已停止重试" in job.error


@pytest.mark.django_db(transaction=True)
def test_five_deliveries_at_once_have_the_effect_of_one():
    job = jobs.enqueue("test.work", number=5)

    def deliver() -> None:
        jobs.run(str(job.pk))
        connection.close()

    threads = [threading.Thread(target=deliver) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [5]
