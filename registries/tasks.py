"""What the registries do by themselves, in a worker."""

from celery import shared_task

from registries.services.figures.publishing import publish_years


@shared_task(name="registries.tasks.count_registries")
def count_registries() -> None:
    """Count what was registered, and publish a year's figures once it is over; said again, nothing happens."""
    publish_years()
