# ruff: noqa: E501 -- statements are read as they are run
"""A province with made-up gifts, written straight into the tables: only for measuring how they are read.

The rows are not posted: nothing stands in the ledger for them, triggers and foreign keys are off while they are written
(superuser). Names are made up and skewed as real ones are: a third of the givers are companies, most people are shown
masked, a few agreed to be named. The same number of rows gives the same rows.
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
from organizations.services import create_associations

DIVISIONS = Path(__file__).resolve().parent.parent / "organizations" / "data" / "zhejiang.csv"
FIRST_DAY = "2023-01-01"
DAYS = 1400

SETUP = """
    INSERT INTO ledger_fund (code, branch_id, name, is_restricted, purpose, beneficiary, project, fee_rate, opened_on, is_default)
    SELECT b.code || '-F' || n, b.id, CASE n WHEN 1 THEN '日常捐赠' ELSE '示例专项' END, n = 2,
           CASE n WHEN 2 THEN '示例用途' ELSE '' END, '', '', 0, DATE '2020-01-01', n = 1
      FROM organizations_branch b CROSS JOIN generate_series(1, 2) AS n
    ON CONFLICT DO NOTHING
"""

# Cubed, so that the first branches and surnames have most of the rows.
GIFTS = """
    CREATE TEMP TABLE made AS
    WITH branches AS (SELECT id, row_number() OVER (ORDER BY md5(code)) AS at, count(*) OVER () AS size FROM organizations_branch),
    drawn AS MATERIALIZED (
        SELECT i, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e, random() AS f, random() AS g
          FROM generate_series(1, %(rows)s) AS i
    )
    SELECT i, branches.id AS branch_id,
           DATE %(first)s + floor(%(days)s * d.b)::int AS received_on,
           round((10 * exp(6 * d.c ^ 2) * (1 + d.g))::numeric, 2) AS amount, CASE WHEN d.d < 0.9 THEN 1 ELSE 2 END AS fund,
           (ARRAY['general', 'relief', 'aid', 'youth'])[1 + floor(4 * d.g)::int] AS purpose,
           CASE WHEN d.e < 0.35 THEN 'organisation' WHEN d.e < 0.93 THEN 'person' ELSE 'anonymous' END AS donor_kind,
           CASE WHEN d.e < 0.28 THEN '示例' || place || (ARRAY['贸易', '建材', '纺织', '物流', '餐饮'])[1 + floor(5 * d.d)::int] || '有限公司'
                WHEN d.e < 0.31 THEN '示例' || place || '股份公司'
                WHEN d.e < 0.35 THEN '示例' || place || (ARRAY['中学', '医院', '商会', '慈善会'])[1 + floor(4 * d.d)::int]
                WHEN d.e < 0.85 THEN surname || '**'
                WHEN d.e < 0.93 THEN surname || given
                ELSE '爱心人士' END AS shown
      FROM drawn d
      JOIN branches ON branches.at = 1 + floor(branches.size * d.a ^ 2)::int
     CROSS JOIN LATERAL (
        SELECT substr('王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓韩冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢', 1 + floor(50 * d.f ^ 3)::int, 1) AS surname,
               (ARRAY['伟', '芳', '娜', '敏', '静', '丽', '强', '磊', '军', '洋', '勇', '艳', '杰', '娟', '涛', '明', '超', '秀兰', '霞', '平',
                      '刚', '桂英', '建国', '建华', '志强', '晓东', '文博', '子涵', '雨桐', '浩然'])[1 + floor(30 * d.g ^ 2)::int] AS given,
               chr(19968 + floor(2000 * d.f)::int) || chr(19968 + floor(3000 * d.g)::int) AS place
     ) AS words
"""

DONATIONS = """
    INSERT INTO donations_donation (branch_id, province_id, city_id, county_id, number, entry_id, batch_id, row_number,
        kind, received_on, posted_at, amount, fund_id, purpose, donor_name, donor_kind, name_choice, display_name,
        display_bigrams, remark, channel, reference, voucher_id, content_key, loose_key, is_recorded_for)
    SELECT b.id, b.province_id, b.city_id, b.county_id,
           b.code || '-' || extract(year FROM m.received_on) || '-' || lpad(m.i::text, 8, '0'), m.i, 1, m.i, 'money',
           m.received_on, m.received_on + INTERVAL '30 hours', m.amount, f.id, m.purpose, m.shown, m.donor_kind, 'masked',
           m.shown, n.bigrams, '', '', '', NULL, decode(md5(m.i::text), 'hex'), decode(md5(m.shown), 'hex'), false
      FROM made m
      JOIN organizations_branch b ON b.id = m.branch_id
      JOIN ledger_fund f ON f.code = b.code || '-F' || m.fund
      JOIN (SELECT shown, core_bigrams(shown) AS bigrams FROM (SELECT DISTINCT shown FROM made) AS one) n USING (shown)
     ORDER BY m.received_on, m.i
"""

TOTALS = """
    INSERT INTO donations_dailytotal (branch_id, province_id, city_id, county_id, fund_id, kind, received_on, gift_count, amount)
    SELECT branch_id, province_id, city_id, county_id, fund_id, kind, received_on, count(*), sum(amount)
      FROM donations_donation GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


def fill(rows: int) -> None:
    """Make the 102 associations, two funds each, and `rows` gifts; DATABASE_SUPERUSER_URL names the superuser."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM donations_donation LIMIT 1")
        if cursor.fetchone():
            return
        cursor.execute("SELECT 1 FROM organizations_branch LIMIT 1")
        if not cursor.fetchone():
            call_command("load_divisions", str(DIVISIONS), stdout=open(os.devnull, "w"))  # noqa: SIM115
            create_associations(actor=None, on=today(), province_code="33")
    _as_superuser(SETUP, rows=rows)


def _as_superuser(setup: str, *, rows: int) -> None:
    name = connection.settings_dict["NAME"]
    url = urlsplit(os.environ["DATABASE_SUPERUSER_URL"])._replace(path=f"/{name}").geturl()
    values: dict[str, Any] = {"rows": rows, "first": FIRST_DAY, "days": DAYS}
    with closing(psycopg2.connect(url)) as owner, owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SELECT setseed(0.42)")
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute(setup)
        cursor.execute(GIFTS, values)
        indexes = _drop_indexes(cursor)
        cursor.execute(DONATIONS)
        for definition in indexes:
            cursor.execute(definition)
        cursor.execute(TOTALS)
    with closing(psycopg2.connect(url)) as owner:
        owner.autocommit = True
        with owner.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) donations_donation")
            cursor.execute("VACUUM (ANALYZE) donations_dailytotal")


def _drop_indexes(cursor: Any) -> list[str]:
    """Drop what is no constraint, to be made again at once: five times as quick as row by row. Returns the statements."""
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'donations_donation'"
        " AND indexname NOT IN (SELECT conname FROM pg_constraint)"
    )
    found = cursor.fetchall()
    for name, _definition in found:
        cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]
