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

-- Whether a closed fund hands over to another, directly or through funds that were closed after it.
CREATE FUNCTION ledger_fund_succeeds(closed bigint, later bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    WITH RECURSIVE chain (id) AS (
        SELECT f.successor_id FROM ledger_fund f WHERE f.id = closed AND f.closed_on IS NOT NULL
        UNION
        SELECT f.successor_id FROM chain c JOIN ledger_fund f ON f.id = c.id AND f.closed_on IS NOT NULL
    )
    SELECT EXISTS (SELECT 1 FROM chain WHERE id = later)
$$;

-- Where a point of an account's inflow axis lies on its outflow axis: it moves up by what was taken out before it
-- (holes). A hole never touches what has left, so no point that has left ever moves. `as_of`: the last movement counted.
CREATE FUNCTION ledger_leaves_at(account bigint, point numeric, as_of bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT point - coalesce(sum(least(h.quantity, point - h.hole_from)), 0)
      FROM ledger_movement h
     WHERE h.source_id = account AND h.hole_from IS NOT NULL AND h.hole_from < point AND h.id <= as_of
$$;

-- Movements alone move balances. Three statement triggers, in the order of their names, check what was inserted as a set
-- (so a file of 50,000 gifts costs one check, not 50,000) and carry the tails forward.
--
-- 1. Each movement fits its accounts.
CREATE FUNCTION ledger_movements_fit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
    -- The services hold these locks already; whoever does not is serialised here, in the same order.
    PERFORM 1 FROM ledger_accountbalance b
      WHERE b.account_id IN (SELECT source_id FROM posted UNION SELECT destination_id FROM posted)
      ORDER BY b.account_id FOR UPDATE;

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

    -- A closed fund takes no inflow, neither in hand nor under way.
    SELECT m.id INTO bad
      FROM (SELECT min(id) AS id, destination_id FROM posted GROUP BY destination_id) m
      JOIN ledger_account d ON d.id = m.destination_id
      JOIN ledger_fund f ON f.id = d.fund_id
     WHERE f.closed_on IS NOT NULL
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: its fund is closed', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_fund_is_open';
    END IF;

    -- What leaves a transit account names the movement that sent it there.
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_account s ON s.id = m.source_id AND s.kind = 'transit'
      LEFT JOIN ledger_movement a ON a.id = m.answers_id
     WHERE m.out_from IS NOT NULL AND a.destination_id IS DISTINCT FROM m.source_id
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: it does not name what was sent', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_answers_its_transfer';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER movements_1_fit AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_fit();

-- 2. Inflows and outflows follow the tails of their axes without gap or overlap, and carry them forward; the CHECK on the
-- balance refuses to spend what is not there. The application's role has no right to write balances itself.
CREATE FUNCTION ledger_movements_carry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
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
CREATE TRIGGER movements_2_carry AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_carry();

-- 3. What is reversed goes the opposite way, at most once, and only as far as it has not been used.
CREATE FUNCTION ledger_movements_reverse() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
    every constant bigint := 9223372036854775807;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM posted WHERE reverses_id IS NOT NULL OR hole_from IS NOT NULL) THEN
        RETURN NULL;
    END IF;

    -- The opposite way; what comes back to a closed fund comes to its successor. Where the reversed movement ended in an
    -- account, its own place there is taken out; where it ended outside, the place that it left from is named.
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_movement r ON r.id = m.reverses_id
      JOIN ledger_account s ON s.id = r.source_id
      JOIN ledger_account d ON d.id = m.destination_id
     WHERE m.source_id <> r.destination_id OR r.hole_from IS NOT NULL OR r.back_from IS NOT NULL
        OR (m.destination_id <> r.source_id AND NOT (d.kind = 'holding' AND ledger_fund_succeeds(s.fund_id, d.fund_id)))
        OR (m.hole_from IS NOT NULL) <> (r.in_from IS NOT NULL)
        OR (m.back_from IS NOT NULL) <> (r.in_from IS NULL AND r.out_from IS NOT NULL)
        OR m.back_from < r.out_from OR m.back_from + m.quantity > r.out_from + r.quantity
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: it does not take back what it reverses', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_reversal_goes_back';
    END IF;

    -- Never more than was moved, and no part of it twice.
    SELECT r.id INTO bad
      FROM (SELECT DISTINCT reverses_id FROM posted WHERE reverses_id IS NOT NULL) x
      JOIN ledger_movement r ON r.id = x.reverses_id
     WHERE r.quantity < (SELECT sum(m.quantity) FROM ledger_movement m WHERE m.reverses_id = r.id)
        OR EXISTS (SELECT 1 FROM ledger_movement m JOIN ledger_movement o ON o.reverses_id = r.id AND o.id > m.id
                    WHERE m.reverses_id = r.id AND m.back_from < o.back_from + o.quantity
                      AND o.back_from < m.back_from + m.quantity)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: it would be reversed for more than it was', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_reversed_at_most_once';
    END IF;

    -- What is taken out lies inside the inflow that it reverses, was not taken out before, and has not left: its point on
    -- the outflow axis is not before the outflow tail (which holds this statement's outflows already).
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_accountbalance b ON b.account_id = m.source_id
      LEFT JOIN ledger_movement r ON r.id = m.reverses_id
     WHERE m.hole_from IS NOT NULL
       AND (r.id IS NULL OR m.hole_from < r.in_from OR m.hole_from + m.quantity > r.in_from + r.quantity
            OR EXISTS (SELECT 1 FROM ledger_movement h
                        WHERE h.source_id = m.source_id AND h.id <> m.id AND h.hole_from < m.hole_from + m.quantity
                          AND h.hole_from + h.quantity > m.hole_from)
            OR ledger_leaves_at(m.source_id, m.hole_from, every) < b.outflow_tail)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: what it takes out has been used or is not what it reverses', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_hole_is_unspent';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER movements_3_reverse AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_reverse();

-- Balances are written inside the triggers above and nowhere else, whoever asks (taking the row lock is no write; it needs
-- the right to update one column, which apply_grants gives and this trigger makes useless).
CREATE FUNCTION ledger_balance_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('INSERT', 'UPDATE') AND pg_trigger_depth() > 1 THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'balances follow movements: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER balance_guard BEFORE INSERT OR UPDATE OR DELETE ON ledger_accountbalance
    FOR EACH ROW EXECUTE FUNCTION ledger_balance_guard();
CREATE TRIGGER balance_guard_all BEFORE TRUNCATE ON ledger_accountbalance
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_balance_guard();

-- What a fund may be spent on stands from its first day; it is closed once and not opened again.
CREATE FUNCTION ledger_fund_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.id, NEW.code, NEW.branch_id, NEW.is_restricted, NEW.purpose, NEW.area_id, NEW.beneficiary, NEW.project, NEW.fee_rate, NEW.opened_on)
           IS NOT DISTINCT FROM
           (OLD.id, OLD.code, OLD.branch_id, OLD.is_restricted, OLD.purpose, OLD.area_id, OLD.beneficiary, OLD.project, OLD.fee_rate, OLD.opened_on)
       AND (OLD.closed_on IS NULL OR (NEW.closed_on, NEW.successor_id) IS NOT DISTINCT FROM (OLD.closed_on, OLD.successor_id))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a fund stands as it was opened: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER fund_guard BEFORE UPDATE OR DELETE ON ledger_fund
    FOR EACH ROW EXECUTE FUNCTION ledger_fund_guard();

-- Accounts, units and conversions are facts that posted movements rest on: they are added to, not changed.
SELECT core_make_append_only('ledger_account'), core_make_append_only('ledger_unit'), core_make_append_only('ledger_unitconversion'),
       core_make_append_only('ledger_postinggroup'), core_make_append_only('ledger_entry'),
       core_make_append_only('ledger_movement'), core_make_append_only('ledger_openingline'),
       core_make_append_only('ledger_openingevent');

INSERT INTO ledger_unit (code, kind, name, specification, batch, expires_on, measure, decimal_places)
VALUES ('CNY', 'money', '人民币', '', '', NULL, '元', 2);
INSERT INTO ledger_account (kind, party, unit_id, transfer_key)
SELECT 'world', party, u.id, '' FROM ledger_unit u,
       unnest(ARRAY['givers', 'suppliers', 'beneficiaries', 'bodies', 'fees', 'losses', 'opening']) AS party
 WHERE u.code = 'CNY';
