"""Tags of the PDFs that fpdf2 writes: a structure tree of any depth, packed into object streams.

fpdf2 tags pictures and headings only, and writes each object on its own: the 45,000 elements of a table of 5,000 rows
would take 4 MB. Packed (ISO 32000-1, 7.5.7 and 7.5.8) they take a twentieth of that.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from fpdf import FPDF
from fpdf.output import ContentWithoutID, OutputProducer, PDFXrefAndTrailer
from fpdf.syntax import Name, PDFContentStream, PDFObject, PDFString

OBJECTS_PER_STREAM = 500
# Bytes of an entry of the cross-reference stream: its type, an offset or a stream's number, an index or nothing.
ENTRY = (1, 4, 2)


class Element:
    """A structure element (ISO 32000-1, 14.7.2): its kind, its attributes as written, its elements or its content."""

    __slots__ = ("attributes", "content", "elements", "kind", "parent")

    def __init__(self, kind: str, parent: "Element | None", attributes: str = "") -> None:
        self.kind = kind
        self.parent = parent
        self.attributes = attributes
        self.elements: list[Element] = []
        # Pages, from 1, and the numbers of marked content on them.
        self.content: list[tuple[int, int]] = []


class Tags:
    """The structure tree of one document, made while its pages are drawn."""

    def __init__(self, pdf: FPDF) -> None:
        self.pdf = pdf
        self.root = Element("Document", None)
        self.pages: defaultdict[int, list[Element]] = defaultdict(list)

    def add(self, parent: Element, kind: str, attributes: str = "") -> Element:
        """Append an element of a standard kind (ISO 32000-1, 14.8.4) to another and return it."""
        element = Element(kind, parent, attributes)
        parent.elements.append(element)
        return element

    @contextmanager
    def content(self, element: Element) -> Iterator[None]:
        """What is drawn inside is the content of this element; a further piece of it may stand on another page."""
        page = self.pdf.page
        number = len(self.pages[page])
        self.pages[page].append(element)
        element.content.append((page, number))
        # fpdf2 has no public way to write an operator.
        self.pdf._out(f"/{element.kind} <</MCID {number}>> BDC")
        yield
        self.pdf._out("EMC")

    @contextmanager
    def artifact(self) -> Iterator[None]:
        """What is drawn inside belongs to the page and not to the text: rules, bands, what repeats on each page."""
        self.pdf._out("/Artifact BMC")
        yield
        self.pdf._out("EMC")


def spans(columns: int) -> str:
    """Return the attributes of a cell over this many columns."""
    return f"/A<</O/Table/ColSpan {columns}>>" if columns > 1 else ""


def heads_column() -> str:
    """Return the attributes of the head of a column."""
    return "/A<</O/Table/Scope/Column>>"


def reads(text: str) -> str:
    """Return the attribute that gives a text as a whole which is broken over lines."""
    return f"/ActualText{PDFString(text).serialize()}"


class _ObjectStream(PDFContentStream):
    """Numbered objects, compressed together (ISO 32000-1, 7.5.7)."""

    def __init__(self, objects: list[tuple[int, str]]) -> None:
        places, texts, at = [], [], 0
        for number, text in objects:
            places.append(f"{number} {at}")
            texts.append(text)
            at += len(text) + 1
        head = " ".join(places) + "\n"
        super().__init__((head + "\n".join(texts)).encode("latin-1"), compress=True)
        self.type = Name("ObjStm")
        self.n = len(objects)
        self.first = len(head)


class _CrossReferences(ContentWithoutID):
    """Cross-reference stream and end of the file, in place of fpdf2's table, which cannot point into streams."""

    def __init__(self, producer: "TaggedProducer", table: PDFXrefAndTrailer) -> None:
        self.producer = producer
        self.table = table

    def serialize(self, _security_handler: Any = None) -> bytes:  # type: ignore[override]  # fpdf2 takes bytes too
        """Return the bytes from here to the end of the file."""
        producer, start = self.producer, len(self.producer.buffer)
        own = producer.obj_id + 1
        rows = [_entry(0, 0, 65535)]
        for number in range(1, own):
            packed = producer.packed.get(number)
            rows.append(_entry(2, *packed) if packed else _entry(1, producer.offsets[number], 0))
        rows.append(_entry(1, start, 0))
        content = zlib.compress(_differences(rows))
        catalog = cast("PDFObject", self.table.catalog_obj)
        identity = producer.fpdf._default_file_id(producer.buffer)
        head = (
            f"{own} 0 obj\n<</Type/XRef/Size {own + 1}/W[{ENTRY[0]} {ENTRY[1]} {ENTRY[2]}]"
            f"/Root {catalog.ref}/ID[{identity}]/Filter/FlateDecode"
            f"/DecodeParms<</Predictor 12/Columns {sum(ENTRY)}>>/Length {len(content)}>>\nstream\n"
        )
        return head.encode("latin-1") + content + f"\nendstream\nendobj\nstartxref\n{start}\n%%EOF".encode("latin-1")


def _entry(*values: int) -> bytes:
    return b"".join(value.to_bytes(size, "big") for value, size in zip(values, ENTRY, strict=True))


def _differences(rows: list[bytes]) -> bytes:
    """Each row as its difference to the one above (PNG's filter Up): entries that count on become the same bytes."""
    out, above = bytearray(), bytes(sum(ENTRY))
    for row in rows:
        out.append(2)
        out.extend((here - there) & 255 for here, there in zip(row, above, strict=True))
        above = row
    return bytes(out)


class TaggedProducer(OutputProducer):
    """Writes a document with its tags."""

    def __init__(self, fpdf: FPDF) -> None:
        super().__init__(fpdf)
        self.tags = cast("TaggedPdf", fpdf).tags
        self.packed: dict[int, tuple[int, int]] = {}

    def _add_structure_tree(self) -> PDFObject:
        objects, root = self._objects()
        for first in range(0, len(objects), OBJECTS_PER_STREAM):
            part = objects[first : first + OBJECTS_PER_STREAM]
            stream = self._add_pdf_obj(_ObjectStream(part), "structure_tree")
            self.packed.update({number: (stream, index) for index, (number, _text) in enumerate(part)})
        return root

    def _objects(self) -> tuple[list[tuple[int, str]], PDFObject]:
        """Number the root, the elements and each page's list of them, and write them."""
        elements = list(_walk(self.tags.root))
        root = PDFObject()
        root.id = self.obj_id + 1
        numbers = {element: root.id + 1 + index for index, element in enumerate(elements)}
        objects = [(numbers[element], self._written(element, numbers, root.id)) for element in elements]
        self.obj_id = root.id + len(elements)
        lists = []
        for key, (page, marked) in enumerate(sorted(self.tags.pages.items())):
            self.fpdf.pages[page].struct_parents = key
            self.obj_id += 1
            objects.append((self.obj_id, "[" + " ".join(f"{numbers[element]} 0 R" for element in marked) + "]"))
            lists.append(f"{key} {self.obj_id} 0 R")
        written = (
            f"<</Type/StructTreeRoot/K[{numbers[self.tags.root]} 0 R]"
            f"/ParentTree<</Nums[{' '.join(lists)}]>>/ParentTreeNextKey {len(lists)}>>"
        )
        return [(root.id, written), *objects], root

    def _written(self, element: Element, numbers: dict[Element, int], root: int) -> str:
        parent = numbers[element.parent] if element.parent else root
        kids = [f"{numbers[kid]} 0 R" for kid in element.elements]
        own = ""
        if element.content:
            # The page of the first piece is the element's; a piece on another page names its own.
            first = element.content[0][0]
            own = f"/Pg {self.fpdf.pages[first].id} 0 R"
            for page, number in element.content:
                there = f"<</Type/MCR/Pg {self.fpdf.pages[page].id} 0 R/MCID {number}>>"
                kids.append(str(number) if page == first else there)
        held = f"/K[{' '.join(kids)}]" if kids else ""
        return f"<</S/{element.kind}/P {parent} 0 R{own}{held}{element.attributes}>>"

    def _finalize_catalog(self, *args: Any, **options: Any) -> None:
        super()._finalize_catalog(*args, **options)
        self.pdf_objs[-1] = _CrossReferences(self, cast("PDFXrefAndTrailer", self.pdf_objs[-1]))


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for kid in element.elements:
        yield from _walk(kid)


class TaggedPdf(FPDF):
    """A document whose `tags` say what is drawn."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.tags = Tags(self)

    def written(self) -> bytes:
        """The bytes of the file, its tags inside."""
        return bytes(self.output(output_producer_class=TaggedProducer))
