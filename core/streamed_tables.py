"""Rows of long tables that people hand in as CSV or workbook: one after the other, never all in memory.

Short ones are read whole by core/tables.py.
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import python_calamine
from django.utils.translation import gettext as _

from core.errors import DomainError

LARGEST_UNPACKED = 600 * 1024 * 1024
# A spreadsheet keeps 15 digits of a number.
EXACT_BELOW = 10**15
# Stands for a cell whose last digits a spreadsheet has lost; no text that somebody types.
LOST = "\x00lost"
WORKBOOK_START = b"PK\x03\x04"
# Old workbooks and PDF.
OTHER_STARTS = (b"%PDF", b"\xd0\xcf\x11\xe0")
_READ_BYTES = 1 << 20


class TableRefused(DomainError):
    """A table cannot be read; the sentence repeats nothing of it."""


def start_of(path: Path) -> bytes:
    """The first four bytes of a file, by which its kind is told."""
    with path.open("rb") as file:
        return file.read(4)


def encoding_of(path: Path) -> str:
    """The encoding of a text: UTF-8, with or without mark, or GB18030, whichever all of it reads as.

    Raises TableRefused `nul` or `encoding`.
    """
    with path.open("rb") as raw:
        if any(b"\x00" in piece for piece in iter(lambda: raw.read(_READ_BYTES), b"")):
            raise TableRefused("nul", _("文件里有空字符，编码不对或已损坏，请另存为 UTF-8 的 CSV。"))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding) as file:
                for _piece in iter(lambda: file.read(_READ_BYTES), ""):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise TableRefused("encoding", _("文件的编码认不出来，请另存为 UTF-8 的 CSV。"))


def workbook_rows(path: Path, *, largest: int = LARGEST_UNPACKED) -> Iterator[list[str]]:
    """The cells of the first sheet of a workbook as text; a day as 2026-01-31, a cell that lost digits as LOST.

    `largest` is how many bytes it may have unpacked. Raises TableRefused `workbook` or `workbook_large`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > largest:
                raise TableRefused("workbook_large", _("工作簿展开后过大，请分成几份。"))
        book = python_calamine.load_workbook(str(path))
        sheet = book.get_sheet_by_index(0)
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, IndexError) as error:
        raise TableRefused("workbook", _("工作簿打不开，可能已损坏或加了密码，请另存后再上传。")) from error
    for row in sheet.iter_rows():
        yield [cell_text(cell) for cell in row]


def cell_text(cell: Any) -> str:
    """A cell of a workbook as text without blanks around it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= EXACT_BELOW:
            return LOST
        # smell-ok: 7 a number that a workbook made of a document's digits, not money
        return str(int(cell)) if float(cell).is_integer() else f"{cell:.15g}"
    return "" if cell is None else str(cell).strip()
