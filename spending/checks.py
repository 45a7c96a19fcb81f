"""What must always be true of transfers and payments: each check returns the rows that offend."""

from __future__ import annotations

from typing import Any

from django.db import connection

QUERIES: dict[str, str] = {
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
    # What was paid is its entry: one movement of the amount out of the fund to the outside that its kind names.
    "payment_equals_its_entry": """
        SELECT p.number, p.amount, m.quantity
          FROM spending_payment p
          LEFT JOIN ledger_entry e ON e.id = p.entry_id
          LEFT JOIN ledger_movement m ON m.entry_id = e.id AND m.out_from IS NOT NULL
          LEFT JOIN ledger_account s ON s.id = m.source_id
          LEFT JOIN ledger_account d ON d.id = m.destination_id
         WHERE p.status IN ('paid', 'reversed')
           AND (m.id IS NULL OR m.quantity <> p.amount OR e.branch_id <> p.branch_id OR e.occurred_on <> p.paid_on
                OR s.fund_id <> p.fund_id
                OR (p.kind, e.kind, d.party) NOT IN (VALUES ('purchase', 'purchase', 'suppliers'),
                    ('aid', 'aid', 'beneficiaries'), ('unit', 'aid', 'bodies'), ('fee', 'fee', 'fees'))) LIMIT 100""",
    "payment_entry_has_payment": """
        SELECT e.number FROM ledger_entry e
         WHERE e.idempotency_key ~ '^payment:'
           AND NOT EXISTS (SELECT 1 FROM spending_payment p WHERE p.entry_id = e.id) LIMIT 100""",
    # A reversed payment has one approved reversal, whose entry reverses its own in full; no other has one.
    "reversed_payment_has_reversal": """
        SELECT p.number, p.status
          FROM spending_payment p
          LEFT JOIN spending_reversal r ON r.payment_id = p.id AND r.status = 'approved'
          LEFT JOIN ledger_entry e ON e.id = r.entry_id
         WHERE (p.status = 'reversed') <> (r.id IS NOT NULL)
            OR (r.id IS NOT NULL AND e.reverses_id IS DISTINCT FROM p.entry_id) LIMIT 100""",
    # Approved by as many as its amount asked for, none of them a maker or the payer.
    "payment_approved_as_asked": """
        SELECT p.number
          FROM spending_payment p
          CROSS JOIN LATERAL (
            SELECT count(*) FILTER (WHERE a.seat = 'approver') AS approvers,
                   count(*) FILTER (WHERE a.seat = 'leader') AS leaders,
                   count(*) FILTER (WHERE a.person_id = ANY (p.maker_ids) OR a.person_id = p.paid_by_id) AS wrong
              FROM spending_approval a WHERE a.payment_id = p.id AND a.round = p.round) a
         WHERE p.status IN ('approved', 'paid', 'reversed')
           AND (a.approvers < p.approvers_needed OR (p.needs_leader AND a.leaders = 0) OR a.wrong > 0
                OR (p.payer_apart AND p.paid_by_id = ANY (p.maker_ids))) LIMIT 100""",
    "payment_list_makes_its_sum": """
        SELECT p.number, p.amount, coalesce(b.total, 0) AS listed
          FROM spending_payment p
          LEFT JOIN (SELECT payment_id, count(*) AS n, sum(amount) AS total
                       FROM spending_beneficiary GROUP BY 1) b ON b.payment_id = p.id
         WHERE p.payee_kind = 'list' AND p.status IN ('submitted', 'approved', 'paid', 'reversed')
           AND (coalesce(b.n, 0), coalesce(b.total, 0)) <> (p.helped_count, p.amount) LIMIT 100""",
    "payment_has_public_record": """
        SELECT p.number FROM spending_payment p
          LEFT JOIN core_publicrecord r ON r.kind = 'payment' AND r.object_id = p.id
         WHERE p.status IN ('paid', 'reversed')
           AND (r.id IS NULL OR r.subject <> p.number OR (r.record::jsonb ->> 'amount')::numeric <> p.amount
                OR r.record::jsonb ->> 'paid_on' <> p.paid_on::text OR r.record::jsonb ->> 'kind' <> p.kind
                OR r.record::jsonb ->> 'purpose' <> p.purpose
                OR r.leaf_hash <> sha256('\\x00'::bytea || convert_to(r.record, 'UTF8'))) LIMIT 100""",
    "payment_state_is_its_last_event": """
        SELECT p.number, p.status, v.to_status
          FROM spending_payment p
          LEFT JOIN LATERAL (SELECT to_status FROM spending_paymentevent
                              WHERE payment_id = p.id ORDER BY id DESC LIMIT 1) v ON true
         WHERE v.to_status IS DISTINCT FROM p.status LIMIT 100""",
    "payment_numbers_without_gap": """
        SELECT branch_id, year, last, n FROM (
            SELECT branch_id, split_part(number, '-', -2) AS year,
                   max(substring(split_part(number, '-', -1) FROM 2)::bigint) AS last, count(*) AS n
              FROM spending_payment GROUP BY 1, 2) s
          JOIN organizations_branch b ON b.id = s.branch_id
          LEFT JOIN (SELECT series, count(*) AS lost, max(serial) AS last_lost
                       FROM core_lostnumber GROUP BY 1) l ON l.series = b.code || '-' || s.year || '-P'
         WHERE greatest(last, last_lost) <> n + coalesce(lost, 0) LIMIT 100""",
    "released_copy_was_released_by_another": """
        SELECT d.id AS document FROM spending_paymentdocument d
         WHERE d.released_at IS NOT NULL AND (d.released_by_id = d.offered_by_id OR d.public_file_id IS NULL)
         LIMIT 100""",
}


def all_checks() -> dict[str, list[dict[str, Any]]]:
    """Run every check of spending; check name → offending rows (at most 100 each), empty when all is well."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for name, query in QUERIES.items():
            cursor.execute(query)
            columns = [column.name for column in cursor.description or ()]
            found[name] = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    return found
