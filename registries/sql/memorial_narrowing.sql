-- What kin signed may become less while it stands, never more; the telephone of who signed may be put right.
CREATE OR REPLACE FUNCTION registries_memorialconsent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('kin_name', NULL, 'kin_phone', NULL, 'withdrawn_at', NULL, 'destroyed_at', NULL);
    narrowing jsonb := jsonb_build_object('invites', NULL, 'takes_messages', NULL, 'shows_dates', NULL,
        'shows_portrait', NULL, 'shows_text', NULL);
    is_emptied boolean := NEW.destroyed_at IS NOT NULL;
    is_in_force boolean := OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NULL AND NEW.destroyed_at IS NULL;
BEGIN
    IF is_in_force THEN
        free := free || narrowing;
    END IF;
    IF (to_jsonb(NEW) || free) IS DISTINCT FROM (to_jsonb(OLD) || free)
       OR NEW.invites > OLD.invites
       OR NEW.takes_messages > OLD.takes_messages
       OR NEW.shows_dates > OLD.shows_dates
       OR NEW.shows_portrait > OLD.shows_portrait
       OR NEW.shows_text > OLD.shows_text
       OR NOT registries_stands(OLD.kin_name, NEW.kin_name, is_emptied)
       OR NOT (registries_stands(OLD.kin_phone, NEW.kin_phone, is_emptied)
               OR (is_in_force AND NEW.kin_phone IS NOT NULL))
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
