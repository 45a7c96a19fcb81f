"""Small tables that people hand in: every digit as it was written, or refused."""

import datetime
import io

import openpyxl
import pytest

from core.errors import DomainError
from core.tables import read_table


def workbook(*rows: list[object]) -> bytes:
    book, target = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (12.1, "12.1"), (0.1 + 0.2, "0.3"), (123456789.12, "123456789.12"), (100.0, "100"), (7, "7"), (None, ""),
        (" 示例 ", "示例"), (datetime.date(2026, 1, 31), "2026-01-31"), ("6222020000000012", "6222020000000012"),
    ],
)  # fmt: skip
def test_a_cell_is_read_as_it_was_written(cell: object, text: str) -> None:
    assert read_table(workbook(["x", cell]), most_rows=5) == [["x", text]]


def test_a_number_that_a_spreadsheet_has_rounded_is_refused_with_its_row() -> None:
    with pytest.raises(DomainError, match="第 2 行") as refused:
        read_table(workbook(["账号"], [6.22202000000000123e18]), most_rows=5)
    assert (refused.value.code, "6222" in refused.value.message) == ("file_digits_lost", False)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_csv_is_read_in_both_encodings(encoding: str) -> None:
    assert read_table("姓名, 𬭎\r\n示例,1.10\r\n".encode(encoding), most_rows=2) == [["姓名", "𬭎"], ["示例", "1.10"]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b" \n", "file_empty"),
        (b"a\n" * 3, "file_too_long"),
        (b"a\x00b", "file_unreadable"),
        (b"PK\x03\x04x", "file_unreadable"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data: bytes, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_table(data, most_rows=2)
    assert (refused.value.code, list(refused.value.fields)) == (code, ["file"])
