"""Numbers without gaps (docs/numbers.md)."""

import re

from django.db import connection

from core.clock import now
from core.models import LostNumber, NumberCounter

# Digits of the serial in a number; longer serials simply grow.
SERIAL_DIGITS = 8


def take_serials(branch_code: str, year: int, letter: str, count: int = 1) -> int:
    """Take `count` consecutive serials of a branch, year and kind letter and return the first.

    Must run inside the transaction that uses them, late in it: the counter's row stays locked until the end, and a
    rollback gives the numbers back, which is what keeps the series without gaps.
    """
    if count < 1:
        raise ValueError("count must be positive")
    if not connection.in_atomic_block:
        raise RuntimeError("take_serials() needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_numbercounter (series, last) VALUES (%s, %s)"
            " ON CONFLICT (series) DO UPDATE SET last = core_numbercounter.last + EXCLUDED.last RETURNING last",
            [number_series(branch_code, year, letter), count],
        )
        return int(cursor.fetchone()[0]) - count + 1


def number_series(branch_code: str, year: int, letter: str) -> str:
    """The name of the counter of a branch, year and kind letter."""
    return f"{branch_code}-{year}-{letter}"


def format_number(branch_code: str, year: int, letter: str, serial: int) -> str:
    """Write a number: `330106-2026-00001234` for gifts (no letter), `330106-2026-E00001234` for the others."""
    return f"{branch_code}-{year}-{letter}{serial:0{SERIAL_DIGITS}d}"


def take_number(branch_code: str, year: int, letter: str) -> str:
    """Take one number (see `take_serials` for the lock)."""
    return format_number(branch_code, year, letter, take_serials(branch_code, year, letter))


_NUMBER = re.compile(r"(?P<branch>.+)-(?P<year>[0-9]{4})-(?P<letter>[A-Z]?)(?P<serial>[0-9]{8,})")


def pass_over(number: str, *, index: int) -> list[str]:
    """Let a number that is known outside never be given again, and return what its series lost with a restore.

    `index` is the place of its record in the log. Every serial after the counter up to this one was given by the time
    that is gone: each is noted as lost (`LostNumber`), so that the series counts as having no gap. Locks the counter;
    idempotent. A text that is no number of a series changes nothing.
    """
    found = _NUMBER.fullmatch(number)
    if found is None:
        return []
    series, serial = number_series(found["branch"], int(found["year"]), found["letter"]), int(found["serial"])
    counter, _is_new = NumberCounter.objects.select_for_update().get_or_create(series=series)
    lost = [
        LostNumber(
            number=format_number(found["branch"], int(found["year"]), found["letter"], one),
            series=series,
            serial=one,
            index=index,
            noted_at=now(),
        )
        for one in range(counter.last + 1, serial + 1)
    ]
    if lost:
        LostNumber.objects.bulk_create(lost)
        counter.last = serial
        counter.save(update_fields=["last"])
    return [one.number for one in lost]
