"""What the branch network leaves to a worker."""

from celery import shared_task

from core.jobs import run_job
from organizations.services.setup import carry_out_set_up


@shared_task(name="organizations.tasks.set_up_province")
def set_up_province(job_id: str) -> None:
    """Load a province and make its associations."""
    run_job(job_id, carry_out_set_up)
