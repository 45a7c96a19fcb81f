"""Accounts with the unit, fund, branch and site that they are of, in one short query (sql/places.sql)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models

from ledger.models import Account, Fund, Unit
from organizations.models import Branch, Site

# The columns of the function, in its order; each is a row of the model's table.
_ROWS: dict[str, type[models.Model]] = {
    "account": Account,
    "unit": Unit,
    "fund": Fund,
    "branch": Branch,
    "site": Site,
}
_COLUMNS = ", ".join(
    f'(p.{name})."{field.column}"' for name, model in _ROWS.items() for field in model._meta.concrete_fields
)
_PLACES = f"SELECT {_COLUMNS} FROM ledger_places(%s::bigint[]) p"  # noqa: S608 - names of our own


def accounts_with_places(ids: Iterable[int]) -> dict[int, Account]:
    """Return accounts by their ids, what they are of already fetched (1 query, planned once for a connection)."""
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(ids)])
        rows = cursor.fetchall()
    found = {}
    for row in rows:
        account = _account(row)
        found[account.pk] = account
    return found


def _account(row: tuple[Any, ...]) -> Account:
    parts: dict[str, Any] = {}
    start = 0
    for name, model in _ROWS.items():
        names = [field.attname for field in model._meta.concrete_fields]
        values = row[start : start + len(names)]
        start += len(names)
        parts[name] = model.from_db(connection.alias, names, values) if values[0] is not None else None
    account: Account = parts.pop("account")
    for name, part in parts.items():
        setattr(account, name, part)
    return account
