"""What a list says about itself above its header: how many gifts, their sum, up to which day."""

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from donations.intake import vocabulary as words
from donations.intake.cells import clean_text

_AS_OF: Final = re.compile(r"截[至止]?[至到]?(?:(?P<year>[0-9]{4})年)?(?P<month>[0-9]{1,2})月(?P<day>[0-9]{1,2})日")
_YEAR: Final = re.compile(r"(?<![0-9])(20[0-9]{2}|19[5-9][0-9])年")
_COUNT_BEFORE: Final = re.compile(r"(?:共计?|合计|总计|收到|笔数:?|计)[^0-9]{0,6}([0-9][0-9,]*)(?:人次|笔|条)(?!记录)")


@dataclass(frozen=True, slots=True)
class Preamble:
    """What stands above the header: the sums it declares and the day it was made up to."""

    declared_count: int | None = None
    declared_total: Decimal | None = None
    as_of: datetime.date | None = None


def read_preamble(told: Sequence[str], unit: Decimal, *, is_statement: bool) -> Preamble:
    """Return what the lines above the header declare. A cumulative sum (累计) is no sum of this list."""
    count: int | None = None
    total: Decimal | None = None
    as_of: datetime.date | None = None
    lines = [re.sub(r"\s", "", unicodedata.normalize("NFKC", text)) for text in told]
    # Blanks stay here: in 24:00 2020年 the year would otherwise run into the time.
    year = next((int(match[1]) for text in told if (match := _YEAR.search(clean_text(text)))), None)
    for line in lines:
        as_of = as_of or _as_of(line, year)
        if is_statement:
            income = words.INCOME_LINE.search(line)
            if income:
                count, total = int(income[1].replace(",", "")), Decimal(income[2].replace(",", ""))
        elif not words.CUMULATIVE.search(line):
            found = _COUNT_BEFORE.search(line)
            count = int(found[1].replace(",", "")) if found and len(found[1]) < 12 else count
            total = total if total is not None else stated_total(line)
    return Preamble(count, total, as_of)


def stated_total(line: str) -> Decimal | None:
    """Return the sum in yuan that a compact line of text states with its unit (合计：12,341.83元)."""
    found = words.DECLARED_TOTAL.search(line)
    if not found or len(found[1]) > 20:
        return None
    return Decimal(found[1].replace(",", "")) * Decimal(words.UNIT_FACTORS[found[2]])


def _as_of(line: str, year: int | None) -> datetime.date | None:
    found = _AS_OF.search(line)
    if not found:
        return None
    own_year = int(found["year"]) if found["year"] else year
    try:
        return datetime.date(own_year, int(found["month"]), int(found["day"])) if own_year else None
    except ValueError:
        return None
