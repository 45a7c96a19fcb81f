"""Hand a batch to the second person."""

from argparse import ArgumentParser
from typing import Any

from core.commands import FINE, WRONG, PortalCommand, person_by_login
from donations.errors import NotReady
from donations.selectors.batches import batch_by_number
from donations.services.batches import submit_batch


class Command(PortalCommand):
    """`submit_batch N --by LOGIN`."""

    help = "把待核对的批次提交审核"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The batch's number and the person."""
        parser.add_argument("number")
        parser.add_argument("--by", required=True)

    def run(self, **options: Any) -> int:
        """Submit; status 1 with what is left to do when the batch is not ready."""
        actor = person_by_login(options["by"])
        try:
            batch = submit_batch(batch_id=batch_by_number(options["number"], actor).pk, actor=actor)
        except NotReady as error:
            self.stderr.write(error.message)
            return WRONG
        self.stdout.write(f"{batch.number} {batch.get_status_display()}")
        return FINE
