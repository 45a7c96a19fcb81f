"""Workbooks (xlsx) made in memory alone: what holds identity numbers never lies in a temporary file in clear."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from core.exporting import as_text_cell

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
_FIXED = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPES}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_TYPES}.styles+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPES}.worksheet+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_DOCUMENT}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="rId1" Type="{_DOCUMENT}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_DOCUMENT}/styles" Target="styles.xml"/>'
        "</Relationships>"
    ),
    # Style 1 is text (format 49), so that a program keeps all 18 places of a number; style 2 is the head, in bold.
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font><sz val="11"/></font><font><b/><sz val="11"/></font>'
        '</fonts><fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="3"><xf xfId="0"/>'
        '<xf numFmtId="49" applyNumberFormat="1" xfId="0"/>'
        '<xf numFmtId="49" fontId="1" applyFont="1" xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    ),
}


def workbook_of(title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]] = ()) -> bytes:
    """Return a workbook of one sheet, every cell text; `columns` are heads and widths in characters.

    No cell is run as a formula (`core.exporting.as_text_cell`). Source: ECMA-376 Part 1, 18.3.
    """
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{width}" style="1" customWidth="1"/>'
        for n, (_head, width) in enumerate(columns, start=1)
    )
    lines = [_line(1, [head for head, _width in columns], style=2)]
    lines += [_line(number, row, style=1) for number, row in enumerate(rows, start=2)]
    parts = {
        **_FIXED,
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
            f'<sheet name="{escape(title)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": (
            f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
            '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{widths}</cols><sheetData>{''.join(lines)}</sheetData></worksheet>"
        ),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, _HEAD + text)
    return made.getvalue()


def _line(number: int, cells: Sequence[str], *, style: int) -> str:
    texts = (escape(as_text_cell(cell)) for cell in cells)
    written = (f'<c t="inlineStr" s="{style}"><is><t xml:space="preserve">{text}</t></is></c>' for text in texts)
    return f'<row r="{number}">{"".join(written)}</row>'
