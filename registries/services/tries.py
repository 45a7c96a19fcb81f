"""Jobs that are tried again: each try of one piece of work is a job of its own, under one beginning of its key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.choices import JobStatus
from core.jobs import start_job
from core.models import Job

if TYPE_CHECKING:
    from accounts.models import User


def start_try(prefix: str, *, kind: str, label: str, actor: User, **said: Any) -> Job:
    """Queue another try of the work whose jobs' keys begin so; `said` as `start_job` takes it."""
    tries = Job.objects.filter(idempotency_key__startswith=prefix).count()
    return start_job(kind=kind, label=label, idempotency_key=f"{prefix}{tries + 1}", actor=actor, **said)


def last_try(prefix: str) -> Job | None:
    """The newest job of a piece of work; one query."""
    rows = Job.objects.filter(idempotency_key__startswith=prefix).order_by("-created_at", "-pk")
    found: Job | None = rows.first()
    return found


def has_stopped(prefix: str) -> bool:
    """Whether no job of a piece of work will go on by itself; one query."""
    last = last_try(prefix)
    return last is None or last.status in (JobStatus.FAILED, JobStatus.CANCELLED)
