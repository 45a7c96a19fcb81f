"""What the registries do by themselves, in a worker."""

from celery import shared_task

from core.jobs import run_job
from registries.services import exports, visits


@shared_task(name="registries.tasks.plan_visits")
def plan_visits() -> None:
    """Plan the next yearly visits; may run often, each is planned once."""
    visits.plan_visits()


@shared_task(name="registries.tasks.build_export")
def build_export(job_id: str) -> None:
    """Make the file of an approved export."""
    run_job(job_id, lambda job: exports.build_export(export_id=job.params["export"], job=job))


@shared_task(name="registries.tasks.end_exports")
def end_exports() -> None:
    """Destroy the files of exports whose time is over; may run often."""
    exports.end_exports()
