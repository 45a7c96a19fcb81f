"""One landscape A4 volume of detail rows, set row by row with fpdf2.

WeasyPrint keeps the whole document in memory and takes 50 s and 1.3 GB for 10,000 rows; this writer measures and
draws each row once. Everything is placed by measured widths, so page count and page sums are known before the
first page is drawn, and the file depends on nothing but its input.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from html import escape

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN
from core.printing.glyphs import find_face, printable, text_width
from core.printing.palette import rgb
from core.printing.tags import Element, TaggedPdf, heads_column, reads, spans
from transparency.rendering.layout import wrap
from transparency.rendering.tables import Column, plain_amount

# Millimetres on landscape A4.
WIDTH, HEIGHT = 297.0, 210.0
LEFT, RIGHT, TOP, BOTTOM = 14.0, 14.0, 24.0, 18.0
MASTHEAD = 30.0
HEAD_ROW = 7.5
SUM_ROW = 7.0
SECTION_ROW = 8.0
PAD_X, PAD_Y = 1.5, 1.1
MM_PER_POINT = 25.4 / 72
LINE_HEIGHT = 1.32
# A long name wraps; where that would take more than three lines it is set smaller, and it is never cut.
SIZES = ((8.0, 3), (6.8, 6), (6.0, 10_000))

# The file's own claim is ISO 19005-3, level A: fonts inside, sRGB, text that can be read out, all of it tagged. fpdf2
# knows and enforces level U; the tags are ours.
COMPLIANCE, PRODUCER = "PDF/A-3U", "fpdf2"
XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance><pdf:Producer>{producer}</pdf:Producer>
<dc:format>application/pdf</dc:format><dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<xmp:CreateDate>{at}</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>"""

INK, MUTED, RULE, BRAND, BAND = "ink", "ink-soft", "line", "brand", "sunken"


@dataclass(frozen=True)
class Line:
    """One printed row: its cells, and the amount that it adds to the sums (None for a heading or a sum)."""

    kind: str  # "row", "section" or "total"
    cells: dict[str, str]
    amount: Decimal | None = None


@dataclass(frozen=True)
class SetCell:
    """The text of a cell, broken into lines, and its size in points."""

    texts: list[str]
    size: float

    @property
    def step(self) -> float:
        """The distance from one line to the next, in millimetres."""
        return self.size * MM_PER_POINT * LINE_HEIGHT

    @property
    def height(self) -> float:
        """The height of all lines, in millimetres."""
        return len(self.texts) * self.step


@dataclass(frozen=True)
class SetLine:
    """A line whose cells are set, and its height in millimetres."""

    line: Line
    cells: dict[str, SetCell]
    height: float
    counts: bool = True


@dataclass
class SheetPage:
    """The lines of one page and their sums."""

    lines: list[SetLine] = field(default_factory=list)
    height: float = 0.0
    count: int = 0
    amount: Decimal = ZERO_YUAN


@dataclass(frozen=True)
class SheetHead:
    """What stands around the rows of a volume."""

    title: str
    subtitle: str
    facts: Sequence[str]
    running: str
    number: str
    as_of: str
    author: str
    created_at: datetime


def column_widths(columns: Sequence[Column]) -> dict[str, float]:
    """Return the width of each column in millimetres; together they fill the page."""
    whole = sum(column.share for column in columns)
    return {column.key: column.share * (WIDTH - LEFT - RIGHT) / whole for column in columns}


# Dates, funds and branches come again and again.
@lru_cache(maxsize=20_000)
def set_cell(text: str, width: float, *, whole: bool = False) -> SetCell:
    """Break the text of a cell, in the largest size that keeps it in a few lines; numbers and dates never break."""
    shown = printable(text)
    if whole:
        room = (width - 2 * PAD_X) / MM_PER_POINT
        return SetCell([shown], min(SIZES[0][0], room / max(text_width(shown), 0.1)))
    for size, most in SIZES:
        texts = wrap(shown, (width - 2 * PAD_X) / (size * MM_PER_POINT))
        if len(texts) <= most:
            break
    return SetCell(texts, size)


def set_line(line: Line, columns: Sequence[Column], widths: dict[str, float]) -> SetLine:
    """Set the cells of a line; headings and totals stay on one line of their own height."""
    if line.kind != "row":
        return SetLine(
            line, {key: SetCell([printable(text)], SIZES[0][0]) for key, text in line.cells.items()}, SECTION_ROW
        )
    cells = {column.key: set_cell(line.cells[column.key], widths[column.key], whole=column.whole) for column in columns}
    return SetLine(line, cells, _row_height(cells))


def _row_height(cells: dict[str, SetCell]) -> float:
    return max(cell.height for cell in cells.values()) + 2 * PAD_Y


def _split(cell: SetCell, room: float) -> tuple[SetCell, SetCell]:
    most = int((room - 2 * PAD_Y) / cell.step)
    return SetCell(cell.texts[:most], cell.size), SetCell(cell.texts[most:], cell.size)


def _parts(laid: SetLine, room: float) -> Iterator[SetLine]:
    """Yield the line, or parts of it where it is taller than a whole page; only the first counts in the sums."""
    counts = laid.counts
    while laid.height > room:
        halves = {key: _split(cell, room) for key, cell in laid.cells.items()}
        upper = {key: half[0] for key, half in halves.items()}
        lower = {key: half[1] for key, half in halves.items()}
        yield SetLine(laid.line, upper, _row_height(upper), counts)
        laid, counts = SetLine(laid.line, lower, _row_height(lower)), False
    yield SetLine(laid.line, laid.cells, laid.height, counts)


def page_room(first: bool) -> float:
    """Return the height for lines on a page, in millimetres, without its head row and its sum row."""
    return HEIGHT - TOP - BOTTOM - HEAD_ROW - SUM_ROW - (MASTHEAD if first else 0.0)


def paginate(lines: Sequence[Line], columns: Sequence[Column]) -> list[SheetPage]:
    """Return the pages of a volume; a section heading never stands last on its page."""
    widths = column_widths(columns)
    laid = [part for line in lines for part in _parts(set_line(line, columns, widths), page_room(first=True))]
    pages = [SheetPage()]
    for index, item in enumerate(laid):
        follower = laid[index + 1].height if item.line.kind == "section" and index + 1 < len(laid) else 0.0
        if pages[-1].lines and pages[-1].height + item.height + follower > page_room(first=len(pages) == 1):
            pages.append(SheetPage())
        page = pages[-1]
        page.lines.append(item)
        page.height += item.height
        if item.counts and item.line.amount is not None:
            page.count += 1
            page.amount += item.line.amount
    return pages


def _xmp(head: SheetHead) -> str:
    """The metadata that PDF/A asks for, the same as in the document's own entries; nothing of it from the clock."""
    texts = {"title": head.running, "author": head.author, "subject": head.number, "producer": PRODUCER}
    at = head.created_at.astimezone(UTC).isoformat(timespec="seconds")
    return XMP.format(at=at, **{name: escape(text) for name, text in texts.items()})


class Sheet:
    """Draws the pages of a volume; `output()` returns the bytes of the file."""

    def __init__(self, head: SheetHead, columns: Sequence[Column]) -> None:
        self.head = head
        self.columns = columns
        self.widths = column_widths(columns)
        self.right = WIDTH - RIGHT
        self.pen: tuple[str, str, float] | None = None
        self.pdf = TaggedPdf(orientation="landscape", unit="mm", format="A4", enforce_compliance=COMPLIANCE)
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        for style, weight in (("", "regular"), ("B", "bold")):
            face = find_face(weight)
            self.pdf.add_font("report", style, str(face.path), collection_font_number=face.index)
        self.pdf.set_title(head.running)
        self.pdf.set_author(head.author)
        self.pdf.set_subject(head.number)
        self.pdf.set_lang("zh-CN")
        self.pdf.set_creation_date(head.created_at)
        self.pdf.set_producer(PRODUCER)
        self.pdf.set_creator("")
        self.pdf.set_xmp_metadata(_xmp(head))
        self.tags = self.pdf.tags
        self.table, self.body = self.tags.root, self.tags.root
        self.row_cells: dict[str, Element] = {}

    def output(self, pages: Sequence[SheetPage]) -> bytes:
        """Draw all pages and return the PDF."""
        for index, page in enumerate(pages):
            self._page(page, index, len(pages))
        return self.pdf.written()

    def _page(self, page: SheetPage, index: int, pages: int) -> None:
        self.pdf.add_page()
        self.pen = None
        with self.tags.artifact():
            self._frame(index, pages)
        y = TOP
        if index == 0:
            self._masthead(y)
            y += MASTHEAD
            self.table = self.tags.add(self.tags.root, "Table")
            self._head_row(y)
            self.body = self.tags.add(self.table, "TBody")
        else:
            with self.tags.artifact():
                self._head_row_again(y)
        y += HEAD_ROW
        for item in page.lines:
            {"row": self._row, "section": self._section, "total": self._total}[item.line.kind](item, y)
            y += item.height
        self._page_sum(page, y)

    def _text(self, x: float, y: float, text: str, size: float, *, colour: str = INK, bold: bool = False) -> None:
        """Write one line of text with its baseline at y."""
        if (pen := ("B" if bold else "", colour, size)) != self.pen:
            self.pen = pen
            self.pdf.set_font("report", pen[0], size)
            self.pdf.set_text_color(*rgb(colour))
        self.pdf.text(x, y, text)

    def _text_right(self, x: float, y: float, text: str, size: float, *, colour: str = INK, bold: bool = False) -> None:
        width = text_width(text, "bold" if bold else "regular") * size * MM_PER_POINT
        self._text(x - width, y, text, size, colour=colour, bold=bold)

    def _rule(self, y: float, weight: float = 0.15, colour: str = RULE) -> None:
        self.pdf.set_line_width(weight)
        self.pdf.set_draw_color(*rgb(colour))
        self.pdf.line(LEFT, y, self.right, y)

    def _band(self, y: float, height: float) -> None:
        self.pdf.set_fill_color(*rgb(BAND))
        self.pdf.rect(LEFT, y, self.right - LEFT, height, style="F")

    def _frame(self, index: int, pages: int) -> None:
        self._text(LEFT, 15.5, self.head.running, 8, colour=MUTED)
        self._text_right(self.right, 15.5, self.head.number, 8, colour=MUTED)
        self._rule(18.0, 0.5, BRAND)
        foot = HEIGHT - 9.5
        self._text(LEFT, foot, self.head.as_of, 8, colour=MUTED)
        numbered = _("第 %(page)s 页 共 %(pages)s 页") % {"page": index + 1, "pages": pages}
        self._text_right(self.right, foot, numbered, 8, colour=MUTED)

    def _masthead(self, y: float) -> None:
        with self._piece("H1"):
            self._text(LEFT, y + 7.5, self.head.title, 17, bold=True)
        with self._piece("P"):
            self._text(LEFT, y + 14.5, self.head.subtitle, 10.5, colour=MUTED)
        with self._piece("P"):
            self._text(LEFT, y + 22.5, _("　").join(self.head.facts), 9)

    def _piece(self, kind: str) -> AbstractContextManager[None]:
        return self.tags.content(self.tags.add(self.tags.root, kind))

    def _head_row(self, y: float) -> None:
        row = self.tags.add(self.tags.add(self.table, "THead"), "TR")
        with self.tags.artifact():
            self._head_band(y)
        for column, x in self._placed():
            with self.tags.content(self.tags.add(row, "TH", heads_column())):
                self._head_cell(column, x, y)

    def _head_row_again(self, y: float) -> None:
        self._head_band(y)
        for column, x in self._placed():
            self._head_cell(column, x, y)

    def _placed(self) -> Iterator[tuple[Column, float]]:
        x = LEFT
        for column in self.columns:
            yield column, x
            x += self.widths[column.key]

    def _head_band(self, y: float) -> None:
        self._band(y, HEAD_ROW)
        self._rule(y, 0.35, INK)
        self._rule(y + HEAD_ROW, 0.2, INK)

    def _head_cell(self, column: Column, x: float, y: float) -> None:
        if column.figures:
            self._text_right(x + self.widths[column.key] - PAD_X, y + 5.0, column.title, 8, bold=True)
        else:
            self._text(x + PAD_X, y + 5.0, column.title, 8, bold=True)

    def _row(self, item: SetLine, y: float) -> None:
        # The second part of a row that is taller than a page goes on in the same cells.
        if item.counts:
            row = self.tags.add(self.body, "TR")
            self.row_cells = {column.key: self._cell_element(row, item, column.key) for column in self.columns}
        for column, x in self._placed():
            cell = item.cells[column.key]
            if any(cell.texts):
                with self.tags.content(self.row_cells[column.key]):
                    self._cell(column, cell, x, y)
        with self.tags.artifact():
            self._rule(y + item.height)

    def _cell_element(self, row: Element, item: SetLine, key: str) -> Element:
        broken = len(item.cells[key].texts) > 1
        return self.tags.add(row, "TD", reads(printable(item.line.cells[key])) if broken else "")

    def _cell(self, column: Column, cell: SetCell, x: float, y: float) -> None:
        # Cells of another size share the baseline of the first line.
        baseline = y + PAD_Y + SIZES[0][0] * MM_PER_POINT
        for text in cell.texts:
            if column.figures:
                self._text_right(x + self.widths[column.key] - PAD_X, baseline, text, cell.size)
            elif text:
                self._text(x + PAD_X, baseline, text, cell.size)
            baseline += cell.step

    def _section(self, item: SetLine, y: float) -> None:
        name = item.cells["title"].texts[0]
        self.pdf.set_font("report", "B", 9)
        self.pen = None
        self.pdf.start_section(name)
        head = self.tags.add(self.tags.add(self.body, "TR"), "TH", spans(len(self.columns)))
        with self.tags.content(head):
            self._text(LEFT + PAD_X, y + 5.6, name, 9, bold=True, colour=BRAND)
        with self.tags.artifact():
            self._rule(y + item.height)

    def _total(self, item: SetLine, y: float) -> None:
        with self.tags.artifact():
            self._sum_band(y, item.height)
        row = self.tags.add(self.body, "TR")
        before = [column.key for column in self.columns].index("amount")
        with self.tags.content(self.tags.add(row, "TH", spans(before))):
            self._sum_title(item.cells["title"].texts[0], y, item.height)
        with self.tags.content(self.tags.add(row, "TD")):
            self._sum_amount(item.cells["amount"].texts[0], y, item.height)
        if after := len(self.columns) - before - 1:
            self.tags.add(row, "TD", spans(after))

    def _page_sum(self, page: SheetPage, y: float) -> None:
        # Of the page, not of the table: who has it read out is not told sums of sheets of paper between the rows.
        with self.tags.artifact():
            self._sum_band(y, SUM_ROW)
            self._sum_title(_("本页小计　%(count)s 笔") % {"count": f"{page.count:,}"}, y, SUM_ROW)
            self._sum_amount(plain_amount(page.amount), y, SUM_ROW)
            self._rule(y + SUM_ROW, 0.35, INK)

    def _sum_band(self, y: float, height: float) -> None:
        self._band(y, height)
        self._rule(y, 0.2, INK)

    def _sum_title(self, title: str, y: float, height: float) -> None:
        self._text(LEFT + PAD_X, y + height / 2 + 1.1, title, 8, bold=True)

    def _sum_amount(self, amount: str, y: float, height: float) -> None:
        for column, x in self._placed():
            if column.key == "amount":
                self._text_right(x + self.widths[column.key] - PAD_X, y + height / 2 + 1.1, amount, 8, bold=True)
