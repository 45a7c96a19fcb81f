"""Papers that people hand in as photos or PDF: vouchers, contracts, minutes."""

import io
from typing import Any, BinaryIO

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.errors import DomainError
from core.files import store_file
from core.models import StoredFile

PAPER_MAX_BYTES = 10 * 1024 * 1024
# A photo of a paper needs no more; what claims more is made to fill memory.
PAPER_MAX_PIXELS = 60_000_000
PAPER_LONGEST_SIDE = 3000
PAPER_ACCEPT = "image/jpeg,image/png,application/pdf"
_FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".jfif": "JPEG", ".png": "PNG"}
_CONTENT_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}


def keep_paper(*, upload: BinaryIO, field: str, data_class: str, actor: Any) -> StoredFile:
    """Keep a paper: a photo is decoded and written anew, so that place and device (EXIF) are gone; a PDF as it is.

    At most 10 MB. The content decides what it is, not its name, and the name it came under is not kept, because it may
    be a person's: the file is called after `field`. Raises DomainError with that field.
    """
    content = upload.read(PAPER_MAX_BYTES + 1)
    if len(content) > PAPER_MAX_BYTES:
        raise _refused(field, "too_large", _("凭证不能超过 10 MB，请压缩或重拍后再上传。"))
    kind = _kind_of(content)
    if kind == ".pdf":
        ending, content_type = "pdf", "application/pdf"
    elif kind in _FORMATS:
        target = _FORMATS[kind]
        content, content_type = _written_anew(content, target, field), _CONTENT_TYPES[target]
        ending = "png" if target == "PNG" else "jpg"
    else:
        raise _refused(field, "kind", _("凭证只能是 JPG、PNG 图片或 PDF，请重新选择文件。"))
    return store_file(
        io.BytesIO(content), name=f"{field}.{ending}", content_type=content_type, data_class=data_class, actor=actor
    )


def keep_picture(
    *, upload: BinaryIO, field: str, data_class: str, actor: Any, longest_side: int = PAPER_LONGEST_SIDE
) -> StoredFile:
    """Keep a picture that is to be shown, as `keep_paper` keeps photos; no other kind of file is taken."""
    content = upload.read(PAPER_MAX_BYTES + 1)
    if len(content) > PAPER_MAX_BYTES:
        raise _refused(field, "too_large", _("照片不能超过 10 MB，请压缩后再上传。"))
    target = _FORMATS.get(_kind_of(content))
    if target is None:
        raise _refused(field, "kind", _("照片只能是 JPG 或 PNG 图片，请重新选择文件。"))
    content = _written_anew(content, target, field, longest_side)
    ending = "png" if target == "PNG" else "jpg"
    return store_file(
        io.BytesIO(content),
        name=f"{field}.{ending}",
        content_type=_CONTENT_TYPES[target],
        data_class=data_class,
        actor=actor,
    )


def _kind_of(content: bytes) -> str:
    try:
        return str(puremagic.from_string(content)).lower()
    except (puremagic.PureError, ValueError):
        return ""


def _written_anew(content: bytes, target: str, field: str, longest_side: int = PAPER_LONGEST_SIDE) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[target]) as photo:
            if photo.width * photo.height > PAPER_MAX_PIXELS:
                raise _refused(field, "pixels", _("图片的像素太多，请用手机普通清晰度重拍后再上传。"))
            upright = ImageOps.exif_transpose(photo).convert("RGB")
            upright.thumbnail((longest_side, longest_side))
            # Only the pixels go on: a new picture has no EXIF, no place, no thumbnail.
            clean = Image.frombytes("RGB", upright.size, upright.tobytes())
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refused(field, "broken", _("图片已损坏，打不开。请重拍或换一张。")) from error
    out = io.BytesIO()
    clean.save(out, format=target, quality=85, optimize=True)
    return out.getvalue()


def _refused(field: str, code: str, sentence: str) -> DomainError:
    return DomainError(f"{field}_{code}", sentence, {field: sentence})
