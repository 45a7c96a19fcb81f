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
