"""What every renderer gives back, and the head of the public log that every report carries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from core.printing.document import Embedded
from transparency.rendering.context import FileLine
from transparency.rendering.volumes import Volume

CHECKPOINT_NAME = "checkpoint.txt"


@dataclass(frozen=True)
class RenderedReport:
    """The files of a report; `pages` counts the main PDF, `volumes` is empty where the rows stand inside it.

    `csvs` has the table of gifts and, where the report knows use, the rows of use and receipts and use themselves; of
    another kind its own tables, with their `parts`.
    """

    html: Path
    pdf: Path
    csvs: list[Path]
    volumes: list[Volume]
    pages: int
    parts: tuple[int, ...] = ()

    @property
    def csv_parts(self) -> tuple[int, ...]:
        """The part of each table among the files of its role."""
        return self.parts or tuple(range(len(self.csvs)))

    @property
    def csv(self) -> Path:
        """The table of gifts."""
        return self.csvs[0]


def head_lines(checkpoint: str) -> list[FileLine]:
    """The line of the head in the table of files; none without one."""
    if not checkpoint:
        return []
    said = _("公开日志检查点，已嵌入本 PDF：“%(origin)s”的前 %(size)s 条记录") % {
        "origin": checkpoint.split("\n")[0],
        "size": f"{int(checkpoint.split()[1]):,}",
    }
    return [FileLine(CHECKPOINT_NAME, said, hashlib.sha256(checkpoint.encode()).hexdigest())]


def head_files(checkpoint: str) -> list[Embedded]:
    """The head as a file inside the PDF; none without one."""
    return [Embedded(CHECKPOINT_NAME, _("公开日志的签名检查点"), checkpoint.encode())] if checkpoint else []
