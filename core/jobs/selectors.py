"""Reading jobs for their pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from core.choices import JobStatus
from core.errors import NotFound
from core.models import Job

_OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
PAGE_SIZE = 30


@dataclass(frozen=True)
class JobPage:
    """One page of a person's jobs; `next_cursor` is empty on the last."""

    jobs: list[Job]
    next_cursor: str


@dataclass(frozen=True)
class JobFacts:
    """What a job's page says beside the row itself (component `job_progress`)."""

    is_running: bool
    message: str
    steps: list[str]
    result_url: str
    error_file_url: str


def jobs_of(person: Any) -> QuerySet[Job]:
    """The jobs that a person started; order and page are the caller's. One query."""
    return Job.objects.filter(created_by_id=person.pk)


def job_of(person: Any, job_id: UUID) -> Job:
    """One job of a person's own; raises NotFound for anybody else's. One query."""
    job = jobs_of(person).select_related("problem_file").filter(pk=job_id).first()
    if job is None:
        raise NotFound("job_not_found", _("没有找到这个任务，或它不是您发起的。请到“后台任务”里查看。"))
    return job


def job_page(person: Any, before: str) -> JobPage:
    """A person's jobs, newest first, from the one after the cursor `before` on. One query, two with a cursor.

    The cursor is a job's id; an unknown one gives the first page.
    """
    jobs = jobs_of(person).order_by("-created_at", "-id")
    last = jobs.filter(pk=before).first() if _is_uuid(before) else None
    if last is not None:
        later = Q(created_at__lt=last.created_at) | Q(created_at=last.created_at, pk__lt=last.pk)
        jobs = jobs.filter(later)
    found = list(jobs[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return JobPage(shown, str(shown[-1].pk) if len(found) > PAGE_SIZE else "")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def job_facts(job: Job) -> JobFacts:
    """Put a job into the words of its page. No query."""
    return JobFacts(
        is_running=job.status in _OPEN,
        message=_message(job),
        steps=[_("排队"), job.stage or _("处理"), _("完成")],
        result_url=job.link if job.status == JobStatus.DONE else "",
        error_file_url=reverse("desk_job_file", args=[job.pk]) if job.problem_file_id else "",
    )


def _message(job: Job) -> str:
    if job.status == JobStatus.DONE:
        return str(job.result.get("message") or _("任务已完成。"))
    if job.status == JobStatus.FAILED:
        return job.error
    if job.status == JobStatus.CANCELLED:
        return _("任务已取消，没有做任何改动。")
    if job.status == JobStatus.QUEUED:
        return _("上次执行中断，正在等待再次执行。") if job.attempt_count else _("正在排队，马上开始。")
    if job.total_count:
        return _("%(stage)s：第 %(done)d 项，共 %(total)d 项。") % {
            "stage": job.stage or _("处理"),
            "done": job.done_count,
            "total": job.total_count,
        }
    return _("%(stage)s：已处理 %(done)d 项。") % {"stage": job.stage or _("处理"), "done": job.done_count}
