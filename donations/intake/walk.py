"""From the rows of a sheet to the rows of a list: which is a gift, which a total, which neither."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from donations.intake import vocabulary as words
from donations.intake.cells import Cell, clean_text
from donations.intake.layout import Layout, match_columns
from donations.intake.rows import ParsedRow, RowContext, read_row
from donations.intake.sources import RowSource
from donations.intake.totals import Tally, TotalRow, read_total_row

# Fields whose value may hold for the rows below. An amount never does.
_CARRIED_FIELDS: Final = ("received_on", "donor", "purpose", "remark", "channel")
_MAX_LEFT_OUT: Final = 200
_RULE: Final = frozenset("-=_*—─ ")
_HAN: Final = re.compile("[一-龥]")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was taken for a note, heading, total or header instead of a gift. No text: it may name people."""

    row_number: int
    what: str


@dataclass(frozen=True, slots=True)
class _Waiting:
    row_number: int
    row: Sequence[Cell]
    may_be_a_gift: bool


class Walk:
    """One passage through the rows: which is a gift, which a total, which neither."""

    def __init__(self, source: RowSource, layout: Layout, context: RowContext) -> None:
        self._source = source
        self._layout = layout
        self._context = context
        self.tally = Tally()
        self.left_out: list[LeftOut] = []
        self._above: dict[str, Cell] = {}
        self._waiting: list[_Waiting] = []
        self._follows_a_gift = False
        self._use(layout.columns)

    def _use(self, columns: Mapping[str, int]) -> None:
        self._columns = dict(columns)
        self._fields = tuple((name, column) for name, column in columns.items() if name != "sequence")
        self._money = tuple(columns[name] for name in ("income", "expense", "amount") if name in columns)

    def rows(self) -> Iterator[ParsedRow]:
        header_row = self._layout.header_row
        for number, row in self._source.rows():
            if number <= header_row:
                continue
            filled = [column for column, cell in enumerate(row) if _is_filled(cell)]
            if not filled:
                self._follows_a_gift = False
                continue
            if self._is_set_aside(number, row, filled):
                continue
            yield from self._release()
            yield self._read(number, row)
            self._follows_a_gift = True
        for waiting in self._waiting:
            if waiting.may_be_a_gift:
                yield self._read(waiting.row_number, waiting.row)
            else:
                self._leave_out(waiting.row_number, "note")

    def _is_set_aside(self, number: int, row: Sequence[Cell], filled: list[int]) -> bool:
        """Whether a row is a total, a header, a heading or a note, or has to wait for what follows it."""
        total = read_total_row(number, row, self._columns, self._layout.unit_multiplier)
        if total is None and len(filled) == 1:
            total = self._unlabelled_total(number, row, filled[0])
        if total is not None:
            self.tally.declare(total)
            self._leave_out(number, "total")
            return True
        if self._is_header(row):
            self._leave_out(number, "header")
            return True
        if any(_is_filled(row[column]) for column in self._money if column < len(row)):
            return False
        return self._is_text_around_the_list(number, row, filled)

    def _is_text_around_the_list(self, number: int, row: Sequence[Cell], filled: list[int]) -> bool:
        texts = [unicodedata.normalize("NFKC", clean_text(row[column])) for column in filled]
        if all(words.NOTE_START.match(text) or set(texts[0]) <= _RULE for text in texts):
            self._leave_out(number, "note")
            return True
        if len(filled) > 1:
            return False
        if words.SECTION.fullmatch(texts[0]):
            self._leave_out(number, "heading")
        else:
            # A signature below the list, or a gift that lacks all but one cell: what follows tells. At the end of
            # the file a name right below a gift counts as a gift; below a note, a total or a gap it is a signature.
            is_giver = filled[0] == self._columns.get("donor")
            self._waiting.append(_Waiting(number, row, is_giver and self._follows_a_gift))
        return True

    def _unlabelled_total(self, number: int, row: Sequence[Cell], column: int) -> TotalRow | None:
        if column not in self._money:
            return None
        labelled: list[Cell] = [*row, "合计"]
        total = read_total_row(number, labelled, self._columns, self._layout.unit_multiplier)
        if total is None or total.total is None or not self.tally.is_sum_so_far(total.total):
            return None
        return total

    def _is_header(self, row: Sequence[Cell]) -> bool:
        """Whether the header stands here again, as on each printed page; other columns hold from here on."""
        column = self._columns.get("donor", -1)
        cell = row[column] if 0 <= column < len(row) else None
        money = [row[column] for column in self._money if column < len(row)]
        if not all(isinstance(value, str | None) for value in (cell, *money)):
            return False
        if not any(isinstance(value, str) and _HAN.search(value) for value in money):
            return False
        columns = match_columns(row)
        if "donor" not in columns or not ({"amount", "income"} & set(columns)):
            return False
        # With columns given by hand the words did not decide, and do not decide now.
        if set(columns) >= set(self._layout.columns) - {"sequence"} and self._layout.header:
            self._use(columns if "income" not in self._columns else self._columns)
        return True

    def _release(self) -> Iterator[ParsedRow]:
        """Gifts follow: what waited was a row of the list after all, and lacks its amount."""
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            yield self._read(item.row_number, item.row)

    def _read(self, number: int, row: Sequence[Cell]) -> ParsedRow:
        width = len(row)
        values: dict[str, Cell] = {name: row[column] if column < width else "" for name, column in self._fields}
        carried = self._carry_down(number, values)
        parsed = read_row(values, row_number=number, context=self._context, carried=carried)
        if parsed.is_gift:
            self.tally.add(parsed.amount)
        return parsed

    def _carry_down(self, number: int, values: dict[str, Cell]) -> frozenset[str]:
        """Fill "as above" cells in place; return the fields that were empty and are only presumed to be so.

        同上 and merged cells say it themselves. An empty day means the day above; an empty giver means the giver
        above only where the day is missing as well, else the row asks.
        """
        presumed: set[str] = set()
        above = self._above
        day_is_empty = "received_on" in values and not _is_filled(values["received_on"])
        for name in _CARRIED_FIELDS:
            if name not in values:
                continue
            value = values[name]
            if isinstance(value, str) and value.strip() in words.SAME_AS_ABOVE:
                values[name] = above.get(name, "")
            elif not _is_filled(value):
                if self._source.carried(number, self._columns[name]):
                    values[name] = above.get(name, "")
                elif name in ("received_on", "donor") and day_is_empty and _is_filled(above.get(name)):
                    values[name] = above[name]
                    presumed.add(name)
            above[name] = values[name]
        return frozenset(presumed)

    def _leave_out(self, number: int, what: str) -> None:
        self._follows_a_gift = False
        if len(self.left_out) < _MAX_LEFT_OUT:
            self.left_out.append(LeftOut(number, what))


def _is_filled(cell: Cell) -> bool:
    if type(cell) is not str:
        return cell is not None
    return cell != "" and (cell[0].isalnum() or bool(clean_text(cell)))
