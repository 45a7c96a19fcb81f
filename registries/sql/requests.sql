-- What was asked for stands; what is arranged may move while the request is open, and what is due for destruction is
-- emptied as a whole. Keys may be changed under it (registries_stands).
CREATE FUNCTION registries_request_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving jsonb := jsonb_build_object('status', NULL, 'ended_at', NULL, 'arranged_on', NULL, 'arranged_time', NULL,
        'decline_reason', NULL, 'place', NULL);
    sealed jsonb := jsonb_build_object('name', NULL, 'phone', NULL, 'phone_digest', NULL, 'phone_digest_next', NULL,
        'details', NULL, 'place', NULL, 'destroyed_at', NULL);
    is_open boolean := TG_OP = 'UPDATE' AND OLD.ended_at IS NULL;
    free jsonb := sealed || CASE WHEN is_open THEN moving ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.name, NEW.name, is_emptied)
       AND registries_stands(OLD.phone, NEW.phone, is_emptied)
       AND registries_stands(OLD.details, NEW.details, is_emptied)
       AND (is_open OR registries_stands(OLD.place, NEW.place, is_emptied))
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER request_guard BEFORE UPDATE OR DELETE ON registries_request
    FOR EACH ROW EXECUTE FUNCTION registries_request_guard();

SELECT core_make_append_only('registries_requestevent');
