"""Files that hold givers' names: vouchers taken in, lists and vouchers handed out; each look is recorded."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.audit import record_audit
from core.errors import DomainError, NotFound
from core.files import open_stored, store_file
from core.models import StoredFile
from donations.models import Batch, Donation
from donations.permissions import may_read_source
from organizations.choices import Right
from organizations.permissions import require

if TYPE_CHECKING:
    from accounts.models import User

VOUCHER_MAX_BYTES = 10 * 1024 * 1024
# A photo of a voucher needs no more; what claims more is made to fill memory.
VOUCHER_MAX_PIXELS = 60_000_000
VOUCHER_LONGEST_SIDE = 3000
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG"}
_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def keep_voucher(*, upload: BinaryIO, actor: User) -> StoredFile:
    """Keep a voucher of a gift; it may show the giver (privacy: P2). See `keep_paper`."""
    return keep_paper(upload=upload, actor=actor, name="voucher", field="voucher")


def keep_paper(
    *,
    upload: BinaryIO,
    actor: User,
    name: str,
    field: str,
    data_class: str = StoredFile.DataClass.PERSONAL,
) -> StoredFile:
    """Keep a paper under a name of our own (`voucher` becomes `voucher.pdf`).

    A photo is decoded and written anew, so that place and device (EXIF) are gone; a PDF stays as it is. At most 10 MB.
    The content decides what it is, not its name, and the name it came under is not kept, because it may be a giver's.
    Raises DomainError with the field `field`.
    """
    content = upload.read(VOUCHER_MAX_BYTES + 1)
    if len(content) > VOUCHER_MAX_BYTES:
        raise _refused(field, "voucher_too_large", _("文件不能超过 10 MB，请压缩或重拍后再上传。"))
    kind = _kind_of(content)
    if kind == ".pdf":
        name, content_type = f"{name}.pdf", "application/pdf"
    elif kind in _FORMATS:
        target = _FORMATS[kind]
        content, content_type = _written_anew(content, target, field), _CONTENT_TYPES[target]
        name = f"{name}.png" if target == "PNG" else f"{name}.jpg"
    else:
        raise _refused(field, "voucher_kind", _("文件只能是 JPG、PNG 图片或 PDF，请重新选择文件。"))
    return store_file(
        io.BytesIO(content),
        name=name,
        content_type=content_type,
        data_class=data_class,
        actor=actor,
    )


def _kind_of(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content)).lower()
    except (puremagic.PureError, ValueError):
        return ""


def _written_anew(content: bytes, target: str, field: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[target]) as photo:
            if photo.width * photo.height > VOUCHER_MAX_PIXELS:
                raise _refused(field, "voucher_pixels", _("图片的像素太多，请用手机普通清晰度重拍后再上传。"))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            upright.thumbnail((VOUCHER_LONGEST_SIDE, VOUCHER_LONGEST_SIDE))
            # Only the pixels go on: a new picture has no EXIF, no place, no thumbnail.
            clean = Image.frombytes("RGB", upright.size, upright.tobytes())
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(field, "voucher_broken", _("图片已损坏，打不开。请重拍或换一张。")) from error
    out = io.BytesIO()
    clean.save(out, format=target, quality=85, optimize=True)
    return out.getvalue()


def _refused(field: str, code: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {field: sentence})


def open_list_file(*, batch: Batch, actor: User) -> tuple[StoredFile, BinaryIO]:
    """Open the original file of a batch for its makers and approvers; the reading is recorded (privacy: P2)."""
    _require_source(batch, actor)
    if batch.file is None:
        raise NotFound("batch_has_no_file", _("这是手工录入的批次，没有原始文件。"))
    record_audit("donations.batch.file_read", actor=actor, obj=batch, branch_code=batch.branch.code)
    return batch.file, _opened(batch.file)


def open_row_voucher(*, batch: Batch, voucher: StoredFile, actor: User) -> BinaryIO:
    """Open the voucher of a staged row for its makers and approvers; the reading is recorded (privacy: P2)."""
    _require_source(batch, actor)
    record_audit("donations.batch.voucher_read", actor=actor, obj=batch, branch_code=batch.branch.code)
    return _opened(voucher)


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
