"""The public record of an entry."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from core.canonical import canonical_bytes
from core.outbox import commit_to, write_record
from core.recorded import exact_text
from ledger.choices import AccountKind
from ledger.models import Account, Entry, Movement

RECORD_KIND = "entry"
# What the private digest of each schema covers: docs/log.md.
RECORD_SCHEMA, FIRST_SCHEMA = "entry/2", "entry/1"
# How a place of a movement is written: by the movement and the name of the place; empty where it has none.
Place = Callable[[Movement, str], str]


def write_entry_record(entry: Entry, *, branch_code: str) -> None:
    """Write the public record of an entry that was just posted, in the same transaction (docs/ledger.md)."""
    write_record(
        kind=RECORD_KIND,
        subject=entry.number,
        object_id=entry.pk,
        branch_code=branch_code,
        body=entry_body(entry, branch_code=branch_code),
        private=private_part(entry, group=entry.group.idempotency_key),
    )


def entry_body(entry: Entry, *, branch_code: str) -> dict[str, Any]:
    """Return what the public record of a posted entry says, read from its rows."""
    return _body(entry, number=entry.number, branch_code=branch_code, movements=_with_accounts(entry), place=_place)


def draft_of_record(entry: Entry, *, branch_code: str, movements: Iterable[Movement]) -> dict[str, Any]:
    """Make the columns of the public record of an entry that is being posted, for `ledger_post` (sql/turns.sql).

    Where the number and the places will stand its text has `{number}` and `{1.out_from}`: nothing else in a record has
    braces, and filled in they are plain digits, so the text stays canonical.
    """
    committed = commit_to(private_part(entry, group=group_key(entry.idempotency_key)))
    body = _body(entry, number="{number}", branch_code=branch_code, movements=movements, place=_place_to_come)
    return {
        "uuid": committed.row,
        "kind": RECORD_KIND,
        "branch_code": branch_code,
        "record": canonical_bytes({**body, **committed.digests}).decode(),
        "sealed_salt": committed.sealed_salt,
        "created_at": entry.posted_at,
    }


def group_key(key: str) -> str:
    """The key of the posting group that an entry has for itself."""
    return f"entry:{key}"


def private_part(entry: Entry, *, group: str, schema: str = RECORD_SCHEMA) -> dict[str, Any]:
    """What the record only commits to: the text that the entry rests on, and whatever else no public column shows."""
    if schema == FIRST_SCHEMA:
        return {"document": entry.document}
    return {
        "approved_by": entry.approved_by_id,
        "city": entry.city_id,
        "county": entry.county_id,
        "document": entry.document,
        "group": group,
        "key": entry.idempotency_key,
        "made_by": entry.made_by_id,
        "posted_at": exact_text(entry.posted_at),
        "province": entry.province_id,
    }


def body_of_rows(entry: Entry, *, branch_code: str, movements: Iterable[Movement]) -> dict[str, Any]:
    """As `entry_body`, of movements that were read already, in their order, with what they name at hand."""
    return _body(entry, number=entry.number, branch_code=branch_code, movements=movements, place=_place)


def _body(
    entry: Entry, *, number: str, branch_code: str, movements: Iterable[Movement], place: Place
) -> dict[str, Any]:
    """Numbers, dates, codes and quantities; `movements` are all of the entry's, with what they name at hand."""
    return {
        "schema": RECORD_SCHEMA,
        "kind": str(entry.kind),
        "number": number,
        "branch": branch_code,
        "occurred_on": entry.occurred_on.isoformat(),
        "posted_at": utc_text(entry.posted_at),
        "basis": str(entry.basis),
        "reverses": entry.reverses.number if entry.reverses else None,
        "movements": [_movement_body(movement, place) for movement in movements],
    }


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


def _place(movement: Movement, name: str) -> str:
    position = getattr(movement, name)
    return "" if position is None else f"{position:.{movement.unit.decimal_places}f}"


def _place_to_come(movement: Movement, name: str) -> str:
    """A place at a tail is given later: where value leaves an account without a hole, and where it comes into one."""
    given = {
        "out_from": movement.source.kind != AccountKind.WORLD and movement.hole_from is None,
        "in_from": movement.destination.kind != AccountKind.WORLD,
    }
    if name in given:
        return f"{{{movement.line}.{name}}}" if given[name] else ""
    return _place(movement, name)


def _movement_body(movement: Movement, place: Place) -> dict[str, Any]:
    body: dict[str, Any] = {
        "line": movement.line,
        "from": _account_text(movement.source),
        "to": _account_text(movement.destination),
        "unit": movement.unit.code,
        "quantity": f"{movement.quantity:.{movement.unit.decimal_places}f}",
    }
    for name in ("out_from", "in_from", "hole_from", "back_from"):
        position = place(movement, name)
        if position:
            body[name] = position
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
