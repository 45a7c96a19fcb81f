"""What tests of papers and exports need: a photo, a PDF, a worker's hand."""

from __future__ import annotations

import io

from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def photo(colour: str = "white") -> io.BytesIO:
    """A photo of a form, in one colour."""
    target = io.BytesIO()
    Image.new("RGB", (600, 400), colour).save(target, format="JPEG")
    target.seek(0)
    target.name = "示例的身份证.jpg"
    return target
