"""What must always be true of transfers and payments: each check returns the rows that offend."""

from __future__ import annotations

from typing import Any

from django.db import connection

_QUERIES: dict[str, str] = {
    # What was sent is its entry: one movement of the amount out of the fund into a transit account of its own.
    "transfer_equals_its_entry": """
        SELECT t.number, t.amount, m.quantity
          FROM spending_transfer t
          LEFT JOIN ledger_entry e ON e.id = t.out_entry_id
          LEFT JOIN ledger_movement m ON m.entry_id = e.id
          LEFT JOIN ledger_account s ON s.id = m.source_id
          LEFT JOIN ledger_account d ON d.id = m.destination_id
         WHERE t.status IN ('sent', 'counted', 'received', 'received_in_part', 'sent_back')
           AND (m.id IS NULL OR m.quantity <> t.amount OR e.kind <> 'transfer_out' OR e.branch_id <> t.branch_id
                OR e.occurred_on <> t.sent_on OR s.fund_id <> t.fund_id
                OR d.transfer_key <> 'transfer:' || t.id) LIMIT 100""",
    # What arrived is its entries: into the receiver's fund, to losses, back to the sender, each to the fen.
    "arrival_equals_its_entries": """
        SELECT t.number, t.accepted, p.accepted AS posted, t.lost, p.lost AS posted_lost, t.sent_back,
               p.sent_back AS posted_back
          FROM spending_transfer t
          CROSS JOIN LATERAL (
            SELECT coalesce(sum(m.quantity) FILTER (WHERE d.fund_id = t.to_fund_id
                                                      AND d.branch_id = t.to_branch_id), 0) AS accepted,
                   coalesce(sum(m.quantity) FILTER (WHERE d.party = 'losses'), 0) AS lost,
                   coalesce(sum(m.quantity) FILTER (WHERE m.entry_id = t.back_entry_id
                                                      AND d.branch_id = t.branch_id), 0) AS sent_back,
                   coalesce(sum(m.quantity), 0) AS whole
              FROM ledger_movement m
              JOIN ledger_account s ON s.id = m.source_id
              JOIN ledger_account d ON d.id = m.destination_id
             WHERE s.kind = 'transit' AND s.transfer_key = 'transfer:' || t.id) p
         WHERE CASE WHEN t.status IN ('received', 'received_in_part', 'sent_back')
                    THEN (t.accepted, t.lost, t.sent_back, t.amount) <> (p.accepted, p.lost, p.sent_back, p.whole)
                    ELSE p.whole <> 0 END LIMIT 100""",
    # Every entry of a transfer that has a transfer's key is that transfer's.
    "transfer_entry_has_transfer": """
        SELECT e.number FROM ledger_entry e
         WHERE e.idempotency_key LIKE 'transfer:%'
           AND NOT EXISTS (SELECT 1 FROM spending_transfer t
                            WHERE e.id IN (t.out_entry_id, t.in_entry_id, t.back_entry_id)) LIMIT 100""",
    "transfer_confirmed_by_two": """
        SELECT number FROM spending_transfer
         WHERE approved_by_id = ANY (maker_ids) OR confirmed_by_id = counted_by_id LIMIT 100""",
    "transfer_state_is_its_last_event": """
        SELECT t.number, t.status, v.to_status
          FROM spending_transfer t
          LEFT JOIN LATERAL (SELECT to_status FROM spending_transferevent
                              WHERE transfer_id = t.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM t.status LIMIT 100""",
    "transfer_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM spending_transfer GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of spending; check name → offending rows (at most 100 each), empty when all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for name, query in _QUERIES.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
