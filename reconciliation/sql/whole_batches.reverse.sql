CREATE OR REPLACE FUNCTION reconciliation_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decided jsonb := jsonb_build_object('outcome', NULL, 'kind', NULL, 'reason', NULL, 'gift_id', NULL, 'entry_id', NULL,
        'details', NULL, 'details_digest', NULL, 'details_digest_next', NULL);
    state text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (NEW.details = OLD.details OR core_is_resealed(OLD.details, NEW.details))
           AND (to_jsonb(NEW) || decided) = (to_jsonb(OLD) || decided) THEN
            RETURN NEW;
        END IF;
    ELSE
        SELECT status INTO state FROM reconciliation_statement WHERE id = OLD.statement_id;
        IF state IN ('reading', 'dropped') THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
