"""A look into the container of old Excel files, before a reader is let loose on it.

[MS-CFB] is the container, [MS-XLS] the stream inside. Only so much is read as is needed to refuse a file: names of
streams, chains that run in a circle, encryption, macro sheets, and how far the cells of each sheet spread.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN: Final = 0xFFFFFFFE
_LAST_SECTOR: Final = 0xFFFFFFFA
_MINI_CUTOFF: Final = 4096

# Records of [MS-XLS] 2.4 that place a value in a cell: row and column are their first two numbers.
_CELL_RECORDS: Final = frozenset(
    {0x0006, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00D6, 0x0003, 0x0004, 0x0005, 0x0206, 0x0406}
)
_MULRK: Final = 0x00BD
_BOUND_SHEET: Final = 0x0085
_FILE_PASS: Final = 0x002F
_EOF: Final = 0x000A
_BOF: Final = frozenset({0x0809, 0x0409, 0x0209, 0x0009})


class BrokenContainer(ValueError):
    """The file is not what its first bytes promise."""


@dataclass(slots=True)
class OldWorkbook:
    """What was seen: names of all entries, and what the workbook stream says of itself."""

    names: frozenset[str] = frozenset()
    has_workbook: bool = False
    is_encrypted: bool = False
    has_macro_sheet: bool = False
    areas: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    start: int
    size: int


class _Container:
    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise BrokenContainer("no compound file header")
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise BrokenContainer("sector size")
        self._data = data
        self._size = 1 << shift
        self._sectors = max(0, (len(data) - self._size + self._size - 1) // self._size)
        self._fat = self._read_fat()
        directory_start, mini_fat_start = struct.unpack_from("<I8xI", data, 48)
        self.entries = list(self._read_entries(self._chain(directory_start)))
        mini = self._chain(mini_fat_start) if mini_fat_start <= _LAST_SECTOR else b""
        self._mini_fat = struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4])
        root = next((entry for entry in self.entries if entry.kind == 5), None)
        self._mini_stream = self._chain(root.start) if root and root.start <= _LAST_SECTOR else b""

    def _sector(self, number: int) -> bytes:
        if number >= self._sectors:
            raise BrokenContainer("sector outside the file")
        start = (number + 1) * self._size
        return self._data[start : start + self._size]

    def _read_fat(self) -> tuple[int, ...]:
        numbers = list(struct.unpack_from("<109I", self._data, 76))
        following = struct.unpack_from("<I", self._data, 68)[0]
        seen: set[int] = set()
        while following <= _LAST_SECTOR:
            if following in seen:
                raise BrokenContainer("circle in the sector table")
            seen.add(following)
            block = self._sector(following).ljust(self._size, b"\xff")
            *more, following = struct.unpack(f"<{self._size // 4}I", block)
            numbers.extend(more)
        table = b"".join(self._sector(n).ljust(self._size, b"\xff") for n in numbers if n <= _LAST_SECTOR)
        return struct.unpack(f"<{len(table) // 4}I", table)

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        seen: set[int] = set()
        while number != _END_OF_CHAIN:
            if number in seen or number >= len(self._fat):
                raise BrokenContainer("circle or gap in a stream")
            seen.add(number)
            parts.append(self._sector(number))
            number = self._fat[number]
        return b"".join(parts)

    @staticmethod
    def _read_entries(directory: bytes) -> Iterator[_Entry]:
        for at in range(0, len(directory) - 127, 128):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            if kind in (1, 2, 5):
                name = directory[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
                start, size = struct.unpack_from("<II", directory, at + 116)
                yield _Entry(name, kind, start, size)

    def stream(self, entry: _Entry) -> bytes:
        if entry.size >= _MINI_CUTOFF:
            return self._chain(entry.start)[: entry.size]
        parts: list[bytes] = []
        seen: set[int] = set()
        number = entry.start
        while number != _END_OF_CHAIN and len(parts) * 64 < entry.size:
            if number in seen or number >= len(self._mini_fat):
                raise BrokenContainer("circle or gap in a small stream")
            seen.add(number)
            parts.append(self._mini_stream[number * 64 : number * 64 + 64])
            number = self._mini_fat[number]
        return b"".join(parts)[: entry.size]


def look_into(data: bytes) -> OldWorkbook:
    """Return what a compound file holds. Raises BrokenContainer where its tables contradict themselves."""
    try:
        container = _Container(data)
        seen = OldWorkbook(names=frozenset(entry.name for entry in container.entries))
        for entry in container.entries:
            if entry.kind == 2:
                stream = container.stream(entry)  # every chain is walked once, so that no reader runs in a circle
                if entry.name.lower() in ("workbook", "book"):
                    seen.has_workbook = True
                    _look_into_stream(stream, seen)
    except struct.error as error:
        raise BrokenContainer("cut short") from error
    return seen


class _StreamScan:
    """How far the cells of the sheet under way spread, and how many parts are still open."""

    def __init__(self, stream: bytes, seen: OldWorkbook) -> None:
        self._stream = stream
        self._seen = seen
        self._bounds: list[int] | None = None
        self.open_parts = 0

    def note(self, kind: int, body: int, length: int) -> None:
        """Take in a record that holds no cell."""
        if kind == _FILE_PASS:
            self._seen.is_encrypted = True
        elif kind == _BOUND_SHEET and length >= 6 and body + 6 <= len(self._stream):
            self._seen.has_macro_sheet |= self._stream[body + 5] in (1, 6)
        elif kind in _BOF:
            self.open_parts += 1
            self.close_sheet()
        elif kind == _EOF:
            self.open_parts -= 1

    def widen(self, row: int, first: int, last: int) -> None:
        """Take in a record that holds cells of one row."""
        bounds = self._bounds
        if bounds is None:
            self._bounds = [row, row, first, last]
            return
        bounds[0], bounds[1] = min(bounds[0], row), max(bounds[1], row)
        bounds[2], bounds[3] = min(bounds[2], first), max(bounds[3], last)

    def close_sheet(self) -> None:
        """Note the area of the sheet that ends here."""
        bounds, self._bounds = self._bounds, None
        if bounds is not None:
            self._seen.areas.append((bounds[1] - bounds[0] + 1) * (bounds[3] - bounds[2] + 1))


def _look_into_stream(stream: bytes, seen: OldWorkbook) -> None:
    scan = _StreamScan(stream, seen)
    at, end = 0, len(stream) - 4
    unpack = struct.Struct("<HH").unpack_from
    while at <= end:
        kind, length = unpack(stream, at)
        body = at + 4
        whole = body + length <= len(stream)
        if kind in _CELL_RECORDS and length >= 4 and whole:
            row, column = unpack(stream, body)
            scan.widen(row, column, column)
        elif kind == _MULRK and length >= 6 and whole:
            row, column = unpack(stream, body)
            scan.widen(row, column, struct.unpack_from("<H", stream, body + length - 2)[0])
        elif length or kind == _EOF:
            scan.note(kind, body, length)
        at = body + length
    scan.close_sheet()
    if scan.open_parts > 0:
        # A sheet without its end was cut off, and rows with it.
        raise BrokenContainer("a sheet without its end")
