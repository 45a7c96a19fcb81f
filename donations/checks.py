"""What must always be true of stored gifts: each check returns the rows that offend."""

from __future__ import annotations

from typing import Any

from django.db import connection

_QUERIES: dict[str, str] = {
    # Each gift is its entry: one movement of the same amount into the same fund's holding, of the same day and branch.
    "gift_equals_entry": """
        SELECT d.number, d.amount, m.quantity
          FROM donations_donation d
          JOIN ledger_entry e ON e.id = d.entry_id
          LEFT JOIN ledger_movement m ON m.entry_id = e.id
          LEFT JOIN ledger_account a ON a.id = m.destination_id
         WHERE m.id IS NULL OR m.quantity <> d.amount OR a.fund_id <> d.fund_id OR e.occurred_on <> d.received_on
            OR e.branch_id <> d.branch_id OR e.kind <> 'gift' LIMIT 100""",
    # Every entry of the kind gift is some gift.
    "entry_has_gift": """
        SELECT e.number FROM ledger_entry e LEFT JOIN donations_donation d ON d.entry_id = e.id
         WHERE e.kind = 'gift' AND d.id IS NULL LIMIT 100""",
    "gift_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(split_part(number, '-', -1)::bigint) AS last, count(*) AS n
              FROM donations_donation GROUP BY 1, 2) s
          JOIN organizations_branch b ON b.id = s.branch_id
          LEFT JOIN (SELECT series, count(*) AS lost, max(serial) AS last_lost
                       FROM core_lostnumber GROUP BY 1) l ON l.series = b.code || '-' || s.year || '-'
         WHERE greatest(last, last_lost) <> n + coalesce(lost, 0) LIMIT 100""",
    "daily_totals_equal_gifts": """
        SELECT coalesce(t.branch_id, g.branch_id), coalesce(t.received_on, g.received_on), t.amount, g.amount
          FROM donations_dailytotal t
          FULL JOIN (
            SELECT d.branch_id, d.province_id, d.city_id, d.county_id, d.fund_id, d.kind, d.received_on,
                   count(*) AS n, sum(d.amount - coalesce(c.taken_total, 0)) AS amount
              FROM donations_donation d
              LEFT JOIN donations_correction c ON c.donation_id = d.id AND c.is_current
             WHERE d.amount > coalesce(c.taken_total, 0)
             GROUP BY 1, 2, 3, 4, 5, 6, 7) g
            ON (t.branch_id, t.fund_id, t.kind, t.received_on) = (g.branch_id, g.fund_id, g.kind, g.received_on)
           AND (t.province_id, t.city_id, t.county_id) IS NOT DISTINCT FROM (g.province_id, g.city_id, g.county_id)
         WHERE (coalesce(t.gift_count, 0), coalesce(t.amount, 0)) <> (coalesce(g.n, 0), coalesce(g.amount, 0))
         LIMIT 100""",
    "gift_has_public_record": """
        SELECT d.number FROM donations_donation d
          LEFT JOIN core_publicrecord r ON r.kind = 'gift' AND r.object_id = d.entry_id
         WHERE r.id IS NULL OR r.subject <> d.number
            OR (r.record::jsonb ->> 'amount')::numeric <> d.amount
            OR r.record::jsonb ->> 'received_on' <> d.received_on::text
            OR r.leaf_hash <> sha256('\\x00'::bytea || convert_to(r.record, 'UTF8')) LIMIT 100""",
    "posted_batch_equals_rows": """
        SELECT b.number FROM donations_batch b
         WHERE b.status = 'posted'
           AND (SELECT count(*) FROM donations_donation d WHERE d.batch_id = b.id)
            <> (SELECT count(*) FROM donations_stagedgift s
                 WHERE s.batch_id = b.id AND s.excluded_reason = '' AND s.duplicate_decision <> 'drop')
         LIMIT 100""",
    "reversed_gift_has_reversal": """
        SELECT d.number FROM donations_correction c JOIN donations_donation d ON d.id = c.donation_id
          LEFT JOIN ledger_entry e ON e.id = c.entry_id
         WHERE c.status = 'approved' AND c.kind = 'reversal'
           AND (e.id IS NULL OR e.reverses_id IS DISTINCT FROM d.entry_id) LIMIT 100""",
    # What went back equals what the books took out of the gift, and the last correction knows the sum of all.
    "taken_back_equals_entries": """
        SELECT d.number, c.taken, c.known, m.quantity
          FROM (SELECT donation_id, coalesce(sum(amount) FILTER (WHERE advanced_by_id IS NULL), 0) AS taken,
                       max(taken_total) FILTER (WHERE is_current) AS known
                  FROM donations_correction WHERE status = 'approved' GROUP BY 1) c
          JOIN donations_donation d ON d.id = c.donation_id
          LEFT JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS quantity
                               FROM ledger_movement g JOIN ledger_movement r ON r.reverses_id = g.id
                              WHERE g.entry_id = d.entry_id) m ON true
         WHERE c.taken <> c.known OR c.taken <> m.quantity OR c.known IS NULL LIMIT 100""",
    "refund_is_its_correction": """
        SELECT e.number FROM ledger_entry e LEFT JOIN donations_correction c ON c.entry_id = e.id
         WHERE e.kind = 'refund' AND (c.id IS NULL OR c.kind <> 'refund') LIMIT 100""",
}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of gifts; check name → offending rows (at most 100 each), empty when all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for name, query in _QUERIES.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
