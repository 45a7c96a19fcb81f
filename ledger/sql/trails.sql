-- Trails: where value went (selectors/trails.py). Both functions are planned once for a connection.
DROP FUNCTION IF EXISTS ledger_trail(bigint[], bigint, integer, integer);

-- The hops of what some movements brought, level by level. Each level is one set of places `[lo, hi)` on inflow axes: what
-- was drawn of them left with its outflow, what a hole covers was taken out, the rest rests. Places that touch are taken
-- together, so a wide gift costs what it crosses, not what it was cut into. `face` stands for all transit accounts of a
-- fund. `as_of`: the last movement that counts; `deepest`: where to stop. Beyond `most` hops those of a level are given as
-- sums by their ends, all transit accounts of a fund as one of them.
CREATE FUNCTION ledger_walk(movements bigint[], as_of bigint, deepest integer, most integer)
RETURNS TABLE (depth integer, way text, movement_id bigint, source_id bigint, destination_id bigint, quantity numeric,
               hops bigint)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
    level integer := 0;
    total bigint := 0;
    ways text[]; moved bigint[]; sources bigint[]; targets bigint[]; sizes numeric[]; places numeric[];
    accounts bigint[]; los numeric[]; his numeric[]; faces bigint[];
    left_accounts bigint[]; left_faces bigint[];
BEGIN
    SELECT array_agg('arrived'::text), array_agg(m.id), array_agg(m.source_id), array_agg(m.destination_id),
           array_agg(m.quantity::numeric), array_agg(m.in_from::numeric)
      INTO ways, moved, sources, targets, sizes, places
      FROM (SELECT * FROM ledger_movement WHERE id = ANY(movements) ORDER BY id) m;
    LOOP
        -- Several runs of one outflow are one hop, and what rests is none. Beyond `most` nobody needs the exact number.
        IF total <= most THEN
            total := total + (SELECT count(h.id) FROM (SELECT DISTINCT way, id FROM unnest(ways, moved) u (way, id)) h);
        END IF;

        -- What arrived in an account, touching places together: what touches has the same place less the sum before it.
        left_accounts := accounts;
        left_faces := faces;
        SELECT array_agg(p.account), array_agg(p.lo), array_agg(p.hi), array_agg(p.face)
          INTO accounts, los, his, faces
          FROM (SELECT i.account, i.lo, i.hi, CASE a.kind WHEN 'transit' THEN min(a.id) OVER (PARTITION BY a.kind, a.fund_id, a.unit_id)
                                              ELSE a.id END AS face
                  FROM (SELECT g.account, min(g.lo) AS lo, min(g.lo) + sum(g.size) AS hi
                          FROM (SELECT h.account, h.lo, h.size,
                                       h.lo + h.size - sum(h.size) OVER (PARTITION BY h.account ORDER BY h.lo) AS shift
                                  FROM unnest(targets, places, sizes) h (account, lo, size)
                                 WHERE h.lo IS NOT NULL) g
                         GROUP BY g.account, g.shift) i
                  JOIN ledger_account a ON a.id = i.account) p;

        IF total <= most THEN
            RETURN QUERY
            SELECT level, h.way, h.id, h.source, h.target, sum(h.size), count(DISTINCT h.id)
              FROM unnest(ways, moved, sources, targets, sizes) h (way, id, source, target, size)
             GROUP BY h.way, h.id, h.source, h.target;
        ELSE
            RETURN QUERY
            WITH face AS MATERIALIZED (
                SELECT f.account, min(f.face) AS face
                  FROM (SELECT * FROM unnest(accounts, faces) UNION ALL SELECT * FROM unnest(left_accounts, left_faces)) f (account, face)
                 GROUP BY 1
            )
            SELECT level, g.way, min(g.id), g.source, g.target, sum(g.size), count(DISTINCT g.id)
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
            -- A run of one outflow each; parted by holes, they touch on the outflow axis.
            SELECT p.place, p.account, w.movement_id AS id, w.destination_id,
                   w.out_from + greatest(p.lo - w.in_from, 0) AS lo,
                   w.out_from + least(p.hi - w.in_from, w.quantity) AS hi,
                   w.lands_at + greatest(p.lo - w.in_from, 0) AS lands_at
              FROM part p
              JOIN ledger_draw w
                ON w.account_id = p.account AND w.in_from < p.hi AND w.in_from + w.quantity > p.lo
                   AND w.in_from >= CASE WHEN p.lo = 0 THEN 0 ELSE
                           coalesce((SELECT max(b.in_from) FROM ledger_draw b
                                      WHERE b.account_id = p.account AND b.in_from <= p.lo), p.lo) END
                   AND w.movement_id <= as_of
        ), outside AS MATERIALIZED (
            SELECT a.id, a.party FROM (SELECT DISTINCT g.destination_id FROM gone g WHERE g.lands_at IS NULL) o
              JOIN ledger_account a ON a.id = o.destination_id
        ), undrawn AS MATERIALIZED (
            -- Only what was not drawn whole can have a hole in it, or rest.
            SELECT p.account, p.lo, p.hi, p.hi - p.lo - coalesce(d.size, 0) AS size
              FROM part p
              LEFT JOIN (SELECT g.place, sum(g.hi - g.lo) AS size FROM gone g GROUP BY 1) d ON d.place = p.place
             WHERE p.hi - p.lo > coalesce(d.size, 0)
        ), hole AS MATERIALIZED (
            SELECT u.account, t.id, t.destination_id, t.in_from + greatest(u.lo - t.hole_from, 0) AS place,
                   least(u.hi, t.hole_from + t.quantity) - greatest(u.lo, t.hole_from) AS size
              FROM undrawn u
             CROSS JOIN LATERAL (
                SELECT w.* FROM ledger_movement w
                 WHERE w.source_id = u.account AND w.hole_from < u.hi AND w.hole_from + w.quantity > u.lo
                   AND w.hole_from >= coalesce((SELECT max(b.hole_from) FROM ledger_movement b
                                                 WHERE b.source_id = u.account AND b.hole_from <= u.lo), u.lo)
                   AND w.id <= as_of) t
        ), hop AS (
            SELECT 'left'::text AS way, g.id, g.account AS source, g.destination_id AS target,
                   g.hi - g.lo AS size, g.lands_at AS place
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
            SELECT 'rests', NULL, r.account, r.account, sum(r.size), NULL
              FROM (SELECT u.account, u.size FROM undrawn u
                    UNION ALL SELECT t.account, -t.size FROM hole t) r
             GROUP BY r.account HAVING sum(r.size) <> 0
        )
        SELECT array_agg(h.way), array_agg(h.id), array_agg(h.source), array_agg(h.target), array_agg(h.size),
               array_agg(h.place)
          INTO ways, moved, sources, targets, sizes, places
          FROM hop h;
    END LOOP;
END
$$;

-- The hops with what is shown of their entries; beyond `most` hops they are summed by the funds and parties at their ends.
CREATE FUNCTION ledger_trail(movements bigint[], as_of bigint, deepest integer, most integer)
RETURNS TABLE (depth integer, way text, source_id bigint, destination_id bigint, quantity numeric, hops bigint,
               movement_id bigint, entry_id bigint, line smallint, kind varchar, number varchar, document varchar,
               occurred_on date, posted_at timestamptz)
LANGUAGE plpgsql STABLE ROWS 100 SET search_path = pg_catalog, public SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH hop AS MATERIALIZED (
        SELECT * FROM ledger_walk(movements, as_of, deepest, most)
    ), size AS MATERIALIZED (SELECT sum(hops) AS hops FROM hop)
    SELECT h.depth, h.way, h.source_id, h.destination_id, h.quantity, 1::bigint AS hops, h.movement_id, e.id AS entry_id, m.line,
           e.kind, e.number, e.document, e.occurred_on, e.posted_at
      FROM hop h
      LEFT JOIN ledger_movement m ON m.id = h.movement_id
      LEFT JOIN ledger_entry e ON e.id = m.entry_id
     WHERE (SELECT hops FROM size) <= most
    UNION ALL
    SELECT min(h.depth), h.way, min(h.source_id), min(h.destination_id), sum(h.quantity), sum(h.hops)::bigint,
           min(h.movement_id), NULL, NULL, NULL, NULL, NULL, NULL, NULL
      FROM hop h
      JOIN ledger_account s ON s.id = h.source_id
      JOIN ledger_account d ON d.id = h.destination_id
     WHERE (SELECT hops FROM size) > most
     GROUP BY h.way, s.kind, s.party, s.fund_id, s.unit_id, s.site_id, d.kind, d.party, d.fund_id, d.unit_id, d.site_id
    ORDER BY 1, 7 NULLS LAST, 3;
END
$$;
