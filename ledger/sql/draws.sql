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

-- The hops of what some movements brought, level by level (selectors/trails.py). Each level is one set of places
-- `[lo, hi)` on inflow axes: what was drawn of them left with its outflow, what a hole covers was taken out, the rest rests.
-- Places that touch are taken together, so a wide gift costs what it crosses, not what it was cut into. The statements
-- are planned once for a connection. `as_of`: the last movement that counts; `deepest`: where to stop. Beyond `most` hops
-- those of a level are given as sums by their ends, all transit accounts of a fund as one of them.
CREATE FUNCTION ledger_trail(movements bigint[], as_of bigint, deepest integer, most integer)
RETURNS TABLE (depth integer, way text, movement_id bigint, source_id bigint, destination_id bigint, quantity numeric,
               hops bigint)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    level integer := 0;
    total integer := 0;
    ways text[]; moved bigint[]; sources bigint[]; targets bigint[]; sizes numeric[]; places numeric[];
    accounts bigint[]; los numeric[]; his numeric[]; faces bigint[];
    left_accounts bigint[]; left_faces bigint[];
BEGIN
    SELECT array_agg('arrived'::text), array_agg(m.id), array_agg(m.source_id), array_agg(m.destination_id),
           array_agg(m.quantity::numeric), array_agg(m.in_from::numeric)
      INTO ways, moved, sources, targets, sizes, places
      FROM (SELECT * FROM ledger_movement WHERE id = ANY(movements) ORDER BY id) m;
    LOOP
        total := total + coalesce(cardinality(ways), 0);
        -- What arrived in an account, touching places together; `face` stands for all transit accounts of its fund.
        left_accounts := accounts;
        left_faces := faces;
        SELECT array_agg(p.account), array_agg(p.lo), array_agg(p.hi), array_agg(p.face)
          INTO accounts, los, his, faces
          FROM (SELECT i.account, i.lo, i.hi, CASE a.kind WHEN 'transit' THEN min(a.id) OVER (PARTITION BY a.kind, a.fund_id, a.unit_id)
                                              ELSE a.id END AS face
                  FROM (SELECT g.account, min(g.lo) AS lo, max(g.hi) AS hi
                          FROM (SELECT s.*, sum(s.starts) OVER (PARTITION BY s.account ORDER BY s.lo) AS island
                                  FROM (SELECT h.account, h.lo, h.lo + h.size AS hi,
                                               CASE WHEN lag(h.lo + h.size) OVER (PARTITION BY h.account ORDER BY h.lo) = h.lo
                                                    THEN 0 ELSE 1 END AS starts
                                          FROM unnest(targets, places, sizes) h (account, lo, size)
                                         WHERE h.lo IS NOT NULL) s) g
                         GROUP BY g.account, g.island) i
                  JOIN ledger_account a ON a.id = i.account) p;

        IF total <= most THEN
            RETURN QUERY SELECT level, h.*, 1::bigint FROM unnest(ways, moved, sources, targets, sizes) h;
        ELSE
            RETURN QUERY
            WITH face AS MATERIALIZED (
                SELECT f.account, min(f.face) AS face
                  FROM (SELECT * FROM unnest(accounts, faces) UNION ALL SELECT * FROM unnest(left_accounts, left_faces)) f (account, face)
                 GROUP BY 1
            )
            SELECT level, g.way, min(g.id), g.source, g.target, sum(g.size), count(*)
              FROM (SELECT h.way, h.id, h.size, coalesce(s.face, h.source) AS source, coalesce(d.face, h.target) AS target
                      FROM unnest(ways, moved, sources, targets, sizes) h (way, id, source, target, size)
                      LEFT JOIN face s ON s.account = h.source
                      LEFT JOIN face d ON d.account = h.target) g
             GROUP BY g.way, g.source, g.target;
        END IF;
        EXIT WHEN accounts IS NULL OR level >= deepest;
        level := level + 1;

        WITH part AS MATERIALIZED (
            SELECT p.* FROM unnest(accounts, los, his) WITH ORDINALITY p (account, lo, hi, place)
        ), gone AS MATERIALIZED (
            -- One outflow may have drawn several runs, parted by holes: on the outflow axis they touch.
            SELECT p.account, d.movement_id AS id, d.destination_id, min(d.out_from + greatest(p.lo - d.in_from, 0)) AS lo,
                   max(d.out_from + least(p.hi - d.in_from, d.quantity)) AS hi,
                   min(d.lands_at + greatest(p.lo - d.in_from, 0)) AS lands_at
              FROM part p
             CROSS JOIN LATERAL (
                SELECT w.* FROM ledger_draw w
                 WHERE w.account_id = p.account AND w.in_from < p.hi AND w.in_from + w.quantity > p.lo
                   AND w.in_from >= coalesce((SELECT max(b.in_from) FROM ledger_draw b
                                               WHERE b.account_id = p.account AND b.in_from <= p.lo), p.lo)
                   AND w.movement_id <= as_of) d
             GROUP BY p.account, p.place, d.movement_id, d.destination_id
        ), outside AS MATERIALIZED (
            SELECT a.id, a.party FROM (SELECT DISTINCT g.destination_id FROM gone g WHERE g.lands_at IS NULL) o
              JOIN ledger_account a ON a.id = o.destination_id
        ), hole AS MATERIALIZED (
            SELECT p.account, t.id, t.destination_id, t.in_from + greatest(p.lo - t.hole_from, 0) AS place,
                   least(p.hi, t.hole_from + t.quantity) - greatest(p.lo, t.hole_from) AS size
              FROM part p
             CROSS JOIN LATERAL (
                SELECT w.* FROM ledger_movement w
                 WHERE w.source_id = p.account AND w.hole_from < p.hi AND w.hole_from + w.quantity > p.lo
                   AND w.hole_from >= coalesce((SELECT max(b.hole_from) FROM ledger_movement b
                                                 WHERE b.source_id = p.account AND b.hole_from <= p.lo), p.lo)
                   AND w.id <= as_of) t
        ), hop AS (
            SELECT 'left'::text AS way, g.id, g.account AS source, g.destination_id AS target, g.hi - g.lo AS size,
                   g.lands_at AS place
              FROM gone g
          UNION ALL
            SELECT 'taken_out', t.id, t.account, t.destination_id, t.size, t.place FROM hole t
          UNION ALL
            SELECT 'came_back', r.id, r.source_id, r.destination_id,
                   least(g.hi, r.back_from + r.quantity) - greatest(g.lo, r.back_from),
                   r.in_from + greatest(g.lo - r.back_from, 0)
              FROM gone g
              JOIN ledger_movement r ON r.reverses_id = g.id AND r.back_from < g.hi AND r.back_from + r.quantity > g.lo
                   AND r.id <= as_of
             WHERE g.lands_at IS NULL
          UNION ALL
            -- A purchase: the same share of the goods as of the cost, cut at rounded points of one axis.
            SELECT 'bought', b.id, b.source_id, b.destination_id, b.hi - b.lo, b.in_from + b.lo
              FROM outside o
              JOIN gone g ON g.destination_id = o.id
              JOIN ledger_movement m ON m.id = g.id
             CROSS JOIN LATERAL (
                SELECT coalesce(sum(s.quantity), 0) - m.out_from AS shift FROM ledger_movement s
                 WHERE s.entry_id = m.entry_id AND s.line < m.line AND s.out_from IS NOT NULL) c
             CROSS JOIN LATERAL (
                SELECT s.id, s.source_id, s.destination_id, s.in_from,
                       round(s.quantity * (greatest(g.lo + c.shift, s.start) - s.start) / s.value, u.decimal_places) AS lo,
                       round(s.quantity * (least(g.hi + c.shift, s.start + s.value) - s.start) / s.value,
                             u.decimal_places) AS hi
                  FROM (SELECT v.*, sum(v.value) OVER (ORDER BY v.line) - v.value AS start
                          FROM ledger_movement v
                         WHERE v.entry_id = m.entry_id AND v.in_from IS NOT NULL AND v.value > 0) s
                  JOIN ledger_unit u ON u.id = s.unit_id
                 WHERE s.start < g.hi + c.shift AND s.start + s.value > g.lo + c.shift) b
             WHERE o.party = 'suppliers' AND b.hi > b.lo
          UNION ALL
            SELECT 'rests', NULL, a.account, a.account, sum(a.size), NULL
              FROM (SELECT p.account, p.hi - p.lo AS size FROM part p
                    UNION ALL SELECT g.account, g.lo - g.hi FROM gone g
                    UNION ALL SELECT t.account, -t.size FROM hole t) a
             GROUP BY a.account HAVING sum(a.size) <> 0
        )
        SELECT array_agg(h.way), array_agg(h.id), array_agg(h.source), array_agg(h.target), array_agg(h.size),
               array_agg(h.place)
          INTO ways, moved, sources, targets, sizes, places
          FROM hop h;
    END LOOP;
END
$$;
