"""Tables that leave the portal: CSV and JSON as streams, XLSX as a file, with cells that no program runs.

Memory stays flat whatever the number of rows: they are taken from an iterator and handed on in blocks.
"""

import csv
import io
import json
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ERROR_CODES

from core.clock import SHANGHAI
from core.errors import DomainError

CSV_CONTENT_TYPE = "text/csv; charset=utf-8"
JSON_CONTENT_TYPE = "application/json"
XLSX_CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

# Without it, Excel in China reads a CSV file as GBK.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BLOCK_BYTES = 64 * 1024

XLSX_ROWS = 1_048_576
XLSX_CELL_CHARACTERS = 32_767
XLSX_DIGITS = 15

# What a spreadsheet takes for the beginning of a formula, the full-width forms included, also after characters that
# it leaves out at the start of a cell (OWASP, CSV Injection).
_FORMULA = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|[\t\r\n]")
_PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?", re.ASCII)
# What neither XML 1.0 nor UTF-8 can hold: controls but tab and line ends, lone surrogates, two noncharacters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SHEET_TITLE = re.compile(r"[^\[\]:*?/\\']{1,31}")


class ExportError(DomainError):
    """A table does not fit the file format that was asked for."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: its title (at most 31 characters), the header and the rows."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[Any]]


def as_text_cell(value: str) -> str:
    """Return a text that a spreadsheet shows and never runs: a possible formula gets an apostrophe before it.

    A plain negative number is left alone. Characters that no file format can hold are left out.
    Source: OWASP, CSV Injection.
    """
    text = _UNWRITABLE.sub("", value)
    if _FORMULA.match(text) and not _PLAIN_NUMBER.fullmatch(text):
        return "'" + text
    return text


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yield a CSV file in blocks: UTF-8 with byte order mark, CRLF, each cell in quotation marks (RFC 4180).

    Amounts keep all their places, days are ISO 8601, moments ISO 8601 in Asia/Shanghai, what is absent is empty.
    Raises TypeError for a value of another type and ValueError for a row of another length than the header.
    """
    block = io.StringIO()
    writer = csv.writer(block, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([_csv_cell(value) for value in header])
    yield BYTE_ORDER_MARK
    for row in rows:
        _check_length(header, row)
        writer.writerow([_csv_cell(value) for value in row])
        if block.tell() >= BLOCK_BYTES:
            yield _taken_from(block)
    yield _taken_from(block)


def stream_json(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield a JSON array of objects in blocks, one object to a line; no rows give `[]`.

    Amounts are text with all their places, days and moments ISO 8601. An error among the rows ends the stream
    without its closing bracket, so that nobody takes a part for the whole. Raises TypeError for another type and
    ValueError for NaN, which JSON does not have.
    """
    block = bytearray(b"[")
    separator = b"\n"
    for row in rows:
        line = json.dumps(row, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_json_value)
        block += separator + _UNWRITABLE.sub("", line).encode()
        separator = b",\n"
        if len(block) >= BLOCK_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block + (b"]\n" if separator == b"\n" else b"\n]\n"))


def write_xlsx(path: Path | str, sheets: Sequence[Sheet]) -> None:
    """Write a workbook row by row, with the first row of each sheet fixed as its header.

    Amounts and days are numbers and days there, moments are in Asia/Shanghai; no cell is a formula.
    Raises ExportError for what Excel cannot hold: more than 1,048,576 rows, or a text of more than 32,767
    characters; ValueError for a title that it does not allow, or for no sheet at all.
    """
    if not sheets:
        raise ValueError("a workbook has at least one sheet")
    for sheet in sheets:
        if not _SHEET_TITLE.fullmatch(sheet.title):
            raise ValueError(f"not a title for a sheet: {sheet.title!r}")
    workbook = Workbook(write_only=True)
    try:
        for sheet in sheets:
            _fill(workbook, sheet)
    except BaseException:
        # A workbook that is not saved leaves its sheets' temporary files open and behind.
        with tempfile.TemporaryFile() as nowhere:
            workbook.save(nowhere)
        raise
    workbook.save(path)


def _fill(workbook: Workbook, sheet: Sheet) -> None:
    target = workbook.create_sheet(sheet.title)
    target.freeze_panes = "A2"
    target.append([_xlsx_cell(target, value) for value in sheet.header])
    for number, row in enumerate(sheet.rows, start=2):
        _check_length(sheet.header, row)
        if number > XLSX_ROWS:
            raise ExportError(
                "sheet_too_long",
                _("这张表超过 Excel 的 %(rows)s 行上限，请缩小范围，或改为下载 CSV。") % {"rows": XLSX_ROWS},
            )
        target.append([_xlsx_cell(target, value) for value in row])


def _check_length(header: Sequence[str], row: Sequence[Any]) -> None:
    if len(row) != len(header):
        raise ValueError(f"a row of {len(row)} cells under a header of {len(header)}")


def _taken_from(block: io.StringIO) -> bytes:
    data = block.getvalue().encode()
    block.seek(0)
    block.truncate()
    return data


def _plain(value: Any) -> str | int | Decimal | date | None:
    """Reduce a value to one of the types that a table may hold; floats are not among them."""
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | Decimal():
            return value
        case datetime():
            if value.utcoffset() is None:
                raise TypeError("a naive datetime is not exported")
            return value.astimezone(SHANGHAI)
        case date():
            return value
        case UUID() | Promise():
            return str(value)
    raise TypeError(f"{type(value).__name__} is not exported")


def _csv_cell(value: Any) -> str:
    plain = _plain(value)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return as_text_cell(plain)
    return plain.isoformat() if isinstance(plain, date) else _digits(plain)


def _digits(number: int | Decimal) -> str:
    """Write a number with all its places and without exponent."""
    return format(number, "f") if isinstance(number, Decimal) else str(number)


def _json_value(value: Any) -> Any:
    plain = _plain(value)
    if isinstance(plain, Decimal):
        return _digits(plain)
    return plain.isoformat() if isinstance(plain, date) else plain


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    plain = _plain(value)
    if plain is None:
        return None
    if isinstance(plain, datetime):
        return plain.replace(tzinfo=None)
    if isinstance(plain, str):
        return _xlsx_text(sheet, as_text_cell(plain))
    if isinstance(plain, date):
        return plain
    # Excel keeps 15 digits of a number and turns the rest into zeros.
    if sum(figure.isdigit() for figure in _digits(plain)) > XLSX_DIGITS:
        return _digits(plain)
    return _xlsx_amount(sheet, plain) if isinstance(plain, Decimal) else plain


def _xlsx_text(sheet: Any, text: str) -> Any:
    if len(text) > XLSX_CELL_CHARACTERS:
        raise ExportError(
            "cell_too_long",
            _("有一格文字超过 Excel 的 %(count)s 字上限，请改为下载 CSV。") % {"count": XLSX_CELL_CHARACTERS},
        )
    if text not in ERROR_CODES:
        return text
    # openpyxl would write #N/A and the like as errors, which then spread through a reader's own formulas.
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    return cell


def _xlsx_amount(sheet: Any, amount: Decimal) -> Any:
    places = len(_digits(amount).partition(".")[2])
    cell = WriteOnlyCell(sheet)
    cell.value = amount
    cell.number_format = "#,##0" + ("." + "0" * places if places else "")
    return cell
