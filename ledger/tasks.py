"""What the ledger does by itself."""

from celery import shared_task

from ledger.services.verifying import verify_books_and_record


@shared_task(name="ledger.tasks.verify_nightly")
def verify_nightly() -> int:
    """Verify the books; returns the number of checks that failed."""
    return len(verify_books_and_record())
