"""What runs later for gifts: each loads by id and calls one service."""

from celery import shared_task

from core.jobs import run_job
from donations.services.posting import post_batch as post
from donations.services.staging import read_batch


@shared_task(name="donations.tasks.read_list")
def read_list(job_id: str) -> None:
    """Read the list of a batch into staged rows."""
    run_job(job_id, lambda job: read_batch(batch_id=job.params["batch"], job=job))


@shared_task(name="donations.tasks.post_batch")
def post_batch(job_id: str) -> None:
    """Post an approved batch."""
    run_job(job_id, lambda job: post(batch_id=job.params["batch"], job=job))
