CREATE OR REPLACE FUNCTION registries_wish_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending jsonb := jsonb_build_object('status', NULL, 'ended_at', NULL);
    sealed jsonb := jsonb_build_object('registrant', NULL, 'registrant_digest', NULL, 'registrant_digest_next', NULL,
        'content', NULL, 'reference', NULL, 'handed_over_on', NULL, 'destroyed_at', NULL, 'is_known_there', NULL,
        'withdrawn_there_on', NULL);
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
       AND (NEW.is_known_there = OLD.is_known_there
            OR (NEW.is_known_there AND OLD.handed_over_on IS NULL AND NEW.handed_over_on IS NOT NULL))
       AND (NEW.withdrawn_there_on IS NOT DISTINCT FROM OLD.withdrawn_there_on
            OR (OLD.withdrawn_there_on IS NULL AND OLD.status = 'withdrawn' AND OLD.destroyed_at IS NULL))
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
