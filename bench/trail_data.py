# ruff: noqa: E501 -- statements are read as they are run
"""Books with one large pool, written straight into the tables: for measuring trails.

A province's pool takes all gifts. Outflows follow them first in, first out: transfers through transit accounts to cities
and from these to counties, aid, purchases of goods; one gift in a hundred is refunded (a hole), a quarter of the transfers is
accepted in parts, sent back or taken back in part, aid comes back in part. One gift holds a tenth of everything, so that
it spans more than a thousand outflows. Triggers are off while the rows are written (superuser), but what they keep is
kept: `ledger.checks` find nothing. The same number of rows gives the same rows.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
from django.core.management import call_command
from django.db import connection

from core.clock import today
from ledger.choices import WorldParty
from ledger.models import Fund, Unit
from ledger.services import money_holding, open_holding, world_account
from organizations.choices import SiteKind
from organizations.models import Branch, Site
from organizations.services import create_associations
from tests.factories.people import make_person

DIVISIONS = Path(__file__).resolve().parent.parent / "organizations" / "data" / "zhejiang.csv"
TABLES = ("ledger_entry", "ledger_movement", "ledger_draw", "core_publicrecord")

# Gifts in the order of their time `t`. The giant one is at 5 % of the way.
GIFTS = """
    CREATE TEMP TABLE gift AS
    SELECT t, CASE WHEN t = %(gifts)s / 20 THEN round(%(gifts)s * 6.3::numeric, 2)
                   ELSE round((5 * exp(4.5 * random() ^ 2))::numeric, 2) END AS quantity,
           t %% 100 = 7 AS is_refunded
      FROM generate_series(1, %(gifts)s) AS t;
    CREATE TEMP TABLE gathered AS
    SELECT t, sum(CASE WHEN is_refunded THEN 0 ELSE quantity END) OVER (ORDER BY t) AS net FROM gift;
    CREATE UNIQUE INDEX ON gathered (t);
    ANALYZE gathered
"""
# The pool's outflows reach a share of what was there at their time, evenly over the years.
OUTFLOWS = """
    CREATE TEMP TABLE paid AS
    SELECT k, t, quantity, CASE WHEN k %% 10 = 0 OR k %% 20 IN (1, 2, 5) THEN round(quantity * 0.6, 2) ELSE quantity END AS first,
           CASE WHEN k %% 10 < 6 THEN 'transfer_out' WHEN k %% 50 = 7 THEN 'purchase' ELSE 'aid' END AS kind, 1 + k %% %(cities)s AS city
      FROM (SELECT k, t, least(round(0.95 * g.net, 2), round(0.93 * total.net * k / %(outflows)s, 2)) AS reach,
                   least(round(0.95 * g.net, 2), round(0.93 * total.net * k / %(outflows)s, 2))
                   - lag(least(round(0.95 * g.net, 2), round(0.93 * total.net * k / %(outflows)s, 2)), 1, 0) OVER (ORDER BY k) AS quantity
              FROM (SELECT row_number() OVER (ORDER BY t) AS k, t
                      FROM (SELECT 1 + floor(random() * %(gifts)s)::bigint AS t FROM generate_series(1, %(outflows)s)) drawn) times
              JOIN gathered g USING (t), (SELECT max(net) AS net FROM gathered) total) reached
     WHERE quantity > 0.10;
    CREATE TEMP TABLE city_paid AS
    SELECT *, CASE WHEN n %% 2 = 0 THEN 'transfer_out' ELSE 'aid' END AS kind
      FROM (SELECT k, t, city, row_number() OVER (PARTITION BY city ORDER BY k) AS n,
                   round(0.85 * kept, 2) - lag(round(0.85 * kept, 2), 1, 0) OVER (PARTITION BY city ORDER BY k) AS quantity
              FROM (SELECT k, t, city, sum(first + CASE WHEN k %% 20 = 1 THEN 0 ELSE quantity - first END
                                           - CASE WHEN k %% 20 = 2 THEN round(quantity * 0.05, 2) ELSE 0 END)
                           OVER (PARTITION BY city ORDER BY k) AS kept
                      FROM paid WHERE kind = 'transfer_out') sums) steps
     WHERE quantity > 0.10;
    CREATE TEMP TABLE county_paid AS
    SELECT k, t, city, round(0.8 * kept, 2) - lag(round(0.8 * kept, 2), 1, 0) OVER (PARTITION BY city ORDER BY k) AS quantity
      FROM (SELECT k, t, city, sum(quantity) OVER (PARTITION BY city ORDER BY k) AS kept FROM city_paid WHERE kind = 'transfer_out') sums
"""
TRANSITS = """
    INSERT INTO ledger_account (kind, party, unit_id, branch_id, fund_id, transfer_key)
    SELECT 'transit', '', f.unit_id, f.branch_id, f.fund_id, 'P' || p.k FROM paid p, place f WHERE f.name = 'pool' AND p.kind = 'transfer_out'
    UNION ALL
    SELECT 'transit', '', f.unit_id, f.branch_id, f.fund_id, 'C' || p.k FROM city_paid p JOIN place f ON f.name = 'city' || p.city WHERE p.kind = 'transfer_out';
    CREATE TEMP TABLE transit AS SELECT transfer_key AS name, id AS account_id, branch_id FROM ledger_account WHERE kind = 'transit'
"""
# Every event with its account ends by name; `part` orders what belongs to one transfer. `of` names the part it reverses
# or answers, `hole` where in that part's inflow a hole begins.
EVENTS = """
    CREATE TEMP TABLE event AS
    SELECT t, 0::bigint AS k, 0 AS part, 'gift' AS kind, 'givers' AS source, 'pool' AS target, 'pool' AS books, quantity,
           NULL::int AS reverses, NULL::int AS answers, NULL::numeric AS hole, 1 AS line, NULL::numeric AS value FROM gift
    UNION ALL SELECT t, 0, 1, 'reversal', 'pool', 'givers', 'pool', quantity, 0, NULL, 0, 1, NULL FROM gift WHERE is_refunded
    UNION ALL SELECT t, k, 10, kind, 'pool', CASE kind WHEN 'transfer_out' THEN 'P' || k WHEN 'purchase' THEN 'suppliers' ELSE 'beneficiaries' END,
           'pool', quantity, NULL, NULL, NULL, 1, NULL FROM paid
    UNION ALL SELECT t, k, 11, kind, 'goods_suppliers', 'stock', 'pool', greatest(1, floor(quantity / 7)), NULL, NULL, NULL, 2, quantity
           FROM paid WHERE kind = 'purchase'
    UNION ALL SELECT t, k, 12, 'transfer_in', 'P' || k, 'city' || city, 'city' || city, first, NULL, 10, NULL, 1, NULL
           FROM paid WHERE kind = 'transfer_out'
    UNION ALL SELECT t, k, 13, CASE WHEN k %% 20 = 1 THEN 'transfer_back' ELSE 'transfer_in' END, 'P' || k,
           CASE WHEN k %% 20 = 1 THEN 'pool' ELSE 'city' || city END, CASE WHEN k %% 20 = 1 THEN 'pool' ELSE 'city' || city END,
           quantity - first, NULL, 10, NULL, 1, NULL FROM paid WHERE kind = 'transfer_out' AND first < quantity
    UNION ALL SELECT t, k, 14, 'reversal', 'city' || city, 'P' || k, 'city' || city, round(quantity * 0.05, 2), 13, NULL,
           quantity - first - round(quantity * 0.05, 2), 1, NULL FROM paid WHERE kind = 'transfer_out' AND k %% 20 = 2 AND quantity > 1
    UNION ALL SELECT t, k, 15, kind, 'city' || city, CASE kind WHEN 'transfer_out' THEN 'C' || k ELSE 'beneficiaries' END, 'city' || city,
           quantity, NULL, NULL, NULL, 1, NULL FROM city_paid
    UNION ALL SELECT t, k, 16, 'transfer_in', 'C' || k, 'county' || city, 'county' || city, quantity, NULL, 15, NULL, 1, NULL
           FROM city_paid WHERE kind = 'transfer_out'
    UNION ALL SELECT t, k, 17, 'aid', 'county' || city, 'beneficiaries', 'county' || city, quantity, NULL, NULL, NULL, 1, NULL
           FROM county_paid WHERE quantity > 0.10
    UNION ALL SELECT t, k, 18, 'reversal', 'beneficiaries', 'pool', 'pool', round(quantity / 2, 2), 10, NULL, NULL, 1, NULL FROM paid
           WHERE kind = 'aid' AND k %% 50 = 9;
    CREATE TEMP TABLE step AS
    SELECT row_number() OVER (ORDER BY t, k, part) AS id, e.*, s.account_id AS source_id, d.account_id AS target_id, s.has_axis AS leaves, d.has_axis AS arrives
      FROM event e JOIN ends s ON s.name = e.source JOIN ends d ON d.name = e.target;
    CREATE UNIQUE INDEX ON step (t, k, part);
    ANALYZE step
"""
PLACED = """
    CREATE TEMP TABLE placed AS
    SELECT s.*, CASE WHEN arrives THEN coalesce(sum(quantity) OVER (PARTITION BY target_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) END AS in_from,
           CASE WHEN leaves AND hole IS NULL THEN coalesce(sum(quantity) FILTER (WHERE hole IS NULL) OVER (PARTITION BY source_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) END AS out_from
      FROM step s;
    CREATE UNIQUE INDEX ON placed (t, k, part);
    ANALYZE placed
"""
ENTRIES = """
    INSERT INTO ledger_postinggroup (id, idempotency_key, branch_id, entry_count, posted_at)
    SELECT b.branch_id, 'bench:' || b.branch_id, b.branch_id, count(*), '2026-01-01' FROM placed p JOIN place b ON b.name = p.books WHERE line = 1 GROUP BY 1, 3;
    INSERT INTO ledger_entry (id, number, year, serial, kind, occurred_on, posted_at, made_by_id, approved_by_id, document, basis, idempotency_key,
                              group_id, reverses_id, branch_id, province_id, city_id, county_id)
    SELECT n.id, b.code || '-2026-E' || lpad(n.serial::text, 8, '0'), 2026, n.serial, n.kind, DATE '2026-01-01' + (n.t * 300 / %(gifts)s)::int,
           TIMESTAMPTZ '2026-01-01 04:00Z' + INTERVAL '300 days' * (n.t / %(gifts)s::double precision), %(maker)s, %(approver)s, 'bench', '', n.id::text,
           b.id, r.id, b.id, b.province_id, b.city_id, b.county_id
      FROM (SELECT p.*, f.branch_id, row_number() OVER (PARTITION BY f.branch_id ORDER BY p.id) AS serial FROM placed p JOIN place f ON f.name = p.books WHERE p.line = 1) n
      JOIN organizations_branch b ON b.id = n.branch_id
      LEFT JOIN placed r ON n.reverses IS NOT NULL AND (r.t, r.k, r.part) = (n.t, n.k, n.reverses)
     ORDER BY n.id;
    INSERT INTO core_numbercounter (series, last)
    SELECT b.code || '-2026-E', count(*) FROM ledger_entry e JOIN organizations_branch b ON b.id = e.branch_id GROUP BY 1
"""
MOVEMENTS = """
    INSERT INTO ledger_movement (id, entry_id, line, source_id, destination_id, unit_id, quantity, out_from, in_from, hole_from, back_from, value, reverses_id, answers_id)
    SELECT p.id, p.id - p.line + 1, p.line, p.source_id, p.target_id, d.unit_id, p.quantity, p.out_from, p.in_from,
           CASE WHEN p.hole IS NOT NULL THEN r.in_from + p.hole END,
           CASE WHEN r.in_from IS NULL THEN r.out_from END, p.value, r.id, a.id
      FROM placed p
      JOIN ledger_account d ON d.id = p.target_id
      LEFT JOIN placed r ON p.reverses IS NOT NULL AND (r.t, r.k, r.part) = (p.t, p.k, p.reverses)
      LEFT JOIN placed a ON p.answers IS NOT NULL AND (a.t, a.k, a.part) = (p.t, p.k, p.answers)
     ORDER BY p.id
"""
BALANCES = """
    DELETE FROM ledger_accountbalance;
    INSERT INTO ledger_accountbalance (account_id, inflow_tail, outflow_tail, removed_total)
    SELECT a.id, coalesce(i.total, 0), coalesce(o.total, 0), coalesce(o.removed, 0)
      FROM ledger_account a
      LEFT JOIN (SELECT destination_id, sum(quantity) AS total FROM ledger_movement WHERE in_from IS NOT NULL GROUP BY 1) i ON i.destination_id = a.id
      LEFT JOIN (SELECT source_id, sum(quantity) FILTER (WHERE out_from IS NOT NULL) AS total, sum(quantity) FILTER (WHERE hole_from IS NOT NULL) AS removed
                   FROM ledger_movement WHERE out_from IS NOT NULL OR hole_from IS NOT NULL GROUP BY 1) o ON o.source_id = a.id
     WHERE a.kind <> 'world'
"""
RECORDS = """
    INSERT INTO core_publicrecord (uuid, kind, subject, object_id, branch_code, record, leaf_hash, created_at)
    SELECT gen_random_uuid(), CASE kind WHEN 'gift' THEN 'gift' ELSE 'entry' END, number, id, '33', '{}', decode(md5(number) || md5(number), 'hex'), posted_at
      FROM ledger_entry
"""
DRAWS = (
    "SELECT count(ledger_draw_outflows(account_id, 0, outflow_tail)) FROM ledger_accountbalance WHERE outflow_tail > 0"
)
SEQUENCES = "SELECT setval(pg_get_serial_sequence('ledger_movement', 'id'), (SELECT max(id) FROM ledger_movement)), setval(pg_get_serial_sequence('ledger_entry', 'id'), (SELECT max(id) FROM ledger_entry)), setval(pg_get_serial_sequence('ledger_postinggroup', 'id'), (SELECT max(id) FROM ledger_postinggroup))"


def fill(gifts: int, outflows: int, *, with_records: bool) -> None:
    """Make the associations of a province and the pool's history; DATABASE_SUPERUSER_URL names the superuser."""
    call_command("load_divisions", str(DIVISIONS), stdout=open(os.devnull, "w"))  # noqa: SIM115
    create_associations(actor=None, on=today(), province_code="33")
    places, people = _places(), _people()
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    values: dict[str, Any] = {"gifts": gifts, "outflows": outflows, "cities": len(places) // 2 - 1, **people}
    statements = [GIFTS, OUTFLOWS, TRANSITS, ENDS, EVENTS, PLACED, ENTRIES, MOVEMENTS, BALANCES]
    with closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SELECT setseed(0.42); SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '512MB'; SET max_parallel_workers_per_gather = 0")
        cursor.execute(
            "CREATE TEMP TABLE place (name text, account_id bigint, unit_id bigint, branch_id bigint, fund_id bigint)"
        )
        cursor.executemany("INSERT INTO place VALUES (%s, %s, %s, %s, %s)", places)
        indexes = _drop_indexes(cursor)
        for statement in statements:
            cursor.execute(statement, values)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute("ANALYZE ledger_movement; ANALYZE ledger_entry")
        cursor.execute(DRAWS)
        cursor.execute(SEQUENCES)
        if with_records:
            cursor.execute(RECORDS)
    with closing(psycopg2.connect(url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"VACUUM (ANALYZE) {table}")
            cursor.execute("ANALYZE ledger_account; ANALYZE ledger_accountbalance")


def _places() -> list[tuple[str, int, int, int, int]]:
    """The accounts by the names that the events use: the pool, its stock, the cities, and a county of each."""
    province = Branch.objects.get(code="33")
    goods = Unit.objects.create(code="G1", kind="goods", name="示例棉被", measure="床", decimal_places=0)
    site = Site.objects.create(branch=province, name="示例仓库", kind=SiteKind.WAREHOUSE, valid_from=today())
    pool = _fund(province)
    stock = open_holding(branch=province, fund=pool, unit=goods, site=site)
    world_account(WorldParty.SUPPLIERS, goods)
    places = {"pool": money_holding(pool), "stock": stock}
    for number, city in enumerate(Branch.objects.filter(kind="city").order_by("code"), start=1):
        county = Branch.objects.filter(kind="county", city_id=city.pk).order_by("code")[0]
        places |= {f"city{number}": money_holding(_fund(city)), f"county{number}": money_holding(_fund(county))}
    return [
        (name, account.pk, account.unit_id, account.branch_id or 0, account.fund_id or 0)
        for name, account in places.items()
    ]


def _fund(branch: Branch) -> Fund:
    return Fund.objects.create(code=f"{branch.code}-F1", branch=branch, name="日常捐赠", opened_on=today())


def _people() -> dict[str, int]:
    province = Branch.objects.get(code="33")
    return {name: make_person(f"bench.{name}", "clerk", province).pk for name in ("maker", "approver")}


# The two ends of every event: places, transit accounts, and the outside.
ENDS = """
    CREATE TEMP TABLE ends AS
    SELECT name, account_id, true AS has_axis FROM place
    UNION ALL SELECT name, account_id, true FROM transit
    UNION ALL SELECT CASE u.code WHEN 'CNY' THEN '' ELSE 'goods_' END || a.party, a.id, false FROM ledger_account a JOIN ledger_unit u ON u.id = a.unit_id WHERE a.kind = 'world'
"""


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop what is no constraint, to be made again at once. Returns the statements."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('ledger_movement', 'ledger_entry')"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
