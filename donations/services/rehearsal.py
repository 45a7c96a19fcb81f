"""Trying an import without writing anything."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from django.db import transaction

from core.progress import NoProgress
from donations.choices import BatchKind, BatchStatus
from donations.models import Batch
from donations.services.batches import new_batch, refuse_same_file
from donations.services.duplicates import mark_duplicates
from donations.services.staging import stage_rows
from ledger.models import Fund
from organizations.choices import Right
from organizations.models import Branch
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

T = TypeVar("T")


def rehearse_import(
    *,
    path: Path,
    filename: str,
    branch: Branch,
    fund: Fund,
    actor: User,
    then: Callable[[Batch], T],
    default_on: datetime.date | None = None,
    format_hint: str = "auto",
) -> T:
    """Read and check a list as an import would, call `then` with the batch, and take everything back.

    Nothing stays: no file, no row, no number. Raises as `open_file_batch` and the reader do.
    """
    require(actor, Right.ENTER_GIFTS, branch)
    with transaction.atomic():
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        refuse_same_file(digest)
        batch = new_batch(
            branch=branch,
            fund=fund,
            kind=BatchKind.FILE,
            status=BatchStatus.READING,
            actor=actor,
            file_sha256=digest,
            default_on=default_on,
            format_hint=format_hint,
        )
        stage_rows(batch, NoProgress(), path=path, filename=filename)
        mark_duplicates(batch)
        outcome = then(batch)
        transaction.set_rollback(True)
    return outcome
