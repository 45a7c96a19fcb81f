"""Reading a file of donors who joined on paper: encoding, header, cells; what may not be in it refuses all of it."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from core.streamed_tables import (
    LOST,
    OTHER_STARTS,
    WORKBOOK_START,
    TableRefused,
    encoding_of,
    start_of,
    workbook_rows,
)
from registries.choices.exchange import PATIENT
from registries.choices.intake import COLUMNS, HEALTH, LONGEST_CELL, MAY_BE_MISSING, MOST_ROWS, MOST_UNPACKED
from registries.services.exchange.parsing import FORMULA, refuse_typing

# What people separate by where it is not a comma.
_OTHER_SEPARATORS = ("\t", ";", "；", "，", "|")
# A telephone of another country begins with one; nothing else of a formula is let through.
_PLUS = "+\uff0b"
# A column's name, and a sentence of ours.
Told = tuple[str, str]


@dataclass(frozen=True)
class ReadLine:
    """A line by the names of columns; `faults` are of its cells, and then nothing else counts."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    faults: tuple[Told, ...] = ()


def read_lines(path: Path) -> Iterator[ReadLine]:
    """The lines of a CSV (UTF-8 or GB18030) or of a workbook's first sheet. Raises TableRefused, also on the way."""
    start = start_of(path)
    if not start:
        raise TableRefused("empty", _("文件是空的，请重新导出后再上传。"))
    if start in OTHER_STARTS:
        raise TableRefused("not_table", _("这不是 CSV 或 XLSX 文件（旧的 XLS 也不收），请另存为 XLSX 后再上传。"))
    is_workbook = start == WORKBOOK_START
    rows = enumerate(workbook_rows(path, largest=MOST_UNPACKED), start=1) if is_workbook else _text_rows(path)
    places, count = _places(next(rows, (1, []))[1]), 0
    width = max(places.values()) + 1
    for line, cells in rows:
        if not any(cell.strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise TableRefused("too_long", _("文件超过 %(n)d 行，请分成几份。") % {"n": MOST_ROWS})
        # A workbook leaves out empty cells at the end; what stands beside the columns is of none of them.
        yield _line(line, _fitted(cells, width) if is_workbook else cells, places)
    if not count:
        raise TableRefused("empty", _("文件里没有数据行，请填好后再上传。"))


def _text_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=encoding_of(path), newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            sentence = _("第 %(line)d 行读不出来（引号没有配对，或内容太长），文件可能不完整，请重新导出。")
            raise TableRefused("unreadable", sentence % {"line": reader.line_num}) from error


def _places(header: Sequence[str]) -> dict[str, int]:
    """Where the columns stand. Raises TableRefused for one that may not be there, is twice, unknown or missing."""
    names = ["".join(unicodedata.normalize("NFKC", cell).split()).strip("*\ufeff") for cell in header]
    while names and not names[-1]:
        names.pop()
    for name in names:
        _refuse_health(name)
    if (len(names) == 1 and any(one in names[0] for one in map(_folded, _OTHER_SEPARATORS))) or _is_tabbed(header):
        raise TableRefused(
            "separator", _("列和列之间用的不是英文逗号，分不开列。请下载模板填写，或另存为“CSV（逗号分隔）”后再上传。")
        )
    if unknown := sum(name not in COLUMNS for name in names):
        sentence = _("表头有 %(n)d 列不认识。第一行须是表头，只收这几列：%(known)s；其余的请删掉。")
        raise TableRefused("columns_unknown", sentence % {"n": unknown, "known": "、".join(COLUMNS)})
    if len(set(names)) != len(names):
        raise TableRefused("columns_twice", _("表头里有一列出现两次，请删掉一列。"))
    if missing := [name for name in COLUMNS if name not in names and name not in MAY_BE_MISSING]:
        sentence = _("表头缺少：%(names)s。请下载模板，照模板的表头填写。")
        raise TableRefused("columns_missing", sentence % {"names": "、".join(missing)})
    return {name: names.index(name) for name in names}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _is_tabbed(header: Sequence[str]) -> bool:
    return any("\t" in cell for cell in header)


def _refuse_health(name: str) -> None:
    """Raise TableRefused for a column of typing values, of health, or of the other side."""
    refuse_typing(name)
    if HEALTH.search(name) or PATIENT.search(name):
        raise TableRefused(
            "health",
            _("文件里有健康、病史或患者的列。这些留在纸质档案里，不带入，整份文件不收；请删去这些列后重新上传。"),
        )


def _fitted(cells: Sequence[str], width: int) -> list[str]:
    return [*cells, *[""] * (width - len(cells))]


def _line(line: int, cells: Sequence[str], places: dict[str, int]) -> ReadLine:
    for cell in cells:
        refuse_typing(cell)
    if len(cells) != len(places):
        return ReadLine(line, faults=(("", _("这一行的格数和表头不一样。请检查有没有多出或缺少的逗号。")),))
    said = {name: cells[at].strip() for name, at in places.items()}
    faults = [(name, sentence) for name, cell in said.items() if (sentence := _fault_of(cell))]
    return ReadLine(line, {name: said.get(name, "") for name in COLUMNS}, tuple(faults))


def _fault_of(cell: str) -> str:
    """What is wrong with a cell whatever its column; empty where nothing is."""
    if cell == LOST:
        return _("表格软件把它当成数字，已丢掉后几位。请把这一列改为文本格式，重新填写。")
    if "\x00" in cell:
        return _("格子里有空字符，请重新填写。")
    if len(cell) > LONGEST_CELL:
        return _("内容太长。请只写这一列要的内容。")
    if FORMULA.match(cell) and not (cell[0] in _PLUS and cell[1:].replace(" ", "").isdecimal()):
        return _("格子里是公式。请改为文字后重新上传。")
    return ""
