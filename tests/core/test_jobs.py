"""Jobs: the row is the truth, and what a dead worker left is done once."""

import itertools
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.choices import JOB_TRANSITIONS, JobStatus
from core.clock import frozen_at, now, wall_clock
from core.errors import Conflict, DomainError
from core.jobs import JobLostError, cancel_job, move_job, requeue_stale_jobs, retry_job, run_job, start_job
from core.jobs.running import MAX_ATTEMPTS, MAX_ERRORS
from core.models import AuditEvent, Heartbeat, Job
from tests.workers import ROOT, CeleryProcess, environment, wait_for


class Person:
    """Whoever starts a job: only a number and a login are looked at."""

    pk = 7
    login = "jia.shili"


def _start(kind: str = "tests.tasks.count", **params: Any) -> Job:
    return start_job(
        kind=kind, label="示例任务", params=params, idempotency_key=uuid.uuid4().hex, actor=Person(), branch_code="33"
    )


def _age(job: Job, **fields: float) -> None:
    """Set moments of a job back by so many seconds."""
    Job.objects.filter(pk=job.pk).update(
        **{name: wall_clock() - timedelta(seconds=back) for name, back in fields.items()}
    )


def _counted() -> list[str]:
    return list(AuditEvent.objects.filter(verb="tests.item.counted").values_list("object_key", flat=True))


# The row -------------------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_job_and_one_message(
    db: None, broker: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def start() -> Job:
        return start_job(kind="tests.tasks.count", label="示例", params={}, idempotency_key="same", actor=Person())

    with django_capture_on_commit_callbacks(execute=True) as sent:
        first, second = start(), start()
    assert first.pk == second.pk
    assert len(sent) == 1
    assert broker.llen("celery") == 1


def test_a_job_is_not_sent_when_its_transaction_rolls_back(committed_db: str, broker: Any) -> None:
    with transaction.atomic():
        _start(items=1)
        transaction.set_rollback(True)
    assert Job.objects.count() == 0
    assert broker.llen("celery") == 0


def test_a_job_for_a_task_that_does_not_exist_cannot_be_started(db: None) -> None:
    with pytest.raises(ImportError):
        _start("tests.tasks.nothing")


def test_a_broker_that_does_not_answer_leaves_the_job_queued(committed_db: str) -> None:
    script = (
        "import django; django.setup(); from core.jobs import start_job;"
        "start_job(kind='tests.tasks.count', label='示例', params={}, idempotency_key='k', actor=None)"
    )
    away = {**environment(committed_db, ""), "REDIS_URL": "unix:///nonexistent/redis.sock"}
    ended = subprocess.run([sys.executable, "-c", script], env=away, cwd=ROOT, capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    assert Job.objects.get().status == JobStatus.QUEUED


@pytest.mark.parametrize(("before", "after"), list(itertools.product(JobStatus, JobStatus)))
def test_a_job_moves_only_along_the_table(db: None, before: JobStatus, after: JobStatus) -> None:
    job = _start()
    finished = now() if before in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED) else None
    Job.objects.filter(pk=job.pk).update(status=before, finished_at=finished)
    job.refresh_from_db()
    events = AuditEvent.objects.filter(object_key=str(job.pk), verb=f"core.job.{after.value}")
    earlier = events.count()
    if after in JOB_TRANSITIONS[before]:
        move_job(job, after, actor=Person(), reason="示例")
        job.refresh_from_db()
        assert job.status == after
        assert events.count() == earlier + 1
        assert events.latest("id").actor_login == "jia.shili"
    else:
        with pytest.raises(Conflict, match="刷新"):
            move_job(job, after)
        job.refresh_from_db()
        assert job.status == before
        assert events.count() == earlier


def test_the_database_refuses_a_state_that_nobody_knows(db: None) -> None:
    job = _start()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(status="asleep")


def test_only_a_queued_job_is_cancelled_and_only_a_failed_one_retried(db: None) -> None:
    job = _start()
    with pytest.raises(Conflict, match="重新执行"):
        retry_job(job=job, actor=Person())
    cancel_job(job=job, actor=Person())
    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    with pytest.raises(Conflict):
        cancel_job(job=job, actor=Person())


# Carrying it out, in this process ------------------------------------------------------------------------------------


def test_work_that_returns_is_done_with_what_it_said(committed_db: str, broker: Any) -> None:
    job = _start(items=3)
    run_job(str(job.pk), lambda handle: handle.finish(result={"rows": 3}, message="3 行", link="/desk/x/"))
    job.refresh_from_db()
    assert (job.status, job.result, job.link) == (JobStatus.DONE, {"rows": 3, "message": "3 行"}, "/desk/x/")
    assert job.finished_at is not None
    assert f":{os.getpid()}:" in job.worker


def test_work_that_says_nothing_is_done_all_the_same(committed_db: str, broker: Any) -> None:
    job = _start()
    run_job(str(job.pk), lambda handle: handle.progress(5, 5))
    job.refresh_from_db()
    assert (job.status, job.done_count, job.total_count) == (JobStatus.DONE, 5, 5)


def test_progress_shows_while_the_transaction_of_the_work_is_open(committed_db: str, broker: Any) -> None:
    job = _start()
    seen: list[tuple[int, str]] = []

    def look() -> None:
        try:
            row = wait_for(lambda: Job.objects.filter(pk=job.pk, done_count=41).first(), seconds=20)
            seen.append((row.done_count, row.stage))
        finally:
            connection.close()

    def work(handle: Any) -> None:
        with transaction.atomic():
            Job.objects.count()
            handle.progress(41, 100, "校验")
            watcher = threading.Thread(target=look)
            watcher.start()
            watcher.join()

    run_job(str(job.pk), work)
    assert seen == [(41, "校验")]


def test_a_refusal_fails_the_job_with_its_sentence_and_no_second_try(committed_db: str, broker: Any) -> None:
    job = _start()

    def work(handle: Any) -> None:
        handle.progress(2, 10, "校验")
        raise DomainError("row_wrong", "第 3 行金额不是数字，请改正后重新提交。")

    run_job(str(job.pk), work)
    job.refresh_from_db()
    assert (job.status, job.error, job.attempt_count) == (
        JobStatus.FAILED,
        "第 3 行金额不是数字，请改正后重新提交。",
        1,
    )
    assert (job.done_count, job.total_count, job.stage) == (2, 10, "校验")
    retry_job(job=job, actor=Person())
    job.refresh_from_db()
    assert (job.status, job.error, job.attempt_count, job.finished_at) == (JobStatus.QUEUED, "", 0, None)


def test_an_unexpected_error_is_tried_again_and_then_given_a_number(
    committed_db: str, broker: Any, caplog: pytest.LogCaptureFixture
) -> None:
    job, giver = _start(), "示例甲"

    def work(handle: Any) -> None:
        raise ValueError(f"{giver} 的一行出错")

    for attempt in range(1, MAX_ERRORS):
        run_job(str(job.pk), work)
        job.refresh_from_db()
        assert (job.status, job.attempt_count) == (JobStatus.QUEUED, attempt)
    run_job(str(job.pk), work)
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert job.result["reference"] in job.error
    assert job.result["reference"] in caplog.text
    assert "ValueError" in caplog.text
    assert giver not in caplog.text
    assert giver not in job.error


def test_a_finish_inside_a_transaction_that_fails_is_no_finish(committed_db: str, broker: Any) -> None:
    job = _start()

    def work(handle: Any) -> None:
        with transaction.atomic():
            handle.finish(message="完成")
            raise DomainError("no", "不行。")

    run_job(str(job.pk), work)
    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, "不行。")


def test_a_task_delivered_twice_works_once(committed_db: str, broker: Any) -> None:
    job = _start()
    worked: list[int] = []

    def work(handle: Any) -> None:
        worked.append(1)
        # The second delivery arrives in the middle of the first.
        run_job(str(job.pk), lambda second: worked.append(2))

    run_job(str(job.pk), work)
    run_job(str(job.pk), lambda third: worked.append(3))
    assert worked == [1]


def test_two_workers_that_claim_at_once_work_once(committed_db: str, broker: Any) -> None:
    job = _start()
    worked: list[int] = []
    start = threading.Barrier(6)

    def claim() -> None:
        try:
            start.wait()
            run_job(str(job.pk), lambda handle: worked.append(handle.attempt))
        finally:
            connection.close()

    threads = [threading.Thread(target=claim) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert worked == [1]


def test_work_whose_job_was_given_away_is_rolled_back(committed_db: str, broker: Any) -> None:
    job = _start()

    def work(handle: Any) -> None:
        with transaction.atomic():
            AuditEvent.objects.create(at=now(), verb="tests.item.counted", object_key="1")
            _give_away(job)
            with pytest.raises(JobLostError):
                handle.hold()
            handle.finish()

    run_job(str(job.pk), work)
    job.refresh_from_db()
    assert (job.status, _counted()) == (JobStatus.QUEUED, [])


def _give_away(job: Job) -> None:
    """Let the reaper, on a connection of its own, find the job's last sign of life too old."""

    def reap() -> None:
        try:
            wait_for(lambda: _reap_with_old_heartbeat(job))
        finally:
            connection.close()

    thread = threading.Thread(target=reap)
    thread.start()
    thread.join()


def _reap_with_old_heartbeat(job: Job) -> int:
    _age(job, heartbeat_at=10_000)
    return requeue_stale_jobs()


# What a dead worker leaves -------------------------------------------------------------------------------------------


def test_a_running_job_without_a_sign_of_life_is_queued_again(db: None) -> None:
    job = _start()
    move_job(job, JobStatus.RUNNING, worker="gone:1:x", attempt_count=1, heartbeat_at=now(), started_at=now())
    assert requeue_stale_jobs() == 0
    _age(job, heartbeat_at=10_000)
    assert requeue_stale_jobs() == 1
    job.refresh_from_db()
    assert (job.status, job.worker, job.attempt_count) == (JobStatus.QUEUED, "", 1)


def test_a_job_that_takes_its_worker_along_is_given_up_after_five_times(db: None) -> None:
    job = _start()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        job.refresh_from_db()
        move_job(job, JobStatus.RUNNING, worker="gone:1:x", attempt_count=attempt, heartbeat_at=now())
        _age(job, heartbeat_at=10_000)
        requeue_stale_jobs()
    job.refresh_from_db()
    assert job.status == JobStatus.FAILED
    assert "5 次中断" in job.error
    assert job.result["reference"] in job.error


def test_a_message_that_was_lost_is_sent_again(committed_db: str, broker: Any) -> None:
    job = _start()
    assert broker.llen("celery") == 1
    broker.flushdb()
    assert requeue_stale_jobs() == 0
    _age(job, queued_at=10_000)
    assert requeue_stale_jobs() == 1
    assert broker.llen("celery") == 1
    assert requeue_stale_jobs() == 0, "not again before the time is over once more"


# With real processes -------------------------------------------------------------------------------------------------


@pytest.mark.worker
def test_a_worker_does_the_job_in_its_own_process(committed_db: str, celery_worker_process: CeleryProcess) -> None:
    job = _start(items=3)
    wait_for(lambda: Job.objects.filter(pk=job.pk, status=JobStatus.DONE).exists(), what="the job")
    job.refresh_from_db()
    assert job.result["items"] == 3
    assert job.result["pid"] != os.getpid()
    assert f":{job.result['pid']}:" in job.worker
    assert _counted() == ["1", "2", "3"]


@pytest.mark.worker
def test_a_worker_killed_in_the_middle_loses_nothing_and_doubles_nothing(
    committed_db: str, start_worker: Callable[[], CeleryProcess], celery_beat_process: CeleryProcess
) -> None:
    worker = start_worker()
    job = _start(items=20, pause_ms=150)
    wait_for(lambda: Job.objects.filter(pk=job.pk, done_count__gte=3).exists(), what="progress")
    worker.kill()
    job.refresh_from_db()
    assert job.status == JobStatus.RUNNING, "nobody has noticed yet"
    first_claim = job.worker
    start_worker()
    wait_for(lambda: Job.objects.filter(pk=job.pk, status=JobStatus.DONE).exists(), what="the job")
    job.refresh_from_db()
    assert job.attempt_count == 2
    assert job.worker != first_claim
    assert sorted(map(int, _counted())) == list(range(1, 21)), "each item once"


@pytest.mark.worker
def test_a_worker_stopped_too_long_does_not_write_what_another_has_done(
    committed_db: str, start_worker: Callable[[], CeleryProcess], celery_beat_process: CeleryProcess, tmp_path: Path
) -> None:
    file = tmp_path / "go"
    stopped = start_worker()
    job = _start("tests.tasks.wait_for_file", file=str(file))
    wait_for(lambda: Job.objects.filter(pk=job.pk, status=JobStatus.RUNNING).exists(), what="the first worker's claim")
    os.killpg(stopped.pid, signal.SIGSTOP)
    try:
        start_worker()
        file.write_text("go", encoding="utf-8")
        wait_for(lambda: Job.objects.filter(pk=job.pk, status=JobStatus.DONE).exists(), what="the second worker")
    finally:
        os.killpg(stopped.pid, signal.SIGCONT)
    wait_for(lambda: "was lost" in stopped.log, what="the first worker's notice")
    job.refresh_from_db()
    assert (job.status, job.attempt_count, len(_counted())) == (JobStatus.DONE, 2, 1)


@pytest.mark.worker
def test_beat_and_worker_give_signs_of_life(
    committed_db: str, celery_worker_process: CeleryProcess, celery_beat_process: CeleryProcess
) -> None:
    wait_for(lambda: Heartbeat.objects.filter(name__in=["worker", "beat"]).count() == 2, what="both heartbeats")


@pytest.mark.worker
def test_a_refused_and_a_broken_job_end_as_failed_in_the_worker(
    committed_db: str, celery_worker_process: CeleryProcess, tmp_path: Path
) -> None:
    refused = _start("tests.tasks.refuse")
    broken = _start("tests.tasks.break_down", attempts=str(tmp_path / "attempts"), giver="示例甲")
    wait_for(lambda: Job.objects.filter(pk=refused.pk, status=JobStatus.FAILED).exists(), what="the refusal")
    wait_for(lambda: (tmp_path / "attempts").exists(), what="the first attempt")
    wait_for(lambda: Job.objects.filter(pk=broken.pk, status=JobStatus.QUEUED).exists(), what="the second try")
    assert "ValueError" in celery_worker_process.log
    assert "示例甲" not in celery_worker_process.log


def test_a_clock_that_is_held_still_or_shifted_makes_no_job_look_dead_or_forgotten(db: None, settings: Any) -> None:
    for moment in (now() - timedelta(days=400), now() + timedelta(days=400)):
        with frozen_at(moment):
            job = _start()
            assert requeue_stale_jobs() == 0
            _age(job, queued_at=10_000)
            assert requeue_stale_jobs() == 1
