-- What was given for a purpose does not come out in a wider fund: between two funds value goes only to one that allows
-- nothing more (services/rules.py: is_as_narrow), on a recorded basis, back where it came from, or to a successor.
CREATE FUNCTION ledger_movements_narrow() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    bad bigint;
BEGIN
    SELECT m.id INTO bad
      FROM posted m
      JOIN ledger_account sa ON sa.id = m.source_id
      JOIN ledger_account da ON da.id = m.destination_id AND da.fund_id <> sa.fund_id
      JOIN ledger_fund s ON s.id = sa.fund_id AND s.is_restricted
      JOIN ledger_fund d ON d.id = da.fund_id
      JOIN ledger_entry e ON e.id = m.entry_id
     WHERE e.basis = '' AND m.reverses_id IS NULL
       AND NOT (d.is_restricted AND s.purpose IN ('', d.purpose) AND s.beneficiary IN ('', d.beneficiary)
                AND s.project IN ('', d.project)
                AND (s.area_id IS NULL OR starts_with(coalesce(d.area_id, ''), s.area_id)))
       AND NOT ledger_fund_succeeds(s.id, d.id)
     LIMIT 1;
    IF bad IS NOT NULL THEN
        RAISE EXCEPTION 'movement %: it would come out in a wider fund', bad USING ERRCODE = 'check_violation', CONSTRAINT = 'movement_stays_narrow';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER movements_4_narrow AFTER INSERT ON ledger_movement
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION ledger_movements_narrow();
