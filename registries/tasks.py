"""What the registries do by themselves, in a worker."""

from celery import shared_task

from registries.services import visits


@shared_task(name="registries.tasks.plan_visits")
def plan_visits() -> None:
    """Plan the next yearly visits; may run often, each is planned once."""
    visits.plan_visits()
