"""Approve a submitted batch and post it."""

from argparse import ArgumentParser
from typing import Any

from core.commands import FINE, PortalCommand, person_by_login
from core.progress import NoProgress
from donations.selectors.batches import batch_by_number, batch_tally
from donations.services.batches import approve_batch
from donations.services.posting import post_batch


class Command(PortalCommand):
    """`approve_batch N --by LOGIN`: another person than those whose hands it passed through."""

    help = "审核批次并入账（须由经手人以外的另一人）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The batch's number and the person."""
        parser.add_argument("number")
        parser.add_argument("--by", required=True)

    def run(self, **options: Any) -> int:
        """Approve, then post here; the queued job finds it posted (or finishes it, should this process be killed)."""
        actor = person_by_login(options["by"])
        batch = approve_batch(batch_id=batch_by_number(options["number"], actor).pk, actor=actor)
        batch = post_batch(batch_id=batch.pk, job=NoProgress())
        tally = batch_tally(batch)
        self.stdout.write(f"{batch.number} {batch.get_status_display()} {tally.posted_count} {tally.posted_total}")
        return FINE
