-- What a file of donors from paper is stands once it is: whose, by whom, which bytes; its counts come in once, with the
-- end of checking or of applying. The state moves, and ends.
CREATE FUNCTION registries_donorintake_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moving jsonb := jsonb_build_object('status', NULL);
    checked jsonb := jsonb_build_object('row_count', NULL, 'bad_count', NULL, 'known_count', NULL,
        'uncalled_count', NULL, 'refusal', NULL);
    released jsonb := jsonb_build_object('released_by_id', NULL, 'released_at', NULL);
    applied jsonb := jsonb_build_object('bad_count', NULL);
    free jsonb := CASE
        WHEN TG_OP <> 'UPDATE' THEN '{}'
        WHEN OLD.status = 'checking' THEN moving || checked
        WHEN OLD.status = 'checked' THEN moving || released
        WHEN OLD.status = 'applying' THEN moving || applied
        ELSE '{}' END;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER donorintake_guard BEFORE UPDATE OR DELETE ON registries_donorintake
    FOR EACH ROW EXECUTE FUNCTION registries_donorintake_guard();

-- A good line is settled once, and is emptied with that; keys may be changed under it until then.
CREATE FUNCTION registries_donorintakerow_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.id, NEW.row_key, NEW.intake_id, NEW.line) = (OLD.id, OLD.row_key, OLD.intake_id, OLD.line)
       AND OLD.outcome = 'good'
       AND registries_stands(OLD.content, NEW.content, NEW.outcome <> 'good') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER donorintakerow_guard BEFORE UPDATE OR DELETE ON registries_donorintakerow
    FOR EACH ROW EXECUTE FUNCTION registries_donorintakerow_guard();

SELECT core_make_append_only('registries_donorintakeevent');

-- The number of the paper stands with what a donor joined with, and is emptied with it.
CREATE OR REPLACE FUNCTION registries_donor_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'answers', NULL, 'deferral_reason', NULL, 'kin', NULL, 'paper', NULL, 'destroyed_at', NULL);
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
       AND registries_stands(OLD.paper, NEW.paper, is_emptied)
       AND (NEW.is_known_there OR NOT OLD.is_known_there)
       AND (NEW.gives_no_more OR NOT OLD.gives_no_more)
       AND (OLD.told_there_on IS NULL OR NEW.told_there_on IS NOT DISTINCT FROM OLD.told_there_on)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
