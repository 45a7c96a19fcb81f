"""Workbooks written as a stream: programs read them, no cell is run, memory stays flat."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Iterator

from openpyxl import load_workbook

from core.streamed_workbooks import TextSheet, stream_workbook


def rows(count: int) -> Iterator[list[str]]:
    for at in range(count):
        yield [f"第 {at} 行", f"{at:018d}", "x" * 40]


def test_a_program_reads_each_sheet_with_all_places_of_a_number() -> None:
    head = TextSheet('说明 & "引号"', ["项目", "内容"], [["用途", "<核对>"]])
    content = b"".join(stream_workbook([head, TextSheet("名单", ["甲", "乙", "丙"], rows(3))]))
    book = load_workbook(io.BytesIO(content))
    assert book.sheetnames == ['说明 & "引号"', "名单"]
    assert book.worksheets[0]["B2"].value == "<核对>"
    assert book.worksheets[1]["B4"].value == f"{2:018d}"


def test_no_cell_is_run_as_a_formula() -> None:
    content = b"".join(stream_workbook([TextSheet("名单", ["甲"], [["=1+1"], ["@SUM(A1)"], ["\t=1"]])]))
    cells = [row[0].value for row in load_workbook(io.BytesIO(content)).active.iter_rows(min_row=2)]
    assert [cell[0] for cell in cells] == ["'", "'", "'"]


def test_memory_stays_flat_over_many_rows() -> None:
    def most(count: int) -> int:
        tracemalloc.start()
        for _block in stream_workbook([TextSheet("名单", ["甲", "乙", "丙"], rows(count))]):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert most(20_000) < most(1_000) + 500_000
