"""The statements that pair lines with the books as sets. Only constants are put into the text.

Three temporary tables live until the transaction ends: `match_line` (open lines), `match_book` (what the books hold and
no line answers for), `match_pair` (what was found). Only unique pairs are taken; the rest is offered to people.
"""

from donations.choices import CorrectionKind, DonorKind, GiftKind
from ledger.choices import AccountKind, EntryKind, UnitKind
from reconciliation.choices import NEAR_DAYS, LineKind, LineOutcome

# ruff: noqa: S608 -- see above

# How far from the line's day a gift or entry may lie that carries its reference.
REFERENCE_DAYS = 31
# A key that occurs more often than this on either side is no sign of one pair, and would make the join explode.
MOST_ALIKE = 50

TABLES = """
    DROP TABLE IF EXISTS match_line, match_book, match_pair;
    CREATE TEMP TABLE match_line (line_id bigint PRIMARY KEY, signed numeric(14, 2), day date, reference text,
        merchant text, loose_key bytea) ON COMMIT DROP;
    CREATE TEMP TABLE match_pair (line_id bigint, entry_id bigint, gift_id bigint, how text) ON COMMIT DROP;
"""
LINE_COLUMNS = ("line_id", "signed", "day", "reference", "merchant", "loose_key")

_HOLDING = AccountKind.HOLDING.value
# What an entry did to the money in hand of a branch.
NET = f"""
    (SELECT coalesce(sum(m.quantity) FILTER (WHERE d.kind = '{_HOLDING}' AND d.branch_id = %(branch)s), 0)
          - coalesce(sum(m.quantity) FILTER (WHERE s.kind = '{_HOLDING}' AND s.branch_id = %(branch)s), 0)
       FROM ledger_movement m
       JOIN ledger_account s ON s.id = m.source_id
       JOIN ledger_account d ON d.id = m.destination_id
       JOIN ledger_unit u ON u.id = m.unit_id AND u.kind = '{UnitKind.MONEY.value}'
      WHERE m.entry_id = e.id)
"""
GIFTS = f"""
    SELECT d.entry_id, d.id AS gift_id, d.amount AS signed, d.received_on AS day, trim(d.reference) AS reference,
           d.loose_key, d.donor_kind = '{DonorKind.ANONYMOUS.value}' AS is_nameless
      FROM donations_donation d
     WHERE d.branch_id = %(branch)s AND d.kind = '{GiftKind.MONEY.value}'
       AND d.received_on BETWEEN %(first)s::date - {REFERENCE_DAYS} AND %(last)s::date + {REFERENCE_DAYS}
       AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l WHERE l.entry_id = d.entry_id)
       AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l WHERE l.batch_id = d.batch_id)
       AND NOT EXISTS (SELECT 1 FROM donations_correction c WHERE c.donation_id = d.id AND c.is_current
                          AND c.kind = '{CorrectionKind.REVERSAL.value}' AND c.taken_total = d.amount)
"""
ENTRIES = f"""
    SELECT e.id AS entry_id, NULL::bigint AS gift_id, n.signed, e.occurred_on AS day,
           trim(coalesce(p.bank_reference, t.bank_reference, '')) AS reference, NULL::bytea AS loose_key,
           true AS is_nameless
      FROM ledger_entry e
      LEFT JOIN spending_payment p ON p.entry_id = e.id
      LEFT JOIN spending_transfer t ON t.out_entry_id = e.id
     CROSS JOIN LATERAL (SELECT {NET}::numeric(14, 2) AS signed) n
     WHERE e.branch_id = %(branch)s
       AND e.kind NOT IN ('{EntryKind.GIFT.value}', '{EntryKind.GOODS_GIFT.value}', '{EntryKind.OPENING.value}',
                          '{EntryKind.CHANGE_OF_USE.value}')
       AND e.occurred_on BETWEEN %(first)s::date - {REFERENCE_DAYS} AND %(last)s::date + {REFERENCE_DAYS}
       AND n.signed <> 0
       AND NOT EXISTS (SELECT 1 FROM reconciliation_statementline l WHERE l.entry_id = e.id)
       AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.id = e.reverses_id AND r.kind = '{EntryKind.GIFT.value}')
"""
BOOK = f"""
    CREATE TEMP TABLE match_book ON COMMIT DROP AS {GIFTS} UNION ALL {ENTRIES};
    CREATE UNIQUE INDEX ON match_book (entry_id);
    CREATE INDEX ON match_book (signed, day);
    CREATE INDEX ON match_line (signed, day);
    ANALYZE match_book;
    ANALYZE match_line
"""

_RARE_LINES = f"(SELECT signed FROM match_line GROUP BY signed HAVING count(*) <= {MOST_ALIKE})"
_RARE_BOOK = f"(SELECT signed FROM match_book GROUP BY signed HAVING count(*) <= {MOST_ALIKE})"
_UNIQUE = "lines_of_book = 1 AND books_of_line = 1"
_COUNTS = (
    "count(*) OVER (PARTITION BY entry_id) AS lines_of_book, count(*) OVER (PARTITION BY line_id) AS books_of_line"
)

# The channel's serial and the sum: one line, one gift or entry.
BY_REFERENCE = f"""
    WITH keys AS (
        SELECT line_id, signed, reference AS key FROM match_line WHERE length(reference) >= 4
        UNION
        SELECT line_id, signed, merchant FROM match_line WHERE length(merchant) >= 4
    ), rare AS (
        SELECT key FROM keys GROUP BY key HAVING count(*) <= {MOST_ALIKE}
    ), found AS (
        SELECT k.line_id, b.entry_id, b.gift_id, {_COUNTS}
          FROM keys k JOIN rare USING (key) JOIN match_book b ON b.reference = k.key AND b.signed = k.signed
    )
    INSERT INTO match_pair SELECT line_id, entry_id, gift_id, 'reference' FROM found WHERE {_UNIQUE}
"""
# The same giver, sum and day, and as many lines as gifts: they are interchangeable, the n-th goes to the n-th.
BY_NAME_SAME_DAY = """
    WITH l AS (
        SELECT line_id, loose_key, day, row_number() OVER w AS nth, count(*) OVER (PARTITION BY loose_key, day) AS n
          FROM match_line WHERE loose_key IS NOT NULL AND signed > 0
        WINDOW w AS (PARTITION BY loose_key, day ORDER BY line_id)
    ), b AS (
        SELECT entry_id, gift_id, loose_key, day, row_number() OVER w AS nth,
               count(*) OVER (PARTITION BY loose_key, day) AS n
          FROM match_book WHERE loose_key IS NOT NULL WINDOW w AS (PARTITION BY loose_key, day ORDER BY entry_id)
    )
    INSERT INTO match_pair SELECT l.line_id, b.entry_id, b.gift_id, 'name'
      FROM l JOIN b ON (b.loose_key, b.day, b.n, b.nth) = (l.loose_key, l.day, l.n, l.nth)
"""
# The same giver and sum on a near day, one on either side.
BY_NAME_NEAR = f"""
    WITH rare AS (
        SELECT loose_key FROM match_line WHERE loose_key IS NOT NULL GROUP BY loose_key HAVING count(*) <= {MOST_ALIKE}
    ), found AS (
        SELECT l.line_id, b.entry_id, b.gift_id, {_COUNTS}
          FROM match_line l JOIN rare USING (loose_key)
          JOIN match_book b ON b.loose_key = l.loose_key AND abs(b.day - l.day) <= {NEAR_DAYS}
         WHERE l.signed > 0
    )
    INSERT INTO match_pair SELECT line_id, entry_id, gift_id, 'name' FROM found WHERE {_UNIQUE}
"""
# The same sum on a near day where one side has no name to compare; unique among all that have this sum.
BY_AMOUNT = f"""
    WITH found AS (
        SELECT l.line_id, b.entry_id, b.gift_id, l.loose_key IS NULL OR b.is_nameless AS is_open, {_COUNTS}
          FROM match_line l
          JOIN match_book b ON b.signed = l.signed AND abs(b.day - l.day) <= {NEAR_DAYS}
         WHERE l.signed IN {_RARE_LINES} AND b.signed IN {_RARE_BOOK}
    )
    INSERT INTO match_pair SELECT line_id, entry_id, gift_id, 'amount' FROM found WHERE {_UNIQUE} AND is_open
"""
PASSES = (BY_REFERENCE, BY_NAME_SAME_DAY, BY_NAME_NEAR, BY_AMOUNT)
TAKE_OUT = """
    DELETE FROM match_line USING match_pair p WHERE match_line.line_id = p.line_id;
    DELETE FROM match_book USING match_pair p WHERE match_book.entry_id = p.entry_id
"""

SETTLE = f"""
    UPDATE reconciliation_statementline l
       SET outcome = CASE WHEN p.gift_id IS NULL THEN '{LineOutcome.ENTRY.value}' ELSE '{LineOutcome.GIFT.value}' END,
           gift_id = p.gift_id, entry_id = p.entry_id,
           kind = CASE WHEN p.gift_id IS NOT NULL THEN '{LineKind.GIFT.value}'
                       WHEN e.kind IN ('{EntryKind.TRANSFER_IN.value}', '{EntryKind.TRANSFER_BACK.value}')
                            THEN '{LineKind.TRANSFER_IN.value}'
                       WHEN e.kind = '{EntryKind.REFUND.value}' THEN '{LineKind.REFUND_OUT.value}'
                       WHEN e.kind = '{EntryKind.REVERSAL.value}' AND l.direction = 'in'
                            THEN '{LineKind.REFUND_IN.value}'
                       WHEN e.kind = '{EntryKind.REVERSAL.value}' THEN '{LineKind.REVERSAL.value}'
                       ELSE '{LineKind.PAYMENT.value}' END
      FROM match_pair p JOIN ledger_entry e ON e.id = p.entry_id
     WHERE l.id = p.line_id AND l.outcome = '{LineOutcome.OPEN.value}'
"""
EVENTS = """
    INSERT INTO reconciliation_lineevent (line_id, from_outcome, to_outcome, kind, target, actor_id, at, reason)
    SELECT l.id, 'open', l.outcome, l.kind, coalesce(d.number, e.number), %(actor)s, %(at)s,
           CASE p.how WHEN 'reference' THEN %(by_reference)s WHEN 'name' THEN %(by_name)s ELSE %(by_amount)s END
      FROM match_pair p
      JOIN reconciliation_statementline l ON l.id = p.line_id
      JOIN ledger_entry e ON e.id = p.entry_id
      LEFT JOIN donations_donation d ON d.id = p.gift_id
     ORDER BY l.seq
"""
