"""Old Excel files (BIFF8) made by hand: no maintained library writes them, and lists still come in them.

Only what a list needs: one stream, text as LABEL records, numbers as NUMBER records ([MS-XLS] 2.4.148, 2.4.180) in
a compound file ([MS-CFB]). `extra_entries`, `extra_records`, `far_cell` and
`claimed_rows` make the files that must be refused.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _label(row: int, column: int, text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return _record(0x0204, struct.pack("<HHHHB", row, column, 0, len(encoded) // 2, 1) + encoded)


def _number(row: int, column: int, value: float) -> bytes:
    return _record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def _cells(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    parts = []
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, str) and cell:
                parts.append(_label(at, column, cell))
            elif isinstance(cell, int | float):
                parts.append(_number(at, column, float(cell)))
    return b"".join(parts)


def _stream(
    rows, sheet: str, extra_records: bytes, far_cell: tuple[int, int] | None, sheet_type: int, claimed_rows: int | None
) -> bytes:
    begin = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = sheet.encode("utf-16-le")
    codepage = _record(0x0042, struct.pack("<H", 1200))
    bound_size = 4 + 8 + len(name)
    start = 4 + len(begin) + len(codepage) + len(extra_records) + bound_size + 4
    bound = _record(0x0085, struct.pack("<IBBBB", start, 0, sheet_type, len(name) // 2, 1) + name)
    book = _record(0x0809, begin) + extra_records + codepage + bound + _record(0x000A, b"")
    width = max((len(row) for row in rows), default=0)
    body = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0x0DBB, 0x07CC, 0, 6))
    body += _record(
        0x0200, struct.pack("<IIHHH", 0, len(rows) if claimed_rows is None else claimed_rows, 0, width, 0)
    ) + _cells(rows)
    if far_cell is not None:
        body += _number(*far_cell, 1.0)
    return book + body + _record(0x000A, b"")


def _entry(name: str, kind: int, start: int, size: int, child: int = -1, right: int = -1) -> bytes:
    encoded = name.encode("utf-16-le") + b"\x00\x00"
    body = encoded.ljust(64, b"\x00") + struct.pack("<HBB", len(encoded), kind, 1)
    body += struct.pack("<iii", -1, right, child) + b"\x00" * 36
    return body + struct.pack("<IQ", start, size)


def compound_file(streams: Sequence[tuple[str, bytes]]) -> bytes:
    """Return a compound file with these streams; each is padded to the size from which it has sectors of its own."""
    padded = [(name, data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\x00")) for name, data in streams]
    directory_sectors = -(-(len(padded) + 1) // 4)
    data_sectors = sum(len(data) // _SECTOR for _name, data in padded)
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + data_sectors:
        fat_sectors += 1
    assert fat_sectors <= 109, "larger than this writer needs to be"
    fat = [_FAT] * fat_sectors
    fat += [fat_sectors + at + 1 for at in range(directory_sectors - 1)] + [_END]
    entries = [_entry("Root Entry", 5, _END, 0, child=1)]
    for at, (name, data) in enumerate(padded, start=1):
        start, count = len(fat), len(data) // _SECTOR
        fat += [start + step + 1 for step in range(count - 1)] + [_END]
        entries.append(_entry(name, 2, start, len(data), right=at + 1 if at < len(padded) else -1))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 16 + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, fat_sectors, fat_sectors, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors))
    table = struct.pack(f"<{fat_sectors * 128}I", *fat, *[_FREE] * (fat_sectors * 128 - len(fat)))
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\x00")
    return header + table + directory + b"".join(data for _name, data in padded)


def write_xls(
    path: Path,
    rows: Sequence[Sequence[str | float | None]],
    *,
    sheet: str = "公示",
    extra_entries: Sequence[str] = (),
    extra_records: bytes = b"",
    far_cell: tuple[int, int] | None = None,
    sheet_type: int = 0,
    claimed_rows: int | None = None,
) -> Path:
    """Write rows as a BIFF8 workbook of one sheet."""
    stream = _stream(rows, sheet, extra_records, far_cell, sheet_type, claimed_rows)
    path.write_bytes(compound_file([("Workbook", stream), *((name, b"made up") for name in extra_entries)]))
    return path


PASSWORD_RECORD = _record(0x002F, struct.pack("<HHH", 0, 0x1234, 0x5678))
