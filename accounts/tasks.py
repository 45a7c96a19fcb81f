"""What accounts leave to a worker."""

from celery import shared_task

from accounts.models import User
from accounts.services import send_password_mail as send


@shared_task(name="accounts.tasks.send_password_mail", ignore_result=True)
def send_password_mail(person_id: int, origin: str) -> None:
    """Send a person the link to set a password."""
    person = User.objects.filter(pk=person_id).first()
    if person is not None:
        send(person=person, origin=origin)
