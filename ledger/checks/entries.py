"""Rule 3: numbers, keys, references, reversals."""

from ledger.choices import ALLOWED_WAYS

# The table of ways as SQL values: our own literals, no quotes in them.
_WAYS = ", ".join(
    f"('{kind}', '{source_kind}', '{source_party}', '{target_kind}', '{target_party}')"
    for kind, ways in ALLOWED_WAYS.items()
    for (source_kind, source_party), (target_kind, target_party) in sorted(ways)
)

ENTRIES: dict[str, str] = {
    # Serials of a branch and year run from 1 without gap, and the counter stands at the last; what was lost with a
    # restore and stands in the public log counts (docs/log.md).
    "entry_numbers_without_gap": """
        SELECT s.code AS branch, s.year, s.entries, s.first, s.last, c.last AS counter
          FROM (SELECT b.code, e.year, count(*) AS entries, min(e.serial) AS first, max(e.serial) AS last
                  FROM ledger_entry e JOIN organizations_branch b ON b.id = e.branch_id GROUP BY 1, 2) s
          LEFT JOIN core_numbercounter c ON c.series = s.code || '-' || s.year || '-E'
          LEFT JOIN (SELECT series, count(*) AS n, min(serial) AS first, max(serial) AS last
                       FROM core_lostnumber GROUP BY 1) l ON l.series = c.series
         WHERE (least(s.first, l.first), greatest(s.last, l.last), c.last)
               IS DISTINCT FROM (1::bigint, s.entries + coalesce(l.n, 0), s.entries + coalesce(l.n, 0))""",
    "entry_number_is_its_serial": """
        SELECT e.number, b.code AS branch, e.year, e.serial
          FROM ledger_entry e JOIN organizations_branch b ON b.id = e.branch_id
         WHERE e.number <> b.code || '-' || e.year || '-E'
                        || lpad(e.serial::text, greatest(8, length(e.serial::text)), '0')""",
    "no_key_twice": """
        SELECT idempotency_key AS key, count(*) AS entries FROM ledger_entry GROUP BY 1 HAVING count(*) > 1""",
    "two_people_each": """
        SELECT number FROM ledger_entry WHERE made_by_id = approved_by_id""",
    # References hold (they are checked for whole statements, not by foreign keys: sql/references.sql).
    "movement_has_its_rows": """
        SELECT m.id AS movement, e.id AS entry, s.id AS source, d.id AS destination
          FROM ledger_movement m
          LEFT JOIN ledger_entry e ON e.id = m.entry_id
          LEFT JOIN ledger_account s ON s.id = m.source_id
          LEFT JOIN ledger_account d ON d.id = m.destination_id
         WHERE e.id IS NULL OR s.id IS NULL OR d.id IS NULL""",
    "entry_has_its_rows": """
        SELECT e.number, b.id AS branch, g.id AS posting_group
          FROM ledger_entry e
          LEFT JOIN organizations_branch b ON b.id = e.branch_id
          LEFT JOIN ledger_postinggroup g ON g.id = e.group_id
          LEFT JOIN accounts_user m ON m.id = e.made_by_id
          LEFT JOIN accounts_user a ON a.id = e.approved_by_id
         WHERE b.id IS NULL OR g.id IS NULL OR m.id IS NULL OR a.id IS NULL
            OR NOT EXISTS (SELECT 1 FROM ledger_movement v WHERE v.entry_id = e.id)""",
    "group_has_its_entries": """
        SELECT g.idempotency_key AS key, g.entry_count, coalesce(n.entries, 0) AS entries
          FROM ledger_postinggroup g
          LEFT JOIN (SELECT group_id, count(*) AS entries FROM ledger_entry GROUP BY 1) n ON n.group_id = g.id
         WHERE g.entry_count <> coalesce(n.entries, 0)""",
    "entry_has_public_record": """
        SELECT e.number FROM ledger_entry e
         WHERE NOT EXISTS (SELECT 1 FROM core_publicrecord r
                            WHERE r.kind IN ('entry', 'gift') AND r.object_id = e.id)""",
    # One unit on both ends, no more decimals than it has, places exactly where an end has an axis.
    "movement_fits_its_accounts": """
        SELECT m.id AS movement
          FROM ledger_movement m
          JOIN ledger_account s ON s.id = m.source_id
          JOIN ledger_account d ON d.id = m.destination_id
          JOIN ledger_unit u ON u.id = m.unit_id
         WHERE s.unit_id <> m.unit_id OR d.unit_id <> m.unit_id OR m.quantity <> round(m.quantity, u.decimal_places)
            OR m.quantity <= 0 OR (d.kind = 'world') <> (m.in_from IS NULL)
            OR (s.kind = 'world') <> (m.out_from IS NULL AND m.hole_from IS NULL)""",
    "movement_goes_an_allowed_way": f"""
        SELECT e.number, e.kind, s.kind AS source, s.party, d.kind AS destination, d.party AS to_party
          FROM ledger_movement m
          JOIN ledger_entry e ON e.id = m.entry_id AND e.kind <> 'reversal'
          JOIN ledger_account s ON s.id = m.source_id
          JOIN ledger_account d ON d.id = m.destination_id
         WHERE (e.kind, s.kind, s.party, d.kind, d.party) NOT IN (VALUES {_WAYS})""",  # noqa: S608 -- our own literals
    "nothing_reversed_twice": """
        SELECT r.id AS movement, r.quantity, sum(m.quantity) AS reversed
          FROM ledger_movement m JOIN ledger_movement r ON r.id = m.reverses_id
         GROUP BY r.id, r.quantity HAVING sum(m.quantity) > r.quantity""",
    "reversal_goes_back": """
        SELECT m.id AS movement, r.id AS reversed
          FROM ledger_movement m
          JOIN ledger_movement r ON r.id = m.reverses_id
          JOIN ledger_account s ON s.id = r.source_id
          JOIN ledger_account d ON d.id = m.destination_id
         WHERE m.source_id <> r.destination_id
            OR (m.destination_id <> r.source_id AND NOT ledger_fund_succeeds(s.fund_id, d.fund_id))
            OR m.back_from < r.out_from OR m.back_from + m.quantity > r.out_from + r.quantity
            OR EXISTS (SELECT 1 FROM ledger_movement o
                        WHERE o.reverses_id = r.id AND o.id < m.id AND o.back_from < m.back_from + m.quantity
                          AND m.back_from < o.back_from + o.quantity)""",
    "transit_answers_what_was_sent": """
        SELECT m.id AS movement
          FROM ledger_movement m
          JOIN ledger_account s ON s.id = m.source_id AND s.kind = 'transit'
          LEFT JOIN ledger_movement a ON a.id = m.answers_id
         WHERE m.out_from IS NOT NULL AND a.destination_id IS DISTINCT FROM m.source_id""",
}
