DROP TRIGGER donorintakerow_guard ON registries_donorintakerow;
DROP FUNCTION registries_donorintakerow_guard();
DROP TRIGGER donorintake_guard ON registries_donorintake;
DROP FUNCTION registries_donorintake_guard();
DROP TRIGGER append_only_row ON registries_donorintakeevent;
DROP TRIGGER append_only_all ON registries_donorintakeevent;
CREATE OR REPLACE FUNCTION registries_donor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'answers', NULL, 'deferral_reason', NULL, 'kin', NULL, 'destroyed_at', NULL);
    steps jsonb := jsonb_build_object('status', NULL, 'stepped_on', NULL, 'typed_on', NULL, 'deferred_until', NULL,
        'unreached_on', NULL, 'fit_on', NULL, 'follow_up_on', NULL, 'ended_at', NULL, 'is_called', NULL,
        'gives_no_more', NULL, 'coordinator_id', NULL);
    there jsonb := jsonb_build_object('is_known_there', NULL, 'told_there_on', NULL, 'removed_there_on', NULL);
    free jsonb := sealed
        || CASE WHEN TG_OP = 'UPDATE' AND OLD.ended_at IS NULL THEN steps ELSE '{}' END
        || CASE WHEN TG_OP = 'UPDATE' AND OLD.removed_there_on IS NULL THEN there ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.answers, NEW.answers, is_emptied)
       AND (NEW.is_known_there OR NOT OLD.is_known_there)
       AND (NEW.gives_no_more OR NOT OLD.gives_no_more)
       AND (OLD.told_there_on IS NULL OR NEW.told_there_on IS NOT DISTINCT FROM OLD.told_there_on)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
