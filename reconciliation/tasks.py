"""What runs later for statements: loads by id and calls one service."""

from celery import shared_task

from core.jobs import run_job
from reconciliation.services.reading import read_statement as read


@shared_task(name="reconciliation.tasks.read_statement")
def read_statement(job_id: str) -> None:
    """Read a statement into lines."""
    run_job(job_id, lambda job: read(statement_id=job.params["statement"], job=job))
