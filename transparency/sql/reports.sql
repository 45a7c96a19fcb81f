-- A published run stands for ever; before that only its own progress may change.
CREATE FUNCTION transparency_run_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.status <> 'published'
       AND (OLD.frozen_at IS NULL OR (NEW.log_from, NEW.log_to, NEW.frozen_at, NEW.summary) IS NOT DISTINCT FROM (OLD.log_from, OLD.log_to, OLD.frozen_at, OLD.summary))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'frozen figures and published reports stand: % on % is refused', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER run_guard BEFORE UPDATE OR DELETE ON transparency_reportrun
    FOR EACH ROW EXECUTE FUNCTION transparency_run_guard();
CREATE TRIGGER append_only_all BEFORE TRUNCATE ON transparency_reportrun
    FOR EACH STATEMENT EXECUTE FUNCTION core_refuse_change();
SELECT core_make_append_only('transparency_logleaf'), core_make_append_only('transparency_reportevent'),
       core_make_append_only('transparency_reportfile'), core_make_append_only('transparency_disclosureitem');

INSERT INTO transparency_loghead (id, size, seen_xid) VALUES (1, 0, 0);
