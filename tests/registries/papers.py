"""What tests of papers and exports need: a photo, a PDF, a worker's hand."""

from __future__ import annotations

import io

from PIL import Image
from pypdf import PdfWriter


def pdf(pages: int = 1, *, password: str = "", turned: int = 0) -> bytes:
    """A scan of so many pages, each with a picture and one of them wider than high."""
    writer = PdfWriter()
    for at in range(pages):
        scan = io.BytesIO()
        size = (420, 297) if at % 2 else (297, 420)
        Image.new("RGB", size, (240, 240, 230)).save(scan, format="PDF")
        writer.append(io.BytesIO(scan.getvalue()))
    if turned:
        writer.pages[0].rotate(turned)
    writer.add_attachment("示例附件.txt", b"attached")
    if password:
        writer.encrypt(password)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


PDF = pdf()


def photo(colour: str = "white") -> io.BytesIO:
    """A photo of a form, in one colour."""
    target = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(target, format="JPEG")
    target.seek(0)
    target.name = "示例的身份证.jpg"
    return target
