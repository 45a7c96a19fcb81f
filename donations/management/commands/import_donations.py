"""Bring in a donation list from the command line: staged and checked, nothing posted."""

from __future__ import annotations

import datetime
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from core.commands import FINE, WRONG, PortalCommand, person_by_login
from core.errors import DomainError
from core.progress import NoProgress
from donations.choices import BatchStatus
from donations.intake import FORMATS
from donations.models import Batch
from donations.selectors.batches import BatchTally, batch_problems, batch_tally, declared_gap
from donations.selectors.funds import fund_for
from donations.services.batches import open_file_batch
from donations.services.rehearsal import rehearse_import
from donations.services.staging import read_batch
from organizations.selectors import branch_by_code


class Command(PortalCommand):
    """`import_donations FILE --branch CODE --by LOGIN`: the same way as the import page."""

    help = "导入捐赠名单：读取、核对、查重，存为待核对批次；不入账"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """As in the contract; `--on` is the day of gifts that have none of their own."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--branch", required=True)
        parser.add_argument("--by", required=True)
        parser.add_argument("--fund", default="")
        parser.add_argument("--on", default=None, help="整份清单的日期（YYYY-MM-DD），用于没有日期的行")
        parser.add_argument("--format", default="auto", choices=FORMATS)
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def run(self, **options: Any) -> int:
        """Stage (or rehearse) the list and report it."""
        path: Path = options["file"]
        if not path.is_file():
            raise DomainError("file_not_found", _("没有这个文件：%(path)s") % {"path": path})
        actor = person_by_login(options["by"])
        branch = branch_by_code(options["branch"])
        wanted: dict[str, Any] = {
            "filename": path.name,
            "branch": branch,
            "fund": fund_for(branch, options["fund"]),
            "actor": actor,
            "default_on": _day(options["on"]),
            "format_hint": options["format"],
        }
        if options["dry_run"]:
            report = rehearse_import(path=path, **wanted, then=report_of)
        else:
            with path.open("rb") as source:
                batch = open_file_batch(source=source, **wanted)
            # The job is queued as well, so that a worker finishes a reading that is cut off; whoever locks first reads.
            batch = read_batch(batch_id=batch.pk, job=NoProgress())
            if batch.status == BatchStatus.UNREADABLE:
                raise DomainError("unreadable", batch.error)
            report = report_of(batch)
        return self._tell(report, as_json=options["json"])

    def _tell(self, report: dict[str, Any], *, as_json: bool) -> int:
        gaps = report.pop("gaps")
        if as_json:
            self.print_json(report)
        else:
            self.stdout.write(
                _(
                    "批次 %(batch)s（%(layout)s）：%(rows)d 笔，合计 %(total)s 元；通过 %(passed)d，警告 %(warnings)d，"
                    "错误 %(errors)d，疑似重复 %(duplicates)d，排除 %(excluded)d"
                )
                % report
            )
            for problem in report["problems"]:
                self.stdout.write(f"  {problem['message']}")
            for gap in gaps:
                self.stdout.write(f"  {gap}")
        return WRONG if report["errors"] or gaps else FINE


def report_of(batch: Batch) -> dict[str, Any]:
    """What the command says of a batch, with the fields of the contract and `gaps` for the declared figures."""
    tally: BatchTally = batch_tally(batch)
    return {
        "batch": batch.number,
        "layout": batch.layout_key,
        "rows": batch.found_count,
        "total": f"{batch.found_total:.2f}",
        "declared_rows": batch.declared_count,
        "declared_total": None if batch.declared_total is None else f"{batch.declared_total:.2f}",
        "passed": tally.passed_count,
        "warnings": tally.warning_count,
        "errors": tally.error_count,
        "duplicates": tally.duplicate_count,
        "excluded": tally.excluded_count,
        "problems": list(batch_problems(batch)),
        "gaps": declared_gap(batch, tally),
    }


def _day(text: str | None) -> datetime.date | None:
    if not text:
        return None
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise DomainError(
            "date_unreadable", _("--on 的日期“%(text)s”看不懂，请写成 2026-01-31 这样。") % {"text": text}
        ) from None
