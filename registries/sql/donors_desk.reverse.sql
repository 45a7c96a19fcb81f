DROP TRIGGER duenote_guard ON registries_duenote;
DROP FUNCTION registries_duenote_guard();
CREATE OR REPLACE FUNCTION registries_donor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'answers', NULL, 'deferral_reason', NULL, 'kin', NULL, 'destroyed_at', NULL);
    steps jsonb := jsonb_build_object('status', NULL, 'stepped_on', NULL, 'typed_on', NULL, 'deferred_until', NULL,
        'unreached_on', NULL, 'fit_on', NULL, 'follow_up_on', NULL, 'ended_at', NULL);
    free jsonb := sealed || CASE WHEN TG_OP = 'UPDATE' AND OLD.ended_at IS NULL THEN steps ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.answers, NEW.answers, is_emptied)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
