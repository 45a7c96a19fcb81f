"""A file that came in: kept sealed, checked row by row; nothing of it counts before a person confirmed the preview."""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.clock import SHANGHAI, today
from core.copying import copy_rows
from core.errors import Conflict
from core.exporting import CSV_CONTENT_TYPE
from core.files import path_for_work, store_file
from core.models import StoredFile
from core.progress import Progress
from core.sealed import seal_into_many
from core.streamed_tables import TableRefused
from organizations.choices import Right
from organizations.permissions import require
from registries.choices.exchange import (
    COUNTS_ONCE,
    FAULTS,
    MOST_BYTES,
    RAW_FILE_DAYS,
    Direction,
    FileStatus,
    Outcome,
)
from registries.errors import RegistryError
from registries.models import Donor, ExchangeFile, ExchangeRow
from registries.services.exchange.files import destroy_bytes, lock_file, move_file, new_file, note_file, start_file_job
from registries.services.exchange.judging import JUDGED_BY, fault_of
from registries.services.exchange.parsing import ReadRow, read_rows

if TYPE_CHECKING:
    from accounts.models import User
    from organizations.models import Branch

CHUNK = 2_000
FILE_ONCE = "exchangefile_once"
_DIGEST = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{64}(?![0-9A-Fa-f])")
_ROWS = re.compile(r"rows=([0-9]{1,9})")
_COLUMNS = (
    "row_key", "exchange_file_id", "line", "donor_id", "result", "on", "reference", "outcome", "fault", "field",
    "from_status", "done_at",
)  # fmt: skip


class SameFile(Conflict):
    """The same bytes came in before."""


def open_incoming(*, source: BinaryIO, manifest: str, branch: Branch, actor: User) -> ExchangeFile:
    """Keep a file sealed, if its digest is the one that was sent along, and start checking it as a job.

    `manifest` is what the sender wrote: 64 hexadecimal digits, and where it says so `rows=N`. Raises RegistryError with
    the field `manifest` or `file`, SameFile.
    """
    require(actor, Right.KEEP_REGISTRIES, branch)
    digest = _DIGEST.search(manifest)
    if digest is None:
        sentence = _("请粘贴对方给的校验值：64 位数字和字母（SHA-256）。")
        raise RegistryError("manifest_missing", sentence, {"manifest": sentence})
    rows = _ROWS.search(manifest)
    stored = store_file(
        source,
        name="incoming.csv",
        content_type=CSV_CONTENT_TYPE,
        data_class=StoredFile.DataClass.SENSITIVE,
        actor=actor,
        max_bytes=MOST_BYTES,
        purge_on=today() + datetime.timedelta(days=RAW_FILE_DAYS),
    )
    try:
        _refuse_other_bytes(stored, digest.group().lower())
        with transaction.atomic():
            _refuse_same_file(branch, stored.sha256)
            row = new_file(branch, Direction.IN, FileStatus.CHECKING, key=uuid.uuid4(), actor=actor)
            row.file, row.file_sha256 = stored, stored.sha256
            row.declared_rows = int(rows.group(1)) if rows else None
            row.save(force_insert=True)
            note_file(row, "received", actor=actor)
            start_file_job(row, actor=actor)
    except (RegistryError, SameFile):
        # Nobody will ask for it.
        StoredFile.objects.filter(pk=stored.pk).update(purge_on=today())
        raise
    except IntegrityError as error:
        if FILE_ONCE not in str(error):
            raise
        # Two people brought the same file at the same moment; the database let one through.
        _refuse_same_file(branch, stored.sha256)
        raise
    return row


def check_incoming(*, file_id: int, job: Progress) -> ExchangeFile:
    """Read a file's rows and say of each whether it can be applied; changes nobody. One transaction.

    Idempotent: a file that is no longer CHECKING is left as it is. Memory stays flat but for a number a row. Locks it.
    """
    with transaction.atomic():
        row = lock_file(file_id)
        if row.status != FileStatus.CHECKING:
            return row
        try:
            with transaction.atomic():
                total, bad = _staged(row, job)
                _refuse_other_count(row, total)
        except TableRefused as refusal:
            destroy_bytes(row)
            move_file(row, FileStatus.REFUSED, verb="refused", actor=None, refusal=refusal.message[:500])
            return row
        move_file(row, FileStatus.CHECKED, verb="checked", actor=None, row_count=total, bad_count=bad)
    return row


def _staged(row: ExchangeFile, job: Progress) -> tuple[int, int]:
    if row.file is None:
        raise ValueError("a file that came in has its bytes")
    total = bad = 0
    seen: set[int] = set()
    with path_for_work(row.file, work=f"registries.exchange:{row.number}") as path:
        for chunk in _chunks(read_rows(path)):
            found = _judged(row, chunk, seen)
            copy_rows("registries_exchangerow", _COLUMNS, ([getattr(one, name) for name in _COLUMNS] for one in found))
            total += len(found)
            bad += sum(one.outcome == Outcome.BAD for one in found)
            job.progress(total, stage=_("核对"))
    return total, bad


def _judged(row: ExchangeFile, chunk: list[ReadRow], seen: set[int]) -> list[ExchangeRow]:
    donors = Donor.objects.unscoped("of the branch that the file came to").only(*JUDGED_BY)
    wanted = [one.number for one in chunk if not one.fault]
    by_number = {one.number: one for one in donors.filter(branch=row.branch, number__in=wanted)}
    found = [_one(row, read, by_number.get(read.number), seen) for read in chunk]
    # Nothing that stood in a row with a fault is kept.
    matches = [
        (made, read.reference)
        for made, read in zip(found, chunk, strict=True)
        if read.reference and made.outcome == Outcome.GOOD
    ]
    seal_into_many([made for made, _text in matches], "reference", [text for _made, text in matches])
    return found


def _one(row: ExchangeFile, read: ReadRow, donor: Donor | None, seen: set[int]) -> ExchangeRow:
    fault, field = read.fault, read.field
    if not fault:
        fault = _fault(read, donor, seen)
        field = FAULTS[fault].field if fault else ""
    made = ExchangeRow(exchange_file=row, line=read.line, outcome=Outcome.BAD, fault=fault, field=field)
    if donor is not None and not read.fault:
        made.donor, made.result, made.on = donor, read.result, read.on
        seen.add(donor.pk)
    if not fault:
        made.outcome = Outcome.GOOD
    return made


def _fault(read: ReadRow, donor: Donor | None, seen: set[int]) -> str:
    if donor is None or read.on is None:
        return "number_unknown"
    if donor.pk in seen:
        return "twice"
    return fault_of(donor, read.result, read.on)


def _chunks(rows: Iterator[ReadRow]) -> Iterator[list[ReadRow]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _refuse_other_bytes(stored: StoredFile, digest: str) -> None:
    if stored.sha256 != digest:
        sentence = _("校验值对不上：文件在路上被改过，或没有传完整。请让对方重新发送，不要自己改文件。")
        raise RegistryError("checksum_wrong", sentence, {"manifest": sentence})


def _refuse_other_count(row: ExchangeFile, total: int) -> None:
    if row.declared_rows is not None and row.declared_rows != total:
        sentence = _("对方申报 %(said)d 行，文件里是 %(found)d 行，文件可能不完整，请让对方重新发送。")
        raise TableRefused("rows_differ", sentence % {"said": row.declared_rows, "found": total})


def _refuse_same_file(branch: Branch, sha256: str) -> None:
    rows = ExchangeFile.objects.unscoped("of the branch that the actor writes in").filter(
        branch=branch, direction=Direction.IN, file_sha256=sha256, status__in=COUNTS_ONCE
    )
    first: ExchangeFile | None = rows.first()
    if first is not None:
        sentence = _("同一份文件 %(day)s 已经上传过，编号 %(number)s（%(status)s），不会办理两次。") % {
            "day": first.made_at.astimezone(SHANGHAI).date().isoformat(),
            "number": first.number,
            "status": FileStatus(first.status).label,
        }
        raise SameFile("same_exchange_file", sentence, {"file": sentence})
