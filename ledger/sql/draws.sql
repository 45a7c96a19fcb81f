-- Draws: which part of an account's inflow axis each outflow used up. A draw is one run without a hole in it, so a point
-- of the inflow axis is looked up in one row and no sum over holes is needed, however many there are. Holes touch only
-- what has not left, so a draw is true for ever; it is written by the trigger on movements alone.
SELECT core_make_append_only('ledger_draw');

CREATE FUNCTION ledger_draw_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() > 1 THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'draws follow movements: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- Writes the draws of an account's outflows between two places of its outflow axis: from the end of what was drawn before,
-- hole by hole. Each hole is stepped over once in the life of an account.
CREATE FUNCTION ledger_draw_outflows(account bigint, starts numeric, ends numeric) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    place numeric := starts;
    point numeric;
    run numeric;
    hole record;
BEGIN
    SELECT d.in_from + d.quantity INTO point FROM ledger_draw d WHERE d.account_id = account ORDER BY d.in_from DESC LIMIT 1;
    point := coalesce(point, 0);
    WHILE place < ends LOOP
        SELECT h.hole_from, h.quantity INTO hole FROM ledger_movement h
         WHERE h.source_id = account AND h.hole_from >= point ORDER BY h.hole_from LIMIT 1;
        run := least(ends - place, hole.hole_from - point);
        -- Where two holes touch there is nothing between them.
        INSERT INTO ledger_draw (movement_id, account_id, in_from, out_from, quantity, destination_id, lands_at)
        SELECT m.id, account, point + greatest(m.out_from, place) - place, greatest(m.out_from, place),
               least(m.out_from + m.quantity, place + run) - greatest(m.out_from, place), m.destination_id,
               m.in_from + greatest(m.out_from, place) - m.out_from
          FROM ledger_movement m
         WHERE run > 0 AND m.source_id = account AND m.out_from < place + run AND m.out_from + m.quantity > place
           AND m.out_from >= (SELECT max(b.out_from) FROM ledger_movement b
                               WHERE b.source_id = account AND b.out_from <= place)
         ORDER BY m.out_from;
        place := place + run;
        point := hole.hole_from + hole.quantity;
    END LOOP;
END
$$;

-- Runs after the balances were carried and before reversals are looked at (triggers fire in the order of their names).
CREATE FUNCTION ledger_movements_draw() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM ledger_draw_outflows(o.source_id, o.starts, o.ends)
       FROM (SELECT source_id, min(out_from) AS starts, max(out_from + quantity) AS ends
               FROM posted WHERE out_from IS NOT NULL GROUP BY 1) o;
    RETURN NULL;
END
$$;
CREATE TRIGGER movements_2_draw AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_draw();

-- What stands already is drawn now.
SELECT ledger_draw_outflows(b.account_id, 0, b.outflow_tail) FROM ledger_accountbalance b WHERE b.outflow_tail > 0;
CREATE TRIGGER draw_guard BEFORE INSERT ON ledger_draw FOR EACH STATEMENT EXECUTE FUNCTION ledger_draw_guard();

-- As before, but it starts from what was drawn: only holes between that and the point are summed.
CREATE OR REPLACE FUNCTION ledger_leaves_at(account bigint, point numeric, as_of bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT d.out_from + least(d.quantity, point - d.in_from) + greatest(point - d.in_from - d.quantity, 0)
           - coalesce((SELECT sum(least(h.quantity, point - h.hole_from))
                         FROM ledger_movement h
                        WHERE h.source_id = account AND h.hole_from >= d.in_from + d.quantity AND h.hole_from < point
                          AND h.id <= as_of), 0)
      FROM (SELECT in_from, out_from, quantity FROM ledger_draw
             WHERE account_id = account AND in_from <= point AND movement_id <= as_of
             UNION ALL SELECT 0, 0, 0
             ORDER BY 1 DESC, 3 DESC LIMIT 1) d
$$;
