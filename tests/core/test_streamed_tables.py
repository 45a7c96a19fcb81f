"""Long tables as people hand them in: encodings, workbooks, cells; each refusal has a sentence."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest

from core.streamed_tables import LOST, TableRefused, cell_text, encoding_of, start_of, workbook_rows


@pytest.mark.parametrize(
    ("content", "encoding"),
    [("甲".encode(), "utf-8-sig"), ("\ufeff甲".encode(), "utf-8-sig"), ("甲".encode("gbk"), "gb18030")],
)
def test_the_encoding_is_the_one_that_all_of_it_reads_as(tmp_path: Path, content: bytes, encoding: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    assert encoding_of(path) == encoding
    assert path.read_text(encoding=encoding) == "甲"


@pytest.mark.parametrize(("content", "code"), [(b"a\x00", "nul"), (b"\xff\xff\xff", "encoding")])
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(content)
    with pytest.raises(TableRefused) as told:
        encoding_of(path)
    assert told.value.code == code


def test_the_cells_of_a_workbook_are_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([" 甲 ", 12, 1.5, datetime.date(2020, 1, 2), None, 10**16])
    book.save(path)
    assert start_of(path) == b"PK\x03\x04"
    assert list(workbook_rows(path)) == [["甲", "12", "1.5", "2020-01-02", "", LOST]]
    assert cell_text(True) == "True"


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(TableRefused) as told:
        next(workbook_rows(path, largest=10))
    assert told.value.code == "workbook_large"


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(TableRefused, match="打不开"):
        next(workbook_rows(path))
