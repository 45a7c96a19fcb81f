"""A donation list from its file to its rows: `read_list` is the one door."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path

from django.utils.translation import gettext as _

from donations.intake.cells import clean_text
from donations.intake.containers import DEFAULT_MAX_BYTES, check_file
from donations.intake.layout import (
    CHANNELS,
    FORMATS,
    HEAD_ROWS,
    ColumnMapping,
    Layout,
    find_layout,
    fingerprint_of,
    header_not_found,
)
from donations.intake.refusals import UnreadableFile
from donations.intake.rows import ParsedRow, Problem, RowContext
from donations.intake.sources import RowSource, open_sheets
from donations.intake.totals import Tally
from donations.intake.walk import LeftOut, Walk


@dataclass(frozen=True, slots=True)
class Head:
    """The first rows of a file, for mapping columns by hand when no header is found."""

    sheet: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    fingerprints: Mapping[int, str]


class ParsedList:
    """A list that was found in a file. Go through `rows()`; afterwards its sums and what it declares are known.

    `declared_count` and `declared_total` (yuan) often stand in the last row: before `finished` they hold only what
    the lines above the header say, afterwards everything. `rows()` may be gone through again: counting starts anew.
    """

    def __init__(self, source: RowSource, layout: Layout, context: RowContext, notices: tuple[Problem, ...]) -> None:
        self._source = source
        self._layout = layout
        self._context = context
        self._notices = notices
        self._tally = Tally()
        self.finished = False
        self.left_out: list[LeftOut] = []
        self.skipped_count = 0

    @property
    def layout_key(self) -> str:
        """Which of `layout.FORMATS` this is."""
        return self._layout.key

    @property
    def fingerprint(self) -> str:
        """Digest of the header's words: a mapping is remembered under it."""
        return self._layout.fingerprint

    @property
    def sheet(self) -> str:
        """Name of the sheet, empty for text files."""
        return self._source.sheet

    @property
    def header(self) -> list[str]:
        """The header's cells as they stand there."""
        return list(self._layout.header)

    @property
    def mapping(self) -> ColumnMapping:
        """Which column was taken for which field."""
        return ColumnMapping(dict(self._layout.columns), self._layout.header_row, self._layout.unit_multiplier)

    @property
    def unit_multiplier(self) -> Decimal:
        """What one in the amount column is in yuan (10000 for 万元)."""
        return self._layout.unit_multiplier

    @property
    def as_of(self) -> datetime.date | None:
        """The day up to which the title says the list goes."""
        return self._layout.preamble.as_of

    @property
    def is_statement(self) -> bool:
        """Whether this is an account's statement, with lines that are no gifts."""
        return self._layout.is_statement

    @property
    def found_count(self) -> int:
        """Gifts found so far, also those with errors."""
        return self._tally.count

    @property
    def found_total(self) -> Decimal:
        """Sum in yuan of the gifts found so far whose amount can be read."""
        return self._tally.total

    @property
    def declared_count(self) -> int | None:
        """How many gifts the list says it holds; final only when `finished`."""
        return self._tally.declared_count(self._layout.preamble.declared_count)

    @property
    def declared_total(self) -> Decimal | None:
        """What the list says its gifts add up to, in yuan; final only when `finished`."""
        return self._tally.declared_total(self._layout.preamble.declared_total)

    @property
    def total_matches(self) -> bool | None:
        """Whether the declared sum is met; None where none is declared or reading is not finished."""
        declared = self.declared_total
        return None if declared is None or not self.finished else declared == self.found_total

    @property
    def count_matches(self) -> bool | None:
        """Whether the declared number of gifts is met; None as above."""
        declared = self.declared_count
        return None if declared is None or not self.finished else declared == self.found_count

    def list_problems(self) -> tuple[Problem, ...]:
        """Return what there is to say about the list as a whole (row 0). Complete only when `finished`."""
        problems = list(self._notices)
        if self.total_matches is False and self.declared_total is not None:
            declared, found = self.declared_total, self.found_total
            message = _(
                "清单写明合计 %(declared)s 元，逐行相加 %(found)s 元，%(more)s %(gap)s 元。请对照原件找出有出入的行。"
            ) % {
                "declared": f"{declared:,.2f}",
                "found": f"{found:,.2f}",
                "more": _("多出") if found > declared else _("少了"),
                "gap": f"{abs(found - declared):,.2f}",
            }
            problems.append(Problem(0, "list", "total_mismatch", message))
        if self.count_matches is False and self.declared_count is not None:
            message = _("清单写明 %(declared)d 笔，读到 %(found)d 笔，相差 %(gap)d 笔。请对照原件核对行数。") % {
                "declared": self.declared_count,
                "found": self.found_count,
                "gap": abs(self.found_count - self.declared_count),
            }
            problems.append(Problem(0, "list", "count_mismatch", message))
        if self.finished and self.found_count == 0 and self.skipped_count == 0:
            problems.append(Problem(0, "list", "list_empty", _("表头下面没有任何捐款行。请确认选对了文件和工作表。")))
        return tuple(problems)

    def preview(self, count: int = 20) -> list[ParsedRow]:
        """Return the first rows without touching the sums of a reading that is under way."""
        walk = Walk(self._source, self._layout, self._context)
        return list(islice(walk.rows(), count))

    def rows(self) -> Iterator[ParsedRow]:
        """Yield every line of the list once, in its order. Raises UnreadableFile where the file breaks off."""
        walk = Walk(self._source, self._layout, self._context)
        self._tally, self.left_out, self.finished, self.skipped_count = walk.tally, walk.left_out, False, 0
        for row in walk.rows():
            self.skipped_count += not row.is_gift
            yield row
        self.finished = True


def read_list(
    path: Path,
    *,
    filename: str,
    format_hint: str = "auto",
    mapping: ColumnMapping | None = None,
    default_on: datetime.date | None = None,
    today: datetime.date,
    sheet: str | None = None,
    max_bytes: int = DEFAULT_MAX_BYTES,
) -> ParsedList:
    """Open a donation list and find out how it is laid out; the rows come from `ParsedList.rows()`.

    `filename` is the name the sender gave, `format_hint` one of `layout.FORMATS`, `mapping` columns said by a
    person (overrides finding), `default_on` the day of gifts without one, `sheet` the sheet where several hold
    lists. Raises UnreadableFile, with one sentence, for whatever cannot be taken as a whole.
    """
    if format_hint not in FORMATS:
        raise UnreadableFile(
            "format_unknown", _("没有这种格式。可用的格式有：%(formats)s。") % {"formats": "、".join(FORMATS)}
        )
    kind = check_file(path, filename=filename, max_bytes=max_bytes)
    visible, hidden = open_sheets(path, kind)
    source, layout = _choose(_wanted(visible, sheet), mapping, format_hint)
    channel = CHANNELS.get(layout.key)
    context = RowContext(
        today=today,
        default_on=default_on,
        unit_multiplier=layout.unit_multiplier,
        as_of=layout.preamble.as_of,
        channel=str(channel) if channel is not None else "",
        is_statement=layout.is_statement,
    )
    return ParsedList(source, layout, context, _notices(filename, kind, hidden))


def read_head(path: Path, *, filename: str, sheet: str | None = None, count: int = 20) -> Head:
    """Return the first rows of a file as text, and the fingerprint of each, to look up a remembered mapping."""
    kind = check_file(path, filename=filename)
    sources = _wanted(open_sheets(path, kind)[0], sheet)
    head = list(islice(sources[0].rows(), HEAD_ROWS))
    texts = tuple((number, tuple(clean_text(cell) for cell in row)) for number, row in head[:count])
    return Head(sources[0].sheet, texts, {number: fingerprint_of(row) for number, row in head})


def _wanted(sources: list[RowSource], sheet: str | None) -> list[RowSource]:
    if not sources:
        raise UnreadableFile("file_empty", _("文件里没有任何内容。请确认选对了文件，保存后再导入。"))
    if sheet is None:
        return sources
    chosen = [source for source in sources if source.sheet == sheet]
    if not chosen:
        raise UnreadableFile("sheet_missing", _("文件里没有这张工作表。请核对工作表的名称。"))
    return chosen


def _choose(sources: list[RowSource], mapping: ColumnMapping | None, format_hint: str) -> tuple[RowSource, Layout]:
    """Return the one sheet that holds a list. Several are refused: a summary sheet would double every gift."""
    found: list[tuple[RowSource, Layout]] = []
    refusal: UnreadableFile | None = None
    for source in sources:
        head = list(islice(source.rows(), max(HEAD_ROWS, (mapping.header_row or 0) + 1 if mapping else 0)))
        try:
            layout = find_layout(head, mapping=mapping, format_hint=format_hint)
        except UnreadableFile as error:
            refusal = refusal or error
            continue
        if layout is not None:
            found.append((source, layout))
            if mapping is not None:
                break
    if not found:
        raise refusal or header_not_found()
    if len(found) > 1:
        names = "、".join(f"“{source.sheet[:40]}”" for source, _layout in found)
        raise UnreadableFile(
            "several_lists",
            _("文件里有几张工作表都是捐款清单：%(sheets)s。请指定导入哪一张，或拆成单独的文件分别导入。")
            % {"sheets": names},
        )
    if refusal is not None and refusal.code != "goods_list":
        raise refusal
    return found[0]


def _notices(filename: str, kind: str, hidden: list[str]) -> tuple[Problem, ...]:
    notices: list[Problem] = []
    if hidden:
        message = _("文件里有 %(count)d 张隐藏的工作表，没有读取。如果其中有捐款，请取消隐藏后另存再导入。") % {
            "count": len(hidden)
        }
        notices.append(Problem(0, "list", "hidden_sheets", message, is_error=False))
    expected = {".xls": "xls", ".xlsx": "xlsx"}.get(Path(filename).suffix.lower(), "text")
    if expected != kind:
        message = _("文件的扩展名与内容不符，已按内容读取，请核对。")
        notices.append(Problem(0, "list", "extension_mismatch", message, is_error=False))
    return tuple(notices)
