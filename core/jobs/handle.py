"""What the work of a job holds in its hand: its parameters, its progress, its end."""

import contextlib
import threading
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from core.choices import JobStatus
from core.jobs.moving import move_job
from core.models import Job, StoredFile

# Progress is written at most this often, in seconds.
PROGRESS_SECONDS = 0.5


class JobLostError(RuntimeError):
    """The job was given to another worker, because this one gave no sign of life for too long; stop and roll back."""


@dataclass
class _Seen:
    """How far the work is, as last told."""

    done: int = 0
    total: int | None = None
    stage: str = ""


class JobHandle:
    """One attempt at a job. `progress` and `finish` refuse once the job belongs to another worker."""

    def __init__(self, job: Job) -> None:
        self.job_id: UUID = job.pk
        self.params: dict[str, Any] = job.params
        self.actor_id: int | None = job.created_by_id
        self.branch_code: str = job.branch_code
        self.attempt: int = job.attempt_count
        self._claim = job.worker
        self._seen = _Seen(total=job.total_count)
        self._problem_file: StoredFile | None = None
        self._lost = threading.Event()
        self._moved = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"job-{job.pk}", daemon=True)

    # For the work -----------------------------------------------------------------------------------------------------

    def progress(self, done: int, total: int | None = None, stage: str = "") -> None:
        """Tell how far the work is; costs nothing, since a thread with its own connection writes it.

        So it shows while the work's transaction is still open. `stage` is a Chinese word or two (校验, 写入) and stays
        until another is given. Raises JobLostError when the job was given to another worker.
        """
        if self._lost.is_set():
            raise JobLostError(f"job {self.job_id} belongs to another worker")
        self._seen = _Seen(done, self._seen.total if total is None else total, str(stage) or self._seen.stage)
        self._moved.set()

    def attach(self, problem_file: StoredFile) -> None:
        """Name the list of problems that people may download, whether the job then finishes or fails.

        Store the file outside the transaction that a DomainError will roll back.
        """
        self._problem_file = problem_file

    def hold(self) -> Job:
        """Lock the job's row within the work's transaction, as its last step before the commit.

        What the transaction writes is then committed only while the job belongs to this worker, even if this worker
        was stopped for so long that the job was given away. Raises JobLostError otherwise.
        """
        job = (
            Job.objects.select_for_update().filter(pk=self.job_id, status=JobStatus.RUNNING, worker=self._claim).first()
        )
        if job is None:
            raise JobLostError(f"job {self.job_id} belongs to another worker")
        return job

    @transaction.atomic
    def finish(self, *, result: dict[str, Any] | None = None, message: str = "", link: str = "") -> None:
        """Mark the job done. Inside the work's own transaction both are committed together, so neither can be doubled.

        `result` holds counts and codes; `message` is one Chinese sentence with numbers and no personal data; `link` is
        the page that shows the result. Work that returns without calling this is finished with an empty result.
        """
        job = self.hold()
        seen = self._seen
        fields: dict[str, Any] = {
            "result": {**(result or {}), **({"message": str(message)} if message else {})},
            "done_count": seen.done if seen.total is None else max(seen.done, seen.total),
            "total_count": seen.total,
            "stage": seen.stage[:60],
            "link": link or job.link,
            "problem_file": self._problem_file,
            "error": "",
        }
        move_job(job, JobStatus.DONE, **fields)

    # For run_job ------------------------------------------------------------------------------------------------------

    def what_was_seen(self) -> dict[str, Any]:
        """The fields that tell how far the work came, for the row of a job that failed."""
        # A list that was stored in a transaction which was then rolled back has no row.
        kept = self._problem_file is not None and StoredFile.objects.filter(pk=self._problem_file.pk).exists()
        return {
            "done_count": self._seen.done,
            "total_count": self._seen.total,
            "stage": self._seen.stage[:60],
            "problem_file": self._problem_file if kept else None,
        }

    def __enter__(self) -> "JobHandle":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stop.set()
        self._moved.set()
        self._thread.join(timeout=10)

    def _beat(self) -> None:
        """Keep the heartbeat fresh and write progress, on a connection of this thread's own, until the work ends."""
        try:
            while not self._stop.is_set():
                self._moved.wait(settings.JOB_STALE_SECONDS / 4)
                self._moved.clear()
                if self._stop.is_set():
                    break
                # While the work itself holds the row (finish, hold) or the database is away, the next beat will do.
                with contextlib.suppress(DatabaseError):
                    self._write()
                self._stop.wait(PROGRESS_SECONDS)
        finally:
            connection.close()

    def _write(self) -> None:
        connection.close_if_unusable_or_obsolete()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        seen = self._seen
        mine = Job.objects.filter(pk=self.job_id, worker=self._claim, status=JobStatus.RUNNING).update(
            heartbeat_at=Now(), done_count=seen.done, total_count=seen.total, stage=seen.stage[:60]
        )
        if not mine:
            self._lost.set()
