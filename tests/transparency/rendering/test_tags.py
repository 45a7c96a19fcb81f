"""The tags of a volume: whoever has it read out hears the table, every cell whole, and nothing else."""

import re
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject, NumberObject

from core.printing.glyphs import printable
from tests.transparency.rendering.samples import LONG_NAME, RARE_NAME, make_rows, make_snapshot
from transparency.rendering import volumes
from transparency.rendering.listings import gift_listing
from transparency.rendering.volumes import write_volumes

SHOWS_TEXT = {b"Tj", b"TJ", b"'", b'"'}
DRAWS = SHOWS_TEXT | {b"S", b"f", b"B", b"b", b"Do"}


@pytest.fixture(autouse=True)
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "ROWS_PER_VOLUME", 60)


class Told:
    """What a reader of tags makes of a file: content by page and number, and the elements that hold it."""

    def __init__(self, path: Path) -> None:
        self.reader = PdfReader(path)
        self.pages = {page.indirect_reference: index for index, page in enumerate(self.reader.pages)}
        self.pieces: dict[tuple[int, int], str] = {}
        self.loose: list[bytes] = []
        for index in range(len(self.reader.pages)):
            self._read_page(index)
        self.root = cast("Any", self.reader.root_object["/StructTreeRoot"])
        [document] = self.root["/K"]
        self.document = document.get_object()

    def _read_page(self, index: int) -> None:
        page: Any = self.reader.pages[index]
        content = ContentStream(page["/Contents"].get_object(), self.reader)
        fonts = {name: _codes(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
        open_pieces: list[int | None] = []
        codes: dict[str, str] = {}
        for operands, operator in content.operations:
            if operator in (b"BDC", b"BMC"):
                open_pieces.append(operands[1]["/MCID"] if operator == b"BDC" else None)
                if open_pieces[-1] is not None:
                    self.pieces[index, int(open_pieces[-1])] = ""
            elif operator == b"EMC":
                open_pieces.pop()
            elif operator == b"Tf":
                codes = fonts[operands[0]]
            elif operator in DRAWS and not open_pieces:
                self.loose.append(operator)
            if operator in SHOWS_TEXT and open_pieces and open_pieces[-1] is not None:
                self.pieces[index, int(open_pieces[-1])] += _text(operands[0], codes)
        assert open_pieces == []

    def kids(self, element: DictionaryObject) -> list[Any]:
        """The elements and pieces of content below an element, in order."""
        found = []
        for kid in element.get("/K", []):
            held = kid.get_object()
            if isinstance(held, NumberObject):
                found.append((self.pages[element.raw_get("/Pg")], int(held)))
            elif held.get("/Type") == "/MCR":
                found.append((self.pages[held.raw_get("/Pg")], int(held["/MCID"])))
            else:
                assert held.raw_get("/P") == element.indirect_reference
                found.append(held)
        return found

    def held(self, element: DictionaryObject) -> list[tuple[int, int]]:
        """The pieces of content below an element, however deep."""
        found: list[tuple[int, int]] = []
        for kid in self.kids(element):
            found += [kid] if isinstance(kid, tuple) else self.held(kid)
        return found

    def text(self, element: DictionaryObject) -> str:
        """What is read out for an element."""
        if "/ActualText" in element:
            return str(element["/ActualText"])
        return "".join(self.pieces[kid] if isinstance(kid, tuple) else self.text(kid) for kid in self.kids(element))

    def table(self) -> list[list[str]]:
        """The rows of the table's body."""
        _head, body = self.kids(self.kids(self.document)[3])
        return [[self.text(cell) for cell in self.kids(row)] for row in self.kids(body)]


def _codes(font: Any) -> dict[str, str]:
    """The characters of a font's two-byte codes, from its own ToUnicode."""
    mapped = font["/ToUnicode"].get_object().get_data().decode("latin-1")
    codes = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", mapped, re.DOTALL):
        for code, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            codes[code.upper()] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", mapped, re.DOTALL):
        for first, last, text in re.findall(r"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                codes[f"{int(first, 16) + step:04X}"] = chr(int(text, 16) + step)
    return codes


def _text(shown: Any, codes: dict[str, str]) -> str:
    raw = shown.original_bytes
    return "".join(codes[raw[at : at + 2].hex().upper()] for at in range(0, len(raw), 2))


def told(rows: list[dict[str, Any]], folder: Path, scope: str = "below") -> list[Told]:
    """Write the volumes and read their tags."""
    return [Told(volume.path) for volume in write_volumes(make_snapshot(rows, scope), iter(rows), folder)]


def test_every_row_is_read_out_cell_by_cell_in_the_order_of_the_report(tmp_path: Path) -> None:
    rows = make_rows(130, late=10, corrections=5, scope="below")
    rows[0]["donor"] = RARE_NAME
    listing = gift_listing(make_snapshot(rows, "below"))
    heard = [line for part in told(rows, tmp_path) for line in part.table()]
    cells = [line for line in heard if len(line) == len(listing.columns)]
    assert cells == [
        [printable(listing.cells(row, position, listing.columns)[column.key]) for column in listing.columns]
        for position, row in enumerate(rows, start=1)
    ]
    headings = [line[0] for line in heard if len(line) == 1]
    assert headings == ["本期收到", "本期收到（续）", "本期收到（续）", "补报", "更正"]


def test_headings_and_sums_span_the_columns_that_they_stand_for(tmp_path: Path) -> None:
    [part] = told(make_rows(4), tmp_path, "alone")
    kinds = [kid["/S"] for kid in part.kids(part.document)]
    assert kinds == ["/H1", "/P", "/P", "/Table"]
    head, body = part.kids(part.kids(part.document)[3])
    [titles] = part.kids(head)
    columns = len(part.kids(titles))
    assert {cell["/A"]["/Scope"] for cell in part.kids(titles)} == {"/Column"}
    assert {cell["/S"] for cell in part.kids(titles)} == {"/TH"}
    for row in part.kids(body):
        widths = [cell.get("/A", {}).get("/ColSpan", 1) for cell in part.kids(row)]
        assert sum(widths) == columns


def test_a_name_that_is_broken_over_lines_and_pages_is_read_out_whole(tmp_path: Path) -> None:
    rows = make_rows(3)
    rows[1]["donor"] = LONG_NAME
    rows[2]["purpose"] = "Aid for families in the mountains, as the giver wrote it; " * 60
    [part] = told(rows, tmp_path, "alone")
    heard = [cell for line in part.table() for cell in line]
    assert LONG_NAME in heard
    assert printable(rows[2]["purpose"]).strip() in [cell.strip() for cell in heard]
    pages = {place[0] for place in part.pieces}
    assert len(pages) > 1


def test_whatever_is_drawn_is_tagged_or_belongs_to_the_page(tmp_path: Path) -> None:
    for part in told(make_rows(70, late=3), tmp_path):
        assert part.loose == []
        assert sorted(part.held(part.document)) == sorted(part.pieces)
        assert "本页小计" not in "".join(part.pieces.values())


def test_the_way_from_content_to_its_element_is_the_way_back(tmp_path: Path) -> None:
    for part in told(make_rows(70), tmp_path):
        nums = part.root["/ParentTree"]["/Nums"]
        lists = {int(nums[at]): nums[at + 1].get_object() for at in range(0, len(nums), 2)}
        assert part.root["/ParentTreeNextKey"] == len(lists)
        for index, page in enumerate(part.reader.pages):
            holders: Any = lists[int(cast("Any", page["/StructParents"]))]
            assert len(holders) == sum(1 for place in part.pieces if place[0] == index)
            for number, holder in enumerate(holders):
                assert isinstance(holder, IndirectObject)
                assert (index, number) in part.kids(cast("Any", holder.get_object()))


@settings(max_examples=6, deadline=None)
@given(lengths=st.lists(st.integers(min_value=0, max_value=900), min_size=1, max_size=8))
def test_whatever_the_length_of_its_cells_a_row_is_read_out_whole(
    lengths: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = make_rows(len(lengths))
    for row, length in zip(rows, lengths, strict=True):
        row["purpose"] = ("善款用于 families 与 villages，" * 60)[:length].strip()
    listing = gift_listing(make_snapshot(rows))
    [part] = told(rows, tmp_path_factory.mktemp("tags"), "alone")
    at = [column.key for column in listing.columns].index("purpose")
    heard = [line[at] for line in part.table() if len(line) == len(listing.columns)]
    assert heard == [printable(listing.cells(row, 1, listing.columns)["purpose"]) for row in rows]
