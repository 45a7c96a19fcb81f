"""Saying which column of a list is what, and reading it again."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from donations.choices import BatchStatus
from donations.errors import WrongState
from donations.intake import ColumnMapping, Head, read_head
from donations.models import Batch
from donations.services.batches import start_reading
from donations.services.moving import lock_batch, move_batch, note_maker
from donations.services.staging import confirm_mapping, file_of
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def head_of(batch: Batch) -> Head:
    """The first rows of a batch's file as text; raises UnreadableFile where not even these can be read."""
    with file_of(batch) as (path, filename):
        return read_head(path, filename=filename)


def change_mapping(*, batch_id: int, mapping: ColumnMapping, default_on: datetime.date | None, actor: User) -> Batch:
    """Keep the columns that a person named, for this file and the branch's next one like it, and read the file again.

    Locks the batch; its rows are replaced, so edits of rows are given up. Raises UnreadableFile for a mapping without
    giver or amount, WrongState for a batch that is past that.
    """
    mapping.check()
    with transaction.atomic():
        batch = lock_batch(batch_id)
        require(actor, Right.ENTER_GIFTS, batch.branch)
        if batch.file_id is None:
            raise WrongState("batch_has_no_file", _("这个批次没有文件可以重读。"))
        if batch.status == BatchStatus.UNREADABLE:
            # Nothing was found in it, so its header is known only now.
            batch.fingerprint = head_of(batch).fingerprints.get(mapping.header_row or 0, "")
        batch.default_on = default_on
        batch.save(update_fields=["fingerprint", "default_on"])
        note_maker(batch, actor)
        move_batch(batch, BatchStatus.READING, actor=actor, reason=_("改列对应后重读"))
        confirm_mapping(batch=batch, mapping=mapping, actor=actor)
        start_reading(batch, actor=actor)
    return batch
