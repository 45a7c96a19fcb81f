"""Workbooks (xlsx) written as a stream: what they hold never lies in clear in a file, nor as a whole in memory.

For files with sensitive data, which go chunk by chunk into a sealed file; `core.exporting.write_xlsx` keeps temporary
files in clear.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _

from core.exporting import XLSX_ROWS, ExportError, as_text_cell

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
# Style 1 is text (format 49), so that a program keeps all 18 places of a number; style 2 is the head, in bold.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3">'
    '<xf xfId="0"/><xf numFmtId="49" applyNumberFormat="1" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" applyFont="1" xfId="0"/></cellXfs><cellStyles count="1">'
    '<cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
_BLOCK_BYTES = 64 * 1024
_COLUMN_WIDTH = 22


@dataclass(frozen=True)
class TextSheet:
    """One sheet of texts: its title (at most 31 characters), the header and the rows, taken one by one."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[str]]


def stream_workbook(sheets: Sequence[TextSheet]) -> Iterator[bytes]:
    """Yield a workbook in blocks, every cell text, none of them run as a formula; memory stays flat.

    Raises ExportError beyond the rows that Excel can hold. Source: ECMA-376 Part 1, 18.3.
    """
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _fixed_parts(sheets).items():
            archive.writestr(name, _HEAD + text)
        for at, sheet in enumerate(sheets, start=1):
            with archive.open(f"xl/worksheets/sheet{at}.xml", "w", force_zip64=True) as part:
                for text in _sheet_texts(sheet):
                    part.write(text.encode())
                    if sink.tell_waiting() >= _BLOCK_BYTES:
                        yield sink.taken()
    yield sink.taken()


class _Sink(io.RawIOBase):
    """A file that nobody can go back in: what was written waits until it is taken."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def tell_waiting(self) -> int:
        return len(self._waiting)

    def taken(self) -> bytes:
        data = bytes(self._waiting)
        self._waiting.clear()
        return data


def _fixed_parts(sheets: Sequence[TextSheet]) -> dict[str, str]:
    numbers = range(1, len(sheets) + 1)
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{_TYPES}.worksheet+xml"/>' for n in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_DOCUMENT}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    named = "".join(
        f'<sheet name="{escape(sheet.title, {chr(34): "&quot;"})}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(numbers, sheets, strict=True)
    )
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>{overrides}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}">{links}<Relationship Id="rId{len(sheets) + 1}" '
            f'Type="{_DOCUMENT}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>{named}</sheets></workbook>',
        "xl/styles.xml": _STYLES,
    }


def _sheet_texts(sheet: TextSheet) -> Iterator[str]:
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{max(1, len(sheet.header))}" width="{_COLUMN_WIDTH}" style="1" customWidth="1"/>'
        f"</cols><sheetData>{_line(1, sheet.header, style=2)}"
    )
    for number, row in enumerate(sheet.rows, start=2):
        if number > XLSX_ROWS:
            raise ExportError(
                "sheet_too_long",
                _("这张表超过 Excel 的 %(rows)s 行上限，请缩小范围，或改为下载 CSV。") % {"rows": XLSX_ROWS},
            )
        yield _line(number, row, style=1)
    yield "</sheetData></worksheet>"


def _line(number: int, cells: Sequence[str], *, style: int) -> str:
    texts = (escape(as_text_cell(cell)) for cell in cells)
    written = (f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{"".join(written)}</row>'
