-- Nobody verifies what they reported; what was verified stands, its story comes and goes with consent.
ALTER TABLE training_rescuecase ADD CONSTRAINT rescuecase_verified_by_another
    CHECK (verified_by_id IS NULL OR verified_by_id <> ALL (maker_ids));
CREATE FUNCTION training_rescue_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    told jsonb := jsonb_build_object('status', NULL, 'story', NULL, 'story_consent', NULL, 'named_consent', NULL,
        'shown_name', NULL, 'rescuer', NULL);
    verifying jsonb := jsonb_build_object('verified_by_id', NULL, 'verified_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE'
       AND (to_jsonb(NEW) || told || CASE WHEN OLD.status = 'reported' THEN verifying ELSE '{}' END)
           = (to_jsonb(OLD) || told || CASE WHEN OLD.status = 'reported' THEN verifying ELSE '{}' END)
       AND (OLD.rescuer IS NOT DISTINCT FROM NEW.rescuer OR NEW.rescuer IS NULL
            OR coalesce(core_is_resealed(OLD.rescuer, NEW.rescuer), false)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER rescue_guard BEFORE UPDATE OR DELETE ON training_rescuecase
    FOR EACH ROW EXECUTE FUNCTION training_rescue_guard();
SELECT core_make_append_only('training_rescueevent');
