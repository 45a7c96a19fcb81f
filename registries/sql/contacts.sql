-- A contact that took place stands; its note is emptied when what it is about is destroyed.
CREATE FUNCTION registries_contact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('note', NULL, 'destroyed_at', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free)
       AND registries_stands(OLD.note, NEW.note, NEW.destroyed_at IS NOT NULL)
       AND (OLD.destroyed_at IS NULL OR NEW.destroyed_at IS NOT DISTINCT FROM OLD.destroyed_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER contact_guard BEFORE UPDATE OR DELETE ON registries_contact
    FOR EACH ROW EXECUTE FUNCTION registries_contact_guard();

-- A contact that is due goes from hand to hand while it is open, and is closed once.
CREATE FUNCTION registries_duecontact_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('coordinator_id', NULL, 'status', NULL, 'closed_at', NULL, 'closed_by_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'open' AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER duecontact_guard BEFORE UPDATE OR DELETE ON registries_duecontact
    FOR EACH ROW EXECUTE FUNCTION registries_duecontact_guard();

-- A duty is taken off once; another is a new row.
CREATE FUNCTION registries_dutyshift_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    free jsonb := jsonb_build_object('removed_at', NULL, 'removed_by_id', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.removed_at IS NULL AND (to_jsonb(NEW) || free) = (to_jsonb(OLD) || free) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER dutyshift_guard BEFORE UPDATE OR DELETE ON registries_dutyshift
    FOR EACH ROW EXECUTE FUNCTION registries_dutyshift_guard();

SELECT core_make_append_only('registries_contacthandover');
