"""Small tables that people hand in as CSV or XLSX."""

import csv
import datetime
import io
import zipfile

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from core.errors import DomainError

LARGEST_BYTES = 2 * 1024 * 1024
LARGEST_UNPACKED = 20 * 1024 * 1024
# A spreadsheet keeps 15 digits of a number.
EXACT_BELOW = 10**15


def read_table(data: bytes, *, most_rows: int) -> list[list[str]]:
    """Return the cells of the first sheet, or of a CSV in UTF-8 or GB18030, as text without blanks around it.

    A number is written with up to 15 digits, a date as 2026-01-31. At most 2 MB and `most_rows` rows. Raises
    DomainError with the field `file`, never repeating what stands in it; also where a spreadsheet has rounded digits
    away, as it does with numbers of cards and accounts that were not typed as text.
    """
    if not data.strip():
        raise _refused("file_empty", _("文件是空的，请重新导出后再上传。"))
    if len(data) > LARGEST_BYTES:
        raise _refused("file_too_large", _("文件超过 2 MB，请只保留要上传的这张表。"))
    rows = _workbook_cells(data, most_rows) if data[:4] == b"PK\x03\x04" else _csv_cells(data)
    if len(rows) > most_rows:
        raise _refused("file_too_long", _("文件超过 %(most)d 行，请分成几份。") % {"most": most_rows})
    return rows


def _csv_cells(data: bytes) -> list[list[str]]:
    if b"\x00" in data or data[:4] in (b"%PDF", b"\xd0\xcf\x11\xe0"):
        raise _unreadable()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        try:
            return [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline=""), strict=True)]
        except csv.Error:
            break
    raise _unreadable()


def _workbook_cells(data: bytes, most_rows: int) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > LARGEST_UNPACKED:
                raise _refused("file_too_large", _("工作簿展开后过大，请只保留要上传的这张表。"))
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        try:
            rows = book.worksheets[0].iter_rows(max_row=most_rows + 1, values_only=True)
            return [[_text(cell, number) for cell in row] for number, row in enumerate(rows, start=1)]
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError, OSError) as error:
        raise _unreadable() from error


def _text(cell: object, row_number: int) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    if isinstance(cell, float):
        if abs(cell) >= EXACT_BELOW:
            sentence = _(
                "第 %(row)d 行有超过 15 位的数字，表格软件已丢掉后几位。请把这一列改为文本格式，重新填写后再上传。"
            )
            raise _refused("file_digits_lost", sentence % {"row": row_number})
        # As many digits as a spreadsheet keeps: 12.1, not 12.0999…, and 123456789.12 to the fen.
        return str(int(cell)) if cell.is_integer() else f"{cell:.15g}"
    return str(cell).strip()


def _unreadable() -> DomainError:
    return _refused("file_unreadable", _("文件不是可读的 CSV 或 XLSX，请用模板另存后再上传。"))


def _refused(code: str, sentence: str) -> DomainError:
    return DomainError(code, sentence, {"file": sentence})
