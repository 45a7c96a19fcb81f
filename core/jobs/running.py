"""Carrying a job out in a worker."""

import logging
import os
import socket
import uuid
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.choices import JobStatus
from core.clock import now
from core.errors import DomainError
from core.incidents import log_incident
from core.jobs.handle import JobHandle, JobLostError
from core.jobs.moving import move_job, queue_again
from core.models import Job

_log = logging.getLogger("portal.jobs")
# How often a job whose worker died is begun again, and one that met an unexpected error.
MAX_ATTEMPTS = 5
MAX_ERRORS = 3
# Seconds before the next try after the first and the second unexpected error.
BACK_OFF_SECONDS = (10, 60)


def run_job(job_id: str, work: Callable[[JobHandle], Any]) -> None:
    """Claim a queued job, do its work, and record how it ended; the body of every task that carries out a job.

    A job that another worker took, or that was cancelled, is left alone, so a task may be delivered twice. `work` opens
    its own transactions and should end them with `handle.finish` or `handle.hold` inside. A DomainError ends the job as
    failed with its sentence; any other error queues it again, and after MAX_ERRORS fails it with a reference number.
    """
    job = _claim(job_id)
    if job is None:
        return
    handle = JobHandle(job)
    try:
        with handle:
            work(handle)
        _finish_if_open(handle)
    except JobLostError:
        # Rolled back; whoever holds the job now will finish it.
        _log.warning("job %s was lost by %s", job.pk, job.worker)
    except DomainError as error:
        _fail(job, handle, error.message, {"code": error.code})
    except Exception as error:  # anything may happen in work; the row must say so
        _after_unexpected(job, handle, error)


@transaction.atomic
def _claim(job_id: str) -> Job | None:
    # The row is the truth: whoever gets its lock while it is queued has the job, and nobody waits for it.
    job = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id, status=JobStatus.QUEUED).first()
    if job is None:
        return None
    moment = now()
    claim = f"{socket.gethostname()[:80]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"
    attempts = job.attempt_count + 1
    move_job(job, JobStatus.RUNNING, worker=claim, attempt_count=attempts, started_at=moment, heartbeat_at=Now())
    return job


def _finish_if_open(handle: JobHandle) -> None:
    if not Job.objects.filter(pk=handle.job_id, status=JobStatus.DONE).exists():
        handle.finish()


def _locked_mine(job: Job) -> Job | None:
    """The row, locked, if it still belongs to this attempt."""
    return Job.objects.select_for_update().filter(pk=job.pk, status=JobStatus.RUNNING, worker=job.worker).first()


@transaction.atomic
def _fail(job: Job, handle: JobHandle, sentence: str, result: dict[str, Any]) -> None:
    locked = _locked_mine(job)
    if locked is not None:
        move_job(
            locked, JobStatus.FAILED, error=sentence[:1000], result=result, reason="refused", **handle.what_was_seen()
        )


def _after_unexpected(job: Job, handle: JobHandle, error: Exception) -> None:
    reference = log_incident(error, what=f"job {job.kind} {job.pk} attempt {job.attempt_count}")
    # The connection may be what failed. When the database is away the row keeps its last heartbeat, and the reaper
    # queues the job again.
    connection.close_if_unusable_or_obsolete()
    if job.attempt_count >= MAX_ERRORS:
        sentence = _("任务没有完成，也没有留下做到一半的结果。请把编号 %(reference)s 告诉系统管理员，或稍后重新执行。")
        _fail(job, handle, sentence % {"reference": reference}, {"reference": reference})
        return
    with transaction.atomic():
        locked = _locked_mine(job)
        if locked is not None:
            delay = BACK_OFF_SECONDS[min(job.attempt_count, len(BACK_OFF_SECONDS)) - 1]
            queue_again(locked, reason=f"error {reference}", delay_seconds=delay)
