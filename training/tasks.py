"""What runs later for training: each calls one service."""

from celery import shared_task

from training.services import reminding


@shared_task(name="training.tasks.remind_participants")
def remind_participants() -> None:
    """Remind of tomorrow's sessions; may run often, everybody is told once."""
    reminding.remind_participants()
