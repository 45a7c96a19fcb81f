"""What runs later for reports and the log: each calls one service."""

from celery import shared_task

from core.jobs import run_job
from transparency.services import schedules, sequencing
from transparency.services.runs import render_run


@shared_task(name="transparency.tasks.render_report")
def render_report(job_id: str) -> None:
    """Set the files of a frozen report."""
    run_job(job_id, lambda job: render_run(run_id=job.params["run"], job=job))


@shared_task(name="transparency.tasks.make_due_reports")
def make_due_reports() -> None:
    """Make the reports that are due."""
    schedules.make_due_reports()


@shared_task(name="transparency.tasks.sequence_records")
def sequence_records() -> None:
    """Give new public records their place in the log."""
    sequencing.sequence_records()
