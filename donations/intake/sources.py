"""Rows of a file, one after the other: workbooks through calamine, text through csv."""

import codecs
import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

import python_calamine
from django.utils.translation import gettext as _

from donations.intake.cells import Cell
from donations.intake.containers import FileKind
from donations.intake.refusals import UnreadableFile

T = TypeVar("T")
Row = Sequence[Cell]

MAX_COLUMNS: Final = 512
_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_FIELD_LIMIT: Final = 131_072
_MAX_LINES_PER_ROW: Final = 50


class RowSource(Protocol):
    """A sheet or a text file that can be gone through as often as needed."""

    @property
    def sheet(self) -> str:
        """Name of the sheet; empty for text files."""

    def rows(self) -> Iterator[tuple[int, Row]]:
        """Yield (row number from 1 as a spreadsheet shows it, cells)."""

    def carried(self, row_number: int, column: int) -> bool:
        """Whether this cell lies in a merged range below that range's first row."""


def _reading(action: Callable[[], T]) -> T:
    """Run a call into the reader; whatever breaks in it, the file is broken.

    A panic of the Rust library reaches Python as a BaseException of its own, which would end a worker.
    """
    try:
        return action()
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            "file_encrypted", _("文件设有打开密码，无法读取。请在表格软件中取消密码后另存，再导入。")
        ) from error
    except (UnreadableFile, KeyboardInterrupt, SystemExit, GeneratorExit, MemoryError):
        raise
    except BaseException as error:
        # An alarm or a task's time limit is no fault of the file.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise UnreadableFile(
            "file_corrupt", _("文件已损坏或不完整，无法读取。请重新下载，或用表格软件打开后另存为 xlsx 再导入。")
        ) from error


class SheetSource:
    """One sheet of a workbook, held in memory as calamine lays it out."""

    def __init__(self, sheet: python_calamine.CalamineSheet) -> None:
        self._sheet = sheet
        start = sheet.start
        self._left: Row = [""] * (start[1] if start else 0)
        self._merged = self._read_merged()

    @property
    def sheet(self) -> str:
        return self._sheet.name

    @property
    def is_empty(self) -> bool:
        return self._sheet.start is None

    def _read_merged(self) -> frozenset[tuple[int, int]]:
        cells: set[tuple[int, int]] = set()
        for (top, left), (bottom, right) in _reading(lambda: self._sheet.merged_cell_ranges) or []:
            # Over several columns it is a heading, not a value that holds for the rows below.
            if left == right and bottom > top and bottom - top < 10_000 and len(cells) < 500_000:
                cells.update((row + 1, left) for row in range(top + 1, bottom + 1))
        return frozenset(cells)

    def rows(self) -> Iterator[tuple[int, Row]]:
        if self._sheet.start is None:
            return
        left = self._left
        iterator = _reading(self._sheet.iter_rows)
        number = 0
        while True:
            row = _reading(lambda: next(iterator, None))
            if row is None:
                return
            number += 1
            yield number, [*left, *row] if left else row

    def carried(self, row_number: int, column: int) -> bool:
        return (row_number, column) in self._merged


@dataclass(frozen=True, slots=True)
class TextSource:
    """A csv or tab-separated text, decoded while it is read."""

    path: Path
    encoding: str
    delimiter: str
    sheet: str = ""

    def rows(self) -> Iterator[tuple[int, Row]]:
        lines: list[str] = []

        def remembered(stream: Iterator[str]) -> Iterator[str]:
            for line in stream:
                lines.append(line)
                yield line.replace("\x00", "")

        csv.field_size_limit(_FIELD_LIMIT)
        with self.path.open(encoding=self.encoding, newline="") as stream:
            reader = csv.reader(remembered(stream), delimiter=self.delimiter)
            number = 0
            try:
                for row in reader:
                    number += 1
                    if len(lines) > 1:
                        self._check_quotes(number, lines, row)
                    lines.clear()
                    yield number, list(row)
            except (csv.Error, UnicodeError) as error:
                raise UnreadableFile(
                    "text_unreadable",
                    _("第 %(row)d 行读不下去（引号不成对，或混有其他编码）。请用表格软件另存为 xlsx 后再导入。")
                    % {"row": number + 1},
                ) from error

    def _check_quotes(self, number: int, lines: list[str], row: list[str]) -> None:
        """A quote that is not closed swallows the rows after it: refuse rather than lose them."""
        open_quote = "".join(lines).count('"') % 2 == 1
        swallowed = any("\n" in cell.strip() and self.delimiter in cell for cell in row)
        if open_quote or swallowed or len(lines) > _MAX_LINES_PER_ROW:
            raise UnreadableFile(
                "text_quotes",
                _("第 %(row)d 行的引号不成对，会把后面的行并进来。请删去多余的引号，或用表格软件另存为 xlsx 后再导入。")
                % {"row": number},
            )

    def carried(self, row_number: int, column: int) -> bool:
        return False


def open_sheets(path: Path, kind: FileKind) -> tuple[list[RowSource], list[str]]:
    """Return the non-empty visible sheets (for text: the one text), and the names of hidden sheets that hold rows."""
    if kind == "text":
        encoding = find_encoding(path)
        return [TextSource(path, encoding, _find_delimiter(path, encoding))], []
    workbook = _reading(lambda: python_calamine.load_workbook(str(path)))
    visible: list[RowSource] = []
    hidden: list[str] = []
    for position, about in enumerate(workbook.sheets_metadata):
        if about.typ in (python_calamine.SheetTypeEnum.MacroSheet, python_calamine.SheetTypeEnum.Vba):
            raise UnreadableFile(
                "file_macros", _("文件带有宏，为安全起见不能导入。请在表格软件中另存为不带宏的 xlsx 再导入。")
            )
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        source = SheetSource(_sheet_at(workbook, position))
        if source.is_empty:
            continue
        if about.visible == python_calamine.SheetVisibleEnum.Visible:
            visible.append(source)
        else:
            hidden.append(source.sheet)
    return visible, hidden


def _sheet_at(workbook: python_calamine.CalamineWorkbook, position: int) -> python_calamine.CalamineSheet:
    return _reading(lambda: workbook.get_sheet_by_index(position))


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file: byte order mark, else strict UTF-8, else GB18030 (which holds GBK)."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        candidates: tuple[str, ...] = ("utf-16",)
    elif b"\x00" in head:
        # UTF-16 without a mark: the zero bytes of ASCII stand on one side only.
        even, odd = head[0::2].count(0), head[1::2].count(0)
        candidates = ("utf-16-le",) if odd > 4 * even else ("utf-16-be",) if even > 4 * odd else ()
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise UnreadableFile(
        "text_encoding",
        _("认不出文件的文字编码，或它根本不是文本。请用表格软件另存为 xlsx 或 UTF-8 的 csv 后再导入。"),
    )


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while text := stream.read(1 << 20):
                if "\x00" in text:
                    return False
    except UnicodeError:
        return False
    return True


def _find_delimiter(path: Path, encoding: str) -> str:
    """Return the mark that parts the cells: the one that occurs in most of the first lines most steadily."""
    with path.open(encoding=encoding, newline="", errors="replace") as stream:
        lines = [line for line in (stream.readline(20_000) for _number in range(60)) if line.strip()]
    scores = {mark: sum(min(line.count(mark), 8) for line in lines) for mark in _DELIMITERS}
    # A tab inside padded cells of a comma-separated bank export occurs as often as the comma: the comma goes first.
    best = max(_DELIMITERS, key=lambda mark: (scores[mark], -_DELIMITERS.index(mark)))
    return best if scores[best] else ","
