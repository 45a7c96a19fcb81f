"""Finding the report that a file belongs to: by its SHA-256, by a number, by the public record."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from core.models import PublicRecord
from transparency.choices import REPORT_LETTER, FileVerdict, RunStatus
from transparency.models import LogLeaf, ReportFile, ReportRun, ReportWithdrawal

# Roles by their stored values. The signed files begin with the bytes of the unsigned ones, which are kept beside them.
SIGNED, MAIN, VOLUME = "signed", "pdf", "volume"
_NUMBER = re.compile(rf"[0-9]{{2,12}}(?:-[A-Z][0-9]+)?-[0-9]{{4}}-{REPORT_LETTER}[0-9]{{8,12}}(?![0-9])", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True)
class Belonging:
    """A file of a run: by its row, or by the public record; then which rows a volume holds is not known."""

    run: ReportRun
    role: str
    part: int
    size: int
    first_row: int | None = None
    last_row: int | None = None

    @property
    def volume(self) -> int | None:
        """The number of the volume that it is, signed or not; None for any other file."""
        return self.part if self.role == VOLUME or (self.role == SIGNED and self.part) else None


def read_sha256(text: str) -> str:
    """A SHA-256 as somebody pastes it (`sha256sum` writes the file's name behind it), or "" where it is none."""
    words = text.lower().replace("sha256:", " ").replace(":", "").split()
    found = words[0] if words and len(words[0]) == 64 else "".join(words)
    return found if _SHA256.fullmatch(found) else ""


def number_in(text: str) -> str:
    """The first report number in a text, "" without one."""
    found = _NUMBER.search(text)
    return found[0] if found else ""


def belongings(sha256: str) -> list[Belonging]:
    """The runs that have a file with these bytes, those that were published first, the newest before; two queries.

    Tables without a row are alike in many reports, so there may be several; an empty file is nobody's.
    """
    rows = (
        ReportFile.objects.filter(file__sha256=sha256, file__size__gt=0)
        .select_related("file", "run__branch")
        .order_by("-pk")[:200]
    )
    found = [_belonging(row) for row in rows]
    return sorted(found, key=lambda one: (not was_published(one.run), -one.run.period_start.timestamp()))


def _belonging(row: ReportFile) -> Belonging:
    rows = (row.first_row, row.last_row)
    if row.role == SIGNED and row.part and row.first_row is None:
        # Which rows a volume holds stands with its unsigned file.
        unsigned = ReportFile.objects.filter(run=row.run, role=VOLUME, part=row.part)
        rows = unsigned.values_list("first_row", "last_row").first() or rows
    return Belonging(row.run, row.role, row.part, row.file.size, *rows)


def run_numbered(number: str) -> ReportRun | None:
    """A run of any state; the caller tells the public nothing of one that was not published."""
    runs = ReportRun.objects.unscoped("verification; the caller decides what is told").select_related("branch")
    return runs.filter(number=number).first()


def was_published(run: ReportRun) -> bool:
    """Whether its state says that it went out once."""
    return run.status == RunStatus.PUBLISHED


def verdict_of_status(run: ReportRun) -> FileVerdict:
    """What the state of a run says of its files, later versions apart: the one place where that is decided."""
    if not was_published(run):
        return FileVerdict.NOT_PUBLISHED
    return FileVerdict.WITHDRAWN if withdrawal_of(run) is not None else FileVerdict.VALID


def withdrawal_of(run: ReportRun) -> ReportWithdrawal | None:
    """That the files of a run are handed out no longer, and why; one query."""
    return ReportWithdrawal.objects.filter(run=run).first()


def files_of_run(run: ReportRun) -> list[ReportFile]:
    """All files of a run by role and part; one query."""
    return list(ReportFile.objects.filter(run=run).select_related("file").order_by("role", "part"))


def has_signed(run: ReportRun) -> bool:
    """Whether what the public gets of a run are signed files; one query."""
    return ReportFile.objects.filter(run=run, role=SIGNED).exists()


def public_pdfs(run: ReportRun) -> list[ReportFile]:
    """The PDF files that the public gets, the main report first: signed where there are signed ones; one query."""
    rows = [row for row in files_of_run(run) if row.role in (SIGNED, MAIN, VOLUME)]
    signed = [row for row in rows if row.role == SIGNED]
    return signed or sorted(rows, key=lambda row: (row.role != MAIN, row.part))


def report_record(run: ReportRun) -> PublicRecord | None:
    """The public record that was written when a run was published; one query."""
    return PublicRecord.objects.filter(kind="report", object_id=run.pk).first()


def record_index(run: ReportRun) -> int | None:
    """Where the public record of a run stands in the log; None where it has no place yet; one query."""
    places = LogLeaf.objects.filter(record__kind="report", record__object_id=run.pk)
    return places.values_list("index", flat=True).first()


def belonging_by_record(run: ReportRun, sha256: str) -> Belonging | None:
    """A file that the public record of a run lists, whatever the run's own rows say today; one query."""
    return next(iter(_listed(run, sha256)), None)


def as_recorded(found: Belonging, sha256: str) -> Belonging | None:
    """The same file as the public record has it, None where it lists no such bytes; one query.

    What was written into the log goes before a row of today, which somebody may have changed since.
    """
    listed = _listed(found.run, sha256)
    if any((one.role, one.part) == (found.role, found.part) for one in listed):
        return found
    return next(iter(listed), None)


def recorded_in_its_place(found: Belonging) -> tuple[str, int] | None:
    """SHA-256 and size that the public record lists for the role and part of a file; one query."""
    record = report_record(found.run)
    for one in record_files(record) if record else []:
        if (one.get("role"), one.get("part")) == (found.role, found.part):
            return str(one.get("sha256")), int(one.get("size", 0))
    return None


def _listed(run: ReportRun, sha256: str) -> list[Belonging]:
    record = report_record(run)
    return [
        Belonging(run, one["role"], one["part"], one["size"])
        for one in (record_files(record) if record else [])
        if one.get("sha256") == sha256
    ]


def record_files(record: PublicRecord) -> list[dict[str, Any]]:
    """The files that a public record lists; none where its text is no record of a report any more."""
    try:
        files = json.loads(record.record)["files"]
        return [dict(one) for one in files]
    except (ValueError, KeyError, TypeError):
        return []
