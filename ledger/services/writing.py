"""Writing one entry with all that belongs to it in one call (sql/turns.sql)."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from core.models import AuditEvent
from core.numbers import SERIAL_DIGITS, format_number, number_series
from ledger.choices import ENTRY_LETTER
from ledger.errors import NotEnough
from ledger.models import Entry, Movement
from ledger.services.positions import written
from ledger.services.records import draft_of_record, group_key

# What the call gives: places on axes and numbers are known under its locks only.
_GIVEN = frozenset({"id", "group_id", "serial", "number", "entry_id", "out_from", "in_from", "object_key"})


def write_entry(entry: Entry, movements: Sequence[Movement], audit: AuditEvent, *, branch_code: str) -> bool:
    """Write an entry with its movements, its public record and its audit row, and set its id, serial and number.

    Returns False, with nothing written, where its idempotency key is taken. `movements` have lines from 1, their ends,
    unit and what they name at hand, and no places yet. Locks the balances of their accounts in ascending id, takes the
    key, then the branch's counter of the year; all of it in one round trip, because others wait meanwhile. Raises
    NotEnough where an account would become negative, and what the database refuses.
    """
    number = format_number(branch_code, entry.year, ENTRY_LETTER, 0)
    lines = [{**_columns(one), "places": one.unit.decimal_places} for one in movements]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM ledger_post(%s, %s, %s, %s, %s, %s, %s, %s)",
            [
                group_key(entry.idempotency_key),
                number_series(branch_code, entry.year, ENTRY_LETTER),
                number[:-SERIAL_DIGITS],
                SERIAL_DIGITS,
                *(
                    json.dumps(part, default=_text, ensure_ascii=False)
                    for part in (
                        _columns(entry),
                        lines,
                        draft_of_record(entry, branch_code=branch_code, movements=movements),
                        _columns(audit),
                    )
                ),
            ],
        )
        entry_id, serial, number, short_line, held = cursor.fetchone()
    if short_line is not None:
        raise _not_enough(movements[short_line - 1], held)
    if entry_id is None:
        return False
    entry.pk, entry.serial, entry.number = entry_id, serial, number
    entry._state.adding, entry._state.db = False, connection.alias
    return True


def _columns(row: Model) -> dict[str, Any]:
    """The values of a row by column, but for what is given under the locks."""
    return {
        str(field.column): getattr(row, field.attname)
        for field in row._meta.local_concrete_fields
        if field.column not in _GIVEN
    }


def _text(value: Any) -> str:
    """How PostgreSQL reads what JSON has no type for."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    if isinstance(value, (Decimal, datetime.date, uuid.UUID)):
        return str(value)
    raise TypeError(f"{type(value).__name__} is in no column of an entry")


def _not_enough(movement: Movement, held: Decimal) -> NotEnough:
    return NotEnough(
        "not_enough",
        _("第 %(line)s 行：账户余额 %(balance)s，要转出 %(asked)s，还差 %(missing)s，请减少数量或改用别的资金池。")
        % {
            "line": movement.line,
            "balance": written(held),
            "asked": written(movement.quantity),
            "missing": written(movement.quantity - held),
        },
    )
