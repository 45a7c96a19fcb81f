-- A giver's request stands as it was asked; its one step ends it. Keys may be changed under it (core_is_resealed).
CREATE FUNCTION donations_giverrequest_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ending jsonb := jsonb_build_object('status', NULL, 'answer', NULL, 'answered_by_id', NULL, 'ended_at', NULL);
    sealed jsonb := jsonb_build_object('text', NULL, 'answer', NULL);
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status = 'open' AND NEW.status <> 'open' AND NEW.ended_at IS NOT NULL
       AND (to_jsonb(NEW) || ending) = (to_jsonb(OLD) || ending) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(NEW) || sealed) = (to_jsonb(OLD) || sealed)
       AND (NEW.text IS NOT DISTINCT FROM OLD.text OR core_is_resealed(OLD.text, NEW.text))
       AND (NEW.answer IS NOT DISTINCT FROM OLD.answer OR core_is_resealed(OLD.answer, NEW.answer)) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'append-only: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER giverrequest_guard_row BEFORE UPDATE OR DELETE ON donations_giverrequest
    FOR EACH ROW EXECUTE FUNCTION donations_giverrequest_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON donations_giverrequest
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('donations_giverfeedback');
