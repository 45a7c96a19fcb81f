-- A duty is taken off once, and its telephone emptied once; another is a new row.
CREATE OR REPLACE FUNCTION registries_dutyshift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    removing jsonb := jsonb_build_object('removed_at', NULL, 'removed_by_id', NULL);
    emptying jsonb := jsonb_build_object('phone', NULL, 'destroyed_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (
        (OLD.removed_at IS NULL AND (to_jsonb(NEW) || removing) = (to_jsonb(OLD) || removing))
        OR (OLD.destroyed_at IS NULL AND NEW.phone = '' AND (to_jsonb(NEW) || emptying) = (to_jsonb(OLD) || emptying))
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;

-- As in exchange.sql; and a row that will never be done, since its file was dropped, loses its number as well.
CREATE OR REPLACE FUNCTION registries_exchangerow_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.id, NEW.row_key, NEW.exchange_file_id, NEW.line, NEW.result)
           = (OLD.id, OLD.row_key, OLD.exchange_file_id, OLD.line, OLD.result)
       AND NEW.donor_id IS NOT DISTINCT FROM OLD.donor_id
       AND NEW."on" IS NOT DISTINCT FROM OLD."on"
       AND (registries_stands(OLD.reference, NEW.reference, OLD.outcome <> 'good')
            OR NEW.reference IS NULL AND EXISTS (
                SELECT 1 FROM registries_exchangefile f WHERE f.id = OLD.exchange_file_id AND f.status = 'dropped'))
       AND (OLD.outcome = 'good'
            OR (NEW.outcome, NEW.fault, NEW.field, NEW.from_status) = (OLD.outcome, OLD.fault, OLD.field, OLD.from_status)
               AND NEW.done_at IS NOT DISTINCT FROM OLD.done_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
