"""How much waits for its giver, in public: numbers and sums that point at no single gift.

Sums of gifts are public, so a small cell would tell nothing about money. But one or a few gifts of known sums could be
picked out of the public list as those that have no giver, and the sum and the day of a gift are two of the four things
that a claim is compared by: it would invite claims to somebody else's gift, and a cell that falls by one sum would
tell that this gift was claimed. So no figure stands for fewer than five gifts, nor follows by subtraction from others:
branches below five are told together, with the smallest of the others where they alone are still too few.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.money import ZERO_YUAN
from donations.models import UnidentifiedGift
from donations.selectors.claims.pool import Age, sums_by_age

# privacy.md: public aggregates suppress cells under five, and what would reveal them by subtraction.
FEWEST = 5
OLD_DAYS = 90
_OLD = (Age("old", "", OLD_DAYS + 1, None),)


@dataclass(frozen=True)
class Unclaimed:
    """Gifts that wait (yuan), and those of them that wait more than 90 days; None where that part must not be told.

    `branch_code` is empty for branches that are told together.
    """

    branch_code: str
    branch_name: str
    gift_count: int
    amount: Decimal
    old_count: int | None = None
    old_amount: Decimal | None = None


@dataclass(frozen=True)
class UnclaimedFigures:
    """What may be told: a line for each branch that has enough, one for the others together, and all of it.

    `total` is None where fewer than five gifts wait in the whole network.
    """

    lines: list[Unclaimed]
    total: Unclaimed | None
    has_few: bool

    def of(self, branch_code: str) -> Unclaimed | None:
        """The line of one branch; None where it has none of its own."""
        return next((line for line in self.lines if line.branch_code and line.branch_code == branch_code), None)


def unclaimed_figures() -> UnclaimedFigures:
    """What waits for its giver, by branch, as it may be told in public; one query."""
    waiting = UnidentifiedGift.objects.unscoped("public figures of five gifts or more")
    rows = sums_by_age(waiting, _OLD, "branch__code", "branch__name")
    enough = sorted((row for row in rows if row["count"] >= FEWEST), key=_size)
    few = [row for row in rows if row["count"] < FEWEST]
    # What is told together must not be few either, else it follows from the total.
    while few and sum(row["count"] for row in few) < FEWEST and enough:
        few.append(enough.pop(0))
    lines = [_line(row["branch__code"], row["branch__name"], [row]) for row in sorted(enough, key=_code)]
    if few and sum(row["count"] for row in few) >= FEWEST:
        lines.append(_line("", _("其他红十字会合计"), few))
    total = _line("", _("合计"), rows) if sum(row["count"] for row in rows) >= FEWEST else None
    return UnclaimedFigures(lines, _only_if_lines_tell(total, lines), total is None and bool(rows))


def _only_if_lines_tell(total: Unclaimed | None, lines: list[Unclaimed]) -> Unclaimed | None:
    """The total with its old part only where each line tells its own: one hidden part would follow from the rest."""
    if total is None or all(line.old_count is not None for line in lines):
        return total
    return Unclaimed(total.branch_code, total.branch_name, total.gift_count, total.amount)


def _line(code: str, name: str, rows: list[dict[str, Any]]) -> Unclaimed:
    count, old = sum(row["count"] for row in rows), sum(row["count_0"] for row in rows)
    amount = sum((row["sum"] or ZERO_YUAN for row in rows), start=ZERO_YUAN)
    old_amount = sum((row["sum_0"] or ZERO_YUAN for row in rows), start=ZERO_YUAN)
    # The younger part is the rest: neither may be one to four gifts.
    is_told = all(part == 0 or part >= FEWEST for part in (old, count - old))
    return Unclaimed(code, name, count, amount, old if is_told else None, old_amount if is_told else None)


def _size(row: dict[str, Any]) -> tuple[int, str]:
    return row["count"], row["branch__code"]


def _code(row: dict[str, Any]) -> str:
    return str(row["branch__code"])
