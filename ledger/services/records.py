"""The public record of an entry."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from core.models import PublicRecord
from core.outbox import record_of
from ledger.choices import AccountKind
from ledger.models import Account, Entry, Movement

# The form of an entry's public record; its kind in the outbox is "entry".
RECORD_SCHEMA = "entry/1"


def write_entry_record(entry: Entry, *, branch_code: str) -> None:
    """Write the public record of an entry that was just posted, in the same transaction (docs/ledger.md)."""
    record_of_entry(entry, branch_code=branch_code, movements=_with_accounts(entry)).save(force_insert=True)


def record_of_entry(entry: Entry, *, branch_code: str, movements: Iterable[Movement]) -> PublicRecord:
    """Make the public record of an entry; `movements` are all its own, with what they name at hand.

    It holds numbers, dates, codes and quantities; what the entry rests on is free text and only committed to.
    """
    body: dict[str, Any] = {
        "schema": RECORD_SCHEMA,
        "kind": str(entry.kind),
        "number": entry.number,
        "branch": branch_code,
        "occurred_on": entry.occurred_on.isoformat(),
        "posted_at": utc_text(entry.posted_at),
        "basis": str(entry.basis),
        "reverses": entry.reverses.number if entry.reverses else None,
        "movements": [_movement_body(movement) for movement in movements],
    }
    return record_of(
        kind="entry",
        subject=entry.number,
        object_id=entry.pk,
        branch_code=branch_code,
        body=body,
        private={"document": entry.document},
    )


def utc_text(moment: datetime) -> str:
    """A moment as it stands in public records: ISO 8601 in UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _with_accounts(entry: Entry) -> Iterable[Movement]:
    return entry.movements.select_related(
        "unit",
        "source__fund",
        "destination__fund",
        "reverses__entry",
        "answers__entry",
    ).order_by("line")


def _movement_body(movement: Movement) -> dict[str, Any]:
    body: dict[str, Any] = {
        "line": movement.line,
        "from": _account_text(movement.source),
        "to": _account_text(movement.destination),
        "unit": movement.unit.code,
        "quantity": f"{movement.quantity:.{movement.unit.decimal_places}f}",
    }
    for name in ("out_from", "in_from", "hole_from", "back_from"):
        position = getattr(movement, name)
        if position is not None:
            body[name] = f"{position:.{movement.unit.decimal_places}f}"
    if movement.value is not None:
        body["value"] = f"{movement.value:.2f}"
    for name in ("reverses", "answers"):
        other = getattr(movement, name)
        if other is not None:
            body[name] = {"entry": other.entry.number, "line": other.line}
    return body


def _account_text(account: Account) -> str:
    """Who an account is in public: `outside:givers`, `fund:330106-F1`, `fund:…/site:3`, `transit:330106-F1/7`."""
    if account.kind == AccountKind.WORLD:
        return f"outside:{account.party}"
    code = account.fund.code if account.fund else ""
    if account.kind == AccountKind.TRANSIT:
        return f"transit:{code}/{account.pk}"
    return f"fund:{code}/site:{account.site_id}" if account.site_id else f"fund:{code}"
