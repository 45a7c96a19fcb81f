CREATE OR REPLACE FUNCTION registries_dutyshift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('removed_at', NULL, 'removed_by_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
