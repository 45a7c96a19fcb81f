"""Files that hold givers' names: vouchers taken in, lists and vouchers handed out; each look is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from django.utils.translation import gettext as _

from core.audit import record_audit
from core.errors import NotFound
from core.files import open_stored, reveal_stored
from core.models import StoredFile
from core.uploads import keep_paper
from donations.models import Batch, Donation
from donations.permissions import may_read_source
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User


def keep_voucher(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep a voucher as `core.uploads.keep_paper` does; raises DomainError with the field `voucher`."""
    return keep_paper(upload=upload, field="voucher", data_class=StoredFile.DataClass.PERSONAL, actor=actor)


def open_list_file(*, batch: Batch, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the original file of a batch for its makers and approvers, with a row of the read log (privacy: P3).

    Outside a transaction: the row of the log is committed before the file opens.
    """
    _require_source(batch, actor)
    if batch.file is None:
        raise NotFound("batch_has_no_file", _("这是手工录入的批次，没有原始文件。"))
    record_audit("donations.batch.file_read", actor=actor, obj=batch, branch_code=batch.branch.code)
    purpose = _("核对批次 %(number)s 的名单") % {"number": batch.number}
    try:
        return batch.file, reveal_stored(batch.file, reader=actor, purpose=purpose, branch_code=batch.branch.code)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error


def open_row_voucher(*, batch: Batch, voucher: StoredFile, actor: User) -> BinaryIO:
    """Open the voucher of a staged row for its makers and approvers; the reading is recorded (privacy: P2)."""
    _require_source(batch, actor)
    record_audit("donations.batch.voucher_read", actor=actor, obj=batch, branch_code=batch.branch.code)
    return _opened(voucher)


def open_row_letter(*, batch: Batch, letter: StoredFile, actor: User) -> BinaryIO:
    """Open the giver's letter of a row for its makers and approvers; the reading is recorded (privacy: P2)."""
    _require_source(batch, actor)
    record_audit("donations.batch.letter_read", actor=actor, obj=batch, branch_code=batch.branch.code)
    return _opened(letter)


def open_gift_voucher(*, gift: Donation, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the voucher of a posted gift for people who may see its giver's name; the reading is recorded."""
    require(actor, Right.REVEAL_NAMES, gift.branch)
    if gift.voucher is None:
        raise NotFound("no_voucher", _("这一笔没有上传凭证。"))
    record_audit("donations.gift.voucher_read", actor=actor, obj=gift, branch_code=gift.branch.code)
    return gift.voucher, _opened(gift.voucher)


def note_rows_exported(*, batch: Batch, actor: User) -> None:
    """Record that rows of a batch, with names, were taken out as a file by one of its makers or approvers."""
    _require_source(batch, actor)
    record_audit("donations.batch.rows_exported", actor=actor, obj=batch, branch_code=batch.branch.code)


def _require_source(batch: Batch, actor: User) -> None:
    if not may_read_source(actor, batch):
        require(actor, Right.ENTER_GIFTS, batch.branch)


def _opened(stored: StoredFile) -> BinaryIO:
    try:
        return open_stored(stored)
    except FileNotFoundError as error:
        raise NotFound("file_lost", _("文件在存储里找不到了，请联系系统管理员。")) from error
