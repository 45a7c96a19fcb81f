import hashlib
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from core.printing.glyphs import text_width
from tests.transparency.rendering.samples import LONG_NAME, MISSING, RARE_NAME, make_rows, make_snapshot
from transparency.rendering import volumes
from transparency.rendering.figures import FiguresDisagree
from transparency.rendering.sheet import MM_PER_POINT, Line, column_widths, page_room, paginate
from transparency.rendering.tables import printed_columns
from transparency.rendering.volumes import Volume, volume_count, write_volumes


@pytest.fixture(autouse=True)
def small_volumes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(volumes, "ROWS_PER_VOLUME", 60)


def written(rows: list[dict[str, Any]], folder: Path, scope: str = "below") -> list[Volume]:
    return write_volumes(make_snapshot(rows, scope), iter(rows), folder)


def text_of(volume: Volume) -> list[str]:
    # pypdf takes the two-byte codes of an embedded CMap for single bytes; poppler, PDFium and pdf.js read them rightly.
    return [page.extract_text().replace("\0", "") for page in PdfReader(volume.path).pages]


def without_breaks(pages: list[str]) -> str:
    return re.sub(r"\s", "", "".join(pages))


def test_volumes_tile_the_rows_and_carry_the_digest_of_their_file(tmp_path: Path) -> None:
    made = written(make_rows(130, late=10, corrections=5, scope="below"), tmp_path)
    assert [(volume.first_row, volume.last_row) for volume in made] == [(1, 60), (61, 120), (121, 145)]
    for volume in made:
        assert hashlib.sha256(volume.path.read_bytes()).hexdigest() == volume.sha256
        assert len(PdfReader(volume.path).pages) == volume.pages


def test_every_row_can_be_read_out_of_its_volume(tmp_path: Path) -> None:
    rows = make_rows(100, late=4, corrections=2, scope="below")
    made = written(rows, tmp_path)
    for volume in made:
        text = "\n".join(text_of(volume))
        for row in rows[volume.first_row - 1 : volume.last_row]:
            assert row["number"] in text
            assert f"{Decimal(row['amount']):,.2f}" in text


def test_each_page_has_its_head_its_number_and_its_sum_and_these_add_up(tmp_path: Path) -> None:
    rows = make_rows(115, late=4, corrections=3)
    total = Decimal(0)
    for volume in written(rows, tmp_path, "alone"):
        for number, page in enumerate(text_of(volume), start=1):
            assert "捐赠编号" in page
            assert "数据截至 2026-11-01 02:00" in page
            assert f"第 {number} 页 共 {volume.pages} 页" in page
            total += page_sum(page)
    assert total == sum(Decimal(row["amount"]) for row in rows)


def page_sum(page: str) -> Decimal:
    lines = page.splitlines()
    at = next(number for number, line in enumerate(lines) if "本页小计" in line)
    beside = " ".join(lines[at - 1 : at + 1])
    found = re.findall(r"-?[0-9,]+\.[0-9]{2}", beside)
    return Decimal(found[-1].replace(",", ""))


def test_sections_end_with_the_totals_of_the_report_also_across_volumes(tmp_path: Path) -> None:
    rows = make_rows(70, late=3, corrections=2)
    snapshot = make_snapshot(rows)
    first, second = written(rows, tmp_path, "alone")
    assert "本期收到合计" not in without_breaks(text_of(first))
    text = without_breaks(text_of(second))
    assert "本期收到（续）" in text
    for section, label in (("current", "本期收到"), ("late", "补报"), ("corrections", "更正")):
        assert f"{label}合计{snapshot['sections'][section]['count']}笔" in text
        assert f"{Decimal(snapshot['sections'][section]['amount']):,.2f}" in text
    assert "全部明细总计75笔" in text


def test_rare_characters_are_shown_and_missing_ones_as_code_points(tmp_path: Path) -> None:
    rows = make_rows(3)
    rows[0]["donor"] = RARE_NAME
    rows[1]["donor"] = f"示例{MISSING}农场"
    text = without_breaks(text_of(written(rows, tmp_path)[0]))
    assert RARE_NAME in text
    assert "示例【U+1F33E】农场" in text


def test_a_name_of_200_characters_is_printed_whole(tmp_path: Path) -> None:
    rows = make_rows(3)
    rows[1]["donor"] = LONG_NAME
    assert len(LONG_NAME) == 200
    [volume] = written(rows, tmp_path, "alone")
    assert LONG_NAME in without_breaks(text_of(volume))


def test_a_number_or_an_amount_is_never_broken_and_never_wider_than_its_column() -> None:
    columns = printed_columns("below")
    cells = {column.key: "示例" for column in columns}
    cells |= {"position": "1234567", "number": "330106-S123-2026-00001234", "amount": "-999,999,999,999.99"}
    [page] = paginate([Line("row", cells, Decimal("1.00"))], columns)
    for key, width in column_widths(columns).items():
        cell = page.lines[0].cells[key]
        assert cell.texts == [cells[key]]
        assert text_width(cells[key]) * cell.size * MM_PER_POINT < width
        assert cell.size > 5.5


def test_a_row_taller_than_a_page_goes_on_and_counts_once() -> None:
    columns = printed_columns("alone")
    cells = {column.key: "示例" for column in columns} | {"note": "很长的虚构说明" * 600}
    pages = paginate([Line("row", cells, Decimal("5.00"))] * 2, columns)
    assert len(pages) > 2
    assert sum(page.count for page in pages) == 2
    assert sum(page.amount for page in pages) == Decimal("10.00")
    shown = "".join(text for page in pages for item in page.lines for text in item.cells["note"].texts)
    assert shown == "很长的虚构说明" * 1200


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["row", "section", "total"]), st.integers(0, 260)), max_size=80))
def test_no_page_is_fuller_than_its_room_and_no_line_is_lost(kinds: list[tuple[str, int]]) -> None:
    columns = printed_columns("below")
    lines = [
        Line("row", {column.key: "例" * (4 if column.whole else length) for column in columns}, Decimal("1.00"))
        if kind == "row"
        else Line(kind, {"title": "示例", "amount": "1.00"})
        for kind, length in kinds
    ]
    pages = paginate(lines, columns)
    assert all(page.height <= page_room(first=at == 0) + 1e-6 for at, page in enumerate(pages))
    assert sum(item.counts for page in pages for item in page.lines) == len(lines)
    assert sum(page.count for page in pages) == sum(kind == "row" for kind, _length in kinds)


def test_a_section_heading_never_stands_last_on_its_page() -> None:
    columns = printed_columns("alone")
    row = Line("row", {column.key: "示例" for column in columns}, Decimal("1.00"))
    heading = Line("section", {"title": "补报"})
    for before in range(1, 40):
        pages = paginate([*[row] * before, heading, row], columns)
        assert all(page.lines[-1].line.kind == "row" for page in pages)


def test_rows_that_changed_after_the_check_are_refused(tmp_path: Path) -> None:
    rows = make_rows(5)
    snapshot = make_snapshot(rows)
    rows[2]["amount"] = "999.99"
    with pytest.raises(FiguresDisagree) as caught:
        write_volumes(snapshot, iter(rows), tmp_path)
    assert caught.value.code == "report_rows_changed"


def test_the_number_of_volumes_covers_all_rows() -> None:
    assert [volume_count(rows) for rows in (0, 1, 60, 61, 600)] == [0, 1, 1, 2, 10]


def test_a_volume_names_its_author_language_and_fixed_date(tmp_path: Path) -> None:
    [volume] = written(make_rows(3), tmp_path)
    reader = PdfReader(volume.path)
    said = reader.xmp_metadata
    assert said is not None
    assert said.dc_creator == ["浙江省红十字会"]
    assert "2026年10月捐赠接受公示" in said.dc_title["x-default"]
    assert said.xmp_create_date == datetime(2026, 10, 31, 18)  # noqa: DTZ001 - pypdf gives it in UTC without saying so
    assert (said.pdfaid_part, said.pdfaid_conformance) == ("3", "A")
    assert reader.root_object["/Lang"] == "zh-CN"
    assert [item["/Title"] for item in reader.outline] == ["本期收到"]
