"""Reading a list into staged rows."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core.clock import now, today
from core.copying import copy_rows
from core.files import path_for_work
from core.progress import Progress
from donations.choices import BatchStatus, NameChoice, Purpose, RowLevel
from donations.display import display_name
from donations.intake import (
    AppealTerms,
    ColumnMapping,
    ParsedList,
    ParsedRow,
    Problem,
    UnreadableFile,
    appeal_problem,
    read_head,
    read_list,
)
from donations.models import Batch, LayoutMapping, StagedGift
from donations.selectors.campaigns import appeal_terms
from donations.services.duplicates import mark_duplicates
from donations.services.moving import lock_batch, move_batch

COLUMNS = (
    "batch_id", "row_number", "donor", "donor_kind", "display_name", "name_choice", "received_on", "amount", "purpose",
    "remark", "channel", "reference", "level", "problems", "proposals", "original", "content_key", "loose_key",
    "duplicate_of", "duplicate_decision", "excluded_reason", "edit_count", "fund_id",
)  # fmt: skip
# A row tells its progress this often.
TELL_EVERY = 2000


@dataclass(frozen=True)
class Appeal:
    """The campaign that gifts are to go to, if any, and the division of the branch that takes them in."""

    terms: AppealTerms | None
    place: str

    def problems(self, row_number: int, received_on: datetime.date | None) -> tuple[Problem, ...]:
        """What keeps a gift of this day from the campaign."""
        if self.terms is None:
            return ()
        found = appeal_problem(self.terms, row_number, received_on, self.place)
        return () if found is None else (found,)

    def other_fund(self, received_on: datetime.date | None) -> int | None:
        """The fund that takes a late gift instead of the campaign's; None for any other gift."""
        return self.terms.successor_id if self.terms is not None and self.terms.is_late(received_on) else None


def read_batch(*, batch_id: int, job: Progress) -> Batch:
    """Read a batch's file into staged rows and mark suspected duplicates, all in one transaction.

    Idempotent: rows of an earlier try are replaced; a batch that is no longer READING is left as it is. A file that
    cannot be read moves the batch to UNREADABLE with the sentence that says why. Memory stays flat: rows go from the
    reader into COPY one by one.
    """
    with transaction.atomic():
        batch = lock_batch(batch_id)
        if batch.status != BatchStatus.READING:
            return batch
        try:
            with transaction.atomic():
                stage_rows(batch, job)
        except UnreadableFile as refusal:
            move_batch(batch, BatchStatus.UNREADABLE, actor=None, reason=refusal.message, error=refusal.message)
            return batch
        job.progress(batch.found_count, batch.found_count, stage=_("查找疑似重复"))
        mark_duplicates(batch)
        move_batch(batch, BatchStatus.DRAFT, actor=None)
    return batch


def stage_rows(batch: Batch, job: Progress, *, path: Path | None = None, filename: str = "") -> None:
    """Replace a batch's rows by those of its file (or of `path`); raises UnreadableFile and changes nothing then."""
    with nullcontext((path, filename)) if path else file_of(batch) as (where, name):
        parsed = open_list(batch, path=where, filename=name)
        StagedGift.objects.filter(batch=batch).delete()
        purpose = Purpose.OTHER_RESTRICTED if batch.fund.is_restricted else Purpose.GENERAL
        appeal = Appeal(appeal_terms(batch.fund_id), batch.branch.division_id)
        copy_rows("donations_stagedgift", COLUMNS, _staged(batch.pk, purpose, parsed, job, appeal))
    batch.layout_key = parsed.layout_key
    batch.fingerprint = parsed.fingerprint
    batch.header = parsed.header
    # A person's word about the columns holds for the next reading of the same file as well.
    batch.mapping = {**parsed.mapping.as_dict(), **({"confirmed": True} if batch.mapping.get("confirmed") else {})}
    batch.unit_multiplier = parsed.unit_multiplier
    batch.declared_count = parsed.declared_count
    batch.declared_total = parsed.declared_total
    batch.found_count, batch.found_total = parsed.found_count, parsed.found_total
    batch.problems = [problem.as_dict() for problem in parsed.list_problems()]
    batch.error = ""
    batch.save()


def open_list(batch: Batch, *, path: Path, filename: str) -> ParsedList:
    """Open a batch's file with the mapping confirmed for it, or for its layout before; raises UnreadableFile."""
    mapping = ColumnMapping.from_dict(batch.mapping) if batch.mapping.get("confirmed") else None
    return read_list(
        path,
        filename=filename,
        format_hint=batch.format_hint or "auto",
        mapping=mapping or remembered_mapping(batch, path=path, filename=filename),
        default_on=batch.default_on,
        today=today(),
        max_bytes=settings.UPLOAD_LIST_MAX_BYTES,
    )


@contextmanager
def file_of(batch: Batch) -> Iterator[tuple[Path, str]]:
    """Open a batch's file for reading it in: its path for the length of the block, and what its sender called it.

    It lies sealed, because lists hold telephones and accounts: one row of the read log for each batch. Raises
    UnreadableFile for a counter batch.
    """
    if batch.file is None:
        raise UnreadableFile("file_missing", _("这个批次没有文件。"))
    with path_for_work(batch.file, work=f"donations.reading:{batch.number}") as path:
        yield path, batch.file.name


def remembered_mapping(batch: Batch, *, path: Path, filename: str) -> ColumnMapping | None:
    """The mapping confirmed in this branch for one of the file's first rows as a header, or None."""
    known = {row.fingerprint: row for row in LayoutMapping.objects.filter(branch_id=batch.branch_id)}
    if not known:
        return None
    head = read_head(path, filename=filename)
    for row_number, fingerprint in sorted(head.fingerprints.items()):
        if fingerprint in known:
            return ColumnMapping.from_dict({**known[fingerprint].mapping, "header_row": row_number})
    return None


def _staged(
    batch_id: int, purpose: str, parsed: ParsedList, job: Progress, appeal: Appeal
) -> Iterator[tuple[Any, ...]]:
    """Rows for COPY; nothing in here may query, because the connection is busy copying."""
    for count, row in enumerate(parsed.rows(), start=1):
        if count % TELL_EVERY == 0:
            job.progress(count, stage=_("读取和核对"))
        yield (batch_id, *staged_columns(row, purpose=purpose, appeal=appeal))


def level_of(row: ParsedRow, problems: Sequence[Problem]) -> str:
    """What the checks say of a row: the worst of its problems, an error where day or amount are missing."""
    if row.amount is None or row.received_on is None or any(problem.is_error for problem in problems):
        return RowLevel.ERROR
    return RowLevel.WARNING if problems else RowLevel(row.level)


def staged_columns(row: ParsedRow, *, purpose: str, appeal: Appeal) -> tuple[Any, ...]:
    """The values of COLUMNS after `batch_id` for one row as it was read."""
    problems = (*row.problems, *(appeal.problems(row.row_number, row.received_on) if row.is_gift else ()))
    return (
        row.row_number,
        row.donor[:200],
        row.donor_kind,
        display_name(row.donor[:200], row.donor_kind, NameChoice.MASKED),
        NameChoice.MASKED,
        row.received_on,
        row.amount,
        purpose,
        row.remark or row.purpose,
        row.channel[:60],
        row.reference[:80],
        level_of(row, problems),
        json.dumps([_problem(problem) for problem in problems], ensure_ascii=False) if problems else "[]",
        json.dumps(proposals_of(row), ensure_ascii=False),
        json.dumps(dict(row.raw or {}), ensure_ascii=False),
        bytes.fromhex(row.content_key) if row.content_key else None,
        bytes.fromhex(row.row_fingerprint) if row.row_fingerprint else None,
        "",
        "",
        "" if row.is_gift else row.not_gift_reason[:200],
        0,
        appeal.other_fund(row.received_on),
    )


def _problem(problem: Any) -> dict[str, Any]:
    return {**problem.as_dict(), "level": "error" if problem.is_error else "warning"}


def proposals_of(row: ParsedRow) -> dict[str, str]:
    """What the rules propose for a row, and why the reader took it for no gift; empty ones left out."""
    found = {
        "not_gift": "" if row.is_gift else row.not_gift_reason,
        "giver": row.proposed_giver,
        "via": row.proposed_via,
        "giver_kind": row.proposed_giver_kind if row.proposed_giver else "",
        "earmark": row.proposed_earmark,
    }
    return {name: value for name, value in found.items() if value}


def confirm_mapping(*, batch: Batch, mapping: ColumnMapping, actor: Any, at: datetime.datetime | None = None) -> None:
    """Keep a mapping that a person confirmed, for this batch and for this branch's next file with the same header."""
    mapping.check()
    batch.mapping = {**mapping.as_dict(), "confirmed": True}
    batch.save(update_fields=["mapping"])
    # A table without a header has nothing by which the next one could be known.
    if batch.fingerprint and mapping.header_row != 0:
        LayoutMapping.objects.update_or_create(
            branch_id=batch.branch_id,
            fingerprint=batch.fingerprint,
            defaults={
                "layout_key": batch.layout_key or "table",
                "mapping": mapping.as_dict(),
                "confirmed_by": actor,
                "confirmed_at": at or now(),
            },
        )
