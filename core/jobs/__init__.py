"""Long work: started by `start_job`, carried out by a Celery task whose body is `run_job` (docs/jobs.md)."""

from core.jobs.handle import JobHandle, JobLostError
from core.jobs.moving import cancel_job, move_job, retry_job, start_job
from core.jobs.reaping import note_heartbeat, requeue_stale_jobs
from core.jobs.running import run_job
from core.jobs.selectors import JobFacts, JobPage, job_facts, job_of, job_page, jobs_of

__all__ = [
    "JobFacts",
    "JobHandle",
    "JobLostError",
    "JobPage",
    "cancel_job",
    "job_facts",
    "job_of",
    "job_page",
    "jobs_of",
    "move_job",
    "note_heartbeat",
    "requeue_stale_jobs",
    "retry_job",
    "run_job",
    "start_job",
]
