"""Decide suspected duplicates of a batch."""

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, PortalCommand, person_by_login
from core.errors import DomainError
from donations.choices import DuplicateDecision
from donations.selectors.batches import batch_by_number, batch_tally
from donations.services.duplicates import decide_duplicates


class Command(PortalCommand):
    """`decide_duplicates N --keep|--drop ROWS|all --by LOGIN`; ROWS as `5,7,20-31`."""

    help = "决定疑似重复：保留（是另一笔）或不入账（是同一笔）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Keep and drop may be given together."""
        parser.add_argument("number")
        parser.add_argument("--keep", default="")
        parser.add_argument("--drop", default="")
        parser.add_argument("--by", required=True)

    def run(self, **options: Any) -> int:
        """Decide what is named; rows before `all`, so that `--keep 5 --drop all` keeps row 5."""
        if not options["keep"] and not options["drop"]:
            raise DomainError("nothing_to_decide", _("请用 --keep 或 --drop 写明行号（如 5,7,20-31）或 all。"))
        actor = person_by_login(options["by"])
        batch = batch_by_number(options["number"], actor)
        wanted = [(options["keep"], DuplicateDecision.KEEP), (options["drop"], DuplicateDecision.DROP)]
        for rows, decision in sorted(wanted, key=lambda pair: pair[0] == "all"):
            if rows:
                decide_duplicates(batch_id=batch.pk, decision=decision, actor=actor, row_numbers=_rows(rows))
        left = batch_tally(batch).undecided_count
        self.stdout.write(_("批次 %(number)s 还有 %(left)d 行未决定") % {"number": batch.number, "left": left})
        return FINE


def _rows(text: str) -> list[int] | None:
    if text == "all":
        return None
    rows: list[int] = []
    for part in text.replace("，", ",").split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise DomainError("rows_unreadable", _("行号“%(part)s”看不懂，请写成 5,7,20-31 或 all。") % {"part": part})
        rows.extend(range(int(first), int(last if dash else first) + 1))
    return rows
