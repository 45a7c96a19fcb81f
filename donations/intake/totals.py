"""What a list says of itself in rows: totals and counts, wherever their label stands."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from donations.intake import vocabulary as words
from donations.intake.cells import Cell, clean_text, repair_noise

_FEN: Final = Decimal("0.01")
_NUMBER: Final = re.compile(r"[¥￥]?(-?[0-9][0-9,]*(?:\.[0-9]+)?)(百万元|万元|千元|亿元|元|万)?")
_COUNT: Final = re.compile(r"([0-9][0-9,]*)(?:人次|笔|条|家|户|个|份|人)")
_COMPACT_AWAY: Final = re.compile(r"[\s:：。;；,，()（）\[\]【】=_—-]+(?![0-9])|[\s:：()（）\[\]【】=]+")
_FREE_TEXT: Final = frozenset({"remark", "purpose", "channel", "detail", "summary"})


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A row that declares a sum or a count: of its block, or (`is_grand`) of the whole list."""

    row_number: int
    total: Decimal | None
    count: int | None
    is_subtotal: bool
    is_grand: bool


def compact(cell: Cell) -> str:
    """Return a label without the blanks, colons and brackets people set it with (合　计：)."""
    text = unicodedata.normalize("NFKC", clean_text(cell))
    return _COMPACT_AWAY.sub("", text)


def read_total_row(row_number: int, row: Sequence[Cell], columns: Mapping[str, int], unit: Decimal) -> TotalRow | None:
    """Return what a row declares if it is a total row, else None.

    The label may stand in any column. A row with a giver of its own, a day and an amount is a gift, whatever its
    remark says.
    """
    labels = [
        (column, found)
        for column, cell in enumerate(row)
        if type(cell) is str and cell and not cell[0].isdigit() and (found := _label(cell))
    ]
    if not labels:
        return None
    free = {columns[name] for name in _FREE_TEXT if name in columns}
    donor_column = columns.get("donor", -1)
    donor = clean_text(row[donor_column]) if 0 <= donor_column < len(row) else ""
    labelled = {column for column, _found in labels}
    if labelled <= free and donor:
        return None
    if donor and donor_column not in labelled and not _NUMBER.fullmatch(compact(donor)) and not _COUNT.search(donor):
        return None
    word = labels[0][1]
    scope = word["scope"] or ""
    is_subtotal = word["word"] in words.SUBTOTAL_WORDS or scope in words.SUBTOTAL_SCOPES
    return TotalRow(
        row_number,
        _total(row, columns, labels, unit),
        _count(row),
        is_subtotal,
        is_grand=any(found["word"] in words.GRAND_WORDS for _column, found in labels),
    )


def _label(cell: str) -> re.Match[str] | None:
    start = cell.lstrip()[:1]
    if start == "" or (start not in words.TOTAL_INITIALS and start not in "收捐(（【[" and not start.isspace()):
        return None
    return words.TOTAL_LABEL.fullmatch(compact(cell)) if len(cell) < 80 else None


def _total(
    row: Sequence[Cell],
    columns: Mapping[str, int],
    labels: Sequence[tuple[int, re.Match[str]]],
    unit: Decimal,
) -> Decimal | None:
    column = columns.get("income", columns.get("amount", -1))
    candidates: list[Cell] = [row[column]] if 0 <= column < len(row) else []
    candidates += [row[position] for position, _found in labels]
    if "income" not in columns:
        # Merged cells push the figure away from its column; the first figure right of the label is it.
        candidates += [cell for cell in row[labels[0][0] + 1 :] if isinstance(cell, int | float)]
        candidates += [cell for cell in row[labels[0][0] + 1 :] if isinstance(cell, str)]
    for candidate in candidates:
        total = _figure(candidate, unit)
        if total is not None:
            return total
    return None


def _figure(cell: Cell, unit: Decimal) -> Decimal | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int | float):
        number = Decimal(str(cell))
        return _yuan(number * unit) if number.is_finite() else None
    text = compact(cell) if isinstance(cell, str) else ""
    for match in _NUMBER.finditer(_COUNT.sub("", text)):
        digits = match[1].replace(",", "")
        if len(digits) > 24:
            return None
        own = match[2]
        factor = Decimal(words.UNIT_FACTORS[own if own != "万" else "万元"]) if own else unit
        return _yuan(Decimal(digits) * factor)
    return None


def _yuan(value: Decimal) -> Decimal:
    """A declared sum in yuan; a third decimal that is no noise stays, so that the comparison fails visibly."""
    repaired = repair_noise(value)
    rounded = repaired.quantize(_FEN) if abs(repaired) < Decimal("1e20") else repaired
    # A sum of many binary floats carries more noise than one cell.
    return rounded if abs(rounded - repaired) < Decimal("0.0005") else repaired


def _count(row: Sequence[Cell]) -> int | None:
    for cell in row:
        if type(cell) is str and (found := _COUNT.search(compact(cell))) and len(found[1]) < 12:
            return int(found[1].replace(",", ""))
    return None


@dataclass(slots=True)
class Tally:
    """Sums while rows go by, and what total rows declared against them. Yuan."""

    count: int = 0
    total: Decimal = Decimal("0.00")
    _block_count: int = 0
    _block_total: Decimal = Decimal("0.00")
    _declared: list[tuple[TotalRow, Decimal]] = field(default_factory=list)

    def add(self, amount: Decimal | None) -> None:
        """Count one gift; an amount that could not be read is counted with nothing."""
        self.count += 1
        self._block_count += 1
        if amount is not None:
            self.total += amount
            self._block_total += amount

    def declare(self, row: TotalRow) -> None:
        """Note a total row. Subtotals close no block: a total of the same rows follows them."""
        if not row.is_subtotal:
            self._declared.append((row, self._block_total))
            self._block_total, self._block_count = Decimal("0.00"), 0

    def is_sum_so_far(self, amount: Decimal) -> bool:
        """Whether a figure that stands alone is the sum of what came before: a total row without a label."""
        return self.count > 0 and amount == self.total

    def declared_total(self, before: Decimal | None) -> Decimal | None:
        """Return the sum the list declares: its grand total, else the totals of its blocks added up."""
        totals = [(row, row.total, block) for row, block in self._declared if row.total is not None]
        if not totals:
            return before
        last = totals[-1][1]
        grand = [total for row, total, _block in totals if row.is_grand]
        if len(totals) == 1 or last == self.total:
            return last
        if grand:
            return grand[-1]
        return sum((total for _row, total, _block in totals), Decimal("0.00"))

    def declared_count(self, before: int | None) -> int | None:
        """Return the number of gifts the list declares."""
        counts = [row.count for row, _block in self._declared if row.count is not None]
        if not counts:
            return before
        return counts[-1] if len(counts) == 1 or counts[-1] == self.count else sum(counts)
