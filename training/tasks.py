"""What training does by itself, in a worker."""

from celery import shared_task

from core.jobs import run_job
from training.services import reminding
from training.services.counting import count_coverage
from training.services.expiring import remind_holders
from training.services.legacy import check_import, write_import
from training.services.printing import print_session as print_certificates


@shared_task(name="training.tasks.count_training")
def count_training() -> None:
    """Count the figures of the day; said again, the same day's are counted anew."""
    count_coverage()


@shared_task(name="training.tasks.remind_participants")
def remind_participants() -> None:
    """Remind of tomorrow's sessions; may run often, everybody is told once."""
    reminding.remind_participants()


@shared_task(name="training.tasks.print_session")
def print_session(job_id: str) -> None:
    """Set the certificates of a session as one PDF."""
    run_job(job_id, lambda job: print_certificates(session_id=job.params["session"], site=job.params["site"], job=job))


@shared_task(name="training.tasks.remind_of_expiry")
def remind_of_expiry() -> None:
    """Tell holders that their certificate ends soon."""
    remind_holders()


@shared_task(name="training.tasks.check_legacy_import")
def check_legacy_import(job_id: str) -> None:
    """Check a file of old certificates."""
    run_job(job_id, lambda job: check_import(import_id=job.params["import"], job=job))


@shared_task(name="training.tasks.write_legacy_import")
def write_legacy_import(job_id: str) -> None:
    """Write the certificates of a confirmed file."""
    run_job(job_id, lambda job: write_import(import_id=job.params["import"], job=job))
