CREATE OR REPLACE FUNCTION registries_memorialconsent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('kin_name', NULL, 'kin_phone', NULL, 'withdrawn_at', NULL, 'destroyed_at', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
BEGIN
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR NOT registries_stands(OLD.kin_name, NEW.kin_name, is_emptied)
       OR NOT registries_stands(OLD.kin_phone, NEW.kin_phone, is_emptied)
       OR (OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)
       OR (OLD.destroyed_at IS NOT NULL AND NEW.destroyed_at IS DISTINCT FROM OLD.destroyed_at) THEN
        PERFORM registries_memorial_refused(TG_OP, TG_TABLE_NAME);
    END IF;
    -- Taken back and still to be seen cannot be.
    IF NEW.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS NULL AND EXISTS (
        SELECT 1 FROM registries_memorialpage p WHERE p.id = NEW.page_id AND p.status <> 'withdrawn') THEN
        RAISE EXCEPTION 'the page comes down with its consent' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'memorialconsent_page_comes_down';
    END IF;
    RETURN NEW;
END
$$;
