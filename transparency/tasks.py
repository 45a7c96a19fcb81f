"""What runs later for reports and the log: each calls one service."""

from celery import shared_task

from core.jobs import run_job
from transparency.services import daily, mirroring, schedules, sequencing, signing, tiling, witnessing
from transparency.services.annual_preview import render_preview
from transparency.services.publishing import sign_run
from transparency.services.runs import render_run


@shared_task(name="transparency.tasks.render_report")
def render_report(job_id: str) -> None:
    """Set the files of a frozen report."""
    run_job(job_id, lambda job: render_run(run_id=job.params["run"], job=job))


@shared_task(name="transparency.tasks.sign_report")
def sign_report(job_id: str) -> None:
    """Sign the files of an approved report and publish it."""
    run_job(job_id, lambda job: sign_run(run_id=job.params["run"], job=job))


@shared_task(name="transparency.tasks.render_annual_preview")
def render_annual_preview(job_id: str) -> None:
    """Set the draft of an annual report as PDF."""
    run_job(job_id, lambda job: job.finish(**render_preview(draft_id=job.params["draft"], job=job)))


@shared_task(name="transparency.tasks.make_due_reports")
def make_due_reports() -> None:
    """Make the reports that are due."""
    schedules.make_due_reports()


@shared_task(name="transparency.tasks.sequence_records")
def sequence_records() -> None:
    """Give new public records their place in the log, write them into its tiles, sign its head, and copy it."""
    sequencing.sequence_records()
    tiling.tile_leaves()
    signing.sign_checkpoint()
    mirroring.copy_log()


@shared_task(name="transparency.tasks.send_daily_checkpoints")
def send_daily_checkpoints() -> None:
    """Choose the day's checkpoint and send to supervisors what waits."""
    daily.choose_daily_checkpoints()
    daily.send_waiting_checkpoints()


@shared_task(name="transparency.tasks.ask_witnesses")
def ask_witnesses() -> None:
    """Ask the witnesses of the settings to cosign the newest head."""
    witnessing.ask_witnesses()
