"""Queueing again what a dead worker or a lost message left, and the signs of life of the processes."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from core.choices import JobStatus
from core.incidents import new_reference
from core.jobs.moving import move_job, queue_again
from core.jobs.running import MAX_ATTEMPTS
from core.models import Heartbeat, Job
from core.queue import enqueue_on_commit

# Rows handled in one pass; the next tick goes on.
PASS_SIZE = 100


@transaction.atomic
def requeue_stale_jobs() -> int:
    """Queue running jobs without a sign of life again, send the message of queued ones again, and say how many.

    Both after JOB_STALE_SECONDS by the database's clock, so that hosts need not agree on the time. Rows locked by
    someone else are at work and passed over.
    """
    limit = timedelta(seconds=settings.JOB_STALE_SECONDS)
    return _take_from_the_dead(limit) + _send_again(limit)


def _take_from_the_dead(limit: timedelta) -> int:
    dead = (
        Job.objects.select_for_update(skip_locked=True)
        .filter(status=JobStatus.RUNNING, heartbeat_at__lt=Now() - limit)
        .order_by("heartbeat_at")[:PASS_SIZE]
    )
    for job in dead:
        if job.attempt_count < MAX_ATTEMPTS:
            queue_again(job, reason="worker gone")
            continue
        reference = new_reference()
        sentence = _("执行这个任务的进程 %(count)d 次中断，已停止重试。请把编号 %(reference)s 告诉系统管理员。")
        error = sentence % {"count": job.attempt_count, "reference": reference}
        move_job(job, JobStatus.FAILED, error=error, result={"reference": reference}, reason=f"worker gone {reference}")
    return len(dead)


def _send_again(limit: timedelta) -> int:
    waiting = (
        Job.objects.select_for_update(skip_locked=True)
        .filter(status=JobStatus.QUEUED, queued_at__lt=Now() - limit)
        .order_by("queued_at")[:PASS_SIZE]
    )
    for job in waiting:
        Job.objects.filter(pk=job.pk).update(queued_at=Now())
        enqueue_on_commit(job.kind, str(job.pk))
    return len(waiting)


def note_heartbeat(name: str) -> None:
    """Write that a background process (`worker`, `beat`) is alive now, by the database's clock."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=Now())], update_conflicts=True, unique_fields=["name"], update_fields=["at"]
    )
