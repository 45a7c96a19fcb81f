"""Approve and post a batch of opening balances: `manage.py approve_opening N --by LOGIN`."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, PortalCommand, person_by_login
from ledger.services.opening import approve_opening


class Command(PortalCommand):
    """0: posted; 2: refused, with the reason."""

    help = "审核一批期初余额并入账（须由制单人以外的另一人）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The batch and who approves."""
        parser.add_argument("batch", type=int, help="批次号")
        parser.add_argument("--by", required=True, help="审核人登录名")

    def run(self, **options: Any) -> int:
        """Approve."""
        batch = approve_opening(batch_id=options["batch"], actor=person_by_login(options["by"]))
        self.stdout.write(
            _("第 %(pk)s 批期初余额已入账，共 %(count)s 张记账单。") % {"pk": batch.pk, "count": batch.line_count}
        )
        return FINE
