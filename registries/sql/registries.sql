-- What was consented to and declared stands: a change is a new row. Keys may be changed under it (core_is_resealed),
-- and what is due for destruction is emptied as a whole.
CREATE FUNCTION registries_stands(old bytea, new bytea, is_emptied boolean) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT old IS NOT DISTINCT FROM new OR coalesce(core_is_resealed(old, new), false) OR (is_emptied AND new IS NULL)
$$;

CREATE FUNCTION registries_registrant_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- Name and contact may be put right by who keeps them, each time with an event; who it is may not.
    free jsonb := jsonb_build_object('name', NULL, 'name_digest', NULL, 'name_digest_next', NULL, 'phone', NULL,
        'phone_digest', NULL, 'phone_digest_next', NULL, 'details', NULL, 'document', NULL, 'document_digest', NULL,
        'document_digest_next', NULL, 'destroyed_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at)
       AND (OLD.destroyed_at IS NULL OR (NEW.name IS NULL AND NEW.document IS NULL))
       AND registries_stands(OLD.document, NEW.document, NEW.destroyed_at IS NOT NULL) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER registrant_guard BEFORE UPDATE OR DELETE ON registries_registrant
    FOR EACH ROW EXECUTE FUNCTION registries_registrant_guard();

CREATE FUNCTION registries_wish_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending jsonb := jsonb_build_object('status', NULL, 'ended_at', NULL);
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'content', NULL, 'reference', NULL, 'handed_over_on', NULL, 'destroyed_at', NULL);
    free jsonb := sealed || CASE WHEN TG_OP = 'UPDATE' AND OLD.status = 'in_force' THEN ending ELSE '{}' END;
    is_emptied boolean := TG_OP = 'UPDATE' AND NEW.destroyed_at IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.registrant, NEW.registrant, is_emptied)
       AND registries_stands(OLD.content, NEW.content, is_emptied)
       -- The national number is given once, while the wish is in force.
       AND (registries_stands(OLD.reference, NEW.reference, is_emptied)
            OR (OLD.reference IS NULL AND OLD.status = 'in_force'))
       AND (NEW.handed_over_on IS NOT DISTINCT FROM OLD.handed_over_on OR OLD.reference IS NULL)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER wish_guard BEFORE UPDATE OR DELETE ON registries_wish
    FOR EACH ROW EXECUTE FUNCTION registries_wish_guard();

-- A consent is taken back once, by the same person, about the same thing.
CREATE FUNCTION registries_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.withdraws_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM registries_consent c
         WHERE c.id = NEW.withdraws_id AND c.act = 'given'
           AND c.registrant_id = NEW.registrant_id AND c.subject = NEW.subject) THEN
        RAISE EXCEPTION 'a withdrawal names a consent of the same person and subject' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'consent_withdrawal_fits';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER consent_guard BEFORE INSERT ON registries_consent
    FOR EACH ROW EXECUTE FUNCTION registries_consent_guard();

SELECT core_make_append_only('registries_consent');
SELECT core_make_append_only('registries_registrantevent');
SELECT core_make_append_only('registries_wishevent');
