"""Reading a file that came in: its encoding, header and cells; what may not be in it refuses the whole file."""

from __future__ import annotations

import csv
import datetime
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from core.streamed_tables import OTHER_STARTS, WORKBOOK_START, TableRefused, encoding_of, start_of
from registries.choices.exchange import (
    DAY_COLUMN,
    IN_COLUMNS,
    LONGEST_CELL,
    LONGEST_REFERENCE,
    MOST_ROWS,
    NEEDED_COLUMNS,
    NUMBER_COLUMN,
    PATIENT,
    REFERENCE_COLUMN,
    RESULT_COLUMN,
    TYPING,
    Result,
)

_RESULTS = {str(one.label): one.value for one in Result}
_DAY = re.compile(r"([0-9]{4})[-/.年]?([0-9]{1,2})[-/.月]?([0-9]{1,2})日?")
FORMULA = re.compile(r"[=+\-@\uff1d\uff0b\uff20]")


@dataclass(frozen=True)
class ReadRow:
    """A row as far as its cells go; `fault` names what is wrong and `field` where, and then nothing else counts."""

    line: int
    number: str = ""
    result: str = ""
    on: datetime.date | None = None
    reference: str = ""
    fault: str = ""
    field: str = ""


def read_rows(path: Path) -> Iterator[ReadRow]:
    """The rows of a CSV in UTF-8 (with or without mark) or GB18030, in order. Raises TableRefused, also on the way."""
    with path.open(encoding=_encoding(path), newline="") as file:
        yield from _rows(file)


def _rows(file: TextIO) -> Iterator[ReadRow]:
    reader = csv.reader(file, strict=True)
    try:
        header = next(reader, None)
        places = _places(header or [])
        width, count = len(header or []), 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > MOST_ROWS:
                raise TableRefused("too_long", _("文件超过 %(n)d 行，请分成几份。") % {"n": MOST_ROWS})
            yield _row(reader.line_num, cells, places, width)
    except csv.Error as error:
        sentence = _("第 %(line)d 行读不出来（引号没有配对，或内容太长），文件可能不完整，请重新导出。")
        raise TableRefused("unreadable", sentence % {"line": reader.line_num}) from error
    if not count:
        raise TableRefused("empty", _("文件里没有数据行，请重新导出后再上传。"))


def _encoding(path: Path) -> str:
    """UTF-8 or GB18030, whichever all of the file can be read in. Raises TableRefused."""
    start = start_of(path)
    if not start:
        raise TableRefused("empty", _("文件是空的，请重新导出后再上传。"))
    if start == WORKBOOK_START or start in OTHER_STARTS:
        raise TableRefused("not_csv", _("这不是 CSV 文件，请在表格软件里另存为 CSV 后再上传。"))
    return encoding_of(path)


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where the columns stand. Raises TableRefused for one that may not be there, is twice, unknown or missing."""
    names = ["".join(cell.split()).lstrip("\ufeff") for cell in header]
    for name in names:
        _refuse_forbidden(name)
    known = "、".join(IN_COLUMNS)
    if [name for name in names if name not in IN_COLUMNS]:
        sentence = _("表头有 %(n)d 列不认识。只收这几列：%(known)s；其余的请删掉。")
        unknown = sum(name not in IN_COLUMNS for name in names)
        raise TableRefused("columns_unknown", sentence % {"n": unknown, "known": known})
    if len(set(names)) != len(names):
        raise TableRefused("columns_twice", _("表头里有一列出现两次，请删掉一列。"))
    missing = [name for name in NEEDED_COLUMNS if name not in names]
    if missing:
        raise TableRefused(
            "columns_missing", _("表头缺少：%(names)s。请补上这一列后重新导出。") % {"names": "、".join(missing)}
        )
    return {name: names.index(name) for name in names}


def _row(line: int, cells: Sequence[str], places: dict[str, int], width: int) -> ReadRow:
    for cell in cells:
        _refuse_forbidden(cell)
    if len(cells) != width:
        return ReadRow(line, fault="cells")
    said = {name: cells[at].strip() for name, at in places.items()}
    for name, cell in said.items():
        if len(cell) > LONGEST_CELL:
            return ReadRow(line, fault="too_long", field=name)
        if FORMULA.match(cell):
            return ReadRow(line, fault="formula", field=name)
    number, result = said[NUMBER_COLUMN].upper(), _RESULTS.get(said[RESULT_COLUMN], "")
    on, reference = read_day(said[DAY_COLUMN]), said.get(REFERENCE_COLUMN, "")
    for is_wrong, fault, field in (
        (not number, "number_missing", NUMBER_COLUMN),
        (not result, "result_unknown", RESULT_COLUMN),
        (on is None, "day_wrong", DAY_COLUMN),
        (result == Result.MATCHED and not reference, "reference_missing", REFERENCE_COLUMN),
        (len(reference) > LONGEST_REFERENCE, "reference_wrong", REFERENCE_COLUMN),
    ):
        if is_wrong:
            return ReadRow(line, fault=fault, field=field)
    # Nobody's search but that of a match is of use here.
    return ReadRow(line, number, result, on, reference if result == Result.MATCHED else "")


def _refuse_forbidden(text: str) -> None:
    refuse_typing(text)
    if PATIENT.search(unicodedata.normalize("NFKC", text)):
        raise TableRefused(
            "patient",
            _(
                "文件里有患者的内容。捐献者和患者互不知情，这里不保存患者的任何信息，整份文件不收；请请对方删去后重新导出。"
            ),
        )


def refuse_typing(text: str) -> None:
    """Raise TableRefused for a header or cell that looks like typing values, which are kept nowhere here."""
    plain = unicodedata.normalize("NFKC", text)
    if TYPING.search(plain) and plain.strip() not in _RESULTS:
        raise TableRefused(
            "typing",
            _("文件里有 HLA 分型的内容。这里不保存任何分型结果，整份文件不收；请请对方删去这些列后重新导出。"),
        )


def read_day(text: str) -> datetime.date | None:
    """A day as people write it; None where it is none."""
    found = _DAY.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if found is None:
        return None
    try:
        return datetime.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
