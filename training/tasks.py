"""What training does by itself, in a worker."""

from celery import shared_task

from training.services import reminding
from training.services.counting import count_coverage


@shared_task(name="training.tasks.count_training")
def count_training() -> None:
    """Count the figures of the day; said again, the same day's are counted anew."""
    count_coverage()


@shared_task(name="training.tasks.remind_participants")
def remind_participants() -> None:
    """Remind of tomorrow's sessions; may run often, everybody is told once."""
    reminding.remind_participants()
