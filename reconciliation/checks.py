"""What must always be true of statements and lines: each check returns the rows that offend."""

from __future__ import annotations

from typing import Any

from django.db import connection

QUERIES: dict[str, str] = {
    # A line and what answers for it have one sum and one branch.
    "line_equals_its_gift": """
        SELECT s.number, l.seq, l.amount, d.number AS gift, d.amount AS gift_amount
          FROM reconciliation_statementline l
          JOIN reconciliation_statement s ON s.id = l.statement_id
          JOIN donations_donation d ON d.id = l.gift_id
         WHERE l.direction <> 'in' OR d.amount <> l.amount OR d.branch_id <> s.branch_id
            OR d.entry_id IS DISTINCT FROM l.entry_id LIMIT 100""",
    # A whole batch answers for one line: its sum is the line's, and none of its gifts answers for another one.
    "line_equals_its_batch": """
        SELECT s.number, l.seq, l.amount, b.number AS batch, g.amount AS batch_amount, g.single
          FROM reconciliation_statementline l
          JOIN reconciliation_statement s ON s.id = l.statement_id
          JOIN donations_batch b ON b.id = l.batch_id
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(d.amount), 0) AS amount, count(o.id) AS single
              FROM donations_donation d
              LEFT JOIN reconciliation_statementline o ON o.entry_id = d.entry_id
             WHERE d.batch_id = b.id) g
         WHERE b.branch_id <> s.branch_id OR b.status <> 'posted' OR g.amount <> l.amount OR g.single > 0 LIMIT 100""",
    "line_equals_its_entry": """
        SELECT s.number, l.seq, l.amount, e.number AS entry, n.signed
          FROM reconciliation_statementline l
          JOIN reconciliation_statement s ON s.id = l.statement_id
          JOIN ledger_entry e ON e.id = l.entry_id
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(m.quantity) FILTER (WHERE t.kind = 'holding' AND t.branch_id = s.branch_id), 0)
                 - coalesce(sum(m.quantity) FILTER (WHERE f.kind = 'holding' AND f.branch_id = s.branch_id), 0)
                   AS signed
              FROM ledger_movement m
              JOIN ledger_account f ON f.id = m.source_id
              JOIN ledger_account t ON t.id = m.destination_id
             WHERE m.entry_id = e.id) n
         WHERE l.gift_id IS NULL
           AND n.signed <> CASE l.direction WHEN 'in' THEN l.amount WHEN 'out' THEN -l.amount ELSE 0 END LIMIT 100""",
    # The outcome of a line is its last event's.
    "line_outcome_is_its_last_event": """
        SELECT s.number, l.seq, l.outcome, v.to_outcome
          FROM reconciliation_statementline l
          JOIN reconciliation_statement s ON s.id = l.statement_id
          LEFT JOIN (SELECT DISTINCT ON (line_id) line_id, to_outcome FROM reconciliation_lineevent
                      ORDER BY line_id, id DESC) v ON v.line_id = l.id
         WHERE coalesce(v.to_outcome, 'open') <> l.outcome LIMIT 100""",
    "line_in_batch_has_its_batch": """
        SELECT s.number, l.seq
          FROM reconciliation_statementline l
          JOIN reconciliation_statement s ON s.id = l.statement_id
          LEFT JOIN reconciliation_linegift g ON g.line_id = l.id AND g.is_active
          LEFT JOIN donations_batch b ON b.id = g.batch_id
         WHERE l.outcome = 'in_batch' AND (b.id IS NULL OR b.status IN ('posted', 'cancelled')) LIMIT 100""",
    # Opening, lines and closing of a statement that was taken up meet; lines known from elsewhere are among its sums.
    "statement_balances_meet": """
        SELECT number, opening_balance, in_total, out_total, closing_balance FROM reconciliation_statement
         WHERE status IN ('in_work', 'settled')
           AND opening_balance + in_total - out_total <> closing_balance LIMIT 100""",
    "statement_has_its_lines": """
        SELECT s.number, s.line_count, count(l.id) AS lines, jsonb_array_length(s.known) AS known
          FROM reconciliation_statement s LEFT JOIN reconciliation_statementline l ON l.statement_id = s.id
         WHERE s.status IN ('draft', 'in_work', 'settled') GROUP BY s.id
        HAVING s.line_count <> count(l.id) + jsonb_array_length(s.known) LIMIT 100""",
    # What the account held by its own lines is what each file says at its end. A file that was downloaded in the middle
    # of its last day is gone on with by a later one that holds this day too: then that one is compared.
    "account_balance_goes_on": """
        SELECT s.number, s.period_to, s.closing_balance, a.opening_balance + n.moved AS by_lines
          FROM reconciliation_statement s
          JOIN reconciliation_depositaccount a ON a.id = s.account_id
         CROSS JOIN LATERAL (
            SELECT coalesce(sum(CASE l.direction WHEN 'in' THEN l.amount WHEN 'out' THEN -l.amount ELSE 0 END), 0)
                   AS moved
              FROM reconciliation_statementline l
              JOIN reconciliation_statement o ON o.id = l.statement_id AND o.status IN ('in_work', 'settled')
             WHERE l.account_id = a.id AND l.occurred_on <= s.period_to) n
         WHERE s.status IN ('in_work', 'settled') AND a.opening_balance + n.moved <> s.closing_balance
           AND NOT EXISTS (SELECT 1 FROM reconciliation_statement o
                            WHERE o.account_id = s.account_id AND o.status IN ('in_work', 'settled') AND o.id > s.id
                              AND s.period_to BETWEEN o.period_from AND o.period_to) LIMIT 100""",
    "settled_statement_has_no_open_line": """
        SELECT s.number, count(*) AS lines FROM reconciliation_statement s
          JOIN reconciliation_statementline l ON l.statement_id = s.id AND l.outcome IN ('open', 'in_batch')
         WHERE s.status = 'settled' GROUP BY s.id LIMIT 100""",
    "statement_state_is_its_last_event": """
        SELECT s.number, s.status, v.to_status
          FROM reconciliation_statement s
          LEFT JOIN LATERAL (SELECT to_status FROM reconciliation_statementevent
                              WHERE statement_id = s.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM s.status LIMIT 100""",
    "statement_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM reconciliation_statement GROUP BY 1, 2) s WHERE last <> n LIMIT 100""",
    "sheet_confirmed_by_two": """
        SELECT branch_id, month FROM reconciliation_monthsheet
         WHERE status = 'approved' AND (confirmed_by_id IS NULL OR confirmed_by_id = made_by_id) LIMIT 100""",
    "sheet_state_is_its_last_event": """
        SELECT m.branch_id, m.month, m.status, v.to_status
          FROM reconciliation_monthsheet m
          LEFT JOIN LATERAL (SELECT to_status FROM reconciliation_sheetevent
                              WHERE sheet_id = m.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM m.status LIMIT 100""",
}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of reconciliation; check name → offending rows (at most 100 each), empty when all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
