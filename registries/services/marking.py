"""Writing over a paper who looks at it, when and what for: over photos as pixels, over each page of a PDF."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw, ImageFont
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    StreamObject,
)

from core.clock import SHANGHAI, now
from core.errors import DomainError
from core.models import StoredFile
from core.printing.document import write_pdf
from core.printing.glyphs import find_face, printable
from core.uploads import PAPER_MAX_BYTES

if TYPE_CHECKING:
    from accounts.models import User

# A form and what is signed with it; whoever brings more brings several files.
MOST_PAGES = 30
# Of a purpose: as much as one line of the mark holds.
_LONGEST = 40
_MARK, _MARK_SHARE = "/PortalMark", 28
# What pypdf raises beside its own errors where a file is not what it says.
_BROKEN = (
    PyPdfError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
    OSError,
)


def check_pdf(upload: BinaryIO) -> None:
    """Refuse a PDF that cannot be marked later: broken, locked, empty or too long; the upload stands at its beginning.

    What is no PDF, or larger than any paper may be, is left to who keeps it. Raises DomainError with `paper`.
    """
    content = upload.read(PAPER_MAX_BYTES + 1)
    upload.seek(0)
    if content.startswith(b"%PDF") and len(content) <= PAPER_MAX_BYTES:
        _pages_of(content)


def marked(stored: StoredFile, source: BinaryIO, text: str) -> BinaryIO:
    """A paper as it is shown to somebody: with a text over it; closes what was opened. Raises DomainError."""
    with source:
        is_photo = stored.content_type.startswith("image/")
        return mark_photo(source, text) if is_photo else mark_pdf(source, text)


def mark_text(number: str, purpose: str, reader: User) -> str:
    """Whose paper, who looks at it, when, and what for, as far as a line holds it."""
    return f"{number} {reader.login} {now().astimezone(SHANGHAI):%Y-%m-%d %H:%M} {purpose.strip()[:_LONGEST]}"


def mark_photo(source: BinaryIO, text: str) -> BinaryIO:
    """The picture with a text written over it again and again, so that a copy says whose it is."""
    with Image.open(source) as opened:
        picture = opened.convert("RGB")
    face = find_face()
    size = max(14, picture.width // _MARK_SHARE)
    font = ImageFont.truetype(str(face.path), size, index=face.index)
    mark = Image.new("L", picture.size, 0)
    draw = ImageDraw.Draw(mark)
    step = max(size * 5, picture.height // 6)
    for row, top in enumerate(range(step // 2, picture.height, step)):
        draw.text((size - (row % 2) * size * 3, top), f"{text}   " * 4, fill=110, font=font)
    picture.paste((90, 90, 90), mask=mark)
    target = io.BytesIO()
    picture.save(target, format="JPEG", quality=85)
    target.seek(0)
    return target


def mark_pdf(source: BinaryIO, text: str) -> BinaryIO:
    """The PDF with a text over each page; nothing of it but its pages goes on, no script and no attachment.

    The pages' own contents stay as they are (but of a page that lies on its side): the mark is drawn after them. Raises
    DomainError.
    """
    reader = _pages_of(source.read())
    try:
        writer = PdfWriter()
        mark = _mark_in(writer, text)
        for page in reader.pages:
            _draw(writer, writer.add_page(page), mark)
        target = io.BytesIO()
        writer.write(target)
    except _BROKEN as error:
        raise _refused("paper_broken", _("这份 PDF 已损坏，打不开。请重新扫描后再存。")) from error
    target.seek(0)
    return target


def _pages_of(content: bytes) -> PdfReader:
    try:
        reader = PdfReader(io.BytesIO(content))
        is_locked = reader.is_encrypted
        count = 0 if is_locked else len(reader.pages)
    except _BROKEN as error:
        raise _refused("paper_broken", _("这份 PDF 已损坏，打不开。请重新扫描后再存。")) from error
    if is_locked:
        raise _refused("paper_locked", _("这份 PDF 设了密码，打不开。请存一份不带密码的，或改存照片。"))
    if not count:
        raise _refused("paper_broken", _("这份 PDF 已损坏，打不开。请重新扫描后再存。"))
    if count > MOST_PAGES:
        sentence = _("这份 PDF 有 %(count)d 页，最多 %(most)d 页。请只存签字的登记表。")
        raise _refused("paper_pages", sentence % {"count": count, "most": MOST_PAGES})
    return reader


def _mark_in(writer: PdfWriter, text: str) -> IndirectObject:
    """The mark as a form of the file, a hundred units wide and high, to be stretched over any page."""
    with translation.override("zh-hans"):
        html = render_to_string("registries/papers/mark.html", {"text": printable(text), "rows": range(12)})
    drawn = io.BytesIO()
    write_pdf(html, drawn, identifier=b"mark".ljust(16, b"0"), at=now())
    page = PdfReader(io.BytesIO(drawn.getvalue())).pages[0]
    contents = page.get_contents()
    form = StreamObject()
    form.set_data(b"" if contents is None else contents.get_data())
    form.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Form"),
            NameObject("/BBox"): ArrayObject([FloatObject(one) for one in page.mediabox]),
            NameObject("/Resources"): page["/Resources"].clone(writer),
        }
    )
    return writer._add_object(form)


def _draw(writer: PdfWriter, page: PageObject, mark: IndirectObject) -> None:
    # As it is looked at: a scan may lie on its side.
    if page.rotation:
        page.transfer_rotation_to_content()
    resources = page.get("/Resources", DictionaryObject()).get_object()
    page[NameObject("/Resources")] = resources
    forms = resources.setdefault(NameObject("/XObject"), DictionaryObject()).get_object()
    forms[NameObject(_MARK)] = mark
    box = page.mediabox
    # smell-ok: 7 points of a page, not money
    _left, _bottom, right, top = (float(one) for one in mark.get_object()["/BBox"])  # type: ignore[index]
    across, up = float(box.width) / right, float(box.height) / top
    placed = f"Q q {across:.5f} 0 0 {up:.5f} {float(box.left):.3f} {float(box.bottom):.3f} cm {_MARK} Do Q\n"
    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(placed.encode())
    own = page.get("/Contents")
    parts = own.get_object() if own is not None else None
    kept = list(parts) if isinstance(parts, ArrayObject) else [page.raw_get("/Contents")] if own is not None else []
    page[NameObject("/Contents")] = ArrayObject([writer._add_object(before), *kept, writer._add_object(after)])


def _refused(code: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {"paper": sentence})
