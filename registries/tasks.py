"""What the registries do by themselves, in a worker."""

from celery import shared_task

from core.jobs import run_job
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.incoming import check_incoming
from registries.services.exchange.outgoing import make_outgoing


@shared_task(name="registries.tasks.make_exchange_file")
def make_exchange_file(job_id: str) -> None:
    """Write a file for the national library."""
    run_job(job_id, lambda job: make_outgoing(file_id=job.params["file"], job=job))


@shared_task(name="registries.tasks.check_exchange_file")
def check_exchange_file(job_id: str) -> None:
    """Check a file that came from it."""
    run_job(job_id, lambda job: check_incoming(file_id=job.params["file"], job=job))


@shared_task(name="registries.tasks.apply_exchange_file")
def apply_exchange_file(job_id: str) -> None:
    """Apply a file that was confirmed."""
    run_job(job_id, lambda job: apply_incoming(file_id=job.params["file"], job=job))
