"""Certificates as PDF: one page of A4 across for each, in milliseconds, the same bytes for the same facts.

Set with fpdf2 and a font of just the characters that are needed (core.printing.truetype), so that a file stays small
and holds every character that the print font has. PDF/A-3 is the file's own claim: no validator has seen it.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path

import segno
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from core.clock import SHANGHAI
from core.printing.glyphs import printable, text_width
from core.printing.palette import rgb
from core.printing.tags import TaggedPdf
from core.printing.truetype import add_small_font

WIDTH, HEIGHT = 297.0, 210.0
MIDDLE = WIDTH / 2
MARGIN = 12.0
LEFT, RIGHT = 36.0, WIDTH - 36.0
MM_PER_POINT = 25.4 / 72
QR_SIZE = 44.0
# As wide as a name may stand.
NAME_WIDTH = 170.0
EMBLEM_HEIGHT = 17.0
EMBLEM_PIXELS = 320

COMPLIANCE, PRODUCER = "PDF/A-3U", "fpdf2"
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdf:Producer>{producer}</pdf:Producer>
<dc:format>application/pdf</dc:format><dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<xmp:CreateDate>{at}</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>"""


@dataclass(frozen=True)
class Facts:
    """What stands on one certificate. `last_on` is its last valid day, None for ever; `address` goes into the QR."""

    title: str
    number: str
    holder: str
    course: str
    hours: int | None
    practice_hours: int | None
    issued_on: datetime.date
    last_on: datetime.date | None
    issuer: str
    address: str
    check_page: str

    @property
    def sentence(self) -> str:
        """What the holder did."""
        if not self.course:
            return _("经培训考核合格，特发此证。")
        if self.hours is None:
            return _("参加“%(course)s”，经考核合格，特发此证。") % {"course": self.course}
        return _("参加“%(course)s”%(hours)d 学时（其中实操 %(practice)d 学时），经考核合格，特发此证。") % {
            "course": self.course,
            "hours": self.hours,
            "practice": self.practice_hours or 0,
        }


def write_certificates(certificates: Sequence[Facts], *, title: str, author: str) -> bytes:
    """Return one PDF with a page for each certificate; the same facts give the same bytes.

    Raises DomainError without the print font.
    """
    return _Paper(certificates, printable(title), printable(author)).written()


def in_words(day: datetime.date) -> str:
    """A day as it stands on a certificate."""
    return _("%(year)d 年 %(month)d 月 %(day)d 日") % {"year": day.year, "month": day.month, "day": day.day}


class _Paper:
    """Draws the pages. Every text is noted before it is drawn, so that the font has its characters."""

    def __init__(self, certificates: Sequence[Facts], title: str, author: str) -> None:
        self.certificates = certificates
        self.pdf = TaggedPdf(orientation="landscape", unit="mm", format="A4", enforce_compliance=COMPLIANCE)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        texts = {"": _texts(certificates), "B": "".join(f"{one.title}{printable(one.holder)}" for one in certificates)}
        for style, text in texts.items():
            add_small_font(self.pdf, "certificate", style, text)
        newest = max(one.issued_on for one in certificates)
        at = datetime.datetime.combine(newest, datetime.time(), SHANGHAI)
        self.pdf.set_title(title)
        self.pdf.set_author(author)
        self.pdf.set_lang("zh-CN")
        self.pdf.set_creation_date(at)
        self.pdf.set_producer(PRODUCER)
        self.pdf.set_creator("")
        said = {"title": title, "author": author, "producer": PRODUCER, "at": at.isoformat(timespec="seconds")}
        self.pdf.set_xmp_metadata(XMP.format(**{name: escape(text) for name, text in said.items()}))

    def written(self) -> bytes:
        """Draw all pages and return the file."""
        for one in self.certificates:
            self.pdf.add_page()
            with self.pdf.tags.artifact():
                self._frame()
            self._head(one)
            self._body(one)
            self._check(one)
            self._signature(one)
        return self.pdf.written()

    def _frame(self) -> None:
        pdf = self.pdf
        pdf.set_fill_color(*rgb("brand-tint"))
        pdf.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN, style="F")
        pdf.set_fill_color(*rgb("paper"))
        inner = MARGIN + 4.2
        pdf.rect(inner, inner, WIDTH - 2 * inner, HEIGHT - 2 * inner, style="F")
        pdf.set_draw_color(*rgb("brand"))
        pdf.set_line_width(1.1)
        pdf.rect(MARGIN, MARGIN, WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN)
        pdf.set_line_width(0.25)
        pdf.rect(inner, inner, WIDTH - 2 * inner, HEIGHT - 2 * inner)
        self._corners(inner)
        emblem = _emblem(settings.PORTAL["emblem_file"])
        if emblem is not None:
            width = EMBLEM_HEIGHT * emblem.width / emblem.height
            pdf.image(emblem, x=MIDDLE - width / 2, y=22.5, h=EMBLEM_HEIGHT)

    def _corners(self, inner: float) -> None:
        """Small squares where the lines meet: what holds the frame together on paper that is cut by hand."""
        self.pdf.set_fill_color(*rgb("brand"))
        size = 2.4
        for x in (inner, WIDTH - inner):
            for y in (inner, HEIGHT - inner):
                self.pdf.rect(x - size / 2, y - size / 2, size, size, style="F")

    def _head(self, one: Facts) -> None:
        with self._piece("H1"):
            self._spread(54.0, one.title, 31, 3.2)
        with self.pdf.tags.artifact():
            self.pdf.set_draw_color(*rgb("brand"))
            self.pdf.set_line_width(0.5)
            self.pdf.line(MIDDLE - 24, 60.5, MIDDLE + 24, 60.5)
        with self._piece("P"):
            self._centred(69.0, _("证书编号　%(number)s") % {"number": one.number}, 12, "ink-soft")

    def _body(self, one: Facts) -> None:
        name = printable(one.holder)
        with self._piece("P"):
            self._spread(93.0, name, 30, 2.0 if len(name) < 6 else 0.4, width=NAME_WIDTH, colour="ink")
        half = max(46.0, min(NAME_WIDTH, text_width(name, "bold") * 30 * MM_PER_POINT) / 2 + 10)
        with self.pdf.tags.artifact():
            self.pdf.set_draw_color(*rgb("line-strong"))
            self.pdf.set_line_width(0.25)
            self.pdf.line(MIDDLE - half, 98.0, MIDDLE + half, 98.0)
        with self._piece("P"):
            self._centred(112.0, printable(one.sentence), 15, "ink", width=RIGHT - LEFT + 20)
        with self._piece("P"):
            self._centred(124.0, _validity(one), 13, "ink")

    def _check(self, one: Facts) -> None:
        x, y = LEFT - 8, HEIGHT - MARGIN - 8 - QR_SIZE - 6
        figure = self.pdf.tags.add(self.pdf.tags.root, "Figure", _alternative(_("查验二维码")))
        with self.pdf.tags.content(figure):
            self._qr(one.address, x, y)
        lines = _check_lines(one)
        with self._piece("P"):
            for index, text in enumerate(lines):
                self._text(x + QR_SIZE + 5, y + 18.5 + 6.2 * index, text, 10.5, colour="ink-soft")

    def _signature(self, one: Facts) -> None:
        with self._piece("P"):
            self._right(161.0, printable(one.issuer), 16, "ink")
        with self._piece("P"):
            self._right(170.5, in_words(one.issued_on), 13, "ink")

    def _qr(self, text: str, x: float, y: float) -> None:
        matrix = segno.make(text, error="m", micro=False).matrix
        size = QR_SIZE / len(matrix)
        self.pdf.set_fill_color(*rgb("ink"))
        for row, modules in enumerate(matrix):
            for first, last in _runs(modules):
                # A hair wider than the grid, so that no viewer shows white lines between rows.
                self.pdf.rect(x + first * size, y + row * size, (last - first) * size, size + 0.02, style="F")

    def _piece(self, kind: str) -> AbstractContextManager[None]:
        return self.pdf.tags.content(self.pdf.tags.add(self.pdf.tags.root, kind))

    def _text(self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: str = "ink") -> None:
        self.pdf.set_font("certificate", "B" if bold else "", size)
        self.pdf.set_text_color(*rgb(colour))
        self.pdf.text(x, y, text)

    def _spread(
        self, y: float, text: str, size: float, gap: float, *, width: float = NAME_WIDTH, colour: str = "brand-strong"
    ) -> None:
        """A line in bold in the middle with room between its letters, smaller where it would be too wide."""
        gaps = gap * (len(text) - 1)
        size = min(size, (width - gaps) / (text_width(text, "bold") * MM_PER_POINT))
        x = MIDDLE - (text_width(text, "bold") * size * MM_PER_POINT + gaps) / 2
        for character in text:
            self._text(x, y, character, size, bold=True, colour=colour)
            x += text_width(character, "bold") * size * MM_PER_POINT + gap

    def _centred(self, y: float, text: str, size: float, colour: str, *, width: float = RIGHT - LEFT) -> None:
        size = min(size, width / (text_width(text) * MM_PER_POINT))
        self._text(MIDDLE - text_width(text) * size * MM_PER_POINT / 2, y, text, size, colour=colour)

    def _right(self, y: float, text: str, size: float, colour: str) -> None:
        size = min(size, 105.0 / (text_width(text) * MM_PER_POINT))
        self._text(RIGHT - text_width(text) * size * MM_PER_POINT, y, text, size, colour=colour)


def _validity(one: Facts) -> str:
    if one.last_on is None:
        return _("发证日期　%(issued)s　　长期有效") % {"issued": in_words(one.issued_on)}
    return _("有效期　%(issued)s 至 %(last)s") % {"issued": in_words(one.issued_on), "last": in_words(one.last_on)}


def _check_lines(one: Facts) -> list[str]:
    return [
        _("扫码查验：状态以查验页面为准。"),
        _("也可打开 %(page)s") % {"page": one.check_page},
        _("填写证书编号和姓名查询。"),
    ]


def _texts(certificates: Sequence[Facts]) -> str:
    """All that may be drawn in the regular weight."""
    parts = []
    for one in certificates:
        parts += [one.number, one.sentence, one.issuer, in_words(one.issued_on), _validity(one), *_check_lines(one)]
        parts.append(_("证书编号　%(number)s") % {"number": one.number})
    return printable("".join(parts))


def _alternative(text: str) -> str:
    return "/Alt<" + ("\ufeff" + text).encode("utf-16-be").hex().upper() + ">"


def _runs(modules: Sequence[int]) -> list[tuple[int, int]]:
    """The stretches of dark modules in a row, from first to before last."""
    runs, start = [], None
    for place, is_dark in enumerate([*modules, 0]):
        if is_dark and start is None:
            start = place
        elif not is_dark and start is not None:
            runs.append((start, place))
            start = None
    return runs


@lru_cache(maxsize=2)
def _emblem(path: str) -> Image.Image | None:
    """The deployer's own emblem as a small picture; none where there is no file, or one that is no pixel picture."""
    if not path:
        return None
    try:
        with Image.open(io.BytesIO(Path(path).read_bytes())) as opened:
            picture = opened.convert("RGBA")
    except (OSError, UnidentifiedImageError):
        return None
    picture.thumbnail((EMBLEM_PIXELS, EMBLEM_PIXELS))
    # PDF/A allows no half-transparent picture without more: it stands on white.
    ground = Image.new("RGB", picture.size, rgb("paper"))
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground
