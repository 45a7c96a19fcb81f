CREATE OR REPLACE FUNCTION ledger_leaves_at(account bigint, point numeric, as_of bigint) RETURNS numeric
LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT point - coalesce(sum(least(h.quantity, point - h.hole_from)), 0)
      FROM ledger_movement h
     WHERE h.source_id = account AND h.hole_from IS NOT NULL AND h.hole_from < point AND h.id <= as_of
$$;
DROP TRIGGER movements_2_draw ON ledger_movement;
DROP FUNCTION ledger_movements_draw();
DROP FUNCTION ledger_draw_outflows(bigint, numeric, numeric);
DROP TRIGGER draw_guard ON ledger_draw;
DROP FUNCTION ledger_draw_guard();
DROP TRIGGER append_only_row ON ledger_draw; DROP TRIGGER append_only_all ON ledger_draw;
