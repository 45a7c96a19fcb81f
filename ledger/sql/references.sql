-- References of tables that take whole files at once, checked for a statement instead of for each row: the per-row checks
-- of 200,000 gifts cost four times as much as all the rest of posting them. Only for tables whose rows never change.
--
-- Takes the foreign keys of `target` (as Django made them) and puts in their place one statement trigger that refuses what
-- a foreign key would refuse. Rows of a referenced table that may be deleted are locked FOR KEY SHARE, as a foreign key
-- does it, and get a trigger that refuses to delete them while they are referenced.
CREATE FUNCTION ledger_refer_as_sets(target regclass) RETURNS void LANGUAGE plpgsql AS $build$
DECLARE
    reference record;
    body text := '';
    stands boolean;
    short text := target::text;
    ends text := '';
    at integer := 0;
BEGIN
    FOR reference IN
        SELECT c.conname, c.confrelid::regclass AS referenced, a.attname AS here, f.attname AS there
          FROM pg_constraint c
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
          JOIN pg_attribute f ON f.attrelid = c.confrelid AND f.attnum = c.confkey[1]
         WHERE c.conrelid = target AND c.contype = 'f' AND f.atttypid = 'bigint'::regtype ORDER BY c.conname
    LOOP
        at := at + 1;
        ends := ends || format('%1$smin(%2$I), max(%2$I)', CASE WHEN at > 1 THEN ', ' ELSE '' END, reference.here);
        SELECT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = reference.referenced AND t.tgname = 'append_only_row')
            OR reference.referenced = target INTO stands;
        IF NOT stands THEN
            EXECUTE format(
                'CREATE TRIGGER %I AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION ledger_refuse_delete_of_referenced(%L, %L, %L)',
                short || '_' || reference.here, reference.referenced, short, reference.here, reference.there);
        END IF;
        -- A file has one batch, one branch, one maker: where the smallest key is the largest, one look is enough.
        body := body || format(
            'IF ends[%6$s] = ends[%7$s] THEN'
            '    PERFORM 1 FROM %1$s r WHERE r.%3$I = ends[%6$s] %8$s; there := FOUND;'
            'ELSE %9$s'
            '    there := NOT EXISTS (SELECT 1 FROM (SELECT DISTINCT %2$I AS key FROM posted WHERE %2$I IS NOT NULL) p'
            '                          WHERE NOT EXISTS (SELECT 1 FROM %1$s r WHERE r.%3$I = p.key));'
            'END IF;'
            'IF ends[%6$s] IS NOT NULL AND NOT there THEN'
            '    RAISE EXCEPTION ''%5$s.%2$s names a row that is not there'' USING ERRCODE = ''foreign_key_violation'', CONSTRAINT = %4$L;'
            'END IF;',
            reference.referenced, reference.here, reference.there, reference.conname, short, 2 * at - 1, 2 * at,
            CASE WHEN stands THEN '' ELSE 'FOR KEY SHARE' END,
            CASE WHEN stands THEN '' ELSE format(
                'PERFORM 1 FROM %1$s r WHERE r.%3$I IN (SELECT %2$I FROM posted) FOR KEY SHARE;',
                reference.referenced, reference.here, reference.there) END);
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', target, reference.conname);
    END LOOP;
    EXECUTE format(
        'CREATE FUNCTION %I() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS %L',
        short || '_refer', 'DECLARE ends bigint[]; there boolean; BEGIN SELECT ARRAY[' || ends || '] INTO ends FROM posted; ' || body || ' RETURN NULL; END');
    EXECUTE format(
        'CREATE TRIGGER references_hold AFTER INSERT ON %s REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION %I()',
        target, short || '_refer');
END
$build$;

CREATE FUNCTION ledger_refuse_delete_of_referenced() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    found_one boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %s WHERE %I = ($1 ->> %L)::bigint)', TG_ARGV[0], TG_ARGV[1], TG_ARGV[2])
       INTO found_one USING to_jsonb(OLD);
    IF found_one THEN
        RAISE EXCEPTION '% is referenced by %.%', TG_TABLE_NAME, TG_ARGV[0], TG_ARGV[1] USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;

-- What this transaction has inserted so far is checked now: a table with checks waiting cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
SELECT ledger_refer_as_sets('ledger_entry'), ledger_refer_as_sets('ledger_movement');
