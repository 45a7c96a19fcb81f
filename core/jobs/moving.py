"""Starting jobs, and the one mover through their states."""

from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from core.audit import record_audit
from core.choices import JOB_TRANSITIONS, JobStatus
from core.clock import now, wall_clock
from core.errors import Conflict
from core.models import Job
from core.queue import enqueue_on_commit


@transaction.atomic
def start_job(
    *,
    kind: str,
    label: str,
    params: dict[str, Any],
    idempotency_key: str,
    actor: Any,
    branch_code: str = "",
    total: int | None = None,
    link: str = "",
) -> Job:
    """Make a job in the caller's transaction and send its task once that is committed; the same key gives the same job.

    `kind` is the dotted name of the Celery task that carries the job out (`donations.tasks.read_list`); it is called
    with the job's id and calls `run_job`. `params` holds ids, codes and counts, never personal data, and neither does
    `label`, which people read. `total` is the number of items if known, `link` the page to see the result on.
    Raises ImportError for a task that does not exist.
    """
    import_string(kind)
    job, made = Job.objects.get_or_create(
        idempotency_key=idempotency_key,
        defaults={
            "kind": kind,
            "label": str(label)[:200],
            "params": params,
            "branch_code": branch_code,
            "total_count": total,
            "link": link,
            "created_by_id": getattr(actor, "pk", None),
            "created_at": now(),
            "queued_at": wall_clock(),
        },
    )
    if made:
        record_audit("core.job.started", actor=actor, obj=job, branch_code=branch_code)
        enqueue_on_commit(job.kind, str(job.pk))
    return job


def move_job(job: Job, target: JobStatus, *, actor: Any = None, reason: str = "", **fields: Any) -> Job:
    """Move a job, whose row the caller has locked, to another state, with the fields that change along.

    Writes the audit row (who, when, why). Raises Conflict `job_state` where JOB_TRANSITIONS has no such step.
    """
    if target not in JOB_TRANSITIONS[job.status]:
        raise Conflict(
            "job_state",
            _("这个任务现在是“%(now)s”，不能改为“%(then)s”，请刷新页面看最新状态。")
            % {"now": job.get_status_display(), "then": target.label},
        )
    job.status = target
    if target in (JobStatus.DONE, JobStatus.FAILED, JobStatus.CANCELLED):
        fields.setdefault("finished_at", now())
    for name, value in fields.items():
        setattr(job, name, value)
    job.save(update_fields=["status", *fields])
    record_audit(
        f"core.job.{target.value}",
        actor=actor,
        obj=job,
        branch_code=job.branch_code,
        changed_fields=["status"],
        reason=reason,
    )
    return job


def queue_again(job: Job, *, actor: Any = None, reason: str = "", delay_seconds: float = 0, **fields: Any) -> Job:
    """Move a locked job back to the queue and send its task, after a delay if one is given."""
    move_job(
        job, JobStatus.QUEUED, actor=actor, reason=reason, queued_at=wall_clock(), worker="", finished_at=None, **fields
    )
    enqueue_on_commit(job.kind, str(job.pk), countdown=delay_seconds)
    return job


@transaction.atomic
def retry_job(*, job: Job, actor: Any) -> Job:
    """Queue a failed job again because a person asks for it, with all its attempts anew. Locks the row.

    Raises Conflict `job_not_failed` for a job in any other state.
    """
    locked = Job.objects.select_for_update().get(pk=job.pk)
    if locked.status != JobStatus.FAILED:
        raise Conflict("job_not_failed", _("只有未成功的任务可以重新执行，请刷新页面看最新状态。"))
    return queue_again(
        locked, actor=actor, reason="retry", error="", stage="", done_count=0, attempt_count=0, problem_file=None
    )


@transaction.atomic
def cancel_job(*, job: Job, actor: Any) -> Job:
    """Cancel a job that no worker has begun. Locks the row; raises Conflict `job_state` once it has begun."""
    locked = Job.objects.select_for_update().get(pk=job.pk)
    return move_job(locked, JobStatus.CANCELLED, actor=actor)
