-- A holding or transit account has its balance row from its first moment; world accounts have none.
CREATE FUNCTION ledger_account_opened() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    IF NEW.kind <> 'world' THEN
        INSERT INTO ledger_accountbalance (account_id, inflow_tail, outflow_tail, removed_total) VALUES (NEW.id, 0, 0, 0);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER account_opened AFTER INSERT ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_account_opened();

-- Movements alone move balances: this trigger checks what was inserted as a set (so a file of 50,000 gifts costs one
-- check, not 50,000) and carries the tails forward. The application's role may not write balances itself.
CREATE FUNCTION ledger_movements_posted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
    -- One unit on both ends, no more decimals than the unit has, positions exactly where an end has an axis.
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_account s ON s.id = m.source_id
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_unit u ON u.id = m.unit_id
     WHERE s.unit_id <> m.unit_id OR d.unit_id <> m.unit_id
        OR m.quantity <> round(m.quantity, u.decimal_places)
        OR (s.kind = 'world') <> (m.out_from IS NULL AND m.hole_from IS NULL)
        OR (d.kind = 'world') <> (m.in_from IS NULL)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: unit, decimals or positions do not fit its accounts', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_fits_its_accounts';
    END IF;

    -- A closed fund takes no inflow.
    SELECT m.id INTO bad
      FROM (SELECT DISTINCT ON (destination_id) id, destination_id FROM posted) m
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_fund f ON f.id = d.fund_id
     WHERE f.closed_on IS NOT NULL AND d.kind = 'holding'
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: its fund is closed', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_fund_is_open';
    END IF;

    -- A reversal names a movement of the opposite way and never takes back more than was moved.
    SELECT r.id INTO bad
      FROM (SELECT DISTINCT reverses_id FROM posted WHERE reverses_id IS NOT NULL) x
      JOIN ledger_movement r ON r.id = x.reverses_id
     WHERE r.quantity < (SELECT sum(m.quantity) FROM ledger_movement m WHERE m.reverses_id = r.id)
        OR EXISTS (SELECT 1 FROM posted m WHERE m.reverses_id = r.id
                    AND (m.source_id <> r.destination_id OR m.destination_id <> r.source_id))
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement % would be reversed for more than it was, or another way', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_reversed_at_most_once';
    END IF;

    -- What is taken out lies inside the inflow it reverses and has not left yet (its point on the outflow axis is not
    -- before the outflow tail).
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_accountbalance b ON b.account_id = m.source_id
      LEFT JOIN ledger_movement r ON r.id = m.reverses_id
      LEFT JOIN LATERAL (
          SELECT s.shift, s.in_to FROM ledger_axissegment s
           WHERE s.account_id = m.source_id AND s.in_from <= m.hole_from AND (s.in_to IS NULL OR s.in_to > m.hole_from)
           ORDER BY s.version DESC LIMIT 1) seg ON true
     WHERE m.hole_from IS NOT NULL
       AND (r.id IS NULL OR m.hole_from < r.in_from OR m.hole_from + m.quantity > r.in_from + r.quantity
            OR (seg.in_to IS NOT NULL AND m.hole_from + m.quantity > seg.in_to)
            OR (seg.shift IS NULL AND EXISTS (SELECT 1 FROM ledger_axissegment h WHERE h.account_id = m.source_id))
            OR m.hole_from - coalesce(seg.shift, 0) < b.outflow_tail)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: what it takes out has been used or is not what it reverses', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_hole_is_unspent';
    END IF;

    -- Inflows follow the tail of the inflow axis without gap or overlap.
    SELECT o.id INTO bad
      FROM (SELECT id, destination_id, in_from,
                   lag(in_from + quantity) OVER (PARTITION BY destination_id ORDER BY in_from) AS expected
              FROM posted WHERE in_from IS NOT NULL) o
      LEFT JOIN ledger_accountbalance b ON b.account_id = o.destination_id
     WHERE o.in_from IS DISTINCT FROM coalesce(o.expected, b.inflow_tail)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: its place on the inflow axis is not the next one', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_inflow_is_contiguous';
    END IF;
    UPDATE ledger_accountbalance b SET inflow_tail = b.inflow_tail + t.total
      FROM (SELECT destination_id, sum(quantity) AS total FROM posted WHERE in_from IS NOT NULL GROUP BY 1) t
     WHERE b.account_id = t.destination_id;

    -- The same for outflows; the CHECK on the balance refuses to spend what is not there.
    SELECT o.id INTO bad
      FROM (SELECT id, source_id, out_from,
                   lag(out_from + quantity) OVER (PARTITION BY source_id ORDER BY out_from) AS expected
              FROM posted WHERE out_from IS NOT NULL) o
      LEFT JOIN ledger_accountbalance b ON b.account_id = o.source_id
     WHERE o.out_from IS DISTINCT FROM coalesce(o.expected, b.outflow_tail)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: its place on the outflow axis is not the next one', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_outflow_is_contiguous';
    END IF;
    UPDATE ledger_accountbalance b
       SET outflow_tail = b.outflow_tail + t.total, removed_total = b.removed_total + t.removed
      FROM (SELECT source_id, coalesce(sum(quantity) FILTER (WHERE out_from IS NOT NULL), 0) AS total,
                   coalesce(sum(quantity) FILTER (WHERE hole_from IS NOT NULL), 0) AS removed
              FROM posted WHERE out_from IS NOT NULL OR hole_from IS NOT NULL GROUP BY 1) t
     WHERE b.account_id = t.source_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER movements_posted AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_posted();

-- Taking the row lock of a balance needs the right to update one column; that column never changes.
CREATE FUNCTION ledger_balance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' OR NEW.account_id <> OLD.account_id THEN
        RAISE EXCEPTION 'balances follow movements: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER balance_guard BEFORE UPDATE OR DELETE ON ledger_accountbalance
    FOR EACH ROW EXECUTE FUNCTION ledger_balance_guard();

-- Accounts, units and conversions are facts that posted movements rest on: they are added to, not changed.
SELECT core_make_append_only('ledger_account'), core_make_append_only('ledger_unitconversion'),
       core_make_append_only('ledger_postinggroup'), core_make_append_only('ledger_entry'),
       core_make_append_only('ledger_movement'), core_make_append_only('ledger_axissegment');

INSERT INTO ledger_unit (code, kind, name, specification, batch, expires_on, measure, decimal_places)
VALUES ('CNY', 'money', '人民币', '', '', NULL, '元', 2);
INSERT INTO ledger_account (kind, party, unit_id, transfer_key)
SELECT 'world', party, u.id, '' FROM ledger_unit u,
       unnest(ARRAY['givers', 'suppliers', 'beneficiaries', 'bodies', 'fees', 'losses', 'opening']) AS party
 WHERE u.code = 'CNY';
