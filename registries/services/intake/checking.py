"""Checking a file of donors who joined on paper: each line by itself, then against the others and the branch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from django.db import transaction
from django.utils.translation import gettext as _

from core.copying import copy_rows
from core.files import path_for_work
from core.progress import Progress
from core.sealed import seal_into_many
from core.streamed_tables import TableRefused
from registries.choices.exchange import Outcome
from registries.choices.intake import BAG, DOCUMENT, PAPER, IntakeStatus
from registries.models import DonorIntake, DonorIntakeRow
from registries.services.intake.files import destroy_bytes, lock_intake, move_intake
from registries.services.intake.known import known_among
from registries.services.intake.lines import PaperDonor, as_sealed, judge_line
from registries.services.intake.reading import ReadLine, Told, read_lines

CHUNK = 500
_COLUMNS = ("row_key", "intake_id", "line", "content", "outcome", "faults", "donor_id", "done_at")
_KEPT_BYTES = 16


@dataclass
class _Seen:
    """What occurred so far, by column: digests of it, and the line; a few bytes a line."""

    lines: dict[bytes, int] = field(default_factory=dict)

    def faults(self, donor: PaperDonor, line: int) -> list[Told]:
        """What of a line stood in one before; remembers the rest."""
        found = []
        sentences = {
            DOCUMENT: _("与第 %(line)d 行是同一个证件号码。请只留一行。"),
            PAPER: _("与第 %(line)d 行是同一个同意书编号。每人一份，请核对档案。"),
            BAG: _("与第 %(line)d 行是同一个袋号。请核对，或不填。"),
        }
        said = {DOCUMENT: donor.person.document.number, PAPER: donor.paper, BAG: donor.bag}
        for column, text in said.items():
            digest = hashlib.sha256(f"{column}:{text}".encode()).digest()[:_KEPT_BYTES]
            if text and self.lines.setdefault(digest, line) != line:
                found.append((column, sentences[column] % {"line": self.lines[digest]}))
        return found


@dataclass
class _Counts:
    rows: int = 0
    bad: int = 0
    known: int = 0
    uncalled: int = 0


def check_intake(*, intake_id: int, job: Progress) -> DonorIntake:
    """Read a file's lines and say of each whether it can be brought in, or all that is wrong. One transaction.

    Idempotent: a file that is no longer CHECKING is left as it is. The bytes go with the next night: what is good lies
    sealed in its lines. Memory stays flat but for a few bytes a line. Locks the file.
    """
    with transaction.atomic():
        row = lock_intake(intake_id)
        if row.status != IntakeStatus.CHECKING:
            return row
        destroy_bytes(row)
        try:
            with transaction.atomic():
                found = _staged(row, job)
        except TableRefused as refusal:
            move_intake(row, IntakeStatus.REFUSED, verb="refused", actor=None, refusal=refusal.message[:500])
            return row
        move_intake(
            row,
            IntakeStatus.CHECKED,
            verb="checked",
            actor=None,
            row_count=found.rows,
            bad_count=found.bad,
            known_count=found.known,
            uncalled_count=found.uncalled,
        )
    return row


def _staged(row: DonorIntake, job: Progress) -> _Counts:
    counts, seen = _Counts(), _Seen()
    with path_for_work(row.file, work=f"registries.intake:{row.number}") as path:
        for chunk in _chunks(read_lines(path)):
            _stage(row, chunk, seen, counts)
            job.progress(counts.rows, stage=_("核对"))
    return counts


def _stage(row: DonorIntake, chunk: list[ReadLine], seen: _Seen, counts: _Counts) -> None:
    judged = [(read.line, *judge_line(read)) for read in chunk]
    known = known_among(row.branch, [donor for _line, donor, _faults in judged if donor is not None])
    rows, good = [], []
    for line, donor, faults in judged:
        told = [*faults, *(known.faults(donor) + seen.faults(donor, line) if donor else [])]
        made = DonorIntakeRow(intake=row, line=line, outcome=Outcome.BAD if told else Outcome.GOOD, faults=told)
        rows.append(made)
        if donor is not None and not told:
            good.append((made, donor))
            counts.known += known.registrant(donor) is not None
            counts.uncalled += not donor.is_called
    # Nothing that stood in a line with a fault is kept.
    seal_into_many([made for made, _donor in good], "content", [as_sealed(donor) for _made, donor in good])
    copy_rows("registries_donorintakerow", _COLUMNS, (_cells(one) for one in rows))
    counts.rows += len(rows)
    counts.bad += len(rows) - len(good)


def _cells(one: DonorIntakeRow) -> list[object]:
    faults = json.dumps(one.faults, ensure_ascii=False)
    return [faults if name == "faults" else getattr(one, name) for name in _COLUMNS]


def _chunks(lines: Iterator[ReadLine]) -> Iterator[list[ReadLine]]:
    while chunk := list(islice(lines, CHUNK)):
        yield chunk
