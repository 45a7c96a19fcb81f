"""Posting many entries of one movement each as a set: a file of gifts takes each lock once."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg2 import sql

from core.clock import SHANGHAI
from core.numbers import SERIAL_DIGITS, format_number, take_serials
from ledger.choices import ALLOWED_WAYS, ENTRY_LETTER, AccountKind
from ledger.errors import LedgerConflict, LedgerError, refusals_explained
from ledger.models import Entry, PostingGroup
from organizations.models import Branch

_RELATION = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)

# Which ways the prepared rows go, whether the rows are numbered 1..n, and whose accounts they touch.
_SURVEY = """
    SELECT s.kind, s.party, d.kind, d.party, count(*), min(p.seq), max(p.seq), count(DISTINCT p.seq),
           bool_and(coalesce(s.branch_id, %(branch)s) = %(branch)s AND coalesce(d.branch_id, %(branch)s) = %(branch)s)
      FROM {relation} p
      JOIN ledger_account s ON s.id = p.source_id
      JOIN ledger_account d ON d.id = p.destination_id
     GROUP BY 1, 2, 3, 4
"""
# Account locks first; everybody who posts takes them through this function (sql/turns.sql).
_LOCK = """
    SELECT b.account_id FROM ledger_lock_balances(ARRAY(
           SELECT source_id FROM {relation} UNION SELECT destination_id FROM {relation})) b
"""
_ENTRIES = """
    INSERT INTO ledger_entry (id, number, year, serial, kind, occurred_on, posted_at, made_by_id, approved_by_id,
                              document, basis, idempotency_key, group_id, branch_id, province_id, city_id, county_id)
    SELECT p.entry_id, %(prefix)s || lpad(n.serial::text, greatest(%(digits)s, length(n.serial::text)), '0'),
           %(year)s, n.serial, %(kind)s, p.occurred_on, %(posted_at)s, %(maker)s, %(approver)s,
           p.document, '', p.idempotency_key, %(group)s, %(branch_id)s, %(province_id)s, %(city_id)s, %(county_id)s
      FROM {relation} p, LATERAL (SELECT %(first)s + p.seq - 1 AS serial) n
     ORDER BY p.seq
"""
# Positions are window sums on top of the tails, which the locks hold still. What comes from the outside has no place
# to leave from, so that the commonest case, a file of gifts, is sorted once.
_MOVEMENTS_FROM_OUTSIDE = """
    INSERT INTO ledger_movement (entry_id, line, source_id, destination_id, unit_id, quantity, in_from)
    SELECT p.entry_id, 1, p.source_id, p.destination_id, p.unit_id, p.quantity,
           d.inflow_tail + sum(p.quantity) OVER (PARTITION BY p.destination_id ORDER BY p.seq) - p.quantity
      FROM {relation} p
      LEFT JOIN ledger_accountbalance d ON d.account_id = p.destination_id
     ORDER BY p.seq
"""
_MOVEMENTS = """
    INSERT INTO ledger_movement (entry_id, line, source_id, destination_id, unit_id, quantity, out_from, in_from)
    SELECT p.entry_id, 1, p.source_id, p.destination_id, p.unit_id, p.quantity,
           s.outflow_tail + sum(p.quantity) OVER (PARTITION BY p.source_id ORDER BY p.seq) - p.quantity,
           d.inflow_tail + sum(p.quantity) OVER (PARTITION BY p.destination_id ORDER BY p.seq) - p.quantity
      FROM {relation} p
      LEFT JOIN ledger_accountbalance s ON s.account_id = p.source_id
      LEFT JOIN ledger_accountbalance d ON d.account_id = p.destination_id
     ORDER BY p.seq
"""


@dataclass(frozen=True)
class PostedBlock:
    """What a posting group got: its id and its block of entry serials `first_serial … first_serial + count - 1`."""

    group_id: int
    first_serial: int
    count: int
    year: int


def post_prepared(
    *, relation: str, key: str, branch: Branch, kind: str, maker_id: int, approver_id: int, posted_at: datetime
) -> PostedBlock:
    """Post the rows of a prepared temporary table as one posting group, one entry with one movement for each row.

    `relation` was made in the caller's transaction with the columns `seq` (1..n), `entry_id` (drawn from the
    sequence of entries), `source_id`, `destination_id`, `unit_id`, `quantity`, `occurred_on`, `document`,
    `idempotency_key`. `key` is the group's idempotency key. Public records are the caller's (docs/ledger.md).

    Locks the balances of all holdings and transit accounts in ascending id, then the branch's counter of the year.
    Raises LedgerError for a way that the kind does not allow or a closed fund, NotEnough where an account would
    become negative, LedgerConflict where a key was used before; nothing is posted then.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("post_prepared() needs the transaction that made the temporary table")
    if not _RELATION.fullmatch(relation):
        raise ValueError(f"not an identifier: {relation!r}")
    year = posted_at.astimezone(SHANGHAI).year
    with refusals_explained(), transaction.atomic():
        _run("ANALYZE {relation}", relation)
        count, from_outside = _survey(relation, branch, kind)
        _run(_LOCK, relation)
        group = _open_group(key=key, branch=branch, count=count, posted_at=posted_at)
        first = take_serials(branch.code, year, ENTRY_LETTER, count)
        _run(
            _ENTRIES,
            relation,
            {
                "prefix": format_number(branch.code, year, ENTRY_LETTER, 0)[:-SERIAL_DIGITS],
                "digits": SERIAL_DIGITS,
                "year": year,
                "kind": kind,
                "posted_at": posted_at,
                "maker": maker_id,
                "approver": approver_id,
                "group": group.pk,
                "first": first,
                **Entry.lineage_of(branch),
            },
        )
        _run(_MOVEMENTS_FROM_OUTSIDE if from_outside else _MOVEMENTS, relation)
    return PostedBlock(group_id=group.pk, first_serial=first, count=count, year=year)


def _run(statement: str, relation: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(relation=sql.Identifier(relation)), values)
        return cursor.fetchall() if cursor.description else []


def _survey(relation: str, branch: Branch, kind: str) -> tuple[int, bool]:
    ways = _run(_SURVEY, relation, {"branch": branch.pk})
    count = sum(row[4] for row in ways)
    if not count:
        raise LedgerError("nothing_to_post", _("没有可记账的内容，请核对批次里是否还有通过的行。"))
    # One way is the rule (givers to a holding), so that the numbering is checked per way only when there is one.
    if len(ways) != 1 or ways[0][5:8] != (1, count, count):
        raise ValueError("prepared rows must go one way and be numbered 1..n")
    source_kind, source_party, target_kind, target_party = ways[0][:4]
    if ((source_kind, source_party), (target_kind, target_party)) not in ALLOWED_WAYS.get(kind, frozenset()):
        raise LedgerError("way_not_allowed", _("这种记账的来源和去向不相配，请核对记账种类。"))
    if not ways[0][8]:
        raise LedgerError("account_of_another_branch", _("有的账户不属于记账的红十字会，请核对资金池所属单位。"))
    return count, source_kind == AccountKind.WORLD


def _open_group(*, key: str, branch: Branch, count: int, posted_at: datetime) -> PostingGroup:
    if PostingGroup.objects.filter(idempotency_key=key).exists():
        raise LedgerConflict("posted_already", _("这批内容已经记过账，不能重复记账，请打开原来的批次核对。"))
    return PostingGroup.objects.create(idempotency_key=key, branch=branch, entry_count=count, posted_at=posted_at)
