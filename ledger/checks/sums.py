"""Rules 4 and 5: restrictions, attribution, and figures that close."""

# Whether fund d allows nothing that fund s does not (services/rules.py: is_as_narrow).
_AS_NARROW = """(d.id = s.id OR NOT s.is_restricted OR (d.is_restricted AND s.purpose IN ('', d.purpose)
    AND s.beneficiary IN ('', d.beneficiary) AND s.project IN ('', d.project)
    AND (s.area_id IS NULL OR starts_with(coalesce(d.area_id, ''), s.area_id))))"""

SUMS: dict[str, str] = {
    # Between funds, value goes only to where it may be used as narrowly, or with a recorded basis, or to a successor.
    "restricted_value_stays_narrow": f"""
        SELECT e.number, s.code AS from_fund, d.code AS to_fund
          FROM ledger_movement m
          JOIN ledger_entry e ON e.id = m.entry_id
          JOIN ledger_account sa ON sa.id = m.source_id
          JOIN ledger_account da ON da.id = m.destination_id
          JOIN ledger_fund s ON s.id = sa.fund_id
          JOIN ledger_fund d ON d.id = da.fund_id
         WHERE s.id <> d.id AND NOT {_AS_NARROW} AND e.basis = '' AND m.reverses_id IS NULL
           AND NOT ledger_fund_succeeds(s.id, d.id)""",  # noqa: S608 -- our own literal
    # Goods bought stay in the fund that paid for them, and their shares of cost are what was paid.
    "purchase_shares_its_cost": """
        SELECT e.number
          FROM ledger_entry e
          JOIN ledger_movement m ON m.entry_id = e.id
          JOIN ledger_account s ON s.id = m.source_id
          JOIN ledger_account d ON d.id = m.destination_id
         WHERE e.kind = 'purchase'
         GROUP BY e.number
        HAVING count(DISTINCT coalesce(s.fund_id, d.fund_id)) > 1
            OR (count(*) FILTER (WHERE m.in_from IS NOT NULL) > 0
                AND coalesce(sum(m.value) FILTER (WHERE m.in_from IS NOT NULL), 0)
                    <> coalesce(sum(m.quantity) FILTER (WHERE m.out_from IS NOT NULL), 0))""",
    # What each inflow gave to outflows, by position, is what flowed out: nothing unattributed, nothing twice.
    "attribution_covers_outflows": """
        WITH inflow AS (
            SELECT m.destination_id AS account_id, m.quantity - coalesce(h.removed, 0) AS size,
                   sum(m.quantity - coalesce(h.removed, 0))
                     OVER (PARTITION BY m.destination_id ORDER BY m.in_from) AS ends
              FROM ledger_movement m
              LEFT JOIN (SELECT reverses_id, sum(quantity) AS removed FROM ledger_movement
                          WHERE hole_from IS NOT NULL GROUP BY 1) h ON h.reverses_id = m.id
             WHERE m.in_from IS NOT NULL
        ), outflow AS (
            SELECT source_id AS account_id, sum(quantity) AS total FROM ledger_movement
             WHERE out_from IS NOT NULL GROUP BY 1
        )
        SELECT o.account_id AS account, o.total AS outflows,
               coalesce(sum(least(i.size, greatest(o.total - (i.ends - i.size), 0))), 0) AS attributed
          FROM outflow o LEFT JOIN inflow i ON i.account_id = o.account_id
         GROUP BY o.account_id, o.total
        HAVING coalesce(sum(least(i.size, greatest(o.total - (i.ends - i.size), 0))), 0) <> o.total
            OR min(i.size) < 0""",
    # Opening + in - out = closing for every branch, fund, unit and month: the last closing is the balance now.
    "months_close": """
        WITH flow AS (
            SELECT m.destination_id AS account_id, e.posted_at, m.quantity AS change
              FROM ledger_movement m JOIN ledger_entry e ON e.id = m.entry_id WHERE m.in_from IS NOT NULL
            UNION ALL
            SELECT m.source_id, e.posted_at, -m.quantity
              FROM ledger_movement m JOIN ledger_entry e ON e.id = m.entry_id
             WHERE m.out_from IS NOT NULL OR m.hole_from IS NOT NULL
        ), monthly AS (
            SELECT a.branch_id, a.fund_id, a.unit_id, sum(f.change) AS net,
                   date_trunc('month', f.posted_at AT TIME ZONE 'Asia/Shanghai') AS month
              FROM flow f JOIN ledger_account a ON a.id = f.account_id GROUP BY 1, 2, 3, 5
        ), closing AS (
            SELECT branch_id, fund_id, unit_id, month,
                   sum(net) OVER (PARTITION BY branch_id, fund_id, unit_id ORDER BY month) AS amount,
                   month = max(month) OVER (PARTITION BY branch_id, fund_id, unit_id) AS is_last
              FROM monthly
        ), held AS (
            SELECT a.branch_id, a.fund_id, a.unit_id, sum(b.inflow_tail - b.outflow_tail - b.removed_total) AS amount
              FROM ledger_accountbalance b JOIN ledger_account a ON a.id = b.account_id GROUP BY 1, 2, 3
        )
        SELECT c.branch_id AS branch, c.fund_id AS fund, c.unit_id AS unit, c.month, c.amount AS closing,
               h.amount AS held
          FROM closing c LEFT JOIN held h USING (branch_id, fund_id, unit_id)
         WHERE c.amount < 0 OR (c.is_last AND c.amount IS DISTINCT FROM h.amount)""",
    # For the whole tree: what came from the outside and did not go there again is what all accounts hold.
    "the_tree_closes": """
        SELECT u.code AS unit, coalesce(w.net, 0) AS from_outside, coalesce(h.amount, 0) AS held
          FROM ledger_unit u
          LEFT JOIN (
            SELECT m.unit_id, sum(CASE WHEN s.kind = 'world' THEN m.quantity ELSE 0 END
                                - CASE WHEN d.kind = 'world' THEN m.quantity ELSE 0 END) AS net
              FROM ledger_movement m
              JOIN ledger_account s ON s.id = m.source_id
              JOIN ledger_account d ON d.id = m.destination_id GROUP BY 1) w ON w.unit_id = u.id
          LEFT JOIN (
            SELECT a.unit_id, sum(b.inflow_tail - b.outflow_tail - b.removed_total) AS amount
              FROM ledger_accountbalance b
              JOIN ledger_account a ON a.id = b.account_id GROUP BY 1) h ON h.unit_id = u.id
         WHERE coalesce(w.net, 0) <> coalesce(h.amount, 0)""",
}
