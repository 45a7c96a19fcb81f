"""Rules 1 and 2: places on axes, and balances."""

# Every movement as it touches an account: +quantity where it came, -quantity where it left or was taken out.
_TOUCHES = """
    SELECT destination_id AS account_id, id, quantity AS change FROM ledger_movement WHERE in_from IS NOT NULL
    UNION ALL
    SELECT source_id, id, -quantity FROM ledger_movement WHERE out_from IS NOT NULL OR hole_from IS NOT NULL
"""

AXES: dict[str, str] = {
    # Inflows lie end to end from zero, in the order in which they were posted.
    "inflows_are_contiguous": """
        SELECT destination_id AS account, id AS movement, in_from AS place, expected
          FROM (SELECT destination_id, id, in_from,
                       lag(in_from + quantity, 1, 0) OVER (PARTITION BY destination_id ORDER BY id) AS expected
                  FROM ledger_movement WHERE in_from IS NOT NULL) m
         WHERE in_from <> expected""",
    "outflows_are_contiguous": """
        SELECT source_id AS account, id AS movement, out_from AS place, expected
          FROM (SELECT source_id, id, out_from,
                       lag(out_from + quantity, 1, 0) OVER (PARTITION BY source_id ORDER BY id) AS expected
                  FROM ledger_movement WHERE out_from IS NOT NULL) m
         WHERE out_from <> expected""",
    # The balance row is what the movements say, and every account that needs one has one.
    "balance_is_its_movements": """
        SELECT a.id AS account, b.inflow_tail, coalesce(i.total, 0) AS inflows, b.outflow_tail,
               coalesce(o.total, 0) AS outflows, b.removed_total, coalesce(o.removed, 0) AS removed
          FROM ledger_account a
          LEFT JOIN ledger_accountbalance b ON b.account_id = a.id
          LEFT JOIN (SELECT destination_id, sum(quantity) AS total
                       FROM ledger_movement WHERE in_from IS NOT NULL GROUP BY 1) i ON i.destination_id = a.id
          LEFT JOIN (SELECT source_id, sum(quantity) FILTER (WHERE out_from IS NOT NULL) AS total,
                            sum(quantity) FILTER (WHERE hole_from IS NOT NULL) AS removed
                       FROM ledger_movement WHERE out_from IS NOT NULL OR hole_from IS NOT NULL GROUP BY 1) o
                 ON o.source_id = a.id
         WHERE (a.kind = 'world') <> (b.account_id IS NULL)
            OR (a.kind <> 'world' AND (b.inflow_tail, b.outflow_tail, b.removed_total) IS DISTINCT FROM
                (coalesce(i.total, 0), coalesce(o.total, 0), coalesce(o.removed, 0)))""",
    # No account was negative after any movement of its history.
    "never_negative": f"""
        SELECT account_id AS account, id AS movement, balance
          FROM (SELECT account_id, id, sum(change) OVER (PARTITION BY account_id ORDER BY id, change DESC) AS balance
                  FROM ({_TOUCHES}) t) h
         WHERE balance < 0""",  # noqa: S608 -- our own literal
    # What was taken out lay inside the inflow it reverses, once, and had not left when it was taken out: what lies
    # behind it was drawn later (draws lie in the order of posting).
    "holes_were_unspent": """
        SELECT h.id AS movement, h.source_id AS account, h.hole_from
          FROM ledger_movement h
          LEFT JOIN ledger_movement r ON r.id = h.reverses_id
         WHERE h.hole_from IS NOT NULL
           AND (r.id IS NULL OR r.destination_id <> h.source_id OR h.hole_from < r.in_from
                OR h.hole_from + h.quantity > r.in_from + r.quantity
                OR (SELECT o.hole_from + o.quantity FROM ledger_movement o
                     WHERE o.source_id = h.source_id AND o.hole_from <= h.hole_from AND o.id <> h.id
                     ORDER BY o.hole_from DESC LIMIT 1) > h.hole_from
                OR (SELECT d.movement_id FROM ledger_draw d
                     WHERE d.account_id = h.source_id AND d.in_from >= h.hole_from
                     ORDER BY d.in_from LIMIT 1) < h.id)""",
    # Draws cover each outflow once, from its first to its last place, and nothing else; no hole lies in one, and what
    # was taken out before a draw is what parts its two places. Asked of movements in the order of the inflow axis.
    "draws_are_what_left": """
        WITH mark AS (
            SELECT d.account_id, d.in_from AS place, d.in_from + d.quantity AS ends, d.out_from, d.movement_id,
                   d.quantity, 0 AS taken
              FROM ledger_draw d
            UNION ALL
            SELECT h.source_id, h.hole_from, h.hole_from + h.quantity, NULL, NULL, NULL, h.quantity
              FROM ledger_movement h WHERE h.hole_from IS NOT NULL
        ), along AS (
            SELECT k.*, sum(k.taken) OVER axis AS taken_before,
                   lead(k.place) OVER axis AS next_place
              FROM mark k WINDOW axis AS (PARTITION BY k.account_id ORDER BY k.place)
        ), drawn AS (
            SELECT movement_id, account_id, sum(quantity) AS quantity, min(out_from) AS out_from,
                   max(out_from + quantity) AS ends
              FROM ledger_draw GROUP BY 1, 2
        )
        SELECT a.account_id AS account, a.movement_id AS movement, a.place
          FROM along a
         WHERE (a.movement_id IS NOT NULL AND a.place - a.taken_before <> a.out_from) OR a.next_place < a.ends
        UNION ALL
        SELECT coalesce(m.source_id, d.account_id), coalesce(m.id, d.movement_id), m.out_from
          FROM (SELECT * FROM ledger_movement WHERE out_from IS NOT NULL) m
          FULL JOIN drawn d ON d.movement_id = m.id AND d.account_id = m.source_id
         WHERE (m.quantity, m.out_from, m.out_from + m.quantity) IS DISTINCT FROM (d.quantity, d.out_from, d.ends)
        UNION ALL
        SELECT d.account_id, d.movement_id, d.in_from
          FROM ledger_draw d JOIN ledger_movement m ON m.id = d.movement_id
         WHERE d.destination_id <> m.destination_id
            OR d.lands_at IS DISTINCT FROM m.in_from + d.out_from - m.out_from""",
}
