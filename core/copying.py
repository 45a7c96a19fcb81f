"""Rows into PostgreSQL by COPY, from an iterator, with flat memory."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

# Text form of COPY: these would end a field or a row.
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_field(value: Any) -> str:
    r"""Write one value in the text form of COPY: None is \N, bytes are hex, the rest its text."""
    if value is None:
        return "\\N"
    if isinstance(value, bytes):
        return "\\\\x" + value.hex()
    if value is True or value is False:
        return "t" if value else "f"
    return str(value).translate(_ESCAPES)


class _LineReader(io.TextIOBase):
    """A file that is filled line by line as COPY reads it."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._rest = ""

    def read(self, size: int | None = -1) -> str:
        parts = [self._rest]
        length = len(self._rest)
        while size is None or size < 0 or length < size:
            line = next(self._lines, None)
            if line is None:
                break
            parts.append(line)
            length += len(line)
        text = "".join(parts)
        if size is None or size < 0:
            self._rest = ""
            return text
        self._rest = text[size:]
        return text[:size]


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Append rows to a table in the surrounding transaction; the names come from code, never from people."""
    lines = ("\t".join(map(copy_field, row)) + "\n" for row in rows)
    quote = connection.ops.quote_name
    statement = f"COPY {quote(table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with connection.cursor() as cursor:
        cursor.copy_expert(statement, _LineReader(lines))
