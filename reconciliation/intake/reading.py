"""A statement from its file to its lines: `read_statement_file` is the one door."""

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Final

from django.utils.translation import gettext as _

from core.money import format_yuan
from core.progress import NoProgress, Progress
from donations.intake import UnreadableFile
from donations.intake.cells import Cell, clean_text, read_amount, squeeze
from donations.intake.containers import check_file
from donations.intake.layout import fingerprint_of
from donations.intake.reading import Head
from donations.intake.sources import RowSource, open_sheets
from reconciliation.intake import vocabulary as words
from reconciliation.intake.balances import balance_facts
from reconciliation.intake.layouts import ENDS_WITH_TOTAL, HEAD_ROWS, Layout, StatementColumns, find_layout
from reconciliation.intake.rows import ParsedLine, RowTrouble, read_line

MAX_LINES: Final = 300_000
TOLD: Final = 5
TELL_EVERY: Final = 2000


@dataclass(frozen=True)
class Asked:
    """What holds for the whole reading: today, the account's last four figures and its holder's name."""

    today: datetime.date
    tail: str = ""
    own_name: str = ""


@dataclass
class ParsedStatement:
    """A statement that was read whole: lines in the order of time, balances, what is wrong and what is odd."""

    layout_key: str
    fingerprint: str
    mapping: dict[str, object]
    lines: list[ParsedLine]
    opening: Decimal | None = None
    closing: Decimal | None = None
    is_masked: bool = False
    period: tuple[datetime.date, datetime.date] | None = None
    declared: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


@dataclass
class _Walked:
    """What going through the rows left."""

    lines: list[ParsedLine]
    record_count: int = 0
    has_total_row: bool = False
    total_in: Decimal | None = None
    total_out: Decimal | None = None
    troubles: list[str] = field(default_factory=list)
    zero_rows: list[int] = field(default_factory=list)


def read_statement_file(
    path: Path,
    *,
    filename: str,
    asked: Asked,
    max_bytes: int,
    remembered: Mapping[str, StatementColumns] | None = None,
    columns: StatementColumns | None = None,
    job: Progress | None = None,
) -> ParsedStatement:
    """Read a statement whole and check it against itself; amounts in yuan.

    `columns` are a person's for this file, `remembered` those of earlier files by the fingerprint of their header.
    Raises UnreadableFile with the rows that cannot be read: a statement is taken whole or not at all.
    """
    source = _source(path, filename, max_bytes)
    head = list(islice(source.rows(), HEAD_ROWS))
    layout = find_layout(head, columns or _remembered(head, remembered or {}))
    if layout is None:
        raise UnreadableFile(
            "layout_unknown",
            _(
                "认不出这份流水的版式（能直接识别的有：工商银行、支付宝、微信支付）。请点“列对应”指定各列，只需一次，下次自动识别。"
            ),
        )
    if layout.account_tail and asked.tail and layout.account_tail != asked.tail:
        raise UnreadableFile(
            "other_account",
            _("文件是尾号 %(found)s 的账户，您选的账户尾号是 %(chosen)s。请核对后重新选择账户或文件。")
            % {"found": layout.account_tail, "chosen": asked.tail},
        )
    walked = _walk(source, layout, asked, job or NoProgress())
    _refuse_what_is_not_whole(layout, walked)
    return _parsed(layout, walked)


def statement_head(path: Path, *, filename: str, max_bytes: int, count: int = 20) -> Head:
    """The first rows of a file as text, and the fingerprint of each; for saying which column is what."""
    source = _source(path, filename, max_bytes)
    head = list(islice(source.rows(), HEAD_ROWS))
    texts = tuple((number, tuple(clean_text(cell) for cell in row)) for number, row in head[:count])
    return Head(source.sheet, texts, {number: fingerprint_of(row) for number, row in head})


def _source(path: Path, filename: str, max_bytes: int) -> RowSource:
    visible, _hidden = open_sheets(path, check_file(path, filename=filename, max_bytes=max_bytes))
    if not visible:
        raise UnreadableFile("file_empty", _("文件里没有任何内容。请确认选对了文件，保存后再导入。"))
    if len(visible) > 1:
        raise UnreadableFile("several_sheets", _("文件里有几张工作表。请只留下流水那一张，另存后再导入。"))
    return visible[0]


def _remembered(
    head: Sequence[tuple[int, Sequence[Cell]]], known: Mapping[str, StatementColumns]
) -> StatementColumns | None:
    for number, row in head:
        found = known.get(fingerprint_of(row)) if known else None
        if found is not None:
            return StatementColumns(found.columns, number, found.unit)
    return None


def _walk(source: RowSource, layout: Layout, asked: Asked, job: Progress) -> _Walked:
    walked = _Walked([])
    for number, row in source.rows():
        if number <= layout.header_row:
            continue
        # Cheaply: each row of a large file comes through here, and its cells are cleaned one by one later.
        filled = [cell for cell in row if cell is not None and str(cell).strip()]
        if not filled or _is_total(row, layout, walked):
            continue
        if len(filled) == 1 and len(row) < layout.width:
            # A note, a rule or a footer; a cut line has at least its day and what follows it.
            _read_note(clean_text(filled[0]), number, walked)
            continue
        if len(walked.lines) >= MAX_LINES:
            raise UnreadableFile("too_many_lines", _("文件超过 30 万行，请按月份分开下载后再导入。"))
        walked.record_count += 1
        _take(number, row, layout, asked, walked)
        if walked.record_count % TELL_EVERY == 0:
            job.progress(walked.record_count, stage=_("读取和核对"))
    return walked


def _take(number: int, row: Sequence[Cell], layout: Layout, asked: Asked, walked: _Walked) -> None:
    if len(row) < layout.width:
        walked.troubles.append(
            _("第 %(row)d 行只有 %(cells)d 栏，应有 %(width)d 栏：文件在这里断开了，请重新下载完整的文件。")
            % {"row": number, "cells": len(row), "width": layout.width}
        )
        return
    cells = {name: row[column] if column < len(row) else None for name, column in layout.columns.items()}
    try:
        line = read_line(
            cells, number, unit=layout.unit, layout_key=layout.key, today=asked.today, own_name=asked.own_name
        )
    except RowTrouble as trouble:
        walked.troubles.append(str(trouble))
        return
    if line is None:
        walked.zero_rows.append(number)
    else:
        walked.lines.append(line)


def _is_total(row: Sequence[Cell], layout: Layout, walked: _Walked) -> bool:
    if not row or not words.TOTAL_ROW.fullmatch(squeeze(clean_text(row[0]))):
        return False
    walked.has_total_row = True
    for name, attribute in (("income", "total_in"), ("expense", "total_out")):
        column = layout.columns.get(name, len(row))
        if column < len(row):
            amount, _trouble = read_amount(row[column], layout.unit)
            setattr(walked, attribute, amount or Decimal("0.00"))
    return True


def _read_note(text: str, number: int, walked: _Walked) -> None:
    if len(text) >= 8 and text[:4].isdigit() and text[4:5] in "-./年":
        walked.troubles.append(
            _("第 %(row)d 行只有一个日期：文件在这里断开了，请重新下载完整的文件。") % {"row": number}
        )


def _refuse_what_is_not_whole(layout: Layout, walked: _Walked) -> None:
    if layout.key in ENDS_WITH_TOTAL and not walked.has_total_row:
        walked.troubles.append(
            _("文件最后缺少合计行（读到 %(n)d 笔就结束了）：没有下载完整，请重新下载后再导入。")
            % {"n": walked.record_count}
        )
    if walked.troubles:
        rest = len(walked.troubles) - TOLD
        told = "".join(walked.troubles[:TOLD]) + (_("另有 %(n)d 行也读不了。") % {"n": rest} if rest > 0 else "")
        raise UnreadableFile("rows_unreadable", told + _("整份流水没有记入任何一行。"))
    if not walked.lines:
        raise UnreadableFile("no_lines", _("文件里没有任何一笔流水。请确认选对了文件和日期范围。"))


def _parsed(layout: Layout, walked: _Walked) -> ParsedStatement:
    facts = balance_facts(walked.lines)
    _number_equal_lines(facts.lines)
    days = [line.occurred_on for line in facts.lines]
    period = layout.period or (min(days), max(days))
    parsed = ParsedStatement(
        layout_key=layout.key,
        fingerprint=fingerprint_of(layout.header),
        mapping=StatementColumns(dict(layout.columns), layout.header_row, layout.unit).as_dict(),
        lines=facts.lines,
        opening=facts.opening,
        closing=facts.closing,
        is_masked=facts.is_masked,
        period=(min(period[0], min(days)), max(period[1], max(days))),
        declared=_declared_facts(layout, walked),
        errors=[*facts.breaks, *_gaps(layout, walked)],
    )
    if layout.period and (min(days) < layout.period[0] or max(days) > layout.period[1]):
        parsed.notices.append(_("有的行不在文件写明的起止日期之内，请核对。"))
    if walked.zero_rows:
        rows = "、".join(map(str, walked.zero_rows[:20]))
        parsed.notices.append(_("第 %(rows)s 行金额为零，没有记入。") % {"rows": rows})
    parsed.notices += _odd_sums(layout, walked)
    return parsed


def _number_equal_lines(lines: Sequence[ParsedLine]) -> None:
    """Equal lines of one file are as many lines: the n-th has the ordinal n, in whatever file it comes again."""
    seen: Counter[tuple[object, ...]] = Counter()
    for line in lines:
        identity = line.identity()
        seen[identity] += 1
        line.ordinal = seen[identity]


def _sum(lines: Sequence[ParsedLine], label: str) -> Decimal:
    return sum((line.amount for line in lines if line.label == label), Decimal("0.00"))


def _declared_facts(layout: Layout, walked: _Walked) -> dict[str, str]:
    found: dict[str, str] = {}
    if layout.declared.record_count is not None:
        found["records"] = str(layout.declared.record_count)
    for label, amount in layout.declared.sums.items():
        found[f"{label}_total"] = str(amount)
    for name, total in (("in_total", walked.total_in), ("out_total", walked.total_out)):
        if total is not None:
            found[name] = str(total)
    return found


def _gaps(layout: Layout, walked: _Walked) -> list[str]:
    """Say which of the file's own counts and totals its lines do not meet."""
    gaps: list[str] = []
    declared = layout.declared.record_count
    if declared is not None and declared != walked.record_count:
        gaps.append(
            _("文件写明共 %(declared)d 笔记录，读到 %(found)d 笔，相差 %(gap)d 笔：文件不完整，请重新下载后再导入。")
            % {"declared": declared, "found": walked.record_count, "gap": abs(declared - walked.record_count)}
        )
    totals = (("in", walked.total_in), ("out", walked.total_out))
    return gaps + [
        _sum_gap(label, total, _sum(walked.lines, label))
        for label, total in totals
        if total is not None and total != _sum(walked.lines, label)
    ]


def _odd_sums(layout: Layout, walked: _Walked) -> list[str]:
    """Sums in the preamble of a platform; by its own note they may differ, where the number of records does not."""
    return [
        _sum_gap(label, total, _sum(walked.lines, label))
        for label, total in layout.declared.sums.items()
        if total != _sum(walked.lines, label)
    ]


def _sum_gap(label: str, declared: Decimal, found: Decimal) -> str:
    names = {"in": _("收入"), "out": _("支出"), "neutral": _("不计收支")}
    return _("文件写明%(label)s合计 %(declared)s，逐行相加 %(found)s，相差 %(gap)s，请对照原件核对。") % {
        "label": names[label],
        "declared": format_yuan(declared),
        "found": format_yuan(found),
        "gap": format_yuan(abs(found - declared)),
    }
