"""What the registries do by themselves, in a worker."""

from celery import shared_task

from core.jobs import run_job
from registries.services import counting, exports, upkeep, visits
from registries.services.exchange.applying import apply_incoming
from registries.services.exchange.incoming import check_incoming
from registries.services.exchange.outgoing import make_outgoing
from registries.services.figures.publishing import publish_years
from registries.services.intake.applying import apply_intake
from registries.services.intake.checking import check_intake


@shared_task(name="registries.tasks.plan_visits")
def plan_visits() -> None:
    """Plan the next yearly visits; may run often, each is planned once."""
    visits.plan_visits()


@shared_task(name="registries.tasks.plan_upkeep")
def plan_upkeep() -> None:
    """Plan the next yearly upkeep of donors; may run often, each is planned once."""
    upkeep.plan_upkeep()


@shared_task(name="registries.tasks.take_counts")
def take_counts() -> None:
    """Count what the desk's page of counts shows; may run often."""
    counting.take_counts()


@shared_task(name="registries.tasks.build_export")
def build_export(job_id: str) -> None:
    """Make the file of an approved export."""
    run_job(job_id, lambda job: exports.build_export(export_id=job.params["export"], job=job))


@shared_task(name="registries.tasks.end_exports")
def end_exports() -> None:
    """Destroy the files of exports whose time is over; may run often."""
    exports.end_exports()


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


@shared_task(name="registries.tasks.count_registries")
def count_registries() -> None:
    """Count what was registered, and publish a year's figures once it is over; said again, nothing happens."""
    publish_years()


@shared_task(name="registries.tasks.check_donor_intake")
def check_donor_intake(job_id: str) -> None:
    """Check a file of donors who joined on paper."""
    run_job(job_id, lambda job: check_intake(intake_id=job.params["intake"], job=job))


@shared_task(name="registries.tasks.apply_donor_intake")
def apply_donor_intake(job_id: str) -> None:
    """Bring in who stands in a file that was released."""
    run_job(job_id, lambda job: apply_intake(intake_id=job.params["intake"], job=job))
